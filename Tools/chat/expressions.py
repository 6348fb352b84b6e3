"""Small templates, each for one thing of the Jinja language, and the variables they see."""

VARIABLES = {
    "n": None,
    "t": True,
    "f": False,
    "i": 7,
    "z": 0,
    "x": 2.5,
    "big": 1e16,
    "tiny": 0.00001234,
    "s": "Hello World",
    "e": "",
    "sp": "  a  b \n",
    "u": "Ünïcödé 雲雀 🎶 ß",
    "q": "it's \"quoted\" \\ \n\t\x07",
    "l": [3, 1, 2],
    "names": ["b", "A", "c", "a", "B"],
    "mixed": [1, "a", None, True, 2.0, [1], {"k": "v"}],
    "nested": [[1, 2], [3, [4, 5]], []],
    "d": {"b": 1, "a": "x", "C": [1, 2], "items2": {"deep": {"er": 5}}},
    "m": [
        {"role": "user", "content": "q", "n": 2},
        {"role": "assistant", "content": "r", "n": 1},
        {"role": "user", "content": "s", "tool": {"name": "f"}},
    ],
    "html": "<a href='x'>&\"</a>",
    "lines": "one\n\ntwo\r\nthree\n",
}

# Values: each stands in {{ }}.
VALUES = r"""
1 | -1 | +1 | 0 | 007.5 | 1_000 | 0x1F | 0b101 | 0o17 | 1.5e3 | 1e16 | 1e-5 | 123456789012345680.0 | 0.1 + 0.2 | 1.0 | 2.50
'a' | "b" | 'a' "b" 'c' | 'it\'s' | "\n|\t" | '\x41\u96f2\U0001F3B6\101' | 'a\qb' | '\\' | ''
true | True | false | none | None | [] | () | {} | [1, 'a', none, true, 1.0] | (1,) | (1, 2) | {'a': 1, 'b': [2]} | [1,] | {'a': 1,}
n | t | f | i | x | big | tiny | s | u | q | l | d | mixed | nested | undefinedname | [undefinedname is defined] | [q] | ['"', "'", "'\"", "\u200b\xa0雲"]
i + 1 | i - 10 | i * 2 | i / 2 | i // 2 | i % 3 | i ** 2 | -i // 2 | -i % 3 | i % -3 | -7 // -2 | 7.5 // 2 | -7.5 // 2 | 7.5 % 2 | -7.5 % 2 | 7.5 % -2 | 2 ** -1 | 2 ** 0.5 | 2 ** 3 ** 2 | -2 ** 2 | t + t | 1 + 2.0 | 5 / 5 | 0.0 * -1 | 10 ** 18
'a' + 'b' | 'a' * 3 | 3 * 'ab' | 'a' * -1 | [1] + [2] | [1] * 2 | (1,) + (2,) | 'a' ~ 1 ~ none ~ 2.0 ~ true | 'a' ~ undefinedname ~ 'b' | 1 ~ 2 * 3 | s ~ [1]
1 == 1 | 1 == 1.0 | 1 == true | '1' == 1 | 'a' != 'b' | 1 < 2 | 2 <= 2 | 'a' < 'b' | 'Z' < 'a' | [1, 2] < [1, 3] | [1] < [1, 0] | (1, 2) == [1, 2] | 1 < 2 < 3 | 1 < 3 < 2 | 1 == 1 == 1 | 3 > 2 >= 2 | l == [3, 1, 2] | d == d | {'a': 1, 'b': 2} == {'b': 2, 'a': 1} | none == none | undefinedname == undefinedname | undefinedname == none | n == false | 'é' == 'é'
1 in l | 4 in l | 'a' in d | 'z' in d | 'ell' in s | '' in s | 'x' not in s | not 'x' in s | 1 in [true] | 'a' in undefinedname | undefinedname in l | 5 in (1, 5) | 'a' in 'abc' and 'd' not in 'abc'
t and f | t or f | not t | not not t | e or 'x' | s and i | z or e or 'last' | t and not f | not f and f | not (t and f) | 1 and 2 or 3 | f and undefinedname.x | n or l
'a' if t else 'b' | 'a' if f else 'b' | 'a' if f | 'a' if f else 'b' if f else 'c' | ('a' if t else 'b') ~ 'c' | 'a' if i > 5 and x < 3 else 'b' | [1 if t else 2, 3]
s[0] | s[-1] | s[100] | s[1:4] | s[:3] | s[-3:] | s[::-1] | s[::2] | s[5:2] | s[5:2:-1] | s[-100:100] | u[0] | u[8:10] | u[::-1] | l[0] | l[-1] | l[3] | l[-4] | l[1:] | l[:-1] | l[::-1] | l[::-2] | l[2:0:-1] | l[none:1] | l[::100] | l[1:1] | (1, 2, 3)[1:] | nested[1][1][0] | l['x'] | d['a'] | d['zz'] | d.a | d.zz | d.C[1] | d.items2.deep.er | d['items2']['deep'] | m[0].role | m[-1]['tool'].name | m[0].tool is defined | s.foo is defined | i.foo is defined | n.foo is defined | l.0 | l[true] | nested.1.1.0
s.upper() | s.lower() | s.title() | "they're bill's".title() | 'aBC dE'.capitalize() | sp.strip() | [sp.lstrip()] | [sp.rstrip()] | 'xxaxx'.strip('x') | 'abcba'.strip('ab') | [sp.strip(none)] | 'xxa'.lstrip('x') | 'axx'.rstrip('x') | s.split() | sp.split() | 'a,b,,c'.split(',') | 'a,b,c'.split(',', 1) | ' a b  c '.split(none, 1) | 'a b'.split(' ')[0] | ''.split() | ''.split(',') | 'aXXbXXc'.split('XX')[-1] | s.startswith('Hell') | s.startswith('x') | s.endswith('ld') | s.endswith('') | s.startswith(('x', 'H')) | s.replace('l', 'L') | s.replace('l', 'L', 1) | s.replace('', '-') | s.replace('', '-', 2) | s.replace('zz', 'y') | '-'.join(['a', 'b']) | ','.join([]) | ''.join(names) | s.find('o') | s.find('z') | u.find('雲') | s.count('l') | 'aaa'.count('aa') | 'abc'.count('') | lines.splitlines() | 'ab'.removeprefix('a') | 'ab'.removesuffix('b') | 'ab'.removeprefix('b') | 'ß'.upper() | 'ǆ'.title() | 'straße x'.capitalize()
d.get('a') | d.get('zz') | d.get('zz', 5) | d.keys() | list | d.values() | list | d.items() | list | {1: 'a', none: 'b', 2.5: 'c'} | {1: 'a', true: 'b'} | {'a': 1, 'a': 2} | {1: 'a'}[1.0] | l.index(1) | l.count(3) | dict(a=1, b=2) | dict({'z': 1}, a=2) | dict([('a', 1)])
range(3) | list | range(1, 4) | list | range(5, 0, -2) | list | range(0) | list | range(3)[1] | range(10) | length | namespace(a=1).a | namespace({'b': 2}).b | namespace().zz is defined
""".strip()

