import Base
import EventLoop
import Linux
import StoreClient

/// The verbs of the store's client as rows of `keelson store`: `lease grant` becomes a table
/// `lease` with a row `grant`.
enum StoreVerbs {
  static var rows: [Command] {
    var rows: [Command] = []
    var groups: [String: [StoreCommand]] = [:]
    for command in StoreCommand.all {
      if command.path.count == 1 {
        rows.append(row(command, command.path[0]))
      } else if groups[command.path[0], default: []].isEmpty {
        let group = StoreCommand.all.filter { $0.path.first == command.path[0] }
        groups[command.path[0]] = group
        rows.append(table(command.path[0], group))
      }
    }
    return rows
  }

  /// The last arguments of this process, byte for byte: where one is no UTF-8, Swift has replaced
  /// bytes of it, and a key or value would be another.
  static func exact(_ arguments: [String]) -> [String] {
    guard arguments.contains(where: { $0.contains("\u{FFFD}") }) else { return arguments }
    do {
      let line = try Files.read("/proc/self/cmdline")
      let words = line.array.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      return words.suffix(arguments.count).map { ArgumentText.text(Bytes(Array($0))) }
    } catch {
      complain("Error: an argument is not UTF-8, and /proc/self/cmdline cannot be read: \(error)")
      Machine.exit(CommandFailure.Code.badArguments.rawValue)
    }
  }

  private static func table(_ name: String, _ commands: [StoreCommand]) -> Command {
    let table = CommandTable(
      program: "keelson store \(name)", summary: summary(of: name),
      rows: commands.map { row($0, $0.path[1]) })
    return Command(table, name: name)
  }

  private static func summary(of group: String) -> String {
    switch group {
    case "lease": "Grant, renew, list and revoke leases."
    case "alarm": "List and disarm alarms."
    case "member": "List the cluster's members."
    case "endpoint": "Ask endpoints for status, health and hash."
    case "certificate-roles": "Show and replace what certificates may do."
    default: preconditionFailure("a group of verbs without a summary")
    }
  }

  private static func row(_ command: StoreCommand, _ name: String) -> Command {
    Command(name, aliases: command.aliases, summary: command.summary) { arguments in
      run(command, arguments)
    }
  }

  /// On a loop of its own, which this thread runs.
  private static func run(_ command: StoreCommand, _ arguments: [String]) -> Int32 {
    do {
      let loop = try EventLoop()
      let console = CommandConsole.process(loop)
      return try loop.runBlocking { await command.run(arguments, console) }
    } catch {
      complain("Error: \(error)")
      return 1
    }
  }
}

extension CommandConsole {
  /// This process's own.
  fileprivate static func process(_ loop: EventLoop) -> CommandConsole {
    CommandConsole(
      environment: environmentVariables(),
      isRoot: Machine.userID == 0,
      isTerminal: StandardStream.output.isTerminal,
      write: { emit($0, to: .output) },
      writeError: { emit($0, to: .error) },
      lines: standardInputLines,
      readAll: { readStandardInput() },
      readFile: { (path) throws(CommandFailure) in try read(path) },
      runProgram: { (words, variables) async throws(CommandFailure) in
        try await execute(words, variables)
      },
      connect: { (configuration) throws(StoreError) in
        try StoreClient(
          endpoints: configuration.endpoints, credentials: configuration.credentials,
          options: configuration.options, loop: loop)
      })
  }

  private static func emit(_ bytes: Bytes, to stream: StandardStream) {
    do {
      try stream.write(bytes)
    } catch {
      // Whoever read this is gone (`| head`): go on for nobody's sake.
      Machine.exit(CommandFailure.Code.io.rawValue)
    }
  }

  /// All of the standard input. Half of a value must not be put for the whole of it: a failed read
  /// ends the program.
  private static func readStandardInput() -> Bytes {
    var all = ByteBuffer()
    do {
      while true {
        let part = try StandardStream.input.read(64 << 10)
        if part.isEmpty { break }
        all.write(part)
      }
    } catch {
      complain("Error: reading the standard input: \(error)")
      Machine.exit(CommandFailure.Code.io.rawValue)
    }
    return all.take()
  }

  private static func read(_ path: String) throws(CommandFailure) -> Bytes? {
    do {
      return try Files.read(path)
    } catch .notFound {
      return nil
    } catch {
      throw CommandFailure(.badArguments, "open \(path): \(error)")
    }
  }

  /// A thread of its own blocks on the input, so that watches go on meanwhile.
  private static func standardInputLines() -> AsyncStream<String> {
    AsyncStream { continuation in
      do {
        try Thread.start(name: "input") {
          while let line = readLine(strippingNewline: true) { continuation.yield(line) }
          continuation.finish()
        }
      } catch {
        complain("Error: reading the standard input: \(error)")
        continuation.finish()
      }
    }
  }

  /// With this process's input and output; waits for its end on a thread of its own, so that
  /// connections live on meanwhile.
  private static func execute(
    _ words: [String], _ variables: [String]
  ) async throws(CommandFailure) {
    let environment = environmentVariables()
    guard let name = words.first else { return }
    guard let path = Process.find(name, path: environment["PATH"] ?? "/usr/bin:/bin") else {
      throw CommandFailure(.error, "exec: \"\(name)\": executable file not found in $PATH")
    }
    var specification = ProcessSpecification(path, Array(words.dropFirst()))
    specification.environment = environment.map { "\($0.key)=\($0.value)" }.sorted() + variables
    specification.descriptors = [0, 1, 2]
    let wanted = specification
    let outcome: Result<ProcessExit, Errno> = await withCheckedContinuation { continuation in
      do throws(Errno) {
        try Thread.start(name: "program") {
          do throws(Errno) {
            continuation.resume(returning: .success(try Process.spawn(wanted).wait()))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    switch outcome {
    case .success(.exited(code: 0)): return
    case .success(let exit):
      throw CommandFailure(.error, "command \(name) ended with \(exit.shellCode)")
    case .failure(let error): throw CommandFailure(.error, "command \(name): \(error)")
    }
  }
}
