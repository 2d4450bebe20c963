import Base

/// One verb of the store's client: its flags and what it does.
public struct StoreCommand: Sendable {
  /// `["lease", "grant"]`
  public let path: [String]
  public let aliases: [String]
  /// One line.
  public let summary: String
  let operands: String
  /// What follows `--` is a program with its arguments, not further operands.
  let takesProgram: Bool
  let declare: @Sendable (inout FlagSet) -> Void
  let body: @Sendable (FlagValues, CommandSession) async throws(CommandFailure) -> Void

  init(
    _ path: String..., aliases: [String] = [], operands: String = "", takesProgram: Bool = false,
    summary: String,
    flags declare: @escaping @Sendable (inout FlagSet) -> Void = { _ in },
    _ body: @escaping @Sendable (FlagValues, CommandSession) async throws(CommandFailure) -> Void
  ) {
    self.path = path
    self.aliases = aliases
    self.operands = operands
    self.takesProgram = takesProgram
    self.summary = summary
    self.declare = declare
    self.body = body
  }

  /// All verbs, in the order in which `help` lists them.
  public static let all: [StoreCommand] =
    [.get, .put, .delete, .txn, .compact, .watch] + leaseCommands + alarmCommands
    + [.memberList] + endpointCommands + certificateRolesCommands + [.diff]

  /// The arguments with the flags that stand before the verb moved behind it, where etcdctl takes
  /// them too: `--endpoints x lease list` becomes `lease list --endpoints x`.
  public static func verbFirst(_ arguments: [String]) -> [String] {
    var shared = FlagSet(command: "store")
    declareShared(&shared)
    var leading: [String] = []
    var rest = arguments[...]
    while let flag = rest.first, flag.hasPrefix("-"), flag != "--", flag != "--help", flag != "-h" {
      leading.append(rest.removeFirst())
      let wantsValue = !flag.contains("=") && !shared.isBoolean(flag)
      if wantsValue, let value = rest.popFirst() { leading.append(value) }
    }
    if leading.isEmpty { return arguments }
    let isGroup = all.contains { $0.path.count == 2 && $0.path.first == rest.first }
    let verb = rest.prefix(isGroup ? 2 : 1)
    return verb + leading + rest.dropFirst(verb.count)
  }

  private static func declareShared(_ flags: inout FlagSet) {
    ClientConfiguration.declareFlags(&flags)
    flags.declare(
      "write-out", letter: "w", .text, default: "simple",
      help: "Output format: simple, json, fields, table, protobuf")
    flags.declare("hex", .boolean, help: "Print keys and values as hexadecimal")
  }

  var flags: FlagSet {
    var flags = FlagSet(
      command: "keelson store " + path.joined(separator: " "), operands: operands,
      environmentPrefixes: ["KEELSON_", "ETCDCTL_"])
    declare(&flags)
    Self.declareShared(&flags)
    return flags
  }

  /// Runs the verb; gives etcdctl's exit code.
  public func run(_ arguments: [String], _ console: CommandConsole) async -> Int32 {
    let (own, program) = takesProgram ? Self.split(arguments) : (arguments, [])
    if own.contains("--help") || own.contains("-h") {
      console.write(Bytes(summary + "\n\n" + flags.usage))
      return 0
    }
    do throws(CommandFailure) {
      let values = try parse(own, console.environment)
      try await body(values, try CommandSession(values, console, program: program))
      return 0
    } catch {
      if !error.message.isEmpty { console.writeError(Bytes(error.text)) }
      return error.code.rawValue
    }
  }

  private func parse(
    _ arguments: [String], _ environment: [String: String]
  ) throws(CommandFailure) -> FlagValues {
    let flags = flags
    // Only what concerns the connection and the format comes from outside: `KEELSON_PREFIX` must
    // not turn a `del` into one of a whole prefix.
    var settings: [String: String] = [:]
    for flag in ClientConfiguration.environmentFlags {
      for name in flags.environmentNames(of: flag) { settings[name] = environment[name] }
    }
    do {
      return try flags.parse(arguments, environment: settings)
    } catch {
      throw CommandFailure(
        .error, error.description,
        hint: "Run 'keelson store \(path.joined(separator: " ")) --help' for its flags.")
    }
  }

  /// What stands before and behind the first `--`.
  private static func split(_ arguments: [String]) -> (own: [String], program: [String]) {
    guard let place = arguments.firstIndex(of: "--") else { return (arguments, []) }
    return (Array(arguments[..<place]), Array(arguments[(place + 1)...]))
  }
}

/// One run of a verb.
struct CommandSession: Sendable {
  let console: CommandConsole
  let configuration: ClientConfiguration
  let printer: ResponsePrinter
  /// What stood behind `--`.
  let program: [String]

  init(
    _ values: FlagValues, _ console: CommandConsole, program: [String]
  ) throws(CommandFailure) {
    self.console = console
    self.program = program
    var style = OutputStyle()
    style.format = try OutputFormat(parsing: values.text("write-out"))
    style.isHex = values.boolean("hex")
    style.isTerminal = console.isTerminal
    printer = ResponsePrinter(style)
    let path = ClientFile.path(environment: console.environment, isRoot: console.isRoot)
    configuration = try ClientConfiguration(values) { () throws(CommandFailure) in
      guard let document = try console.readFile(path) else { return nil }
      return try ClientFile(parsing: document, path: path)
    }
  }

  /// A client of all endpoints.
  func client() throws(CommandFailure) -> StoreClient {
    try client(configuration)
  }

  /// A client of one endpoint alone.
  func client(of endpoint: String) throws(CommandFailure) -> StoreClient {
    var single = configuration
    single.endpoints = [endpoint]
    return try client(single)
  }

  private func client(_ configuration: ClientConfiguration) throws(CommandFailure) -> StoreClient {
    do {
      return try console.connect(configuration)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Asks and translates the store's error.
  func ask<Response>(
    failingWith code: CommandFailure.Code? = nil,
    _ body: (StoreClient) async throws(StoreError) -> Response
  ) async throws(CommandFailure) -> Response {
    let client = try client()
    do {
      return try await body(client)
    } catch {
      let failure = CommandFailure(error)
      throw code.map { CommandFailure($0, failure.message, hint: failure.hint) } ?? failure
    }
  }

  /// Writes on standard output what `build` makes.
  func emit(
    _ build: (inout ByteBuffer) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    var out = ByteBuffer()
    do {
      try build(&out)
    } catch {
      if !out.isEmpty { console.write(out.take()) }
      throw error
    }
    console.write(out.take())
  }
}

extension FlagSet {
  /// Whether `argument` (`--hex`) alone is a whole flag: parsing it with nothing behind it works.
  fileprivate func isBoolean(_ argument: String) -> Bool {
    do throws(FlagError) {
      _ = try parse([argument])
      return true
    } catch {
      return false
    }
  }
}
