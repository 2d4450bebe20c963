"""Records what PyYAML 6.0 reads: python3 record.py > pyyaml.json

PyYAML reads YAML 1.1. Left out of its resolver is what no manifest reader takes from 1.1: base-60
numbers and dates. Words such as `y`, and `0o17`, are tested by value beside these.
"""
import json
import random
import re
import yaml


class Loader(yaml.SafeLoader):
    pass


FLOAT = re.compile(r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+|[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$")
INT = re.compile(r"^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$")
Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found
            if not tag.endswith((":timestamp", ":int", ":float", ":value"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:int", INT, list("-+0123456789"))
Loader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+0123456789."))


def keyed(value):
    """JSON's keys are texts."""
    if isinstance(value, dict):
        def text(key):
            if isinstance(key, bool):
                return "true" if key else "false"
            return key if isinstance(key, str) else str(key)
        return {text(key): keyed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [keyed(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


WRITTEN = [
    # Manifests.
    """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, "app.kubernetes.io/part-of": shop}
  annotations:
    note: |
      first line
        indented
      last line
    folded: >-
      one
      two

      three
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: "nginx:1.25"   # a comment
        args: ["-c", 'echo it''s', --flag=x:y]
        ports:
        - containerPort: 80
        env:
        - {name: A, value: "1"}
        - name: B
          value: ''
""",
    "---\na: 1\n---\nb: 2\n...\n---\n- c\n",
    "# only a comment\n",
    "",
    "---\n",
    "---\n---\n",
    "--- text\n--- |\n block\n",
    "%YAML 1.1\n---\na: b\n",
    "a: b\n...\n# behind\n",
    "a:\n- 1\n- 2\nb:\n  - 3\n  -  - 4\n     - 5\n  - - 6\n    - 7\n",
    "a:\n  - b: 1\n    c: 2\n  -\n    d: 3\n  - \n  -\n",
    "? a\n: b\n? c\n",
    "? |\n  long key\n: - value\n",
    "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
    "base: &base\n  a: 1\n  b: 2\nmore:\n  <<: *base\n  b: 3\n  c: 4\n",
    "x: &x {a: 1}\nw: &y {b: 2, a: 9}\nz:\n  <<: [*x, *y]\n  c: 3\n",
    "&a a: &b b\nc: *a\nd: *b\n",
    "a: !!str 1\nb: !!int \"2\"\nc: !!float 3\nd: !!bool yes\ne: !!null ''\nf: !!str\n",
    "a: !!map {b: c}\nd: !!seq\n- e\n",
    "a: !<tag:yaml.org,2002:str> 7\n",
    "plain: one\n  two\n\n  three\nnext: x\n",
    "plain: one # no\nhash: a#b\ncolon: a:b\nurl: http://h:80/p?q=1#f\n",
    "dash: -a\nq: ?a\nc: :a\nneg: -1\n",
    "single: 'it''s\n  folded\n\n  here '\n",
    'double: "a\\tb\\n\\x41\\u00e9\\U0001F600 \\\n   joined\n  folded"\n',
    '"\\0\\a\\b\\e\\f\\n\\r\\t\\v\\"\\\\\\N\\_\\L\\P"\n',
    "a: |+\n  keep\n\n\nb: |-\n  strip\n\nc: |\n  clip\n\n",
    "a: >+\n  keep\n  fold\n\n\nb: >\n  a\n   more\n  b\n\n  c\n",
    "a: >\n\n  lead\n  more\n",
    "a: |2\n   three\n  two\n",
    "a: |1-\n  two\n",
    "- |\n a\n- >\n b\n- |2\n   c\n",
    "a: |\n  x\n  # not a comment\n# a comment\nb: 1\n",
    "a: |\nb: 1\n",
    "a: |\n\n\n",
    "a: >\n  folded\n\n    keeps\n    these\n\n  folds\n  again\n",
    "[a, [b, c], {d: e}, 'f', \"g\"]",
    "{a: [1, 2], b: {c: d}, e: , f}\n",
    "[a: b, c: d]\n",
    "[? a : b]\n",
    "{\n  a: 1,\n  b:\n    2,\n}\n",
    "[\n  one\n  two,\n  three\n]\n",
    '{"a":1,"b":[true,false,null],"c":"d"}',
    "[a ,b,   c]\n",
    "{a : b}\n",
    "{http://x: 1, b: c:d}\n",
    "ints: [0, 1, -1, +1, 017, 0x1F, 0b101, 1_000, 9223372036854775807, 18446744073709551615]\n",
    "floats: [0.5, -0.25, +1.5, 1., .5, 1e3, 1.5e-3, 1E+2, 1e-9]\n",
    "texts: [1.2.3, 1-2, 0x, 12e, 'true', \"1\", 10.0.0.1, 1a, +, -, ., e5, =, 2001-12-14, 12:30:45]\n",
    "bools: [true, True, TRUE, false, yes, No, on, OFF]\nnulls: [null, ~, Null, NULL]\nempty:\n",
    "7: a\ntrue: b\n2.5: c\n",
    "'quoted': a\n\"double\": b\n",
    "a: b\r\nc:\r\n  - d\r\n  - |\r\n    e\r\n    f\r\n",
    "key with spaces: value with spaces\n",
    "-\n  a: 1\n-\n  b: 2\n",
    "a: 'x'   # comment\nb: \"y\"# not\n".replace("\"y\"# not", "\"y\" # c"),
    "a: [\n# comment\n1, # one\n2]\n",
    "\n\n  a: 1\n  b: 2\n\n",
    "\ufeffa: 1\n",
    "\u00fcmlaut: \u00e9t\u00e9 \U0001F680\n",
    "a: 'multi\n\n\n  line'\n",
    "a:\n    b:\n        c: 1\n    d: 2\n",
    "- - - a\n    - b\n  - c\n- d\n",
    "a: - b\n".replace("- b", "-b"),
    "a: >-\n  x\n\n\n  y\n",
    "a: \"\"\nb: ''\n",
    "a: '#'\nb: '- x'\nc: ': '\n",
    "a: {b: 'c', d: \"e\"}\n",
    "a: *b\n".replace("*b", "b*"),
    "- !!str\n- x\n",
    "a: &b\nc: *b\n",
]

BROKEN = [
    "a: b: c\n",
    "a: [1, 2\nb: 3\n",
    "a: {b: 1\n",
    "a: 'open\nb: c\n",
    'a: "open\n',
    "a: 1\n b: 2\n",
    "a:\n  - b\n c: d\n",
    "a:\n\tb: 1\n",
    "- a\nb: c\n",
    "a: @b\n",
    "a: `b`\n",
    "a: *nope\n",
    "a: !nope b\n",
    "a: ]\n",
    "a: }\n",
    "a: \"\\q\"\n",
    "a: \"\\xZZ\"\n",
    "a: |x\n  b\n",
    "a: [b\n- c\n",
    "key\nother: 1\n".replace("key\nother", "a: 1\nkey\nother"),
    "a: %b\n",
    "a: {b: c d: e}\n",
    "[a b] c\n",
    "a: 'b' c\n",
    "a\n: - b\n  - c\n d\n",
    "{a: 1} b: 2\n",
    "a: - b\n",
    "a:\n  b: 1\n   c: 2\n",
    "a: [1, , 2]\n",
    "? a\n: b\n : c\n",
    "a: &x\nb: *y\n",
    "a: 1\n---\nb: [\n",
    "a: \"x\n---\ny\"\n",
]

STYLES = [
    {}, {"default_flow_style": True}, {"default_style": "'"}, {"default_style": '"'},
    {"default_style": "|"}, {"default_style": ">"}, {"width": 20}, {"indent": 6},
    {"allow_unicode": True}, {"explicit_start": True, "explicit_end": True},
    {"canonical": True}, {"default_style": '"', "width": 12}, {"line_break": "\r\n"},
]
WORDS = ["", "a", "true", "no", "null", "~", "1", "-1", "0.5", "1e3", "a b", " lead", "trail ",
         "two\nlines", "end\n", "\n", "\n\n\n", "a: b", "- a", "#x", "x #y", "it's", 'say "x"', "\\",
         "tab\there", "\u00e9", "\U0001F600", "a\n\n  b\n c\n", "*x", "&x", "!x", "%x", "@x", "[x",
         "{x}", "x, y", "?", "? x", ":", "http://a.b/c", "=", "<<", "0x1f", "017", "1_0", "long " * 20,
         "  \n x", "x\n ", "\u0085", "\u2028", "\x07", "key:", "2001-01-01", "12:30", ".", "...", "---"]


def made(rng, depth):
    kind = rng.randrange(9 if depth < 4 else 6)
    if kind < 3:
        return rng.choice(WORDS)
    if kind == 3:
        return rng.choice([0, 1, -7, 8080, 2**31, -2**63, 2**63 - 1])
    if kind == 4:
        return rng.choice([True, False, None])
    if kind == 5:
        return rng.choice([0.5, -1.25, 3.75, 1e-07])
    if kind < 8:
        return {rng.choice(WORDS) + str(rng.randrange(9)): made(rng, depth + 1)
                for _ in range(rng.randrange(5))}
    return [made(rng, depth + 1) for _ in range(rng.randrange(5))]


def main():
    read = []
    for text in WRITTEN:
        documents = list(yaml.load_all(text, Loader=Loader))
        read.append({"yaml": text, "json": keyed(documents)})
    rng = random.Random(20261122)
    for number in range(260):
        value = {"v": made(rng, 0)}
        text = yaml.dump(value, Dumper=yaml.SafeDumper, **STYLES[number % len(STYLES)])
        try:
            json.dumps(keyed(value), allow_nan=False)
        except ValueError:
            continue
        if yaml.load(text, Loader=Loader) == value:
            read.append({"yaml": text, "json": [keyed(value)]})
    refused = []
    for text in BROKEN:
        try:
            list(yaml.load_all(text, Loader=Loader))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            lines = [at.line + 1 for at in (mark, error.context_mark) if at]
            refused.append({"yaml": text, "lines": lines, "problem": str(error.problem)})
        else:
            raise SystemExit(f"PyYAML reads {text!r}")
    print(json.dumps({"read": read, "refused": refused}, indent=1))


main()
