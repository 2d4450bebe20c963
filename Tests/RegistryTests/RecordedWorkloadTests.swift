import Base
import Foundation
import JSON
import Objects
import Registry
import Testing

/// What kube-apiserver 1.33.13 answered about what runs, what it stores on and scales by: each row
/// has the object as it was sent.
struct RecordedObject: Sendable, CustomTestStringConvertible {
  let idea: String
  let kind: Kind
  let json: JSONValue

  var testDescription: String { "\(kind.name): \(idea)" }
  var object: JSONValue { json["object"] ?? [:] }

  static func read(_ name: String) throws -> [RecordedObject] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/registry/\(name)")
    let json = try JSONValue(parsing: Bytes(Array(try Data(contentsOf: file))))
    return try (json["rows"]?.array ?? []).map { row in
      RecordedObject(
        idea: try #require(row["idea"]?.string),
        kind: try #require(Kind.all.first { $0.name == row["kind"]?.string }), json: row)
    }
  }
}

@Suite struct `What kube-apiserver answered about workloads` {
  /// The rejection, and the object as it is stored where there is none.
  private func answer(to row: RecordedObject) throws -> (Rejection?, StoredObject?) {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    if let name = row.json["defaultClass"]?.string {
      _ = try cluster.create(
        .storageClass,
        [
          "metadata": [
            "name": .string(name),
            "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
          ],
          "provisioner": "e.example/p",
        ])
    }
    let changes = row.json["update"]
    guard changes != nil || row.json["status"] != nil else {
      let intent = Intent.create(row.kind, row.object.members)
      if let rejection = cluster.rejection(of: intent) { return (rejection, nil) }
      let transaction = try cluster.commit(intent)
      return (nil, cluster.view[try #require(transaction.writes.first).key])
    }
    var before = try cluster.create(row.kind, row.object)
    if let status = row.json["status"] {
      let reported = before.with("status", status)
      if let rejection = cluster.rejection(of: .updateStatus(from: before, to: reported)) {
        return (rejection, before)
      }
      try cluster.commit(.updateStatus(from: before, to: reported))
      before = try #require(cluster.current(before))
    }
    guard let changes else { return (nil, before) }
    var changed = JSONValue.object(before.json)
    // A selector is written as a whole: what it was is gone.
    for member in changes.members.members {
      for field in member.value.object?.members ?? [] where field.name == "selector" {
        changed = changed.with("\(member.name).selector", nil)
      }
    }
    changed = changed.merged(with: changes)
    if let rejection = cluster.rejection(of: .update(from: before, to: changed.members)) {
      return (rejection, before)
    }
    try cluster.commit(.update(from: before, to: changed.members))
    return (nil, cluster.current(before))
  }

  @Test(arguments: try RecordedObject.read("workloads-validation.json"))
  func `it accepts and refuses the same, with the same words`(row: RecordedObject) throws {
    let (rejection, stored) = try answer(to: row)
    guard let expected = row.json["errors"]?.array else {
      #expect(rejection?.message == row.json["message"]?.string)
      if row.json["accepted"] == true { #expect(stored != nil) }
      for path in row.json["absent"]?.array ?? [] {
        #expect(stored?.at(path.string ?? "") == nil)
      }
      return
    }
    guard case .invalid(row.kind, _, let errors) = rejection else {
      Issue.record("not refused as invalid: \(String(describing: rejection))")
      return
    }
    let uid = stored?.meta.uid ?? ""
    let texts = errors.map {
      "\($0.path): \($0.message)".replacing(uid.isEmpty ? "<none>" : uid, with: "<uid>")
    }
    let patterns = expected.map {
      "\($0["path"]?.string ?? ""): \($0["message"]?.string ?? "")"
    }
    #expect(texts.count == patterns.count, "\(texts) for \(patterns)")
    for (text, pattern) in zip(texts, patterns) {
      #expect(Self.matches(text, pattern), "\(text) for \(pattern)")
    }
  }

  /// What Go prints of whole structs, and its diffs, carry no contract: there anything may stand.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "??core.", maxSplits: 1)[0]
      .split(separator: "…Go dump…", omittingEmptySubsequences: false)
    guard text.hasPrefix(parts[0]) else { return false }
    guard parts.count > 1, let last = parts.last else {
      return text == pattern || pattern.contains("??core.")
    }
    return text.hasSuffix(last)
  }

  @Test(arguments: try RecordedObject.read("workloads-defaults.json"))
  func `it adds the same defaults`(row: RecordedObject) throws {
    let (rejection, stored) = try answer(to: row)
    #expect(rejection == nil)
    let object = JSONValue.object(try #require(stored).json)
    for added in row.json["added"]?.array ?? [] {
      let path = try #require(added["path"]?.string)
      let found = object.at(recorded: path)
      switch added["value"] {
      case "<now>": #expect(found?.string.flatMap(WallTime.init(rfc3339:)) != nil, "\(path)")
      case "<uid>": #expect(found?.string == stored?.meta.uid, "\(path)")
      case let value: #expect(found == value, "\(path)")
      }
    }
    if row.idea.contains("\"\" while") {
      #expect(object["spec"]?["storageClassName"] == "")
    }
  }

  @Test(arguments: try RecordedObject.read("workloads-defaults.json"))
  func `defaults of defaults are none`(row: RecordedObject) throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    let object = try cluster.create(row.kind, row.object)
    #expect(try cluster.commit(.update(from: object, to: object.json)).writes.isEmpty)
  }

  @Test func `the recordings are all there`() throws {
    #expect(try RecordedObject.read("workloads-validation.json").count == 94)
    #expect(try RecordedObject.read("workloads-defaults.json").count == 33)
  }

  @Test func `a daemon set's template is numbered`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    let rows = try RecordedObject.read("workloads-defaults.json")
    let row = try #require(rows.first { $0.kind == .daemonSet })
    let number = "metadata.annotations.[deprecated.daemonset.template.generation]"
    let first = try cluster.create(.daemonSet, row.object)
    try cluster.commit(.update(from: first, to: first.with("spec.minReadySeconds", 3)))
    let second = try #require(cluster.current(first))
    #expect(JSONValue.object(second.json).at(recorded: number) == "1")
    #expect(second.meta.generation == 2)
    try cluster.commit(
      .update(from: second, to: second.with("spec.template.spec.containers.0.image", "b:1")))
    let third = try #require(cluster.current(first))
    #expect(JSONValue.object(third.json).at(recorded: number) == "2")
  }
}

extension JSONValue {
  /// RFC 7386, for what the rows change.
  fileprivate func merged(with changes: JSONValue) -> JSONValue {
    guard case .object(let members) = changes else { return changes }
    var merged = object ?? JSONObject()
    for member in members.members {
      merged[member.name] = (merged[member.name] ?? [:]).merged(with: member.value)
    }
    return .object(merged)
  }
}
