import Base
import Foundation
import JSON
import Testing

private func parse(_ text: String) throws -> JSONValue {
  let documents = try YAMLDocument.documents(in: Bytes(text))
  try #require(documents.count == 1, "\(documents.count) documents")
  return documents[0].value
}

private func refusal(_ text: String, _ options: YAMLOptions = YAMLOptions()) -> YAMLError? {
  do throws(YAMLError) {
    _ = try YAMLDocument.documents(in: Bytes(text), options: options)
    return nil
  } catch {
    return error
  }
}

/// Equal but for how a float is written.
private func alike(_ left: JSONValue, _ right: JSONValue) -> Bool {
  switch (left, right) {
  case (.number(let left), .number(let right)): left == right || left.double == right.double
  case (.array(let left), .array(let right)):
    left.count == right.count && zip(left, right).allSatisfy(alike)
  case (.object(let left), .object(let right)):
    left.count == right.count
      && left.members.allSatisfy { member in
        right[member.name].map { alike(member.value, $0) } ?? false
      }
  default: left == right
  }
}

/// What PyYAML reads and refuses, as Fixtures/yaml/record.py recorded it.
private func recorded() throws -> JSONValue {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let data = try Data(contentsOf: root.appending(path: "Fixtures/yaml/pyyaml.json"))
  return try JSONValue(parsing: Bytes([UInt8](data)))
}

private func made(_ random: inout PRNG, depth: Int) -> JSONValue {
  switch random.below(depth < 4 ? 7 : 5) {
  case 0: return .null
  case 1: return .bool(random.below(2) == 0)
  case 2: return .number(JSONNumber(Int64(bitPattern: random.next() >> random.below(60))))
  case 3, 4: return .string(word(&random))
  case 5: return .array((0..<random.below(4)).map { _ in made(&random, depth: depth + 1) })
  default:
    var object = JSONObject()
    for _ in 0..<random.below(4) {
      object[word(&random)] = made(&random, depth: depth + 1)
    }
    return .object(object)
  }
}

private func word(_ random: inout PRNG) -> String {
  let letters = Array("a: -#\"\\\n\t{}[],&*!|>'%@`\u{1}é😀y<=")
  return String((0..<random.below(8)).map { _ in letters[random.below(letters.count)] })
}

