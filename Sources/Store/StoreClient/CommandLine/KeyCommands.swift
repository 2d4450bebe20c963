import Base
import EtcdAPI

extension StoreCommand {
  static let get = StoreCommand(
    "get", operands: "<key> [range_end]", summary: "Get the key or a range of keys.",
    flags: KeyArguments.declareGet
  ) { (values, session) async throws(CommandFailure) in
    var get = try KeyArguments.range(values)
    var style = session.printer.style
    if get.valueOnly && style.format != .simple {
      throw CommandFailure(.badArguments, "print-value-only is only for `--write-out=simple`")
    }
    style.valueOnly = get.valueOnly
    let printer = ResponsePrinter(style)
    if style.format == .table { throw style.format.unsupported }
    // What is not shown need not be sent: a value-only list of keys is a list of blank lines.
    get.request.keysOnly = get.request.keysOnly && !get.request.countOnly
    let request = get.request
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.range(request)
    }
    try session.emit { (out) throws(CommandFailure) in
      if request.countOnly {
        try printer.render(count: response, into: &out)
      } else {
        try printer.render(response, into: &out)
      }
    }
  }

  static let put = StoreCommand(
    "put", operands: "<key> [value, else from standard input]",
    summary: "Put the given key into the store.", flags: KeyArguments.declarePut
  ) { (values, session) async throws(CommandFailure) in
    let request = try KeyArguments.put(values) {
      () throws(CommandFailure) in session.console.readAll()
    }
    try session.checkFormat()
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.put(request)
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  static let delete = StoreCommand(
    "del", operands: "<key> [range_end]",
    summary: "Remove the key or a range of keys [key, range_end).",
    flags: KeyArguments.declareDelete
  ) { (values, session) async throws(CommandFailure) in
    let request = try KeyArguments.delete(values)
    try session.checkFormat()
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.deleteRange(request)
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  static let compact = StoreCommand(
    "compact", aliases: ["compaction"], operands: "<revision>",
    summary: "Drop the history before a revision.",
    flags: {
      $0.declare("physical", .boolean, help: "Wait until the history is gone from this member")
    }
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let text = values.operands.first else {
      throw CommandFailure(.badArguments, "compaction command needs 1 argument")
    }
    guard let revision = Int64(text) else {
      throw CommandFailure(.error, GoText.parseComplaint(text))
    }
    let physical = values.boolean("physical")
    _ = try await session.ask { (client) async throws(StoreError) in
      try await client.compact(CompactionRequest(revision: revision, physical: physical))
    }
    session.console.write(Bytes("compacted revision \(revision)\n"))
  }

  static let txn = StoreCommand(
    "txn", summary: "Read a transaction from standard input and carry it out.",
    flags: {
      $0.declare("interactive", letter: "i", .boolean, help: "Prompt for each part")
    }
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.isEmpty else {
      throw CommandFailure(.badArguments, "txn command does not accept argument")
    }
    let request = try await session.readTransaction(prompts: values.boolean("interactive"))
    try session.checkFormat()
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.txn(request)
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }
}

extension CommandSession {
  /// etcdctl's printer of tables knows only members and endpoints: said before anything is changed.
  fileprivate func checkFormat() throws(CommandFailure) {
    if printer.style.format == .table { throw printer.style.format.unsupported }
  }

  fileprivate func readTransaction(prompts: Bool) async throws(CommandFailure) -> TxnRequest {
    var script = TransactionScript()
    func prompt() {
      if prompts, let section = script.section { console.write(Bytes(section.prompt + "\n")) }
    }
    prompt()
    for await line in console.lines() {
      let before = script.section
      try script.take(line: line)
      if script.section == nil { return script.transaction }
      if script.section != before { prompt() }
    }
    throw CommandFailure(
      .invalidInput, "EOF",
      hint: "A transaction is three parts, each ended by an empty line: compares, success, failure."
    )
  }
}
