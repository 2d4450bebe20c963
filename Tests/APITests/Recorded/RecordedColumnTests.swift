import Base
import HTTP
import JSON
import Objects
import Testing

@testable import API

/// Every table of `columns.json` as the whole server sends it: its columns, and the row of each
/// object that was recorded.
@Suite struct `Each recorded table` {
  /// Tables that no test asserts, and why.
  private static let leftOut = [
    "e.example/v1 foos": "custom objects", "e.example/v2 foos": "custom objects",
    "v1 componentstatuses": "deprecated: it is kept nowhere, but asked of the components",
  ]

  fileprivate struct Table: Sendable, CustomTestStringConvertible {
    /// `apps/v1 deployments`
    let name: String
    /// `columns` and `sampleRows`, as they were recorded.
    let recorded: JSONValue
    /// Objects such as the recorded ones were.
    let objects: [JSONValue]

    var testDescription: String { name }
    var columns: [JSONValue] { recorded["columns"]?.array ?? [] }
    var rows: [[JSONValue]] {
      (recorded["sampleRows"]?.array ?? []).map { row in
        // kube-apiserver sends IPAddresses a third cell that no column is for.
        Array((row["cells"]?.array ?? []).prefix(columns.count))
      }
    }

    /// The column that holds an object's name.
    var nameColumn: Int { columns.firstIndex { $0["format"] == "name" } ?? 0 }

    func place(of column: String) -> Int? { columns.firstIndex { $0["name"]?.string == column } }

    static func read() throws -> [Table] {
      let json = try JSONValue(parsing: Bytes(Array(try RecordedTable.data("columns.json"))))
      let inputs = try JSONValue(
        parsing: Bytes(Array(try RecordedTable.data("columns-inputs.json"))))
      let objects = inputs["rows"]?.array ?? []
      return (json.object?.members ?? []).map { member in
        Table(
          name: member.name, recorded: member.value,
          objects: objects.filter { $0["table"]?.string == member.name })
      }
    }
  }

  @Test func `is asserted or named as left out`() throws {
    let tables = try Table.read()
    let asserted = tables.filter { Self.leftOut[$0.name] == nil }
    #expect(tables.count == 56 && Set(tables.map(\.name)).count == 56)
    #expect(asserted.count == 56 - Self.leftOut.count)
    for table in asserted {
      let rows = table.rows.map { $0[table.nameColumn] }
      #expect(table.objects.map { $0["cell"] ?? .null } == rows, "\(table.name)")
    }
    let rows = asserted.reduce(0) { $0 + $1.rows.count }
    print("columns.json: \(tables.count) tables, \(asserted.count) asserted, \(rows) rows asserted")
    // What is kept can be shown.
    let kept = Set(Kind.all.map { "\($0.apiVersion) \($0.plural)" })
    #expect(kept.subtracting(asserted.map(\.name)).sorted() == [])
  }

  @Test(arguments: try Table.read().filter { leftOut[$0.name] == nil })
  fileprivate func `is ours`(table: Table) throws {
    let words = table.name.split(separator: " ").map(String.init)
    let root = words[0] == "v1" ? "/api/v1" : "/apis/\(words[0])"
    let harness = APIHarness()
    for object in table.objects { try put(object, of: table, words[1], in: harness) }
    harness.settle()
    let answer = harness.send(
      "GET", "\(root)/\(words[1])?includeObject=None",
      fields: ["accept": "application/json;as=Table;v=v1;g=meta.k8s.io"])
    #expect(answer.code == 200, "\(answer.body)")
    #expect(answer.json["kind"] == "Table" && answer.json["apiVersion"] == "meta.k8s.io/v1")
    let columns = (answer.json["columnDefinitions"]?.array ?? []).map { column in
      var column = column.object ?? JSONObject()
      #expect(column["description"]?.string?.hasSuffix(".") == true)
      column["description"] = .none
      return JSONValue.object(column)
    }
    #expect(columns == table.columns)
    let cells = (answer.json["rows"]?.array ?? []).compactMap { $0["cells"]?.array }
    #expect(cells.count == table.rows.count)
    for row in table.rows {
      let ours = cells.first { $0[table.nameColumn] == row[table.nameColumn] }
      #expect(ours == row)
    }
  }

  /// Past the API, because a status and a time of birth are not a writer's to say.
  private func put(
    _ input: JSONValue, of table: Table, _ plural: String, in harness: APIHarness
  ) throws {
    let kind = try #require(Kind.kept(plural: plural))
    let name = try #require(input["name"]?.string)
    let now = harness.moment.wall
    let row = try #require(table.rows.first { $0[table.nameColumn] == input["cell"] })
    var meta = Self.dated(input["object"]?["metadata"] ?? [:], now).object ?? JSONObject()
    meta["name"] = .string(name)
    meta["uid"] = .string("uid-of-\(name)")
    if kind.isNamespaced { meta["namespace"] = "c" }
    // As old as the recorded object was.
    let age = table.place(of: "Age").flatMap { row[$0].string } ?? "3s"
    meta["creationTimestamp"] =
      table.place(of: "Created At").map { row[$0] }
      ?? Self.dated(.string("ago:\(age.dropLast())"), now)
    var object = Self.dated(try #require(input["object"]), now).object ?? JSONObject()
    object["metadata"] = .object(meta)
    object["apiVersion"] = .string(kind.apiVersion)
    object["kind"] = .string(kind.name)
    let key = ObjectKey(kind, namespace: kind.isNamespaced ? "c" : "", name: name)
    harness.store.put(StoreKey.object(key).bytes, Bytes(JSONValue.object(object).text()))
  }

  /// `ago:3` stands for the time three seconds before now.
  private static func dated(_ value: JSONValue, _ now: WallTime) -> JSONValue {
    switch value {
    case .string(let text) where text.hasPrefix("ago:"):
      let seconds = Int64(text.dropFirst(4)) ?? 0
      return .string(WallTime(milliseconds: now.milliseconds - seconds * 1000).rfc3339)
    case .array(let elements): return .array(elements.map { dated($0, now) })
    case .object(let object):
      return .object(
        JSONObject(object.members.map { .init(name: $0.name, value: dated($0.value, now)) }))
    case .null, .bool, .number, .string: return value
    }
  }
}
