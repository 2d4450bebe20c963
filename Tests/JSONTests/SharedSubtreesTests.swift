import Base
import JSON
import Testing

private func share(_ text: String, _ subtrees: inout SharedSubtrees) throws -> JSONValue {
  try JSONValue(parsing: Bytes(text), sharing: &subtrees)
}

private let container = #"{"name":"main","image":"registry.k8s.io/pause:3.10","args":["a{","b]"]}"#

/// Where the members of an object lie in memory.
private func place(_ value: JSONValue?) -> UInt? {
  value?.object?.members.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
}

@Suite struct `Sharing subtrees` {
  @Test func `what two texts have alike is held once`() throws {
    var subtrees = SharedSubtrees(below: ["containers", "labels"])
    let labels = #"{"app.kubernetes.io/name":"web"}"#
    let texts = [1, 2].map {
      #"{"n":\#($0),"labels":\#(labels),"containers":[ \#(container) ],"other":[\#(container)]}"#
    }
    let first = try share(texts[0], &subtrees)
    let second = try share(texts[1], &subtrees)
    #expect(second == (try JSONValue(parsing: Bytes(texts[1]))))
    #expect(place(first["labels"]) == place(second["labels"]))
    #expect(place(first["containers"]?[0]) == place(second["containers"]?[0]))
    // Nobody asked for these.
    #expect(place(first["other"]?[0]) != place(second["other"]?[0]))
  }

  @Test func `a change of one value leaves the other as it was`() throws {
    var subtrees = SharedSubtrees(below: ["containers"])
    let text = #"{"containers":[\#(container)]}"#
    let first = try share(text, &subtrees)
    guard case .object(var changed) = try share(text, &subtrees)["containers"]?[0] else {
      Issue.record("no object")
      return
    }
    changed["image"] = "another"
    #expect(first["containers"]?[0]?["image"] == "registry.k8s.io/pause:3.10")
    #expect(try share(text, &subtrees) == first)
  }

  @Test func `texts that differ in one byte share nothing`() throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    let first = try share(#"{"labels":{"application":"one","tier":"web"}}"#, &subtrees)
    let second = try share(#"{"labels":{"application":"two","tier":"web"}}"#, &subtrees)
    #expect(first["labels"]?["application"] == "one")
    #expect(second["labels"]?["application"] == "two")
  }

  @Test func `a value is refused alike with and without others before it`() throws {
    let broken = [
      #"{"labels":{"application":"one","application":"two"}}"#,
      #"{"labels":{"application":"one","tier":"web"}"#,
      #"{"labels":{"application":"one","tier":"web"]}"#,
      #"{"labels":{"application":"one\u00","tier":"web"}}"#,
      #"{"containers":[{"application":"one","tier":"web"},]}"#,
      #"{"labels":{"application":"one","tier":"web"}}}"#,
      #"{"labels":{"application":"unclosed}}"#,
    ]
    for text in broken {
      var subtrees = SharedSubtrees(below: ["labels", "containers"])
      _ = try share(#"{"labels":{"application":"one","tier":"web"}}"#, &subtrees)
      let alone = #expect(throws: JSONError.self) { try JSONValue(parsing: Bytes(text)) }
      let shared = #expect(throws: JSONError.self) { try share(text, &subtrees) }
      #expect(alone == shared, "\(text)")
      // An error loses nothing of what was there.
      _ = try share(#"{"labels":{"application":"one","tier":"web"}}"#, &subtrees)
    }
  }

  @Test func `a subtree that was shared is too deep where it would be alone`() throws {
    func nested(_ levels: Int, _ inner: String) -> String {
      String(repeating: "[", count: levels) + inner + String(repeating: "]", count: levels)
    }
    var subtrees = SharedSubtrees(below: ["labels"])
    let labels = #"{"labels":{"deep":\#(nested(40, "\"a text\""))}}"#
    _ = try share(labels, &subtrees)
    // Two objects and 40 arrays fit below 214 arrays, not below 215.
    #expect(try share(nested(214, labels), &subtrees)[0] != nil)
    #expect(throws: JSONError.self) { try share(nested(215, labels), &subtrees) }
  }

  @Test func `what was not met for two generations is forgotten`() throws {
    var subtrees = SharedSubtrees(below: ["labels"])
    func labels(_ number: Int) -> String { #"{"labels":{"application":"number \#(number)"}}"# }
    let first = try share(labels(0), &subtrees)
    for number in 1...1500 { _ = try share(labels(number), &subtrees) }
    #expect(place(try share(labels(0), &subtrees)["labels"]) == place(first["labels"]))
    for number in 3000...6000 { _ = try share(labels(number), &subtrees) }
    #expect(place(try share(labels(0), &subtrees)["labels"]) != place(first["labels"]))
  }

  @Test(arguments: 0..<50) func `any value reads as without sharing`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    var subtrees = SharedSubtrees(below: ["a", "b", "c"])
    for _ in 0..<40 {
      let text = Bytes(randomText(&random, depth: 0))
      #expect(
        try JSONValue(parsing: text, sharing: &subtrees).text()
          == JSONValue(parsing: text).text())
    }
  }

  private func randomText(_ random: inout PRNG, depth: Int) -> String {
    let names = ["a", "b", "c", "d", "a longer name", "e\\n{"]
    switch random.below(depth > 4 ? 2 : 5) {
    case 0: return "\"\(["", "}", "]", "{[", "\\\"}", "\\\\"][random.below(6)])\""
    case 1: return "\(random.below(3))"
    case 2:
      let elements = (0..<random.below(3)).map { _ in randomText(&random, depth: depth + 1) }
      return "[\(elements.joined(separator: ", "))]"
    default:
      let members = names.prefix(random.below(7)).map {
        "\"\($0)\":\(randomText(&random, depth: depth + 1))"
      }
      return "{\(members.joined(separator: ","))}"
    }
  }

  @Test func `objects of many members find a name that comes twice`() throws {
    let members = (0..<40).map { #""member \#($0)":\#($0)"# }
    let whole = try JSONValue(parsing: Bytes("{\(members.joined(separator: ","))}"))
    #expect(whole.object?.count == 40)
    #expect(whole["member 39"] == 39)
    for twin in [0, 16, 17, 39] {
      let text = Bytes("{\((members + [members[twin]]).joined(separator: ","))}")
      #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
      var places: [String] = []
      let last = try JSONValue(
        parsing: Bytes("{\(members.joined(separator: ",")),\"member \(twin)\":-1}"),
        duplicates: &places)
      #expect(places == ["member \(twin)"])
      #expect(last["member \(twin)"] == -1)
      #expect(last.object?.count == 40)
    }
  }
}
