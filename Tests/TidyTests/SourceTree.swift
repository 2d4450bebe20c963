import Foundation

/// One Swift file of the package, as text.
struct SourceFile {
  /// Relative to the package's root.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  var isTest: Bool { path.hasPrefix("Tests/") }
  var isGenerated: Bool { path.hasSuffix(".generated.swift") }

  /// The layer and target that the folders name: `Sources/<layer>/<target>/...`.
  var target: String? {
    let parts = path.split(separator: "/")
    guard parts.count > 3, parts[0] == "Sources" else { return nil }
    return String(parts[2])
  }

  /// The lines without comments and string literals' contents, so that prose breaks no rule.
  var code: [String] {
    var insideMultiline = false
    return lines.map { line in
      if line.contains("\"\"\"") {
        if line.components(separatedBy: "\"\"\"").count % 2 == 0 { insideMultiline.toggle() }
        return ""
      }
      return insideMultiline ? "" : SourceFile.stripped(line)
    }
  }

  private static func stripped(_ line: String) -> String {
    var kept = ""
    var insideString = false
    var previous: Character = " "
    for character in line {
      if insideString {
        if character == "\"" && previous != "\\" { insideString = false }
        previous = previous == "\\" && character == "\\" ? " " : character
        continue
      }
      if character == "/" && previous == "/" {
        kept.removeLast()
        break
      }
      if character == "\"" { insideString = true }
      kept.append(character)
      previous = character
    }
    return kept
  }
}

/// A row of the manifest's table.
struct TargetRow: Equatable {
  let name: String
  let isPure: Bool
  let imports: [String]
}

enum SourceTree {
  /// The package's root: where this file lies, three folders up.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every file below a folder, sorted by path; build folders are left out.
  static func paths(below folder: String) -> [String] {
    let base = root.appendingPathComponent(folder)
    guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
    var found: [String] = []
    for case let path as String in walker {
      var isFolder: ObjCBool = false
      let full = base.appendingPathComponent(path).path
      _ = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
      if !isFolder.boolValue && !path.hasPrefix(".build") && !path.contains("__pycache__") {
        found.append("\(folder)/\(path)")
      }
    }
    return found.sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  static func swiftFiles(below folders: [String]) throws -> [SourceFile] {
    try folders.flatMap { paths(below: $0) }.filter { $0.hasSuffix(".swift") }
      .map { SourceFile(path: $0, text: try text($0)) }
  }

  /// The rows of the table in Package.swift, read as text.
  static func table(manifest: String) throws -> [TargetRow] {
    let pattern = try NSRegularExpression(
      pattern: #"Row\(\s*"(\w+)",\s*"\w+",\s*\.(\w+)(?:,\s*(?:path:[^,\[]*,\s*)?\[([^\]]*)\])?"#)
    let whole = NSRange(manifest.startIndex..., in: manifest)
    return pattern.matches(in: manifest, range: whole).map { match in
      func group(_ number: Int) -> String {
        Range(match.range(at: number), in: manifest).map { String(manifest[$0]) } ?? ""
      }
      let imports = group(3).split(separator: "\"").map(String.init)
        .filter { $0.first?.isLetter == true }
      return TargetRow(name: group(1), isPure: group(2) == "pure", imports: imports)
    }
  }
}
