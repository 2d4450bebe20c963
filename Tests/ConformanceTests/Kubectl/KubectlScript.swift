import Foundation

/// What somebody types at a shell and what must come back, read from `Fixtures/kubectl/*.txt`.
///
///     # a remark
///     $ kubectl get deploy web -o name       run once
///     $$ kubectl get deploy web              repeated until it comes out so, at most 30 s
///     < a line of standard input
///     deployment.apps/web                    a line that must be there, word for word
///     ~ ^web +2/2                            a line that must match
///     ...                                    any lines, or none
///     ! error: ...   !~ ...   !...           the same of standard error; none named: not looked at
///     = 1                                    the exit code; 0 where none is named
///     {1.36+} {-1.30} {1.31-1.35}            before any of these: with these versions only
///
/// `$NS` is the version's own namespace, `$NODE` a node that only it cordons. A line with a
/// backslash at its end goes on in the next one. `await PATTERN FILE` waits for a line of a file.
struct KubectlScript: Sendable {
  struct Step: Sendable {
    let line: Int
    let command: String
    let isRepeated: Bool
    var input = ""
    var output: [Expectation] = []
    var errors: [Expectation]?
    var status: Int32 = 0
    var versions = VersionRange.all
  }

  enum Expectation: Sendable {
    case exactly(String)
    case matching(String)
    case anything
  }

  struct VersionRange: Sendable {
    static let all = VersionRange(from: 0, to: .max)
    let from: Int
    let to: Int

    func contains(_ version: KubectlVersion) -> Bool { (from...to).contains(version.minor) }
  }

  let name: String
  private let lines: [(number: Int, text: String)]

  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  init(name: String, text: String) {
    self.name = name
    var joined: [(Int, String)] = []
    var continued: (Int, String)?
    for (number, line) in text.components(separatedBy: "\n").enumerated() {
      let whole = (continued?.1 ?? "") + line
      let start = continued?.0 ?? number + 1
      if whole.hasSuffix("\\") && !whole.hasPrefix("~") {
        continued = (start, String(whole.dropLast()))
      } else {
        joined.append((start, whole))
        continued = nil
      }
    }
    lines = joined.filter { !$0.1.isEmpty && !$0.1.hasPrefix("#") }
  }

  /// The steps for one version, `$NS` and `$NODE` replaced.
  func steps(
    for version: KubectlVersion, namespace: String, node: String
  ) throws -> [Step] {
    var steps: [Step] = []
    for (number, raw) in lines {
      let (range, line) = try Self.versions(
        raw.replacingOccurrences(of: "$NS", with: namespace)
          .replacingOccurrences(of: "$NODE", with: node), number)
      if line.hasPrefix("$") {
        let isRepeated = line.hasPrefix("$$ ")
        var step = Step(
          line: number, command: String(line.dropFirst(isRepeated ? 3 : 2)),
          isRepeated: isRepeated)
        step.versions = range
        steps.append(step)
        continue
      }
      guard !steps.isEmpty else { throw Unreadable(description: "\(name):\(number): no command") }
      guard range.contains(version) else { continue }
      try Self.add(line, to: &steps[steps.count - 1], at: "\(name):\(number)")
    }
    return steps.filter { $0.versions.contains(version) }
  }

  private static func add(_ line: String, to step: inout Step, at place: String) throws {
    if line == "..." {
      step.output.append(.anything)
    } else if line.hasPrefix("< ") || line == "<" {
      step.input += line.dropFirst(2) + "\n"
    } else if line.hasPrefix("= ") {
      guard let status = Int32(line.dropFirst(2)) else {
        throw Unreadable(description: "\(place): no exit code")
      }
      step.status = status
    } else if line.hasPrefix("~ ") {
      step.output.append(.matching(String(line.dropFirst(2))))
    } else if line == "!..." {
      step.errors = (step.errors ?? []) + [.anything]
    } else if line.hasPrefix("!~ ") {
      step.errors = (step.errors ?? []) + [.matching(String(line.dropFirst(3)))]
    } else if line.hasPrefix("! ") || line == "!" {
      step.errors = (step.errors ?? []) + (line == "!" ? [] : [.exactly(String(line.dropFirst(2)))])
    } else {
      step.output.append(.exactly(line))
    }
  }

  /// `{1.36+} rest`, `{-1.30} rest`, `{1.31-1.35} rest`
  private static func versions(
    _ line: String, _ number: Int
  ) throws -> (VersionRange, String) {
    guard line.hasPrefix("{1.") || line.hasPrefix("{-1."), let end = line.firstIndex(of: "}")
    else { return (.all, line) }
    let text = line[line.index(after: line.startIndex)..<end]
    let rest = String(line[line.index(after: end)...].drop { $0 == " " })
    func minor(_ text: Substring) throws -> Int {
      guard let minor = Int(text.dropFirst(2)) else {
        throw Unreadable(description: "line \(number): no version: \(text)")
      }
      return minor
    }
    if text.hasSuffix("+") {
      return (VersionRange(from: try minor(text.dropLast()), to: .max), rest)
    }
    if text.hasPrefix("-") {
      return (VersionRange(from: 0, to: try minor(text.dropFirst())), rest)
    }
    let ends = text.split(separator: "-")
    return (VersionRange(from: try minor(ends[0]), to: try minor(ends[ends.count - 1])), rest)
  }
}

extension [KubectlScript.Expectation] {
  /// Whether the lines come out so; each expectation takes one line, `anything` takes any number.
  func match(_ lines: ArraySlice<Substring>) -> Bool {
    guard let first = first else { return lines.isEmpty }
    let rest = Array(dropFirst())
    switch first {
    case .anything:
      return (lines.startIndex...lines.endIndex).contains { rest.match(lines[$0...]) }
    case .exactly(let text):
      guard let line = lines.first, line == text else { return false }
      return rest.match(lines.dropFirst())
    case .matching(let pattern):
      guard let line = lines.first,
        line.range(of: pattern, options: .regularExpression) != nil
      else { return false }
      return rest.match(lines.dropFirst())
    }
  }

  var text: String {
    map { expectation in
      switch expectation {
      case .exactly(let text): text
      case .matching(let pattern): "~ \(pattern)"
      case .anything: "..."
      }
    }.joined(separator: "\n")
  }
}
