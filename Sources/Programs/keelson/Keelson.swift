import Base
import Linux

/// The one executable: every role and every verb is a subcommand.
@main
enum Keelson {
  static func main() {
    Machine.boundHeap()
    Machine.exit(run(arguments: Array(CommandLine.arguments.dropFirst())))
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
      .up,
      .status,
      .down,
      .apply,
      .delete,
      .get,
      .apiServer,
      .controllerManager,
      .scheduler,
      .agent,
      .supervise,
      .podSupervisor,
      .simulate,
      .version,
    ])
}

/// Prints on standard output at once: `print` would keep it in a buffer, which `Machine.exit`
/// drops.
func say(_ text: String, terminator: String = "\n") {
  do {
    try StandardStream.output.write(Bytes(text + terminator))
  } catch {
    // The reader is gone, as behind `| head`.
    Machine.exit(0)
  }
}

/// Says on standard error what went wrong.
func complain(_ message: String) {
  do {
    try StandardStream.error.write(Bytes(message + "\n"))
  } catch {
    // Nobody listens: the exit code still tells.
  }
}

/// The environment as a dictionary, for flags' defaults.
func environmentVariables() -> [String: String] {
  var variables: [String: String] = [:]
  for assignment in Machine.environment {
    guard let equals = assignment.firstIndex(of: "=") else { continue }
    variables[String(assignment[..<equals])] = String(
      assignment[assignment.index(after: equals)...])
  }
  return variables
}
