import Foundation

/// The one executable: every role and every verb is a subcommand.
@main
enum Keelson {
  static func main() {
    exit(run(arguments: Array(CommandLine.arguments.dropFirst())))
  }

  /// Not on the main actor: threads and loops that a command starts must not inherit it.
  private nonisolated static func run(arguments: [String]) -> Int32 {
    commands.run(arguments)
  }

  /// Each command's row stands in the file of that command.
  private nonisolated static let commands = CommandTable(
    program: "keelson",
    summary: "A Raft-replicated store that speaks etcd v3, and what is fastened to it.",
    rows: [
      .store,
      .version,
    ])
}

/// Says on standard error what went wrong.
func complain(_ message: String) {
  FileHandle.standardError.write(Data((message + "\n").utf8))
}
