import Glibc
import HibariChat
import HibariSupport
import HibariTestSupport
import Testing

/// Templates that try to take all time or memory by every way the language has, and random ones.
@Suite struct JinjaFuzzTests {
    /// Time of this thread, so that other programs do not count.
    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static let big = "{% set a = 'ab' * 500000 %}{% set l = range(100000)|list %}"

    /// Each does in a loop what costs most for its length; all of it must be counted as work.
    @Test(arguments: [
        "a|upper", "a|lower", "a|title", "a|capitalize", "a|trim", "a|length", "a|list", "a|reverse",
        "a|escape",
        "a|tojson", "a|wordcount", "a|indent(9)", "a|replace('ab', 'ba')", "a.split('b')", "a.split()",
        "a.strip()", "a.startswith('b')", "a.endswith('a')", "a.upper()", "a.count('ab')", "a.find('zz')",
        "a[::-1]",
        "a[1:]", "a ~ a", "a + 'x'", "a == a ~ ''", "a < a ~ 'x'", "'zz' in a", "a|string", "a|first",
        "a|last",
        "l|length", "l|sort", "l|sort(reverse=true)", "l|unique|list", "l|reverse|list", "l|sum", "l|min",
        "l|max",
        "l|join", "l|join(',')", "l|batch(2)|list", "l|slice(7)|list", "l|map('string')|list",
        "l|select('odd')|list", "l|reject('odd')|list", "l|tojson", "l|string", "l + l", "l == l + [1]",
        "l[::-1]",
        "l[5:]", "-1 in l", "l|list", "l|groupby('x')|list", "l|items", "l|dictsort", "[l, l]|tojson",
        "{'a': l}|tojson", "l|map(attribute='x')|list", "l|selectattr('x')|list", "range(99999)|list",
        "'x' * 999999",
        "[0] * 99999", "a|truncate(5)", "a|center(10)", "a|wordwrap(5)", "a|striptags", "a|format",
        "a|urlencode",
        "l|random", "l|count", "a|float", "a|int", "namespace(x=l)", "dict(x=l)", "l|default(1)", "a|safe",
        "a.splitlines()", "a.title()", "a.replace('a', 'bb')", "a.join(['x', 'y'])", "a|split('b')",
        "a is string",
    ])
    func costsAreCounted(expression: String) {
        let source = Self.big + "{% for i in range(100000) %}{% set x = \(expression) %}{% endfor %}"
        var limits = JinjaLimits()
        limits.work = 1_000_000
        let start = processorSeconds()
        do {
            _ = try JinjaTemplate(source, name: "T", limits: limits).render([:])
        } catch {
            #expect(error.description.hasPrefix("T, line 1: "), "\(error)")
        }
        #expect(processorSeconds() - start < 3, "\(expression) is not counted for what it costs")
    }