# Filters and tests, where | is not a separator: one to a line.
LINES = r"""
sp|trim
'xxaxx'|trim('x')
n|trim
s|length
u|length
l|count
d|length
undefinedname|length
s|upper
u|lower
'hello wORLD-foo (bar) [baz] {x} <y'|title
"it's"|title
'hELLO'|capitalize
undefinedname|default('x')
e|default('x')
e|default('x', true)
e|default('x', boolean=true)
n|default('x')
undefinedname|d
undefinedname|d(5) + 1
d.zz is defined
l|join
l|join(', ')
names|join('-')|upper
mixed|join('|')
m|join(',', attribute='role')
undefinedname|join(',')
s|replace('o', '0')
s|replace('o', '0', 1)
i|replace(7, 8)
l|first
l|last
s|first
s|last
[]|first
[]|last is defined
d|first
d|last
s|list
d|list
l|list
undefinedname|list
d|tojson
mixed|tojson
u|tojson
q|tojson
html|tojson
d|tojson(indent=2)
mixed|tojson(indent=4)
[]|tojson(indent=2)
{}|tojson(indent=2)
[[], {}]|tojson(indent=1)
d|tojson(sort_keys=true)
d|tojson(separators=(',', ':'))
d|tojson(indent=2, separators=(',', ': '))
d|tojson(indent='->')
u|tojson(ensure_ascii=true)
[big, tiny, x, 1.0, -0.0, 1e300]|tojson
{1: 2, none: 3, true: 4, 2.5: 5}|tojson
"\x7f\x01\u2028"|tojson
none|tojson
true|tojson
(1, 2)|tojson
i|string
n|string
l|string
x|string ~ 'a'
'42'|int
'42.7'|int
'abc'|int
'abc'|int(5)
'abc'|int(default=-1)
' 12 '|int
'1_000'|int
'ff'|int(base=16)
'0xff'|int(base=16)
'0xff'|int(base=0)
'-5'|int
n|int
42.9|int
-42.9|int
t|int
'1e3'|int
'42.5'|float
'abc'|float
'abc'|float(1.5)
' 1e3 '|float
i|float
n|float
'inf'|float
'nan'|float
m|map(attribute='role')|list
m|map(attribute='tool')|map('default', 'no')|list
m|map(attribute='n', default=0)|list
names|map('upper')|list
names|map('replace', 'a', 'x')|join
l|map('string')|list
nested|map(attribute=0)|list
nested|map('length')|join(',')
mixed|select|list
mixed|select('string')|list
mixed|reject('none')|list
l|select('gt', 1)|list
l|select('odd')|list
m|selectattr('role', 'equalto', 'user')|list|length
m|selectattr('role', '==', 'user')|map(attribute='content')|join
m|selectattr('tool')|list|length
m|selectattr('tool', 'defined')|list|length
m|rejectattr('role', 'eq', 'user')|map(attribute='content')|list
m|rejectattr('tool')|list|length
m|rejectattr('tool', 'defined')|map(attribute='content')|join
m|selectattr('role', 'in', ['user', 'x'])|list|length
d|items|list
undefinedname|items|list
d|dictsort
d|dictsort(case_sensitive=true)
d|dictsort(reverse=true)
{'a': 2, 'b': 1}|dictsort(by='value')
{'a': 2, 'b': 1}|dictsort(false, 'value', true)
names|unique|list
names|unique(true)|list
m|unique(attribute='role')|map(attribute='content')|list
s|reverse
l|reverse|list
names|sort
names|sort(reverse=true)
names|sort(case_sensitive=true)
l|sort
m|sort(attribute='content')|map(attribute='content')|list
[{'a': 1, 'b': 2}, {'a': 1, 'b': 1}, {'a': 0, 'b': 3}]|sort(attribute='a,b')
lines|indent
lines|indent(2)
lines|indent(2, true)
lines|indent(2, first=true, blank=true)
lines|indent('> ')
e|indent(2, true)
'a'|indent
2.5|round
3.5|round
2.567|round(2)
2.675|round(2)
-2.5|round
42.55|round(1, 'floor')
42.51|round(1, 'ceil')
i|round
i|round(1, 'ceil')
1e20|round
1234.5|round(-2)
-i|abs
-2.5|abs
(-3)|abs
-3|abs
html|e
html|escape
html|safe
i|e
s|trim|upper|replace('H', 'J')|length
'a'~'b'|upper
1 + 2|string|length
-1|string
s is defined
undefinedname is defined
undefinedname is not defined
undefinedname is undefined
n is none
n is not none
s is string
i is string
d is mapping
l is mapping
l is iterable
s is iterable
i is iterable
d is iterable
undefinedname is iterable
l is sequence
s is sequence
d is sequence
i is sequence
i is number
x is number
t is number
s is number
i is integer
t is integer
x is integer
x is float
t is boolean
i is boolean
t is true
i is true
f is false
z is false
i is odd
i is even
4 is even
i is divisibleby 7
i is divisibleby(2)
i is equalto 7
i is eq(7)
i is ne 8
i is gt 6
i is lt(6)
i is ge 7
i is le 6
'a' is in 'abc'
n is sameas none
t is sameas true
i is sameas true
'abc' is lower
'ABC' is upper
'123' is upper
range is callable
s is callable
not s is string
s is string and i is string
s is not string or i is number
'a' if s is string else 'b'
(s is string) ~ (i is string)
[i is odd, i is even]
l[i is even]
l is defined and l|length > 2
s == 'Hello World' and l|length == 3
(l|length) * 2
l|length * 2
d.a|upper
d['a']|upper
m[0].content|upper|lower
m[0]['role'] == 'user'
{'a': l|length}['a']
(l|sort)[0]
(l|reverse|list)[0]
l|map('abs')|list == [3, 1, 2]
((((1))))
[[[[1]]]]
{'a': {'b': {'c': 1}}}.a.b.c
'%'
"{{ x }}"
"}}"
{'a': '}}'}['a']
(1, 2, 3)|length
1, 2
()|length
'a' 'b'|upper
not undefinedname
undefinedname or 'x'
m|selectattr('zz')|list
(m|map(attribute='role')) is iterable
(m|selectattr('zz')) is sequence
strftime_now('%d %b %Y')
strftime_now('%Y-%m-%d')
strftime_now is defined
raise_exception is defined
bos is defined and bos
1 if 0
none is none
1 is number
"a" < "b" < "c"
[1, 2, 3][-2:]
"abc"[1]
"abc"[-1:]
'abc'[::-1]|upper
""
" "
""|length
0|default('x', true)
0.0|string
1e100
1.7976931348623157e308
5e-324
123456789.125
0.0001
100000.0
1e15
1e22
-0.0
9007199254740993
9223372036854775807
-9223372036854775807
""".strip("\n")

