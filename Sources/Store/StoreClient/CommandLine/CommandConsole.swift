public import Base

/// What a command of the store's client may touch outside: the shell hands it in.
public struct CommandConsole: Sendable {
  /// The process's environment.
  public var environment: [String: String]
  public var isRoot: Bool
  /// Standard output is a terminal.
  public var isTerminal: Bool
  public var write: @Sendable (Bytes) -> Void
  public var writeError: @Sendable (Bytes) -> Void
  /// Standard input, line by line without line breaks; ends where the input ends.
  public var lines: @Sendable () -> AsyncStream<String>
  /// Standard input to its end.
  public var readAll: @Sendable () -> Bytes
  /// nil where there is no such file; fails with the reason where it cannot be read.
  public var readFile: @Sendable (String) throws(CommandFailure) -> Bytes?
  /// Runs a program to its end with this process's output; `NAME=value` joins the environment.
  public var runProgram: @Sendable ([String], [String]) async throws(CommandFailure) -> Void
  public var connect: @Sendable (ClientConfiguration) throws(StoreError) -> StoreClient

  public init(
    environment: [String: String], isRoot: Bool, isTerminal: Bool,
    write: @escaping @Sendable (Bytes) -> Void,
    writeError: @escaping @Sendable (Bytes) -> Void,
    lines: @escaping @Sendable () -> AsyncStream<String>,
    readAll: @escaping @Sendable () -> Bytes,
    readFile: @escaping @Sendable (String) throws(CommandFailure) -> Bytes?,
    runProgram: @escaping @Sendable ([String], [String]) async throws(CommandFailure) -> Void,
    connect: @escaping @Sendable (ClientConfiguration) throws(StoreError) -> StoreClient
  ) {
    self.environment = environment
    self.isRoot = isRoot
    self.isTerminal = isTerminal
    self.write = write
    self.writeError = writeError
    self.lines = lines
    self.readAll = readAll
    self.readFile = readFile
    self.runProgram = runProgram
    self.connect = connect
  }
}
