import Base
import JSON

/// What `keelson supervise` keeps running: `run/processes.json`.
struct ProcessTable: Hashable, Sendable {
  struct Row: Hashable, Sendable {
    var name: String
    /// The program's path, then its arguments.
    var arguments: [String]
  }

  enum Failure: Error, Hashable {
    case notJSON(String)
    case invalid(field: String)
  }

  var rows: [Row]

  private static let format = "keelson.processes/1"

  init(rows: [Row]) {
    self.rows = rows
  }

  var encoded: Bytes {
    let value: JSONValue = [
      "format": .string(Self.format),
      "processes": .array(
        rows.map {
          ["name": .string($0.name), "arguments": .array($0.arguments.map { .string($0) })]
        }),
    ]
    return Bytes(value.text(.indented) + "\n")
  }

  init(decoding bytes: Bytes) throws(Failure) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw .notJSON("\(error)")
    }
    guard value["format"]?.string == Self.format else { throw .invalid(field: "format") }
    rows = []
    for element in value["processes"]?.array ?? [] {
      let arguments = (element["arguments"]?.array ?? []).compactMap(\.string)
      guard let name = element["name"]?.string, !name.isEmpty, !name.contains("/"),
        arguments.first?.hasPrefix("/") == true
      else { throw .invalid(field: "processes") }
      rows.append(Row(name: name, arguments: arguments))
    }
  }
}