# Whole templates.
TEMPLATES = [
    "",
    "\n",
    "a\n",
    "a\n\n",
    "a\r\nb\rc",
    "  {% if t %}  x  {% endif %}  ",
    "{% if t %}\nx\n{% endif %}\ny",
    "  {% if t %}\n  x\n  {% endif %}\n  y",
    "a {% if t %} b {% endif %} c",
    "a\n\t {% if t %}b{% endif %}",
    "a {%- if t -%} b {%- endif -%} c",
    "a\n\n  {%- if t %}\n\n b\n{%- endif +%}\n c",
    "a\n  {%+ if t %}b{% endif %}",
    "{% if t +%}\nb{% endif %}",
    "{{ 1 }}\n{{ 2 }}\n",
    "a {{- 1 -}} b",
    "a\n  {{ 1 }}\n  {{- 2 }}\n",
    "  {# c #}  x",
    "  {# c #}\nx",
    "a {#- c -#} b",
    "{# {{ x }} {% if %} #}x",
    "a{# c #}\n\nb",
    "{#- c +#}\nx",
    "{% raw %}{{ x }}{% endraw %}",
    "a\n  {% raw %}\n {% if %}\n  {% endraw %}\nb",
    "a {%- raw -%} {{ x }} {%- endraw -%} b",
    "{% raw %}\nx{% endraw %}\ny",
    "{ {x} } %} }} #}",
    "{{ {'a': {'b': 1}} }}",
    "{{ '}}' }}{{ \"%}\" }}",
    "{%if t%}x{%endif%}",
    "{{x}}{{-x-}}",
    "{{ -x }}{{- -x -}} ",
    "{% for a in l %}{{ a }}{% endfor %}",
    "{% for a in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}",
    "{% for a in l %}{{ loop.previtem }},{{ loop.nextitem }},{{ loop.previtem is defined }};{% endfor %}",
    "{% for a in [] %}x{% else %}none{% endfor %}",
    "{% for a in l %}x{% else %}none{% endfor %}",
    "{% for a in undefinedname %}x{% else %}none{% endfor %}",
    "{% for a in l if a > 1 %}{{ a }}{{ loop.index }}{{ loop.length }} {% endfor %}",
    "{% for a in l if a > 9 %}x{% else %}none{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }};{% endfor %}",
    "{% for c in 'abc' %}{{ c }}-{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a in 1, 2, 3 %}{{ a }}{% endfor %}",
    "{% for a in l %}{% for b in l %}{{ loop.depth }}{{ a * b }} {% endfor %}{{ loop.depth0 }}{% endfor %}",
    "{% for a in l %}{% set outer = loop %}{% for b in l %}{{ outer.index }}{% endfor %}{% endfor %}",
    "{% for a in l %}{% if a == 1 %}{% continue %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in l %}{% if a == 1 %}{% break %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in l %}{% for b in l %}{% if b == 1 %}{% break %}{% endif %}{{ b }}{% endfor %}|{% endfor %}",
    "{% for a in l %}{% break %}{% else %}x{% endfor %}y",
    "{% for a in l %}{% continue %}{% else %}x{% endfor %}y",
    "{% for a in l %}{% if loop.last %}{% break %}{% endif %}{% else %}x{% endfor %}y",
    "{% set a = 1 %}{% for b in l %}{% set a = b %}{{ a }}{% endfor %}{{ a }}",
    "{% set a = 1 %}{% for b in l %}{{ a }}{% set a = a + 1 %}{{ a }}{% endfor %}",
    "{% set a = 1 %}{% if t %}{% set a = 2 %}{% endif %}{{ a }}",
    "{% for b in l %}{% if t %}{% set a = 2 %}{% endif %}{{ a }}{% endfor %}{{ a is defined }}",
    "{% for a in l %}{% endfor %}{{ a is defined }}{{ loop is defined }}",
    "{% set a = 5 %}{% for a in l %}{{ a }}{% endfor %}{{ a }}",
    "{% set ns = namespace(c=0) %}{% for a in l %}{% set ns.c = ns.c + a %}{% endfor %}{{ ns.c }}",
    "{% set ns = namespace(a=[]) %}{% for x in l %}{% set ns.a = ns.a + [x * 2] %}{% endfor %}{{ ns.a }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set a = 1, 2 %}{{ a }}",
    "{% set (a, b) = [1, 2] %}{{ a }}{{ b }}",
    "{% set a %}x{{ i }}y{% endset %}[{{ a }}]",
    "{% set a %}\n  x\n{% endset %}[{{ a }}]",
    "{% set a %}{% set b = 1 %}{% endset %}{{ b is defined }}",
    "{% if f %}a{% elif z %}b{% elif t %}c{% else %}d{% endif %}",
    "{% if f %}a{% elif z %}b{% else %}d{% endif %}",
    "{% if l %}a{% endif %}{% if not e %}b{% endif %}{% if n %}c{% endif %}{% if undefinedname %}d{% endif %}",
    "{% if m|selectattr('zz') %}generators are true{% endif %}",
    "{% if not m|selectattr('zz')|list %}lists are not{% endif %}",
    "{% set g = l|map('string') %}{{ g|join }}{{ g|join }}",
    "{% set g = l|reverse %}{{ g|first }}{{ g|list }}",
    "{% macro f(a, b=2) %}{{ a }}-{{ b }};{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(b=4, a=5) }}{{ f() }}",
    "{% macro f(a) %}{{ a }}{% if a > 0 %}{{ f(a - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro f() %}{{ x }}{% set x = 9 %}{{ x }}{% endmacro %}{{ f() }}{{ x }}",
    "{% macro f() %}{{ late }}{% endmacro %}{% set late = 1 %}{{ f() }}",
    "{% macro f(a, b=a) %}{{ b }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %} x {% endmacro %}[{{ f()|trim }}]{{ f()|length }}{{ f() is string }}",
    "{% macro f(x) %}\n  {%- if x is mapping %}{% for k, v in x.items() %}{{ k }}:{{ f(v) }};{% endfor %}{% else %}{{ x }}{% endif %}\n{%- endmacro %}{{ f(d) }}",
    "{% for a in l %}{% macro g(y) %}{{ y }}!{% endmacro %}{{ g(a) }}{% endfor %}",
    "{{ undefinedname }}{{ d.zz }}{{ l[10] }}{{ [undefinedname] }}",
    "{{ (1, 2)|join(',') }}{{ 1 }}{# x #}{{ 2 }}",
    "{% set s2 = s %}{% set s2 = s2 ~ '!' %}{{ s2 }}",
    "{% for message in m %}{{ message['role'] }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{%- for message in m %}\n  {{- message.role }}\n  {%- if message.tool is defined %}\n    {{- message.tool.name }}\n  {%- endif %}\n{%- endfor %}",
    "{% generation %}x{% endgeneration %}y",
    "a{% for b in l %}u{% generation %}{{ b }}é{% endgeneration %}{% endfor %}",
    "{% set a = 1 %}{% generation %}{% set a = 2 %}{{ a }}{% endgeneration %}{{ a }}",
    "{{ caller is defined }}{{ loop is defined }}",
    "{{\n'a'\n~\n'b'\n}}",
    "{%\nif t\n%}x{%\nendif\n%}",
    "{{ 'a\nb' }}",
    "{% if true %}a{% endif %}{% if True and not False %}b{% endif %}",
    "{% for i in range(3) %}{{ i }}{% endfor %}{{ i }}",
    "{% for i in range(1, 10, 3) -%} {{ i }} {%- endfor %}",
    "{{ '' if not tools else tools | tojson }}",
    "é{{ u }}\u3000{%- if t %}\u3000x{% endif %}",
]

