/// Collects the layers written in braces, one a line; `if` and `for` work as everywhere.
@resultBuilder public enum LayerBuilder {
    public static func buildExpression(_ layer: any LayerSpecification) -> [any LayerSpecification] {
        [layer]
    }
    public static func buildExpression(_ layers: [any LayerSpecification]) -> [any LayerSpecification] {
        layers
    }
    public static func buildBlock(_ layers: [any LayerSpecification]...) -> [any LayerSpecification] {
        layers.flatMap { $0 }
    }
    public static func buildOptional(_ layers: [any LayerSpecification]?) -> [any LayerSpecification] {
        layers ?? []
    }
    public static func buildEither(first layers: [any LayerSpecification]) -> [any LayerSpecification] {
        layers
    }
    public static func buildEither(second layers: [any LayerSpecification]) -> [any LayerSpecification] {
        layers
    }
    public static func buildArray(_ layers: [[any LayerSpecification]]) -> [any LayerSpecification] {
        layers.flatMap { $0 }
    }
}