@Suite struct `Reading YAML` {
  @Test func `as PyYAML reads it`() throws {
    let cases = try #require(try recorded()["read"]?.array)
    #expect(cases.count > 250)
    for example in cases {
      let text = try #require(example["yaml"]?.string)
      let expected = try #require(example["json"]?.array)
      do throws(YAMLError) {
        let values = try YAMLDocument.documents(in: Bytes(text)).map(\.value)
        #expect(
          alike(.array(values), .array(expected)),
          "\(text)\n\(JSONValue.array(values).text())\n\(JSONValue.array(expected).text())")
      } catch {
        Issue.record("\(error)\n\(text)")
      }
    }
  }

  @Test func `what PyYAML refuses is refused, at its line or where it began`() throws {
    let cases = try #require(try recorded()["refused"]?.array)
    #expect(cases.count > 25)
    for example in cases {
      let text = try #require(example["yaml"]?.string)
      let error = refusal(text)
      #expect(error != nil, "\(text)")
      let lines = (example["lines"]?.array ?? []).compactMap(\.int64)
      #expect(
        error.map { lines.contains(Int64($0.position.line)) } == true,
        "\(String(describing: error)), \(example["problem"]?.string ?? "")\n\(text)")
    }
  }

  /// sigs.k8s.io/yaml, which kubectl reads manifests with, takes YAML 1.1's words.
  @Test func `plain words mean what they mean to kubectl`() throws {
    for word in ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
      #expect(try parse("a: \(word)") == ["a": true])
      #expect(try parse("a: '\(word)'") == ["a": .string(word)])
    }
    for word in ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
      #expect(try parse("a: \(word)") == ["a": false])
    }
    #expect(
      try parse("[0o17, 017, 0x1f, 0b11, 1_000, +5, -0x10]") == [15, 15, 31, 3, 1000, 5, -16])
    #expect(
      try parse("[08, 3.0, 1e2, -9223372036854775808]") == [8, 3, 100, -9_223_372_036_854_775_808])
    #expect(try parse("[! 5, !<tag:yaml.org,2002:str> 5]") == ["5", "5"])
    #expect(try parse("on: 1\n2: x\n0.5: z") == ["true": 1, "2": "x", "0.5": "z"])
    #expect(
      try parse("[2001-12-14, 12:30, 1.2.3.4, 10Gi, 500m]")
        == ["2001-12-14", "12:30", "1.2.3.4", "10Gi", "500m"])
    for text in [".inf", "-.INF", ".nan", "1e999"] {
      #expect(refusal("a: \(text)")?.reason == .notFinite(text))
    }
  }

  @Test func `JSON is read as JSON, tabs and surrogate pairs too`() throws {
    let text = "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": [1, 2, \"\\ud83d\\ude00\\/\"]\n\t}\n}\n"
    #expect(try parse(text) == JSONValue(parsing: Bytes(text)))
    let two = try YAMLDocument.documents(in: "{\"a\": 1}\n{\"a\": 2}{\"a\": 3}")
    #expect(two.map(\.value) == [["a": 1], ["a": 2], ["a": 3]])
    #expect(try parse("a:  \t b  \n") == ["a": "b"])
  }

  @Test func `keys come once, and are texts`() {
    #expect(
      refusal("a: 1\nb: 2\na: 3")
        == YAMLError(
          reason: .duplicateKey("a", first: TextPosition(line: 1, column: 1)),
          position: TextPosition(line: 3, column: 1)))
    #expect(refusal("{a: 1, a: 2}")?.position == TextPosition(line: 1, column: 8))
    #expect(refusal("? [a]\n: b")?.reason == .keyIsNoScalar)
    #expect(refusal("null: b")?.reason == .keyIsNoScalar)
    #expect(refusal("a: 1\n<<: 5")?.reason == .badMerge)
  }

  @Test func `errors say what was expected, and where`() {
    let cases: [(String, String)] = [
      ("a: b: c", "line 1, column 5: a second ': ' in one line cannot stand here"),
      ("a: [1, 2\n", "line 2, column 1: '[' or '{' that began on line 1 has no end"),
      ("a: !x b", "line 1, column 4: unknown tag !x; expected !!str"),
      ("a: *b", "line 1, column 4: no anchor &b before this alias"),
      ("a: @b", "line 1, column 4: '@' cannot begin a value; put it in quotes"),
      ("a:\n\tb: 1", "line 2, column 1: expected spaces before the value, found a tab"),
      ("a: \"x", "line 1, column 6: a quoted text that began on line 1 has no end"),
      ("a: !!int x", "line 1, column 10: \"x\" is no integer"),
      ("a: !!seq {}", "line 1, column 10: expected a sequence, found a mapping"),
      ("%TAG ! x\n---\na: 1", "line 1, column 1: unknown directive %TAG"),
      (
        "ä: [ö ü: x: y]",
        "line 1, column 11: expected ',' or the ']' of the '[' on line 1, found ':'"
      ),
    ]
    for (text, expected) in cases {
      let found = refusal(text)?.description ?? "read"
      #expect(found.hasPrefix(expected), "\(text): \(found)")
    }
  }

  @Test func `every bound holds`() {
    let bomb = (1...12).reduce("a0: &a0 [x, x]\n") { text, level in
      let alias = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      return text + "a\(level): &a\(level) [\(alias)]\n"
    }
    #expect(refusal(bomb)?.reason == .tooManyValues(limit: YAMLOptions().valuesMax))
    #expect(refusal("&a [*a]")?.reason == .unknownAnchor("a"))
    let deep = String(repeating: "[", count: 100_000)
    #expect(refusal(deep)?.reason == .tooDeep(limit: 128))
    let nested = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(refusal(nested)?.reason == .tooDeep(limit: 128))
    #expect(refusal(String(repeating: "- ", count: 50_000))?.reason == .tooDeep(limit: 128))
    #expect(refusal("a: bc", YAMLOptions(bytesMax: 4))?.reason == .tooLong(limit: 4))
    #expect(throws: YAMLError.self) { try YAMLDocument.documents(in: Bytes([0x61, 0x3A, 0xFF])) }
    #expect(throws: YAMLError.self) {
      try YAMLDocument.documents(in: Bytes([0xFF, 0xFE, 0x61, 0]))
    }
  }
}

@Suite struct `Places of fields` {
  private func positions(_ text: String) throws -> FieldPositions {
    try #require(try YAMLDocument.documents(in: Bytes(text)).last).positions
  }

