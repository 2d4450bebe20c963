import Base
import Foundation
import JSON
import Objects
import Registry
import Testing

private let now = WallTime(milliseconds: 1_770_000_000_000)

/// Columns and rows that kube-apiserver 1.33.13 sent as meta/v1 Tables; the objects beside the rows
/// say what the recorded ones said.
private struct RecordedTable: Sendable, CustomTestStringConvertible {
  let apiVersion: String
  let kind: Kind?
  let json: JSONValue

  var testDescription: String { "\(apiVersion) \(json["plural"]?.string ?? "")" }

  static func read() throws -> [RecordedTable] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/registry/tables.json")
    let json = try JSONValue(parsing: Bytes(Array(try Data(contentsOf: file))))
    return (json["rows"]?.array ?? []).map { row in
      RecordedTable(
        apiVersion: row["apiVersion"]?.string ?? "",
        kind: Kind.kept(plural: row["plural"]?.string ?? ""), json: row)
    }
  }

  /// `ago:3` stands for the time three seconds before now.
  static func dated(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text) where text.hasPrefix("ago:"):
      let seconds = Int64(text.dropFirst(4)) ?? 0
      return .string(WallTime(milliseconds: now.milliseconds - seconds * 1000).rfc3339)
    case .array(let elements): return .array(elements.map(dated))
    case .object(let object):
      return .object(
        JSONObject(object.members.map { .init(name: $0.name, value: dated($0.value)) }))
    case .null, .bool, .number, .string: return value
    }
  }
}

@Suite struct `Tables that kube-apiserver sent` {
  @Test(arguments: try RecordedTable.read())
  fileprivate func `columns are the same`(table: RecordedTable) throws {
    // What no server keeps: it is asked of the components.
    guard table.testDescription != "v1 componentstatuses" else { return }
    let columns = ObjectTable(try #require(table.kind)).columns
    let shown = columns.map { column -> JSONValue in
      [
        .string(column.name), .string(column.type.rawValue), .string(column.format),
        .number(column.priority),
      ]
    }
    #expect(JSONValue.array(shown) == table.json["columns"])
    #expect(columns.allSatisfy { $0.description.hasSuffix(".") })
  }

  @Test(arguments: try RecordedTable.read())
  fileprivate func `rows are the same`(table: RecordedTable) throws {
    for sample in table.json["samples"]?.array ?? [] {
      let kind = try #require(table.kind)
      let name = sample["name"]?.string ?? ""
      var expected = sample["cells"]?.array ?? []
      var object = RecordedTable.dated(try #require(sample["object"])).object ?? JSONObject()
      let ages = ObjectTable(kind).columns.indices.filter {
        ObjectTable(kind).columns[$0].name == "Age"
      }
      var meta = object["metadata"]?.object ?? JSONObject()
      meta["name"] = .string(name)
      for place in ages {
        // How old the recorded object was is the recording's own.
        meta["creationTimestamp"] = RecordedTable.dated("ago:3")
        expected[place] = "3s"
      }
      object["metadata"] = .object(meta)
      let key = ObjectKey(kind, namespace: kind.isNamespaced ? "c" : "", name: name)
      let stored = StoredObject(
        key: .object(key), json: object, createRevision: 1, modRevision: 2)
      // kube-apiserver sends IPAddresses a third cell that no column is for.
      expected = Array(expected.prefix(ObjectTable(kind).columns.count))
      #expect(ObjectTable(kind).values(of: stored, now: now) == expected)
    }
  }

  @Test func `the recordings are all there`() throws {
    let tables = try RecordedTable.read()
    #expect(tables.count == 54)
    #expect(tables.reduce(0) { $0 + ($1.json["samples"]?.array?.count ?? 0) } == 75)
    let recorded = Set(tables.compactMap(\.kind))
    #expect(Kind.all.filter { !recorded.contains($0) }.map(\.plural).isEmpty)
  }

  @Test func `a scale shows what is wanted and what there is`() {
    let key = ObjectKey(.deployment, namespace: "d", name: "web")
    let scale: JSONValue = [
      "metadata": ["name": "web", "creationTimestamp": RecordedTable.dated("ago:3")],
      "spec": ["replicas": 4], "status": ["replicas": 3],
    ]
    let stored = StoredObject(
      key: .object(key), json: scale.object ?? JSONObject(), createRevision: 1, modRevision: 2)
    #expect(ObjectTable.scale.columns.map(\.name) == ["Name", "Desired", "Available", "Age"])
    #expect(ObjectTable.scale.values(of: stored, now: now) == ["web", 4, 3, "3s"])
  }
}
