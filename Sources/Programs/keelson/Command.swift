import Base

/// One subcommand: a role, a verb, or a table of further ones.
struct Command: Sendable {
  let name: String
  let aliases: [String]
  /// One line for the list that `help` prints.
  let summary: String
  /// Takes the arguments behind the name; gives the exit code.
  let run: @Sendable ([String]) -> Int32

  init(
    _ name: String, aliases: [String] = [], summary: String,
    run: @escaping @Sendable ([String]) -> Int32
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.run = run
  }

  /// A command that is a table of further commands.
  init(_ table: CommandTable, name: String, aliases: [String] = []) {
    self.init(name, aliases: aliases, summary: table.summary) { table.run($0) }
  }
}

/// Chooses a subcommand by its name.
struct CommandTable: Sendable {
  /// As the user types it: `keelson store`.
  let program: String
  let summary: String
  let rows: [Command]

  /// Exit codes: 0 for help, 2 where no such command exists, else the command's own.
  func run(_ arguments: [String]) -> Int32 {
    guard let name = arguments.first else {
      say(usage, terminator: "")
      return 0
    }
    let rest = Array(arguments.dropFirst())
    if let row = find(name) { return row.run(rest) }
    switch name {
    case "help", "--help", "-h":
      if let topic = rest.first, let row = find(topic) { return row.run(["--help"]) }
      say(usage, terminator: "")
      return 0
    default:
      let names = rows.flatMap { [$0.name] + $0.aliases }
      let hint = Spelling.nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
      complain("unknown command \"\(name)\" for \"\(program)\"\(hint)")
      complain("Run '\(program) help' for the list.")
      return 2
    }
  }

  private func find(_ name: String) -> Command? {
    rows.first { $0.name == name || $0.aliases.contains(name) }
  }

  private var usage: String {
    var text = "\(summary)\n\nUsage: \(program) <command> [flags]\n\nCommands:\n"
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    for row in rows {
      let gap = String(repeating: " ", count: width - row.name.count)
      let aliases = row.aliases.isEmpty ? "" : " (also: \(row.aliases.joined(separator: ", ")))"
      text += "  \(row.name)\(gap)\(row.summary)\(aliases)\n"
    }
    return text + "\n'\(program) <command> --help' tells a command's flags.\n"
  }
}
