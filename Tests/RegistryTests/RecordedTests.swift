import Base
import JSON
import Objects
import Registry
import Testing

@Suite struct `What kube-apiserver answered` {
  private static func cluster() throws -> ClusterHistory {
    var cluster = ClusterHistory(namespaces: ["default", "v", "vt"])
    let leaving = try #require(cluster.view[ObjectKey(.namespace, name: "vt")])
    try cluster.commit(.delete(leaving, DeleteOptions()))
    return cluster
  }

  /// Lowers the row's create or update; gives the rejection, and the stored value where there is
  /// none.
  private func answer(
    to row: RecordedRow
  ) throws -> (rejection: Rejection?, before: StoredObject?, after: StoredObject?) {
    var cluster = try Self.cluster()
    guard row.json["update"] != nil else {
      let intent = Intent.create(row.kind, row.base.edited(row.edits("create")).members)
      if let rejection = cluster.rejection(of: intent) { return (rejection, nil, nil) }
      let transaction = try cluster.commit(intent)
      return (nil, nil, cluster.view[try #require(transaction.writes.first).key])
    }
    var before = try cluster.create(row.kind, row.base.edited(row.edits("base")))
    if row.json["deleting"] == true {
      try cluster.commit(.delete(before, DeleteOptions()))
      before = try #require(cluster.current(before))
    }
    let changed = JSONValue.object(before.json).edited(row.edits("update")).members
    if let rejection = cluster.rejection(of: .update(from: before, to: changed)) {
      return (rejection, before, nil)
    }
    try cluster.commit(.update(from: before, to: changed))
    return (nil, before, cluster.current(before))
  }

  @Test(arguments: try RecordedRow.read("validation.json"))
  func `it accepts and refuses the same, with the same words`(row: RecordedRow) throws {
    let answer = try answer(to: row)
    guard let expected = row.json["errors"]?.array else {
      if row.json["accepted"] == true {
        #expect(answer.rejection == nil)
        #expect(answer.after != nil)
      } else {
        #expect(answer.rejection?.message == row.json["message"]?.string)
        if let code = row.json["code"]?.int64 {
          #expect(answer.rejection.map { Int64($0.code) } == code)
        }
      }
      return
    }
    guard case .invalid(row.kind, _, let errors) = answer.rejection else {
      Issue.record("not refused as invalid: \(String(describing: answer.rejection))")
      return
    }
    let texts = errors.map { "\($0.path): \($0.message)" }
    let patterns = expected.map { error in
      let path = error["path"]?.string ?? ""
      let generated = path == "metadata.name" && row.idea.contains("generateName")
      let message = error["message"]?.string ?? ""
      return "\(path): \(generated ? message.replacing("rpsd2", with: "…Go dump…") : message)"
    }
    #expect(texts.count == patterns.count, "\(texts) for \(patterns)")
    for (text, pattern) in zip(texts, patterns) {
      #expect(Self.matches(text, pattern), "\(text) for \(pattern)")
    }
  }

  /// What Go prints of whole structs carries no contract: there anything may stand.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "??core.", maxSplits: 1)[0].split(
      separator: "…Go dump…", omittingEmptySubsequences: false)
    guard text.hasPrefix(parts[0]) else { return false }
    guard parts.count > 1, let last = parts.last else {
      return text == pattern || pattern.contains("??core.")
    }
    return text.hasSuffix(last)
  }

  @Test func `names that are generated end in five characters of the alphabet`() throws {
    let rows = try RecordedRow.read("validation.json")
    let row = try #require(rows.first { $0.idea.contains("generateName `A-`") })
    let rejection = try answer(to: row).rejection
    #expect(rejection?.message.hasPrefix("Lease.coordination.k8s.io \"A-") == true)
  }

  @Test(arguments: try RecordedRow.read("defaults.json"))
  func `it adds the same defaults`(row: RecordedRow) throws {
    let answer = try answer(to: row)
    #expect(answer.rejection == nil)
    let stored = JSONValue.object(try #require(answer.after).json)
    for added in row.json["added"]?.array ?? [] {
      let path = try #require(added["path"]?.string)
      let found = stored.at(recorded: path)
      switch added["value"] {
      case "<now>": #expect(found?.string.flatMap(WallTime.init(rfc3339:)) != nil, "\(path)")
      case "y-<5 chars>":
        #expect(found?.string?.utf8.count == 7 && found?.string?.hasPrefix("y-") == true)
      case let value: #expect(found == value, "\(path)")
      }
    }
    for dropped in row.json["dropped"]?.array ?? [] {
      #expect(stored.at(recorded: dropped.string ?? "") == nil)
    }
  }

  @Test(arguments: try RecordedRow.read("defaults.json"))
  func `defaults of defaults are none`(row: RecordedRow) throws {
    var cluster = try Self.cluster()
    let object = try cluster.create(row.kind, row.base.edited(row.edits("create")))
    let again = try cluster.commit(.update(from: object, to: object.json))
    #expect(again.writes.isEmpty)
  }

  @Test func `the recordings are all there`() throws {
    #expect(try RecordedRow.read("validation.json").count == 152)
    #expect(try RecordedRow.read("defaults.json").count == 62)
  }
}

extension JSONValue {
  /// The value at a path as the recordings write it: `a.b[0].[c.d/e]`.
  func at(recorded path: String) -> JSONValue? {
    var value: JSONValue? = self
    var rest = Substring(path)
    while !rest.isEmpty {
      if rest.first == "[" {
        let inner = rest.dropFirst().prefix { $0 != "]" }
        rest = rest.dropFirst(inner.count + 2)
        value = Int(inner).flatMap { value?[$0] } ?? value?[String(inner)]
      } else if rest.first == "." {
        rest = rest.dropFirst()
      } else {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(name.count)
        value = value?[String(name)]
      }
    }
    return value
  }
}
