import Base

/// Parses a command's flags and runs it; `--help` prints the usage, a wrong flag says which and
/// why.
func runCommand(
  _ flags: FlagSet, _ arguments: [String], environment: [String: String] = [:],
  _ body: (FlagValues) -> Int32
) -> Int32 {
  if arguments.contains("--help") || arguments.contains("-h") {
    say(flags.usage, terminator: "")
    return 0
  }
  do throws(FlagError) {
    return body(try flags.parse(arguments, environment: environment))
  } catch {
    complain("\(error)")
    complain("Run '\(flags.command) --help' for its flags.")
    return 2
  }
}