# Templates that both refuse: when they are read, or when they are rendered.
ERRORS = [
    "{{", "{%", "{# a", "{{ 1", "{% if t %}", "{% endif %}", "{% for a in l %}{% endif %}", "{{ }}", "{% %}", "{% foo %}",
    "{{ 1 + }}", "{{ (1 }}", "{{ [1) }}", "{{ 'a }}", "{{ a b }}", "{{ 1 ! 2 }}", "{{ x is }}", "{{ x| }}", "{{ x|nofilter }}",
    "{{ x is notest }}", "{% raw %}a", "{% set %}", "{% set 1 = 2 %}", "{% for in l %}{% endfor %}", "{% break %}",
    "{{ undefinedname.x }}", "{{ undefinedname.x is defined }}", "{{ 1 + 2 ~ 3 }}", "{{ m|map(attribute='tool.name')|list }}", "{{ undefinedname['x'] }}", "{{ undefinedname() }}", "{{ undefinedname + 1 }}", "{{ 1 + 'a' }}",
    "{{ 'a' + 1 }}", "{{ 'a' - 'b' }}", "{{ 1 < 'a' }}", "{{ none < 1 }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}",
    "{{ undefinedname < 1 }}", "{{ -'a' }}", "{{ i() }}", "{{ s() }}", "{{ 1 in 5 }}", "{{ 1 in 'a' }}", "{% for a in 5 %}{% endfor %}",
    "{% for a in n %}{% endfor %}", "{% for a, b in l %}{% endfor %}", "{% set a, b = l %}", "{{ i|length }}", "{{ n|join }}",
    "{{ n|list }}", "{{ i|first }}", "{{ undefinedname|tojson }}", "{{ undefinedname|int }}", "{{ range(10000000) }}",
    "{{ raise_exception('no') }}", "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(b=2) }}",
    "{% macro f(a=1, b) %}{% endmacro %}", "{% set d.x = 1 %}", "{% set ns = namespace(_a=1) %}", "{% set ns = namespace() %}{% set ns._a = 1 %}",
    "{{ l.append(1) }}", "{{ d.update({}) }}", "{{ s.nomethod() }}", "{{ s.split('') }}", "{{ ','.join([1]) }}", "{{ l.index(9) }}",
    "{{ l[::0] }}", "{{ (m|map(attribute='role'))|length }}", "{{ [1, 'a']|sort }}", "{{ s|abs }}", "{{ n|abs }}", "{{ s|round }}",
    "{{ l|dictsort }}", "{{ i|items|list }}", "{{ s|upper(1) }}", "{{ s|default(1, 2, 3) }}", "{{ x is x is y }}", "{{ 1 is divisibleby }}",
    "{{ a.1b }}", "{{ a. }}", "{{ [1 2] }}", "{{ {1} }}", "{{ {'a' 1} }}", "{{ f(a=1, 2) }}", "{{ 09 }}", "{{ '\\x4' }}", "{{ '\\uD8' }}",
    "{% if %}{% endif %}", "{% else %}", "{% if t %}{% else %}{% else %}{% endif %}", "{% macro %}{% endmacro %}", "{% endfor %}",
    "{% generation %}", "{{ namespace(1, 2) }}", "{{ strftime_now() }}", "{{ dict(1) }}", "{{ range() }}", "{{ range(1, 2, 0) }}", "{{ {[]: 1} }}",
]
