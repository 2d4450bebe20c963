import Foundation

/// What a rule found: where, and what to do about it.
struct Violation: Equatable, CustomStringConvertible {
  let path: String
  /// 1-based; zero where the whole file is meant.
  let line: Int
  let rule: String

  var description: String { "\(path):\(line): \(rule)" }
}

/// The rules that neither the compiler, the manifest nor the formatter checks. Each takes files as
/// values, so that each is tried on a planted sin in `RulesTests`.
enum Rules {
  static let fileLinesMax = 700
  static let functionLinesMax = 70
  /// Of comments; the formatter sees to code.
  static let columnsMax = 100

  /// Functions over the limit that stand for now: the list may only get shorter.
  static let longFunctions: Set<String> = []

  static let foreignModules: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization", "Testing",
  ]

  /// Imports against the table: nothing that the row lacks, and in pure targets nothing foreign.
  static func imports(_ file: SourceFile, table: [TargetRow]) -> [Violation] {
    guard let name = file.target, let row = table.first(where: { $0.name == name }) else {
      return []
    }
    return imported(file).compactMap { line, module in
      if foreignModules.contains(module) {
        if row.isPure { return Violation(path: file.path, line: line, rule: "pure: \(module)") }
        if module == "Glibc" && name != "Linux" && name != "EventLoop" {
          return Violation(path: file.path, line: line, rule: "Glibc belongs in Linux")
        }
        return nil
      }
      if row.imports.contains(module) { return nil }
      return Violation(
        path: file.path, line: line, rule: "\(module) is not in the manifest's row of \(name)")
    }
  }

  /// A row that names an import which no file of the target makes.
  static func needlessImports(_ files: [SourceFile], table: [TargetRow]) -> [Violation] {
    table.flatMap { row -> [Violation] in
      let own = files.filter { $0.target == row.name }
      if own.isEmpty { return [] }
      let used = Set(own.flatMap { imported($0).map(\.module) })
      return row.imports.filter { !used.contains($0) }.map {
        Violation(path: "Package.swift", line: 0, rule: "\(row.name) does not import \($0)")
      }
    }
  }

  static func imported(_ file: SourceFile) -> [(line: Int, module: String)] {
    file.code.enumerated().compactMap { number, line in
      let words = line.split(separator: " ")
      guard let keyword = words.firstIndex(of: "import"), keyword <= 2, words.count > keyword + 1
      else { return nil }
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let"]
      let position = kinds.contains(words[keyword + 1]) ? keyword + 2 : keyword + 1
      guard position < words.count, let module = words[position].split(separator: ".").first
      else { return nil }
      return (number + 1, String(module))
    }
  }

  /// Calls that have a better substitute, with its name.
  static func bannedCalls(_ file: SourceFile, table: [TargetRow]) -> [Violation] {
    if file.isTest || file.isGenerated { return [] }
    let target = file.target ?? ""
    let isPure = table.first { $0.name == target }?.isPure ?? false
    var banned = [
      ("try?", "match the error instead of dropping it"),
      ("fatalError(", "precondition for our mistakes, throw for the world's"),
      ("Thread.sleep", "wait on the condition"), ("usleep(", "wait on the condition"),
    ]
    if isPure {
      banned += [
        ("Date()", "time comes in the event"), (".random(", "PRNG, seeded"),
        (".randomElement(", "PRNG, seeded"), (".shuffled(", "PRNG, seeded"),
        ("print(", "pure targets report by effects"), ("Task {", "pure targets start nothing"),
        (".hashValue", "hashing is seeded per process"),
      ]
    }
    if target != "EventLoop" { banned.append(("DispatchQueue", "EventLoop.offload")) }
    if target != "keelson" && target != "storebench" { banned.append((" print(", "Logger")) }
    return file.code.enumerated().flatMap { number, line in
      banned.filter { (" " + line).contains($0.0) }.map {
        Violation(path: file.path, line: number + 1, rule: "\($0.0): \($0.1)")
      }
    }
  }

  /// Where memory safety and concurrency checks may be set aside, and that a reason stands beside.
  static func unsafety(_ file: SourceFile) -> [Violation] {
    if file.isTest { return [] }
    let unsafePlaces = [
      "Sources/Base/Linux/", "Sources/Protocols/Crypto/", "Sources/Base/Base/Bytes/",
      "Sources/Base/Base/Memory/", "Sources/Runtime/EventLoop/",
    ]
    let uncheckedPlaces = [
      "Sources/Runtime/EventLoop/", "Sources/Protocols/Crypto/", "Sources/Base/Base/Memory/",
    ]
    var found: [Violation] = []
    var usesUnsafe = false
    for (number, line) in file.code.enumerated() {
      let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }
      if words.contains("unsafe") {
        usesUnsafe = true
        if !unsafePlaces.contains(where: file.path.hasPrefix) {
          found.append(Violation(path: file.path, line: number + 1, rule: "unsafe is not for here"))
        }
      }
      if line.contains("@unchecked Sendable")
        && !uncheckedPlaces.contains(where: file.path.hasPrefix)
      {
        found.append(
          Violation(path: file.path, line: number + 1, rule: "@unchecked Sendable is not for here"))
      }
    }
    if usesUnsafe && !file.lines.contains(where: { $0.contains("Safety:") }) {
      found.append(Violation(path: file.path, line: 0, rule: "unsafe without a Safety: reason"))
    }
    return found
  }

  static func sizes(_ file: SourceFile) -> [Violation] {
    if file.isGenerated { return [] }
    var found: [Violation] = []
    if file.lines.count > fileLinesMax {
      found.append(
        Violation(
          path: file.path, line: 0, rule: "\(file.lines.count) lines, at most \(fileLinesMax)"))
    }
    for (number, line) in file.lines.enumerated() where line.count > columnsMax {
      if line.drop(while: { $0 == " " }).hasPrefix("//") {
        found.append(
          Violation(
            path: file.path, line: number + 1,
            rule: "a comment of \(line.count) columns, at most \(columnsMax)"))
      }
    }
    for (name, line, count) in functions(file) where count > functionLinesMax {
      if !longFunctions.contains("\(file.path) \(name)") {
        found.append(
          Violation(
            path: file.path, line: line,
            rule: "\(name): \(count) lines, at most \(functionLinesMax)"
          ))
      }
    }
    return found
  }

  /// Functions and initialisers with their first line (1-based) and length, by indentation: the
  /// formatter guarantees that the closing brace stands below the `func`.
  static func functions(_ file: SourceFile) -> [(name: String, line: Int, count: Int)] {
    let code = file.code
    var found: [(String, Int, Int)] = []
    for (number, line) in code.enumerated() {
      let words = line.split(separator: " ").map(String.init)
      let isFunction = words.contains("func")
      let isInitialiser =
        words.contains { $0.hasPrefix("init(") || $0.hasPrefix("init?(") }
        && words.allSatisfy { !$0.hasPrefix("self.init") && !$0.hasPrefix("=") }
      guard isFunction || isInitialiser else { continue }
      let indent = line.prefix { $0 == " " }
      guard
        let end = code[(number + 1)...].firstIndex(where: { $0 == indent + "}" }),
        !code[number].hasSuffix("}")
      else { continue }
      let name =
        isFunction
        ? words[words.firstIndex(of: "func").map { $0 + 1 } ?? 0] : "init"
      // A declaration without a body, as a protocol has, ends before anything opens.
      let signatureEnd = code[number...end].firstIndex {
        $0.hasSuffix("{") || $0.contains("{ ")
      }
      let opens =
        signatureEnd.map { opening in
          !code[(number + 1)..<max(opening + 1, number + 1)].contains { line in
            line.contains("func ") || line == indent.dropLast(2) + "}"
          }
        } ?? false
      if opens {
        found.append((String(name.prefix { $0 != "(" && $0 != "<" }), number + 1, end - number + 1))
      }
    }
    return found
  }

  static func names(_ path: String) -> [Violation] {
    let banned = ["Util", "Helper", "Manager", "Common", "Misc", "Impl", "Handler2"]
    // Kubernetes' own word for the program.
    let name = (path as NSString).lastPathComponent
      .replacingOccurrences(of: "ControllerManager", with: "")
      .replacingOccurrences(of: "FieldManager", with: "")
    return banned.filter { name.contains($0) }.map {
      Violation(path: path, line: 0, rule: "\($0) says nothing: name what it is")
    }
  }

  /// A note of unfinished work names who and which issue: `TODO(name, #12)`.
  static func notes(_ file: SourceFile) -> [Violation] {
    file.lines.enumerated().compactMap { number, line in
      for word in ["TODO", "FIXME", "XXX"] {
        guard let range = line.range(of: word) else { continue }
        let rest = line[range.upperBound...]
        if rest.range(of: #"^\(\w+, #\d+\)"#, options: .regularExpression) == nil {
          return Violation(
            path: file.path, line: number + 1, rule: "\(word) needs a name and an issue")
        }
      }
      return nil
    }
  }

  /// Fixtures that no source, test, script or page names: by file name or by a folder above.
  static func unusedFixtures(_ fixtures: [String], mentions: String) -> [Violation] {
    fixtures.filter { path in
      let parts = path.split(separator: "/").dropFirst()
      return !parts.contains { mentions.contains($0) }
    }
    .map { Violation(path: $0, line: 0, rule: "no source, test or script names this fixture") }
  }
}