  @Test func `a path names its key's line, a missing field its parent's`() throws {
    let places = try positions(
      """
      # manifest
      metadata:
        labels: {app: web, app.kubernetes.io/name: x}
      spec:
        replicas: -1
        template:
          spec:
            containers:
            - name: a
              ports:
              - containerPort: 80
            - name: b
      """)
    let expected: [(String, Int, Int)] = [
      ("spec.replicas", 5, 3), ("spec.template.spec.containers[1].name", 12, 9),
      ("spec.template.spec.containers[0].ports[0].containerPort", 11, 11),
      ("spec.template.spec.containers[1]", 12, 9),
      ("spec.template.spec.containers[0].image", 9, 9), ("spec.selector", 4, 1),
      ("metadata.labels[app.kubernetes.io/name]", 3, 22), ("metadata.labels.app", 3, 12),
      ("metadata.labels.app.kubernetes.io/name", 3, 22), ("status", 2, 1), ("", 2, 1),
      ("spec.template.spec.containers[7].name", 8, 7), ("spec..[", 4, 1),
    ]
    for (path, line, column) in expected {
      #expect(places.position(of: path) == TextPosition(line: line, column: column), "\(path)")
    }
  }

  @Test func `JSON, later documents, list items and aliases have places too`() throws {
    #expect(try positions("{\n \"a\": {\n  \"b\": 1}}").position(of: "a.b").line == 3)
    #expect(try positions("a: 1\n---\nb:\n  c: 1").position(of: "b.c").line == 4)
    let list = try positions("kind: List\nitems:\n- a: 1\n- a: 2\n  b: 3")
    #expect(list.element(1, of: "items").position(of: "b").line == 5)
    #expect(try positions("x: &x\n  a: 1\nz: *x").position(of: "z.a").line == 2)
    #expect(try positions("x: &x\n  a: 1\nz:\n  <<: *x\n  b: 2").position(of: "z.a").line == 2)
  }
}

@Suite struct `YAML from anyone` {
  /// Whatever the bytes are: read or refused, at a line that exists.
  @Test func `mutated documents never trap`() throws {
    let texts = try #require(try recorded()["read"]?.array).compactMap { $0["yaml"]?.string }
    let alphabet = Array("-:?,[]{}#&*!|>'\"%@`\t\n\r \\ax0~<=\u{FF}".utf8)
    var random = PRNG(seed: 7)
    for _ in 0..<6_000 {
      var bytes = Array(texts[random.below(texts.count)].utf8)
      for _ in 0...random.below(6) {
        let place = random.below(bytes.count + 1)
        switch random.below(4) {
        case 0: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
        case 1 where place < bytes.count: bytes[place] = alphabet[random.below(alphabet.count)]
        case 2 where place < bytes.count: bytes.remove(at: place)
        default: bytes = Array(bytes.prefix(place))
        }
      }
      let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
      do throws(YAMLError) {
        let documents = try YAMLDocument.documents(in: Bytes(bytes))
        for document in documents {
          let line = document.positions.position(of: "a.b[0].c").line
          #expect((1...lines).contains(line))
        }
      } catch {
        #expect((1...lines).contains(error.position.line))
      }
    }
  }

  @Test func `any JSON text means the same as YAML`() throws {
    var random = PRNG(seed: 11)
    for _ in 0..<500 {
      let value = made(&random, depth: 0)
      for style in [JSONStyle.compact, .indented] {
        let text = value.text(style)
        #expect(try parse(text) == value, "\(text)")
      }
    }
  }

}

@Suite struct `Writing YAML` {
  @Test func `as kubectl prints it`() {
    let value: JSONValue = [
      "a": ["x: y", "plain text", "", "true", "12", "1e3", "- a", "it's", "25%", "-c", "/dev/log"],
      "b": ["c": [["name": "main", "args": []], [:], [[1, 2]]], "d": nil],
      "text": "one\n  two\n", "strip": "a\nb", "keep": "a\n\n", "time": "2026-11-22T21:07:45Z",
      "app.kubernetes.io/name": "x", "yes": 1,
    ]
    #expect(
      value.yaml == """
        a:
        - "x: y"
        - plain text
        - ""
        - "true"
        - "12"
        - "1e3"
        - "- a"
        - it's
        - 25%
        - -c
        - /dev/log
        b:
          c:
          - name: main
            args: []
          - {}
          - - - 1
              - 2
          d: null
        text: |
          one
            two
        strip: |-
          a
          b
        keep: |+
          a

        time: "2026-11-22T21:07:45Z"
        app.kubernetes.io/name: x
        "yes": 1

        """)
  }

  @Test func `what is written is read as it was`() throws {
    var random = PRNG(seed: 5)
    for _ in 0..<1_500 {
      let value = made(&random, depth: 0)
      #expect(try parse(value.yaml) == value, "\(value.text())\n\(value.yaml)")
    }
    for example in try #require(try recorded()["read"]?.array) {
      let value = try #require(example["json"])
      #expect(alike(try parse(value.yaml), value), "\(value.yaml)")
    }
  }
}
