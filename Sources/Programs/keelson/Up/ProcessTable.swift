import Base
import JSON
import Linux
import NodeAgent

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

/// `run/<process>.pid`: one line with pid, start time and boot.
extension ProcessIdentity {
  var line: Bytes { Bytes("\(pid) \(startTicks) \(boot)\n") }

  init?(line: Bytes) {
    let words = line.text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard words.count == 3, let pid = Int32(words[0]), pid > 1, let ticks = UInt64(words[1]) else {
      return nil
    }
    self.init(pid: pid, startTicks: ticks, boot: String(words[2]))
  }

  /// What the file names; nil where there is none or it is torn.
  static func read(_ path: String) -> ProcessIdentity? {
    do {
      return ProcessIdentity(line: try Files.read(path))
    } catch {
      // Never started, or stopped in order.
      return nil
    }
  }
}
