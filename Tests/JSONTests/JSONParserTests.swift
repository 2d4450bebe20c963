import Base
import JSON
import Testing

private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Bytes(text)) }

@Suite struct `Parsing JSON` {
  @Test func `RFC 8259's own examples are read`() throws {
    // Section 13.
    let image = try parse(
      """
      {
        "Image": {
          "Width":  800,
          "Title":  "View from 15th Floor",
          "Thumbnail": { "Url": "http://www.example.com/image/481989943", "Height": 125 },
          "Animated" : false,
          "IDs": [116, 943, 234, 38793]
        }
      }
      """)
    let expected: JSONValue = [
      "Image": [
        "Width": 800, "Title": "View from 15th Floor",
        "Thumbnail": ["Url": "http://www.example.com/image/481989943", "Height": 125],
        "Animated": false, "IDs": [116, 943, 234, 38793],
      ]
    ]
    #expect(image == expected)
    #expect(
      image["Image"]?.object?.members.map(\.name) == [
        "Width", "Title", "Thumbnail", "Animated", "IDs",
      ])
    // Section 7: U+1D11E as a surrogate pair.
    #expect(try parse(#""\uD834\uDD1E""#) == .string("\u{1D11E}"))
    #expect(try parse("\"Hello world!\"") == "Hello world!")
    #expect(try parse("42") == 42)
  }

  @Test func `every escape means its character`() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\té\u0000""#).string
        == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{0}")
  }

  @Test func `numbers keep their digits`() throws {
    for text in [
      "0", "-0", "1.0", "1E400", "0.1e-7", "18446744073709551615", "-9223372036854775808",
    ] {
      #expect(try parse(text).text() == text)
    }
    #expect(try parse("9223372036854775807").int64 == .max)
    #expect(try parse("9223372036854775808").int64 == nil)
    #expect(try parse("1.0").int64 == nil)
    guard case .number(let large) = try parse("18446744073709551615") else {
      Issue.record("not a number")
      return
    }
    #expect(large.uint64 == .max)
    guard case .number(let infinite) = try parse("1E400") else { return }
    #expect(infinite.double == nil)
  }

  @Test func `names that only look alike stay two`() throws {
    // U+00E9, and U+0065 with U+0301: equal as Swift strings.
    let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.count == 2)
    #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
  }

  @Test(
    arguments: [
      ("", JSONError.Reason.unexpectedEnd, 1, 1),
      ("[1,\n 2,\n x]", .unexpectedByte(0x78), 3, 2),
      ("[\"ü\", x]", .unexpectedByte(0x78), 1, 7),
      ("[1] 2", .trailingBytes, 1, 5),
      ("[1,]", .unexpectedByte(0x5D), 1, 4),
      ("{\"a\":1,}", .unexpectedByte(0x7D), 1, 8),
      ("{\"a\" 1}", .unexpectedByte(0x31), 1, 6),
      ("{a:1}", .unexpectedByte(0x61), 1, 2),
      ("{\"a\":1,\"a\":2}", .duplicateMember("a"), 1, 8),
      ("[1", .unexpectedEnd, 1, 3),
      ("\"ab", .unexpectedEnd, 1, 4),
      ("01", .invalidNumber, 1, 1),
      ("1.", .invalidNumber, 1, 1),
      (".5", .unexpectedByte(0x2E), 1, 1),
      ("-", .invalidNumber, 1, 1),
      ("1e", .invalidNumber, 1, 1),
      ("+1", .unexpectedByte(0x2B), 1, 1),
      ("NaN", .unexpectedByte(0x4E), 1, 1),
      ("tru", .unexpectedEnd, 1, 4),
      ("trux", .unexpectedByte(0x78), 1, 4),
      (#""\x""#, .invalidEscape, 1, 2),
      (#""\u12g4""#, .invalidEscape, 1, 6),
      (#""\ud800""#, .loneSurrogate, 1, 2),
      (#""\ud800A""#, .loneSurrogate, 1, 2),
      (#""\udc00""#, .loneSurrogate, 1, 2),
      ("\"a\nb\"", .controlCharacter(10), 1, 3),
      ("\u{FEFF}1", .unexpectedByte(0xEF), 1, 1),
    ] as [(String, JSONError.Reason, Int, Int)])
  func `what is no JSON is refused with its place`(
    text: String, reason: JSONError.Reason, line: Int, column: Int
  ) {
    #expect(throws: JSONError(reason: reason, line: line, column: column)) { try parse(text) }
  }

  // Unicode 15 table 3-7: overlong forms, surrogates, beyond U+10FFFF, cut sequences.
  @Test(
    arguments: [
      [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
      [0x80], [0xFF],
    ] as [[UInt8]])
  func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
    for escape in [[], Array(#"\n"#.utf8)] {
      #expect(throws: JSONError(reason: .invalidUTF8, line: 1, column: 2)) {
        try JSONValue(parsing: Bytes([0x22] + escape + bytes + [0x22]))
      }
    }
  }

  @Test func `depth and length are bounded`() throws {
    let nested = String(repeating: "[", count: 4) + String(repeating: "]", count: 4)
    #expect(throws: Never.self) {
      try JSONValue(parsing: Bytes(nested), options: JSONOptions(depthMax: 4))
    }
    #expect(throws: JSONError(reason: .tooDeep(limit: 3), line: 1, column: 4)) {
      try JSONValue(parsing: Bytes(nested), options: JSONOptions(depthMax: 3))
    }
    #expect(throws: JSONError(reason: .tooLong(limit: 7), line: 1, column: 1)) {
      try JSONValue(parsing: Bytes(nested), options: JSONOptions(bytesMax: 7))
    }
    #expect(throws: JSONError.self) {
      try parse(String(repeating: "{\"a\":", count: 1_000_000))
    }
  }

  @Test func `the last of two members counts where that is asked for`() throws {
    let options = JSONOptions(duplicateMembers: .lastWins)
    let value = try JSONValue(parsing: "{\"a\":1,\"b\":2,\"a\":3}", options: options)
    #expect(value.text() == #"{"a":3,"b":2}"#)
  }

  @Test func `large objects find and lose members like small ones`() {
    var object = JSONObject()
    for number in 0..<100 { object["n\(number)"] = .number(JSONNumber(Int64(number))) }
    object["n50"] = nil
    object["n7"] = "seven"
    #expect(object.count == 99)
    #expect(object["n99"]?.int64 == 99)
    #expect(object["n50"] == nil)
    #expect(object["n7"] == "seven")
    for number in 10..<100 { object["n\(number)"] = nil }
    #expect(object.members.map(\.name) == (0..<10).map { "n\($0)" })
    #expect(object["n9"]?.int64 == 9)
  }

  @Test func `no mutation of a text traps, and what is read is written back the same`() throws {
    let seed = #"{"a":[1,-2.5e3,"x\né\u00e9",{"b":null}],"t":true,"f":false,"n":123456789}"#
    var random = PRNG(seed: 7)
    var read = 0
    for _ in 0..<20_000 {
      var mutated = Array(seed.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<mutated.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: mutated[place] = UInt8.random(in: 0...255, using: &random)
        case 1: mutated.remove(at: place)
        default:
          mutated.insert(mutated[Int.random(in: 0..<mutated.count, using: &random)], at: place)
        }
      }
      guard let value = try? JSONValue(parsing: Bytes(mutated)) else { continue }
      read += 1
      for style in [JSONStyle.compact, .indented] {
        #expect(try parse(value.text(style)) == value)
      }
    }
    #expect(read > 1_000)
  }
}

@Suite struct `Writing JSON` {
  @Test func `control characters, quotes and backslashes are escaped and nothing else`() {
    let text = "\"\\\u{8}\u{C}\n\r\t\u{1F}\u{7F}/<é"
    #expect(JSONValue.string(text).text() == #""\"\\\b\f\n\r\t\u001f"# + "\u{7F}/<é\"")
  }

  @Test func `indented text has one member a line`() {
    let value: JSONValue = ["a": [1, [], ["b": nil]], "c": [:]]
    // As `python3 -c 'print(json.dumps(value, indent=2))'` prints it.
    #expect(
      value.text(.indented)
        == """
        {
          "a": [
            1,
            [],
            {
              "b": null
            }
          ],
          "c": {}
        }
        """)
    #expect(value.text() == #"{"a":[1,[],{"b":null}],"c":{}}"#)
  }

  @Test func `objects are equal in any order`() {
    let left: JSONValue = ["a": 1, "b": 2]
    let right: JSONValue = ["b": 2, "a": 1]
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    #expect(left != ["a": 1, "b": 3])
    #expect(left != ["a": 1])
  }
}
