/// The flags that one command takes, as Go programs spell them: `--name value`, `--name=value`,
/// `-name value`, a letter (`-w json`, `-w=json`), and names in the environment as defaults.
///
/// Declare, then `parse`. A flag given on the command line wins over the environment, which wins
/// over the declared default.
public struct FlagSet: Sendable {
  public enum Kind: Hashable, Sendable {
    case text
    /// `--name` alone means true; a value needs `=`.
    case boolean
    /// A signed 64-bit number in decimal.
    case integer
    /// Go's notation, such as `5s`, `100ms` or `1h30m`.
    case duration
    /// May be given many times; every occurrence counts, in order.
    case repeated
  }

  struct Flag: Sendable {
    let name: String
    let letter: Character?
    let kind: Kind
    let defaultText: String
    let help: String
  }

  /// The command as the user types it, for the usage text: `keelson store get`.
  public let command: String
  /// What follows the flags in the usage line: `<key> [range_end]`.
  public let operands: String
  let environmentPrefixes: [String]
  private(set) var flags: [Flag] = []

  /// `environmentPrefixes`, best first: with `ETCD_`, `--data-dir` defaults to `ETCD_DATA_DIR`.
  public init(command: String, operands: String = "", environmentPrefixes: [String] = []) {
    self.command = command
    self.operands = operands
    self.environmentPrefixes = environmentPrefixes
  }

  /// Adds a flag. `defaultText` is written as a user would write the value; empty is no value.
  public mutating func declare(
    _ name: String, letter: Character? = nil, _ kind: Kind, default defaultText: String = "",
    help: String
  ) {
    precondition(find(name) == nil, "flag declared twice")
    precondition(letter == nil || find(letter: letter) == nil, "letter declared twice")
    if let expected = FlagValue.complaint(about: defaultText, as: kind), !defaultText.isEmpty {
      preconditionFailure("default of --\(name) is not \(expected)")
    }
    flags.append(
      Flag(name: name, letter: letter, kind: kind, defaultText: defaultText, help: help))
  }

  /// Reads `arguments`; flags and operands may be mixed, and `--` ends the flags.
  public func parse(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws(FlagError) -> FlagValues {
    var values = FlagValues(declared: flags)
    var position = 0
    while position < arguments.count {
      let argument = arguments[position]
      position += 1
      if argument == "--" {
        values.append(operands: arguments[position...])
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        values.append(operands: [argument])
        continue
      }
      let (flag, attached) = try resolve(argument)
      let value: String
      if let attached {
        value = attached
      } else if flag.kind == .boolean {
        value = "true"
      } else {
        guard position < arguments.count else {
          throw .missingValue(flag: flag.name, expected: FlagValue.expectation(of: flag.kind))
        }
        value = arguments[position]
        position += 1
      }
      try values.set(flag.name, flag.kind, to: value, from: .commandLine)
    }
    try takeDefaults(from: environment, into: &values)
    return values
  }

  /// What `--help` prints.
  public var usage: String {
    var text = "Usage: \(command) [flags]"
    if !operands.isEmpty { text += " \(operands)" }
    text += "\n"
    if !flags.isEmpty { text += "\nFlags:\n" }
    for flag in flags {
      var names = flag.letter.map { "  -\($0), " } ?? "      "
      names += "--\(flag.name)"
      if flag.kind != .boolean { names += " \(FlagValue.placeholder(of: flag.kind))" }
      let gap = max(1, 42 - names.count)
      text += names + String(repeating: " ", count: gap) + flag.help
      if !flag.defaultText.isEmpty && flag.defaultText != "false" {
        text += " (default \(flag.defaultText))"
      }
      text += "\n"
    }
    return text
  }

  /// The environment names that stand for a flag, best first.
  public func environmentNames(of name: String) -> [String] {
    let upper = String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    return environmentPrefixes.map { $0 + upper }
  }

  private func takeDefaults(
    from environment: [String: String], into values: inout FlagValues
  ) throws(FlagError) {
    for flag in flags where !values.isGiven(flag.name) {
      for variable in environmentNames(of: flag.name) {
        guard let value = environment[variable], !value.isEmpty else { continue }
        try values.set(flag.name, flag.kind, to: value, from: .environment(variable))
        break
      }
    }
  }

  private func find(_ name: String) -> Flag? {
    flags.first { $0.name == name }
  }

  private func find(letter: Character?) -> Flag? {
    flags.first { $0.letter == letter }
  }

  /// The flag that `argument` (which starts with `-`) names, and the value behind its `=`.
  private func resolve(_ argument: String) throws(FlagError) -> (Flag, String?) {
    let dashes = argument.hasPrefix("--") ? 2 : 1
    let body = argument.dropFirst(dashes)
    let name: Substring
    let attached: String?
    if let equals = body.firstIndex(of: "=") {
      name = body[..<equals]
      attached = String(body[body.index(after: equals)...])
    } else {
      name = body
      attached = nil
    }
    if dashes == 1, let letter = name.first, let flag = find(letter: letter) {
      if name.count == 1 { return (flag, attached) }
      // `-wjson`: the value follows the letter at once.
      if find(String(name)) == nil, flag.kind != .boolean {
        return (flag, String(body.dropFirst()))
      }
    }
    if let flag = find(String(name)) { return (flag, attached) }
    let nearest = Spelling.nearest(to: String(name), among: flags.map(\.name))
    throw .unknown(flag: String(argument.prefix(dashes)) + name, nearest: nearest)
  }
}
