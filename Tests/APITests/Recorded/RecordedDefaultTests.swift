import Base
import Foundation
import HTTP
import JSON
import Testing

@testable import API

/// Every row of `defaults.md` by the whole server: what it adds, what it rewrites and what it
/// drops; all else is kept, and nothing is added that no row of the kind tells of.
@Suite struct `Each recorded default` {
  fileprivate struct Case: Sendable, CustomTestStringConvertible {
    let row: RecordedTable.Row
    let input: RecordedInput
    let changes: [RecordedChange]
    var testDescription: String { row.idea }
    var kind: String { input.send["body"]?["kind"]?.string ?? "" }
  }

  fileprivate static let cases: [Case] = {
    do {
      let inputs = try RecordedInput.read("defaults-inputs.json")
      let byIdea = Dictionary(inputs.map { ($0.idea, $0) }) { first, _ in first }
      return try RecordedTable("defaults.md").rows.compactMap { row in
        let changes = try row.lines(0).filter { $0 != "(nothing)" }.map(RecordedChange.init)
        return byIdea[row.idea].map { Case(row: row, input: $0, changes: changes) }
      }
    } catch {
      preconditionFailure("the recordings cannot be read: \(error)")
    }
  }()

  /// What each row leaves out, see the head of `defaults.md`.
  private static let everywhere = [
    "uid", "resourceVersion", "creationTimestamp", "managedFields", "namespace",
  ].map { RecordedPath("metadata.\($0)") }

  /// Paths that some row of the kind has; what is said of a pod holds for a template's.
  private static func known(_ kind: String) -> [RecordedPath] {
    let own = cases.filter { $0.kind == kind }.flatMap(\.changes).map(\.path)
    return everywhere + own + cases.filter { $0.kind == "Pod" }.flatMap(\.changes).map(\.path)
  }

  @Test(arguments: cases)
  fileprivate func `is ours`(row: Case) throws {
    var cluster = RecordedCluster()
    let answer = try cluster.answer(to: row.input)
    #expect(answer.code == 201, "\(answer.body)")
    let object = answer.json
    let sent = RecordedCluster.expanded(try #require(row.input.send["body"]))
    for change in row.changes { check(change, in: object, sent) }
    let changed = row.changes.map(\.path)
    for (path, value) in sent.leaves() where !changed.contains(where: path.isWithin) {
      let found = object.at(path)
      // What was empty may have been filled.
      #expect(found == value || value == [:] && found?.object != nil, "\(path) is kept")
    }
    let known =
      Self.known(row.kind)
      + (row.input.json["unlisted"]?.array ?? []).map { RecordedPath($0.string ?? "") }
    let extra = object.leaves().map(\.path).filter { path in
      sent.at(path) == nil && path.parts != ["metadata"]
        && !known.contains { path.isLike($0) || path.inTemplate?.isLike($0) == true }
    }
    #expect(extra.map { $0.description } == [], "nobody recorded these")

    // Defaults of defaults are none: the object as it came changes nothing.
    guard let meta = object["metadata"], let version = meta["resourceVersion"] else { return }
    let path = try #require(row.input.send["path"]?.string)
    let name = meta["name"]?.string ?? ""
    let again = cluster.harness.send("PUT", "\(path)/\(name)", body: object)
    #expect(again.code == 200 && again.json["metadata"]?["resourceVersion"] == version)
  }

  private func check(_ change: RecordedChange, in object: JSONValue, _ sent: JSONValue) {
    let found = object.at(change.path)
    switch change {
    case .dropped:
      // Of a list, another element may stand in its place.
      #expect(found == nil || found != sent.at(change.path), "\(change.path)")
    case .rewritten(_, let value): #expect(found == value, "\(change.path)")
    case .added(_, .string("<now>")):
      #expect(found?.string.flatMap(WallTime.init(rfc3339:)) != nil, "\(change.path)")
    case .added(_, .string("<uid>")):
      #expect(found != nil && found == object["metadata"]?["uid"], "\(change.path)")
    case .added(_, .string("<allocated IP>")):
      #expect(found?.string?.hasPrefix("10.96.") == true, "\(change.path)")
    case .added(_, .string("<allocated port>")):
      #expect(found?.int64.map { (30_000...32_767).contains($0) } == true, "\(change.path)")
    case .added(_, .string(let text)) where text.hasSuffix("<5 chars>"):
      let base = text.dropLast("<5 chars>".count)
      #expect(found?.string?.hasPrefix(base) == true, "\(change.path)")
      #expect(found?.string?.count == base.count + 5, "\(change.path)")
    case .added(_, .string(let text)) where text.hasSuffix("<hex>"):
      let base = text.dropLast("<hex>".count)
      #expect(found?.string == "\(base)\(RecordedCluster.administrator.fingerprint)")
    case .added(_, let value): #expect(found == value, "\(change.path)")
    }
  }
}

/// One line of a row of `defaults.md`.
private enum RecordedChange: Sendable {
  /// `path` = value; a value in angle brackets is made up by the server.
  case added(RecordedPath, JSONValue)
  /// `path`: old → new
  case rewritten(RecordedPath, JSONValue)
  case dropped(RecordedPath)

