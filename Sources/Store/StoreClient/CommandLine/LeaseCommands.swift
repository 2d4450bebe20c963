import Base
import EtcdAPI

extension StoreCommand {
  static let leaseCommands: [StoreCommand] = [
    leaseGrant, leaseRevoke, leaseTimeToLive, leaseList, leaseKeepAlive,
  ]

  private static let leaseGrant = StoreCommand(
    "lease", "grant", operands: "<ttl in seconds>", summary: "Create a lease."
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let text = values.operands.first else {
      throw CommandFailure(.badArguments, "lease grant command needs TTL argument")
    }
    guard let ttl = Int64(text) else {
      throw CommandFailure(.badArguments, "bad TTL (\(GoText.parseComplaint(text)))")
    }
    try session.checkLeaseFormat()
    let response = try await session.ask(prefix: "failed to grant lease") {
      (client) async throws(StoreError) in try await client.leaseGrant(ttl: ttl)
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  private static let leaseRevoke = StoreCommand(
    "lease", "revoke", operands: "<lease ID>", summary: "Revoke a lease and delete its keys."
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let text = values.operands.first else {
      throw CommandFailure(.badArguments, "lease revoke command needs 1 argument")
    }
    let id = try leaseID(text)
    try session.checkLeaseFormat()
    let response = try await session.ask(prefix: "failed to revoke lease") {
      (client) async throws(StoreError) in try await client.leaseRevoke(id: id)
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, id: id, into: &out)
    }
  }

  private static let leaseTimeToLive = StoreCommand(
    "lease", "timetolive", operands: "<lease ID>", summary: "Tell a lease's remaining time.",
    flags: { $0.declare("keys", .boolean, help: "Get the keys attached to the lease") }
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let text = values.operands.first else {
      throw CommandFailure(.badArguments, "lease timetolive command needs lease ID as argument")
    }
    let (id, withKeys) = (try leaseID(text), values.boolean("keys"))
    let response = try await session.ask(failingWith: .badConnection) {
      (client) async throws(StoreError) in
      try await client.leaseTimeToLive(id: id, keys: withKeys)
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, withKeys: withKeys, into: &out)
    }
  }

  private static let leaseList = StoreCommand(
    "lease", "list", summary: "List all active leases."
  ) { (_, session) async throws(CommandFailure) in
    let response = try await session.ask(failingWith: .badConnection) {
      (client) async throws(StoreError) in try await client.leases()
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  private static let leaseKeepAlive = StoreCommand(
    "lease", "keep-alive", operands: "<lease ID>", summary: "Renew a lease until interrupted.",
    flags: { $0.declare("once", .boolean, help: "Renew once and end") }
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let text = values.operands.first else {
      throw CommandFailure(.badArguments, "lease keep-alive command needs lease ID as argument")
    }
    let id = try leaseID(text)
    try session.checkLeaseFormat()
    if values.boolean("once") {
      let response = try await session.ask(failingWith: .badConnection) {
        (client) async throws(StoreError) in try await client.keepAliveOnce(id: id)
      }
      try session.emit { (out) throws(CommandFailure) in
        try session.printer.render(response, into: &out)
      }
    } else {
      try await session.keepAlive(id)
    }
  }

  private static func leaseID(_ text: String) throws(CommandFailure) -> Int64 {
    guard let id = Int64(text, radix: 16) else {
      throw CommandFailure(
        .badArguments,
        "bad lease ID arg (\(GoText.parseComplaint(text))), expecting ID in Hex")
    }
    return id
  }
}

extension CommandSession {
  fileprivate func checkLeaseFormat() throws(CommandFailure) {
    switch printer.style.format {
    case .simple, .json, .fields: break
    case .table, .protobuf: throw printer.style.format.unsupported
    }
  }

  /// Like `ask`, with etcdctl's words around the store's.
  fileprivate func ask<Response>(
    prefix: String, _ body: (StoreClient) async throws(StoreError) -> Response
  ) async throws(CommandFailure) -> Response {
    do {
      return try await ask(body)
    } catch {
      throw CommandFailure(error.code, "\(prefix) (\(error.message))", hint: error.hint)
    }
  }

  fileprivate func keepAlive(_ id: Int64) async throws(CommandFailure) {
    do throws(StoreError) {
      for try await response in try client(for: id) {
        do throws(CommandFailure) {
          try emit { (out) throws(CommandFailure) in try printer.render(response, into: &out) }
        } catch {
          console.writeError(Bytes(error.text))
        }
      }
    } catch .leaseExpired {
      console.write(Bytes("lease \(GoText.hex16(id)) expired or revoked.\n"))
    } catch {
      throw CommandFailure(error)
    }
  }

  private func client(for id: Int64) throws(StoreError) -> LeaseKeepAlive {
    try console.connect(configuration).keepAlive(id: id)
  }
}
