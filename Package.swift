// swift-tools-version: 6.2
import PackageDescription

/// The targets are listed from the lowest level to the highest; a target names only targets of a lower level.
/// Docs/architecture.md draws the map.
let package = Package(
    name: "hibari",
    products: [
        .library(name: "Hibari", targets: ["Hibari"]),
        .executable(name: "hibari", targets: ["hibari"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Level 0: the operating system, C libraries, SIMD inner loops.
        .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CUTF8Proc", providers: [.apt(["libutf8proc-dev"])]),
        .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
        .target(name: "CKernels"),
        .target(name: "HibariSupport"),

        // Level 1: functions on pointers and sizes; the grammar of the embedded stories; zlib and archives.
        .target(name: "HibariKernels", dependencies: ["CKernels", "COpenBLAS", "HibariSupport"]),
        .target(name: "HibariStories", dependencies: ["HibariSupport"]),
        .target(name: "HibariCompression", dependencies: ["CZlib", "HibariSupport"]),

        // Level 2: pictures, tensors, tokens.
        .target(name: "HibariImages", dependencies: ["HibariCompression", "HibariSupport"]),
        .target(name: "HibariTensor", dependencies: ["HibariKernels", "HibariSupport"]),
        .target(
            name: "HibariTokenizers",
            dependencies: [
                "CPCRE2", "CUTF8Proc", "HibariSupport",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),

        // Level 3: formats know no layer, layers no format.
        .target(name: "HibariChat", dependencies: ["HibariSupport", "HibariTokenizers"]),
        .target(name: "HibariNN", dependencies: ["HibariTensor"]),
        .target(name: "HibariCheckpoint", dependencies: ["HibariCompression", "HibariTensor"]),
        .target(name: "HibariReports", dependencies: ["HibariImages", "HibariSupport"]),

        // Level 4: models in all their forms; what moves their weights; what they learn from.
        .target(name: "HibariModels", dependencies: ["HibariNN", "HibariCheckpoint", "HibariTokenizers"]),
        .target(name: "HibariOptimizers", dependencies: ["HibariTensor"]),
        .target(
            name: "HibariData",
            dependencies: ["CZlib", "HibariCompression", "HibariImages", "HibariTokenizers"]),

        // Level 5: models that learn, are measured, and write.
        .target(
            name: "HibariTraining",
            dependencies: ["HibariModels", "HibariOptimizers", "HibariData", "HibariReports", "HibariChat"]),
        .target(name: "HibariGeneration", dependencies: ["HibariChat", "HibariModels", "HibariTokenizers"]),

        // Level 6: what a program that uses Hibari as a library imports; what commands share.
        .target(
            name: "Hibari",
            dependencies: [
                "HibariSupport", "HibariTensor", "HibariNN", "HibariOptimizers", "HibariTraining",
            ]),

        .target(
            name: "HibariCommandLine",
            dependencies: [
                "HibariTraining", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Level 7: the tasks of `hibari run`.
        .target(name: "HibariTasks", dependencies: ["HibariCommandLine"]),

        // Level 8: all other commands.
        .target(
            name: "HibariCommands",
            dependencies: ["HibariCommandLine", "HibariTasks", "HibariGeneration", "HibariStories", "Yams"]),

        // Level 9: the entry point.
        .executableTarget(name: "hibari", dependencies: ["HibariCommands"]),

        .target(name: "HibariTestSupport", dependencies: ["HibariSupport"], path: "Tests/HibariTestSupport"),
        .testTarget(name: "HibariSupportTests", dependencies: ["HibariTestSupport", "HibariSupport"]),
        .testTarget(
            name: "HibariImagesTests",
            dependencies: ["HibariTestSupport", "HibariImages", "HibariCompression"]),
        .testTarget(name: "HibariKernelsTests", dependencies: ["HibariKernels"]),
        .testTarget(name: "HibariStoriesTests", dependencies: ["HibariStories"]),
        .testTarget(name: "HibariReportsTests", dependencies: ["HibariReports"]),
        .testTarget(name: "HibariTensorTests", dependencies: ["HibariTensor"]),
        .testTarget(
            name: "HibariTokenizersTests", dependencies: ["HibariTestSupport", "HibariTokenizers"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "HibariChatTests", dependencies: ["HibariTestSupport", "HibariChat"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "HibariCheckpointTests", dependencies: ["HibariTestSupport", "HibariCheckpoint"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "HibariDataTests", dependencies: ["HibariTestSupport", "HibariData", "HibariImages"]),
        .testTarget(
            name: "HibariModelsTests",
            dependencies: ["HibariTestSupport", "HibariCompression", "HibariModels", "HibariOptimizers"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "HibariNNTests", dependencies: ["HibariTestSupport", "HibariNN"]),
        .testTarget(name: "HibariGenerationTests", dependencies: ["HibariTestSupport", "HibariGeneration"]),
        .testTarget(
            name: "HibariTrainingTests", dependencies: ["HibariTestSupport", "HibariTraining"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "HibariTasksTests", dependencies: ["HibariTestSupport", "HibariTasks"]),
        .testTarget(name: "HibariTests", dependencies: ["HibariTestSupport", "Hibari"]),
        .testTarget(name: "HibariCommandsTests", dependencies: ["HibariTestSupport", "HibariCommands"]),
    ]
)