    @Test(arguments: [
        "{% macro f(n) %}{{ g(n) }}{% endmacro %}{% macro g(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% macro f(x) %}{{ x(x) }}{% endmacro %}{{ f(f) }}",
        "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{% call f() %}{{ f() }}{% endcall %}{% endcall %}",
        "{% macro f(n) %}{% for i in range(9) %}{{ f(n + 1) }}{% endfor %}{% endmacro %}{{ f(0) }}",
        "{% for i in range(9) recursive %}{{ loop([i]) }}{% endfor %}",
        "{% set n = namespace() %}{% set n.n = n %}{{ n }}{{ n|tojson }}{{ n == n }}",
        "{% set n = namespace(a=[]) %}{% set n.a = [n] %}{{ n.a }}{{ n.a|tojson }}{{ n.a == [n] }}",
        "{% set n = namespace(s='x') %}{% for i in range(100000) %}{% set n.s = n.s ~ 'x' %}{% endfor %}{{ n.s|length }}",
        "{% set n = namespace(s=[]) %}{% for i in range(100000) %}{% set n.s = n.s + [i] %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s %}{{ n.s }}{{ n.s }}{% endset %}{% endfor %}",
        "{% set n = namespace(s={}) %}{% for i in range(99) %}{% set n.s = dict(a=n.s, b=n.s) %}{% endfor %}{{ n.s }}",
        "{% for i in range(100000) %}{{ 'x' * 100000 }}{% endfor %}",
        "{% filter upper %}{% for i in range(100000) %}{{ 'x' * 10000 }}{% endfor %}{% endfilter %}",
        "{% set x = 9223372036854775807 %}{{ x + 1 }}{{ x * x }}{{ -x - 2 }}{{ x // 0 }}{{ x % 0 }}{{ x ** x }}",
        "{{ range(-9223372036854775808, 9223372036854775807)|length }}",
        "{{ range(0, 9, 0) }}{{ range(9223372036854775807, -9223372036854775807, -1)|list }}",
        "{{ 'x'[9223372036854775807] }}{{ [1][-9223372036854775808:] }}{{ 'x'|batch(0)|list }}",
        "{{ [1]|batch(-1)|list }}{{ [1]|slice(0)|list }}{{ [1]|batch(9223372036854775807, 0)|list }}",
        "{{ [1, 2]|slice(9223372036854775807)|list }}", "{{ 1e308 * 10 }}{{ (1e308 * 10)|int }}",
        "{{ (1e308 * 10 - 1e308 * 10)|int }}", "{{ 1.5|round(9223372036854775807) }}{{ 1|round(-400) }}",
        "{{ 'x'|center(9223372036854775807) }}", "{{ 'x'|truncate(-9223372036854775808) }}",
    ])
    func explosions(source: String) {
        let start = processorSeconds()
        do {
            let text = try JinjaTemplate(source, name: "T").render([:]).text
            #expect(text.utf8.count < 1 << 20)
        } catch {
            #expect(error.description.hasPrefix("T, line 1: "), "\(error)")
        }
        #expect(processorSeconds() - start < 10)
    }

    /// Random expressions of extreme values, nested at random.
    @Test func randomExpressions() {
        var random = RandomStream(seed: 11, purpose: .testing)
        let leaves = [
            "0", "-1", "9223372036854775807", "(-9223372036854775807 - 1)", "1e308", "-0.0", "''",
            "'aé雲🐦\\n'",
            "'x' * 1000", "[]", "[1, [2, 'a']]", "{}", "{'a': 1, 'b': [1]}", "none", "true", "range(5)",
            "undefined",
            "namespace(a=1)", "m", "(1, 2)", "loop", "self", "'%s'", "'{}'",
        ]
        let binary = [
            "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", "in", "not in", "and", "or",
        ]
        let suffixes = [
            "|length", "|upper", "|sort", "|list", "|tojson", "|int", "|float", "|round", "|abs",
            "|join('-')", "|first",
            "|last", "|unique|list", "|string", "|trim", "|items", "|dictsort", "|default(1)",
            "|map('upper')|list",
            "|select|list", "|min", "|max", "|sum", "|reverse", "|batch(2)|list", "|title",
            "|replace('a', '')",
            "|indent(2)", "[0]", "[-1]", "[1:]", "[::-1]", "[::0]", ".a", ".items()", ".keys()", ".split()",
            ".strip()",
            ".upper()", ".get('a')", ".startswith('a')", "()", "(1)", " is string", " is defined",
            " is divisibleby(0)",
        ]
        func expression(_ depth: Int) -> String {
            if depth == 0 { return leaves[random.index(below: leaves.count)] }
            switch random.index(below: 5) {
            case 0: return leaves[random.index(below: leaves.count)]
            case 1:
                return
                    "(\(expression(depth - 1)) \(binary[random.index(below: binary.count)]) \(expression(depth - 1)))"
            case 2: return "[\(expression(depth - 1)), \(expression(depth - 1))]"
            case 3:
                return "(\(expression(depth - 1)) if \(expression(depth - 1)) else \(expression(depth - 1)))"
            default: return "(\(expression(depth - 1)))\(suffixes[random.index(below: suffixes.count)])"
            }
        }
        var rendered = 0
        for _ in 0..<5000 {
            let source = "{% macro m(x) %}{{ x }}{% endmacro %}{{ \(expression(4)) }}"
            if (try? JinjaTemplate(source, name: "T").render([:])) != nil { rendered += 1 }
        }
        #expect(rendered > 500)
    }
}
