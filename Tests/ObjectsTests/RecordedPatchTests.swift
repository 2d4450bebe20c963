import Base
import Foundation
import JSON
import Objects
import Testing

/// What kubectl 1.32.4 made of random patches, as Fixtures/patches/record.py recorded it.
@Suite struct `Patches beside kubectl` {
  private let type = Schema.kubernetes.type(of: .deployment)

  @Test func `strategic merge patches give what kubectl patch gives`() throws {
    let cases = try recorded("strategic-merge.json")
    #expect(cases.count >= 100)
    for (index, row) in cases.enumerated() {
      let target = try #require(row["target"]?.object)
      let patch = try #require(row["patch"]?.object)
      do {
        let result = try StrategicMerge.apply(patch, to: target, type: type)
        #expect(
          JSONValue.object(result) == row["result"].map(withoutDirectives),
          "\(index): \(row.text())\nours: \(JSONValue.object(result).text())")
      } catch {
        #expect(row["error"] != nil, "\(index): \(error) \(row.text())")
      }
    }
  }

  /// The patches may differ: ours removes nothing that is gone already, and names no order that
  /// changes nothing. What they make of the object is the same, but for the order of finalizers:
  /// ours is the manifest's, kubectl's only where an element comes or goes.
  @Test func `apply's patch does what kubectl apply's does`() throws {
    let cases = try recorded("apply.json")
    #expect(cases.count >= 100)
    for (index, row) in cases.enumerated() {
      let current = try #require(row["current"]?.object)
      let theirs = try StrategicMerge.apply(
        try #require(row["patch"]?.object), to: current, type: type)
      let patch = ThreeWayMerge.patch(
        original: row["original"]?.object, modified: try #require(row["modified"]?.object),
        current: current, type: type)
      let ours = try StrategicMerge.apply(patch, to: current, type: type)
      #expect(
        sorted(ours) == sorted(theirs),
        """
        \(index): \(row.text())
        our patch: \(JSONValue.object(patch).text())
        ours: \(JSONValue.object(ours).text())
        theirs: \(JSONValue.object(theirs).text())
        """)
      #expect(patch.isEmpty ? ours == current : ours != current, "\(index): a needless patch")
    }
  }

  private func sorted(_ object: JSONObject) -> JSONObject {
    guard var metadata = object["metadata"]?.object,
      let finalizers = metadata["finalizers"]?.array?.compactMap(\.string)
    else { return object }
    var result = object
    metadata["finalizers"] = .array(finalizers.sorted().map { .string($0) })
    result["metadata"] = .object(metadata)
    return result
  }

  /// kubectl leaves nulls and directives within what is new; kube-apiserver's decoding drops them.
  private func withoutDirectives(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { !$0.value.isNull && !$0.name.hasPrefix("$") }
            .map { JSONObject.Member(name: $0.name, value: withoutDirectives($0.value)) }))
    case .array(let elements):
      .array(elements.filter { $0["$patch"] == nil }.map(withoutDirectives))
    case .null, .bool, .number, .string: value
    }
  }

  private func recorded(_ name: String) throws -> [JSONValue] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "Fixtures/patches/\(name)"))
    return try #require(try JSONValue(parsing: Bytes(Array(data))).array)
  }
}