  var path: RecordedPath {
    switch self {
    case .added(let path, _), .rewritten(let path, _), .dropped(let path): path
    }
  }

  init(_ line: String) throws {
    let parts = line.split(separator: "`", omittingEmptySubsequences: false)
    try #require(parts.count >= 3 && parts[0].isEmpty, "\(line)")
    let path = RecordedPath(String(parts[1]))
    let rest = String(line.dropFirst(parts[1].count + 2))
    if rest == " dropped" {
      self = .dropped(path)
    } else if rest.hasPrefix(" = ") {
      self = .added(path, try Self.value(String(rest.dropFirst(3))))
    } else {
      let sides = rest.dropFirst(2).components(separatedBy: " → ")
      try #require(sides.count == 2, "\(line)")
      self = .rewritten(path, try Self.value(sides[1]))
    }
  }

  private static func value(_ text: String) throws -> JSONValue {
    text.hasPrefix("<") ? .string(text) : try JSONValue(parsing: Bytes(text))
  }
}

/// `a.b[0].[c.d/e]`: names, places in lists, and keys of maps that hold dots.
struct RecordedPath: Sendable, CustomStringConvertible {
  let parts: [String]

  init(_ parts: [String]) {
    self.parts = parts
  }

  init(_ text: String) {
    var parts: [String] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      if rest.first == "[" {
        parts.append(String(rest.dropFirst().prefix { $0 != "]" }))
        rest = rest.dropFirst((parts.last?.count ?? 0) + 2)
      } else if rest.first == "." {
        rest = rest.dropFirst()
      } else {
        parts.append(String(rest.prefix { $0 != "." && $0 != "[" }))
        rest = rest.dropFirst(parts.last?.count ?? 0)
      }
    }
    self.parts = parts
  }

  var description: String { parts.joined(separator: "/") }

  func isWithin(_ other: RecordedPath) -> Bool { parts.starts(with: other.parts) }

  /// Within the other one, whatever the places in lists are, and whether a container is an initial
  /// one.
  func isLike(_ other: RecordedPath) -> Bool {
    guard parts.count >= other.parts.count else { return false }
    return zip(parts, other.parts).allSatisfy {
      $0 == $1 || $0 == "initContainers" && $1 == "containers"
        || Int($0) != nil && Int($1) != nil
    }
  }

  /// The part of a pod template, as a path of a pod.
  var inTemplate: RecordedPath? {
    for place in parts.indices.reversed() where parts[place] == "template" {
      return RecordedPath(Array(parts[(place + 1)...]))
    }
    return nil
  }
}

extension JSONValue {
  func at(_ path: RecordedPath) -> JSONValue? {
    path.parts.reduce(self) { value, part in
      value?[part] ?? Int(part).flatMap { value?[$0] }
    }
  }

  /// Everything that holds nothing, with its path.
  fileprivate func leaves(
    under path: [String] = []
  ) -> [(path: RecordedPath, value: JSONValue)] {
    switch self {
    case .object(let object) where !object.isEmpty:
      object.members.flatMap { $0.value.leaves(under: path + [$0.name]) }
    case .array(let elements) where !elements.isEmpty:
      elements.enumerated().flatMap { $0.element.leaves(under: path + ["\($0.offset)"]) }
    case .null, .bool, .number, .string, .array, .object: [(RecordedPath(path), self)]
    }
  }
}
