import HibariChat
import HibariSupport
import HibariTestSupport
import Testing

/// Templates that would take all time, memory or stack are refused, and errors say where they are.
@Suite struct JinjaLimitTests {
    private func message(_ source: String) -> String {
        errorMessage { _ = try JinjaTemplate(source, name: "T").render([:]) }
    }

    @Test func nestedTemplates() {
        func repeated(_ text: String, _ count: Int = 50_000) -> String {
            String(repeating: text, count: count)
        }
        let sources = [
            "{{ " + repeated("(") + "1" + repeated(")") + " }}",
            "{{ " + repeated("[") + repeated("]") + " }}",
            "{{ " + repeated("{1:") + "1" + repeated("}") + " }}",
            "{{ 1" + repeated(" + 1") + " }}",
            "{{ " + repeated("not ") + "1 }}",
            "{{ " + repeated("-") + "1 }}",
            "{{ a" + repeated(".b") + " }}",
            "{{ a" + repeated("|e") + " }}",
            "{{ a" + repeated("()") + " }}",
            "{{ " + repeated("1 if 1 else ") + "1 }}",
            repeated("{% if 1 %}", 30_000) + repeated("{% endif %}", 30_000),
        ]
        for source in sources {
            let message = message(source)
            #expect(message.contains("use a simpler template"), "\(source.prefix(20)): \(message)")
        }
        #expect(message("{{ 1" + repeated(" ~ 1") + " }}") == "no error")
    }

    @Test(arguments: [
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% set n = namespace(s='x' * 1000) %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}",
        "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s|tojson }}",
        "{% set n = namespace(s=[1]) %}{% for i in range(999) %}{% set n.s = [n.s] %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 9223372036854775807 }}", "{{ [1] * 9223372036854775807 }}",
        "{% set a = 'x' * 1000000 %}{{ a.replace('x', a) }}",
        "{% set a = 'x' * 1000000 %}{{ a|replace('', a) }}",
        "{% set a = 'x' * 1000000 %}{{ range(100000)|join(a) }}", "{% set a = 'x' * 100000 %}{{ a.join(a) }}",
        "{{ 'x'|indent(9223372036854775807, true) }}", "{{ [1]|tojson(indent=1000000000) }}",
        "{{ 2 ** 9223372036854775807 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ (-9223372036854775807 - 1)|abs }}", "{{ 1e300|int }}", "{{ '99999999999999999999'|int }}",
        "{% for i in range(100000) %}{% set n = namespace(a=range(1000)) %}{% endfor %}",
    ])
    func endlessWork(source: String) {
        let message = message(source)
        #expect(message.hasPrefix("T, line 1: "))
        #expect(message.hasSuffix("use a simpler template"), "\(message)")
    }

    /// Values at the ends of the range, and a search that a plain loop over all places would take hours for.
    @Test func extremeValues() throws {
        func text(_ source: String) throws -> String { try JinjaTemplate(source, name: "T").render([:]).text }
        #expect(try text("{{ 'abc'[-9223372036854775807:9223372036854775807:9223372036854775807] }}") == "a")
        #expect(try text("{{ 'abc'[9223372036854775807::-9223372036854775807] }}") == "c")
        #expect(try text("{{ 'abc'[-9223372036854775807 - 1] }}") == "")
        #expect(try text("{{ range(9223372036854775800, 9223372036854775807, 5)|length }}") == "2")
        #expect(try text("{{ -1 ** 9223372036854775807 }}{{ 0 ** 9223372036854775807 }}") == "-10")
        #expect(try text("{% set a = 'a' * 1000000 %}{{ a.find(a[:500000] ~ 'b') }}") == "-1")
    }

    @Test func messagesNameTheLine() {
        #expect(message("\n\n{{ x.y }}") == "T, line 3: 'x' is undefined, so it has no member 'y'")
        #expect(
            message("a\n{% if 1 %}\nb")
                == "T, line 2: {% if %} is not closed by {% endif %}; correct the template")
        #expect(
            message("{% set a = 1 %}\n{% set b = a|xmlattr %}")
                == "T, line 2: the filter 'xmlattr' is not supported; Docs/formats.md lists what is")
        #expect(message("{% include 'x' %}").contains("{% include %} is not supported"))
        #expect(message("{{ 'a'.zfill(3) }}").contains("the method zfill() of a string is not supported"))
        #expect(message("{{ '%s' % 1 }}").contains("formatting a string with % is not supported"))
        #expect(
            message("{% if 1 %}\n\n{{ raise_exception('no such role') }}{% endif %}")
                == "T, line 3: the template refuses the conversation: no such role")
    }

    /// Random changes of real templates never stop the program, whatever they give.
    @Test func brokenTemplates() throws {
        let fixture = try ChatFixtures.json("templates")
        let variables = try #require(fixture["conversations"]?["tool call"]?.object)
        let sources = try ["qwen3", "llama3.1", "gemma3", "zephyr"].map {
            Array(try ChatFixtures.template($0).source.utf8)
        }
        let marks = [
            "{{", "}}", "{%", "%}", "-", "|", "(", ")", "[", "]", "'", "\"", "\\", " if ", " is ", "not ",
        ]
        var state: UInt64 = 7
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(1, count)))
        }
        var refused = 0
        for _ in 0..<400 {
            var source = sources[random(sources.count)]
            for _ in 0...random(3) {
                let place = random(source.count)
                switch random(3) {
                case 0: source.insert(contentsOf: Array(marks[random(marks.count)].utf8), at: place)
                case 1: source.removeSubrange(place..<min(source.count, place + 1 + random(6)))
                default: source[place] = UInt8(random(256))
                }
            }
            do {
                _ = try JinjaTemplate(String(decoding: source, as: UTF8.self), name: "T").render(variables)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 100)
    }
}
