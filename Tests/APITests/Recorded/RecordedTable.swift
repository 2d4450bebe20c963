import Base
import Foundation
import Testing

/// One of the tables in which kube-apiserver 1.33.13's answers were written down:
/// `Fixtures/registry/validation.md` and `defaults.md`, where the notation is explained.
struct RecordedTable: Sendable {
  struct Row: Sendable {
    let section: String
    /// What the row is about; no two rows of a table say the same.
    let idea: String
    /// The other cells, unescaped, with the texts that they name.
    let cells: [String]
  }

  var rows: [Row] = []

  init(_ name: String) throws {
    let text = try String(decoding: Self.data(name), as: UTF8.self)
    var section: String?
    var texts: [(name: String, text: String)] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
      guard line.hasPrefix("| ") else { continue }
      let cells = Self.cells(of: line)
      if line.hasPrefix("| «") { texts.append((cells[0], cells[1])) }
      guard let section, !line.hasPrefix("| input") else { continue }
      let named = cells.dropFirst().map { cell in
        texts.reduce(cell) { $0.replacing($1.name, with: $1.text) }
      }
      rows.append(
        Row(section: section, idea: cells[0], cells: named.map(Self.expanded)))
    }
  }

  /// A file of `Fixtures/registry`.
  static func data(_ name: String) throws -> Data {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: root.appending(path: "Fixtures/registry/\(name)"))
  }

  /// `\|` is a bar within a cell.
  private static func cells(of line: Substring) -> [String] {
    line.replacing("\\|", with: "\u{1}").split(separator: "|", omittingEmptySubsequences: false)
      .dropFirst().dropLast()
      .map { $0.replacing("\u{1}", with: "|").trimmingCharacters(in: .whitespaces) }
  }

  /// `a×64` is 64 letters a, `⏎` a new line.
  static func expanded(_ text: String) -> String {
    guard let sign = text.firstIndex(of: "×"), let letter = text[..<sign].last else {
      return text.replacing("⏎", with: "\n")
    }
    let digits = text[text.index(after: sign)...].prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits) else { return text }
    return String(text[..<sign].dropLast()) + String(repeating: letter, count: count)
      + expanded(String(text[digits.endIndex...]))
  }
}

extension RecordedTable.Row {
  /// The parts of a cell.
  func lines(_ cell: Int) -> [String] {
    cells[cell].components(separatedBy: "<br>").filter { !$0.isEmpty }
  }
}

/// A text in which some parts stand for anything: what Go prints of a whole struct carries no
/// contract, and identifiers differ from run to run.
struct RecordedText: CustomStringConvertible {
  let pattern: String
  private let parts: [Substring]

  /// `masks` are parts of this text that a run made up, such as a random suffix.
  init(_ pattern: String, masks: [String] = []) {
    self.pattern = pattern
    // The rest of the message is the difference of two structs.
    let head = pattern.components(separatedBy: "??core.")
    var open = head[0] + (head.count > 1 ? "\u{1}" : "")
    let wild = ["{…Go dump…}", "…the whole object as JSON…", "<uid>", "<now>"]
    for mask in wild + masks { open = open.replacing(mask, with: "\u{1}") }
    open = open.replacing(/[ ]+$/, with: "")
    parts = open.split(separator: "\u{1}", omittingEmptySubsequences: false)
  }

  var description: String { pattern }

  /// Blanks at the end are lost in a table's cell.
  func matches(_ text: String) -> Bool {
    let text = text.replacing(/[ ]+$/, with: "")
    guard let first = parts.first, let last = parts.last, text.hasPrefix(first) else {
      return false
    }
    var rest = text.dropFirst(first.count)
    guard parts.count > 1 else { return rest.isEmpty }
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
