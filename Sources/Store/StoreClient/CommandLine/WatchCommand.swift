import Base
import EtcdAPI

/// What `watch` was asked to watch.
struct WatchArguments: Hashable, Sendable {
  var request: WatchCreateRequest
  /// Run for every event.
  var program: [String]

  static func declare(_ flags: inout FlagSet) {
    flags.declare("interactive", letter: "i", .boolean, help: "Read watches from standard input")
    flags.declare("prefix", .boolean, help: "Watch all keys with this prefix")
    flags.declare("rev", .integer, default: "0", help: "The revision to start at")
    flags.declare("prev-kv", .boolean, help: "Get the previous key-value pair of each event")
    flags.declare(
      "progress-notify", .boolean, help: "Get periodic notifications of progress")
  }

  init(_ values: FlagValues, program: [String]) throws(CommandFailure) {
    guard let first = values.operands.first, values.operands.count <= 2 else {
      throw CommandFailure(.badArguments, "bad number of arguments")
    }
    let key = ArgumentText.bytes(first)
    if values.boolean("prefix") {
      if values.operands.count > 1 {
        throw CommandFailure(.badArguments, "`range_end` and `--prefix` are mutually exclusive")
      }
      request = WatchCreateRequest(prefix: key)
    } else {
      let end = values.operands.count > 1 ? ArgumentText.bytes(values.operands[1]) : Bytes()
      request = WatchCreateRequest(key: key, rangeEnd: end)
    }
    request.startRevision = values.integer("rev")
    request.prevKv = values.boolean("prev-kv")
    request.progressNotify = values.boolean("progress-notify")
    self.program = program
  }
}

extension StoreCommand {
  static let watch = StoreCommand(
    "watch", operands: "[key or prefix] [range_end] [-- program arguments...]", takesProgram: true,
    summary: "Print the events of keys or prefixes as they happen.",
    flags: WatchArguments.declare
  ) { (values, session) async throws(CommandFailure) in
    if session.printer.style.format == .table { throw session.printer.style.format.unsupported }
    let client = try session.client()
    if values.boolean("interactive") {
      try await session.watchInteractively(client)
    } else {
      let arguments = try WatchArguments(values, program: session.program)
      try await session.follow(client.watch(arguments.request), arguments)
    }
  }
}

extension CommandSession {
  /// Prints events until the watch ends.
  fileprivate func follow(
    _ watch: StoreWatch, _ arguments: WatchArguments
  ) async throws(CommandFailure) {
    do throws(StoreError) {
      for try await batch in watch {
        do throws(CommandFailure) {
          try await show(batch, arguments.program)
        } catch {
          console.writeError(Bytes(error.text))
        }
      }
    } catch {
      try end(with: error)
    }
  }

  private func show(_ batch: WatchBatch, _ program: [String]) async throws(CommandFailure) {
    try emit { (out) throws(CommandFailure) in
      if batch.isProgress { out.writeLine("progress notify: \(batch.header.revision)") }
      try printer.render(batch, into: &out)
    }
    if program.isEmpty { return }
    for event in batch.events {
      try await console.runProgram(
        program,
        [
          "ETCD_WATCH_REVISION=\(batch.header.revision)",
          "ETCD_WATCH_EVENT_TYPE=\(GoText.quoted(event.type.goText))",
          "ETCD_WATCH_KEY=\(GoText.quoted(event.kv?.key ?? Bytes()))",
          "ETCD_WATCH_VALUE=\(GoText.quoted(event.kv?.value ?? Bytes()))",
        ])
    }
  }

  /// Says as etcdctl does why the store ended the watch.
  private func end(with error: StoreError) throws(CommandFailure) {
    switch error {
    case .compacted(let oldest):
      console.writeError(Bytes("watch was canceled (\(error))\n"))
      if printer.style.format == .json {
        try emit { (out) throws(CommandFailure) in
          out.writeLine(
            goJSON: watchJSON(
              header: ResponseHeader(), events: [], compactRevision: oldest, isCanceled: true))
        }
      }
      throw CommandFailure(
        .interrupted, "watch is canceled by the server",
        hint: oldest > 0 ? "The oldest revision to watch from is \(oldest)." : nil)
    case .watchCanceled, .status:
      console.writeError(Bytes("watch was canceled (\(error))\n"))
      throw CommandFailure(
        .interrupted, "watch is canceled by the server", hint: CommandFailure(error).hint)
    case .timedOut, .outcomeUnknown, .leaseExpired, .malformedResponse, .endpoint, .credentials,
      .cancelled:
      throw CommandFailure(error)
    }
  }

  /// `watch [flags] key [range_end] [-- program]` and `progress`, a line each.
  fileprivate func watchInteractively(_ client: StoreClient) async throws(CommandFailure) {
    let failure = await withTaskGroup(of: CommandFailure?.self) { group in
      var watches: [StoreWatch] = []
      for await line in console.lines() {
        do throws(CommandFailure) {
          switch try interpret(line) {
          case .watch(let arguments):
            let watch = client.watch(arguments.request)
            watches.append(watch)
            group.addTask { await outcome(of: watch, arguments) }
          case .progress: for watch in watches { await watch.requestProgress() }
          case .invalid(let reason): console.writeError(Bytes("Invalid command\(reason)\n"))
          }
        } catch {
          group.cancelAll()
          return error as CommandFailure?
        }
      }
      group.cancelAll()
      return CommandFailure(.invalidInput, "Error reading watch request line: EOF")
    }
    if let failure { throw failure }
  }

  private func outcome(of watch: StoreWatch, _ arguments: WatchArguments) async -> CommandFailure? {
    do throws(CommandFailure) {
      try await follow(watch, arguments)
      return nil
    } catch {
      console.writeError(Bytes(error.text))
      return error
    }
  }

  private enum Line {
    case watch(WatchArguments)
    case progress
    case invalid(String)
  }

  private func interpret(_ line: String) throws(CommandFailure) -> Line {
    var words = try ScriptWords.split(line)
    guard !words.isEmpty else { return .invalid(": \(line) (watch and progress supported)") }
    switch words.removeFirst() {
    case "progress": return .progress
    case "watch":
      if words.isEmpty { return .invalid(" \(line) (command type or key is not provided)") }
      let dashes = words.firstIndex(of: "--") ?? words.count
      var flags = FlagSet(command: "watch")
      WatchArguments.declare(&flags)
      let values: FlagValues
      do {
        values = try flags.parse(Array(words[..<dashes]))
      } catch {
        return .invalid(" \(line) (\(error))")
      }
      let arguments = try WatchArguments(values, program: Array(words[dashes...].dropFirst()))
      return .watch(arguments)
    default: return .invalid(" \(line) (only support watch)")
    }
  }
}
