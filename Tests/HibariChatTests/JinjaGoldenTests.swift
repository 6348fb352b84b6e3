import HibariChat
import HibariSupport
import Testing

/// The same text as `transformers` and Jinja, byte by byte.
@Suite struct JinjaGoldenTests {
    /// Templates of real models, with and without the beginning of an answer.
    @Test func chatTemplates() throws {
        let fixture = try ChatFixtures.json("templates")
        let cases = try #require(fixture["cases"]?.array)
        #expect(cases.count > 500)
        var templates: [String: JinjaTemplate] = [:]
        for entry in cases {
            let name = try #require(entry["template"]?.string)
            let conversation = try #require(entry["conversation"]?.string)
            if templates[name] == nil { templates[name] = try ChatFixtures.template(name) }
            let template = try #require(templates[name])
            var variables = try #require(fixture["conversations"]?[conversation]?.object)
            if variables["tools"] == nil { variables["tools"] = .null }
            for (key, value) in try #require(fixture["tokens"]?.object) { variables[key] = value }
            variables["add_generation_prompt"] = entry["prompt"]
            compare(template, variables, entry, clock: fixture["clock"]?.int, "\(name), \(conversation)")
        }
    }

    /// One thing of the language each; also what both refuse.
    @Test func smallTemplates() throws {
        let fixture = try ChatFixtures.json("expressions")
        let variables = try #require(fixture["variables"]?.object)
        let cases = try #require(fixture["cases"]?.array)
        #expect(cases.count > 700)
        for entry in cases {
            let source = try #require(entry["source"]?.string)
            do {
                let template = try JinjaTemplate(source, name: "the template")
                compare(template, variables, entry, clock: fixture["clock"]?.int, quoted(source))
            } catch {
                #expect(entry["error"] != nil, "\(quoted(source)): \(error)")
            }
        }
    }

    private func compare(
        _ template: JinjaTemplate, _ variables: JSONObject, _ entry: JSONValue, clock: Int?, _ label: String
    ) {
        do {
            let found = try template.render(variables, now: clock)
            guard let expected = entry["text"]?.string else {
                Issue.record("\(label): no error, but \(quoted(found.text))")
                return
            }
            let isSame = found.text.utf8.elementsEqual(expected.utf8)
            #expect(isSame, "\(label): \(quoted(found.text)), expected \(quoted(expected))")
            let ranges = (entry["generated"]?.array ?? []).map { ($0.array ?? []).compactMap(\.int) }
            let foundRanges = found.generated.map { [$0.lowerBound, $0.upperBound] }
            #expect(foundRanges == ranges, "\(label)")
        } catch {
            guard let expected = entry["error"] else {
                Issue.record("\(label): \(error)")
                return
            }
            // What a template says by raise_exception.
            if let text = expected.string, text.hasPrefix("TemplateError: ") {
                #expect("\(error)".contains(text.dropFirst("TemplateError: ".count)), "\(label): \(error)")
            }
        }
    }
}
