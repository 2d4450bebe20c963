import Base
import JSON
import Testing

private func share(_ text: String, _ subtrees: inout SharedSubtrees) throws -> JSONValue {
  try JSONValue(parsing: Bytes(text), sharing: &subtrees)
}

/// Where a text's bytes lie in memory.
private func place(_ value: JSONValue?) -> UInt? {
  value?.string?.utf8.withContiguousStorageIfAvailable { UInt(bitPattern: $0.baseAddress) }
}

@Suite struct `Sharing texts` {
  private let uid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"

  @Test func `a uid that two objects have is held once`() throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    let first = try share(#"{"metadata":{"uid":"\#(uid)"}}"#, &subtrees)
    let second = try share(#"{"involvedObject":{"uid":"\#(uid)"}}"#, &subtrees)
    #expect(second["involvedObject"]?["uid"]?.string == uid)
    #expect(place(second["involvedObject"]?["uid"]) == place(first["metadata"]?["uid"]))
    let alone = try JSONValue(parsing: Bytes(#"{"uid":"\#(uid)"}"#))
    #expect(place(alone["uid"]) != place(first["metadata"]?["uid"]))
  }

  @Test func `an escaped text is the same one`() throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    let values = try share(
      #"["a text with \"quotes\"","a text with \u0022quotes\u0022"]"#, &subtrees)
    #expect(values[1]?.string == #"a text with "quotes""#)
    #expect(place(values[0]) == place(values[1]))
  }

  /// They meet in the table, which looks at the first and the last eight bytes.
  @Test func `texts that differ in the middle stay apart`() throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    let texts = ["a", "b", "a", "é"].map { "12345678\($0.utf8.count == 1 ? $0 + "." : $0)12345678" }
    for text in texts + texts.reversed() {
      #expect(try share("[\"\(text)\"]", &subtrees)[0]?.string == text)
    }
  }

  @Test func `what is no UTF-8 is refused also where a like text was read`() throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    _ = try share(#"["12345678..12345678"]"#, &subtrees)
    for wrong: [UInt8] in [[0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0]] {
      let text = Array(#"["12345678"#.utf8) + wrong + Array(#"12345678"]"#.utf8)
      #expect(throws: JSONError.self) {
        try JSONValue(parsing: Bytes(text), sharing: &subtrees)
      }
    }
    #expect(try share(#"["12345678..12345678"]"#, &subtrees)[0] == "12345678..12345678")
  }

  /// Names are longer than what a `String` holds in itself.
  @Test(arguments: [15, 16, 17, 63, 64, 65]) func `texts of any length`(count: Int) throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    for letter in ["x", "y", "x"] {
      let text = String(repeating: letter, count: count)
      #expect(try share(#"{"\#(text)":"\#(text)"}"#, &subtrees) == [text: .string(text)])
    }
  }

  /// A parser's own arrays grow with what it reads; what it gives must not keep their room.
  @Test func `objects and arrays have no more room than they need`() throws {
    let inner = (0..<12).map { #"{"a":\#($0),"b":[\#($0)],"c":{}}"# }.joined(separator: ",")
    let first = try JSONValue(parsing: Bytes(#"{"first":{"list":[\#(inner)]},"second":1}"#))
    let members = try #require(first.object?.members)
    #expect(members.count == 2 && members.capacity <= 3)
    let one = try #require(first["first"]?.object?.members)
    #expect(one.count == 1 && one.capacity <= 2)
    let list = try #require(first["first"]?["list"]?.array)
    #expect(list.count == 12 && list.capacity <= 13)
  }
}
