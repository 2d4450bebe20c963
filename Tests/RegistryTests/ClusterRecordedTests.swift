import Base
import JSON
import Objects
import Registry
import Testing

/// Rows that hold whole objects: configuration, network, RBAC, bounds and the server's own kinds.
@Suite struct `What kube-apiserver answered, kind by kind` {
  private struct Answer {
    var rejection: Rejection?
    var stored: StoredObject?
  }

  private static func kind(_ json: JSONValue) throws -> Kind {
    try #require(Kind.all.first { $0.name == json["kind"]?.string })
  }

  /// `LONG` stands for more text than a ConfigMap may hold.
  private static func object(_ json: JSONValue?) -> JSONValue {
    guard json?["data"]?["a"] == "LONG" else { return json ?? [:] }
    return (json ?? [:]).with(
      "data", ["a": .string(String(repeating: "x", count: 1 << 20 | 1))])
  }

  private static func answer(to row: RecordedRow) throws -> Answer {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    for other in row.json["others"]?.array ?? [] {
      _ = try cluster.create(try kind(other), object(other["object"]))
    }
    let create = Intent.create(row.kind, object(row.json["object"]).members)
    guard let update = row.json["update"] else {
      if let rejection = cluster.rejection(of: create) { return Answer(rejection: rejection) }
      return Answer(stored: try cluster.create(row.kind, object(row.json["object"])))
    }
    var before = try cluster.create(row.kind, object(row.json["object"]))
    if let status = row.json["status"] {
      try cluster.commit(.updateStatus(from: before, to: before.with("status", status)))
      before = try #require(cluster.current(before))
    }
    let intent = Intent.update(from: before, to: update.members)
    if let rejection = cluster.rejection(of: intent) { return Answer(rejection: rejection) }
    try cluster.commit(intent)
    return Answer(stored: cluster.current(before))
  }

  @Test(arguments: try RecordedRow.read("validation-cluster.json"))
  func `it accepts and refuses the same, with the same words`(row: RecordedRow) throws {
    let answer = try Self.answer(to: row)
    if row.json["accepted"] == true {
      #expect(answer.rejection == nil)
      let stored = JSONValue.object(try #require(answer.stored).json)
      for path in row.json["dropped"]?.array ?? [] {
        #expect(stored.at(path.string ?? "") == nil)
      }
    } else if let errors = row.json["errors"]?.array {
      guard case .invalid(row.kind, _, let found) = answer.rejection else {
        Issue.record("not refused as invalid: \(String(describing: answer.rejection))")
        return
      }
      let wanted = errors.map { "\($0["path"]?.string ?? ""): \($0["message"]?.string ?? "")" }
      #expect(found.count == wanted.count, "\(found) for \(wanted)")
      for (error, pattern) in zip(found.map { "\($0.path): \($0.message)" }, wanted) {
        #expect(Self.matches(error, pattern), "\(error) for \(pattern)")
      }
    } else {
      #expect(answer.rejection?.message == row.json["message"]?.string)
      #expect(answer.rejection.map { Int64($0.code) } == row.json["code"]?.int64)
    }
  }

  /// What Go prints of whole structs carries no contract: there anything may stand.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    guard let start = pattern.firstRange(of: "{…Go dump…}") else { return text == pattern }
    let head = pattern[..<start.lowerBound].prefix { $0 != ":" }
    let tail = pattern[start.upperBound...]
    return text.hasPrefix(head) && text.hasSuffix(tail)
  }

  @Test(arguments: try RecordedRow.read("defaults-cluster.json"))
  func `it adds the same defaults`(row: RecordedRow) throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    for other in row.json["others"]?.array ?? [] {
      _ = try cluster.create(try Self.kind(other), try #require(other["object"]))
    }
    let object = try cluster.create(row.kind, Self.object(row.json["object"]))
    let stored = JSONValue.object(object.json)
    for added in row.json["added"]?.array ?? [] {
      let path = try #require(added["path"]?.string)
      let found = stored.at(recorded: path)
      switch added["value"] {
      case "<now>": #expect(found?.string.flatMap(WallTime.init(rfc3339:)) != nil, "\(path)")
      case "<allocated IP>": #expect(found?.string?.hasPrefix("10.96.") == true, "\(path)")
      case "<allocated port>":
        #expect(found?.int64.map { (30000...32767).contains($0) } == true, "\(path)")
      case let value: #expect(found == value, "\(path)")
      }
    }
    for dropped in row.json["dropped"]?.array ?? [] {
      #expect(stored.at(recorded: dropped.string ?? "") == nil)
    }
    let again = try cluster.commit(.update(from: object, to: object.json))
    #expect(again.writes.isEmpty, "defaults of defaults are none")
  }

  @Test func `the recordings are all there`() throws {
    #expect(try RecordedRow.read("validation-cluster.json").count == 150)
    #expect(try RecordedRow.read("defaults-cluster.json").count == 53)
  }
}
