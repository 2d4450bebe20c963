import Base
import EtcdAPI
import EventLoop
import Linux
import StoreClient

/// The node's side of the store: its heartbeat, what it is to do, what it reports.
extension NodeAgent {
  /// Why one session with the store ended.
  private enum SessionEnd: Error {
    case store(StoreError)
    /// The heartbeat is no longer ours: another agent, or an outage longer than the lease.
    case fenceLost
    case cancelled
  }

  private static let firstDelay = Duration.milliseconds(500)
  private static let longestDelay = Duration.seconds(5)
  /// What changes at once is written once.
  private static let reportDelay = Duration.milliseconds(30)

  /// Keeps a session with the store for as long as the agent runs.
  func serveStore() async {
    var delay = Self.firstDelay
    while !Task.isCancelled {
      do throws(SessionEnd) {
        let session = try await acquireHeartbeat()
        delay = Self.firstDelay
        try await serve(session)
      } catch {
        switch error {
        case .cancelled: return
        case .fenceLost: logger.warn("the heartbeat was lost; taking it anew")
        case .store(let cause):
          logger.warn("no session with the store", ["error": cause, "again_in": delay])
        }
      }
      guard await pause(delay) else { return }
      delay = min(delay * 2, Self.longestDelay)
    }
  }

  /// False where the task was cancelled.
  func pause(_ duration: Duration) async -> Bool {
    do {
      try await Task.sleep(for: duration)
      return true
    } catch {
      return false
    }
  }

  // MARK: - Heartbeat

  /// The node's hold on its keys.
  struct Session: Hashable, Sendable {
    let lease: Int64
    /// The revision that made the heartbeat: while it stands, nobody else holds the node.
    let fence: Int64
  }

  /// Puts the heartbeat under a lease of ours. Its creation is the fence of every write: an agent
  /// whose heartbeat lapsed writes nothing more. An earlier life's lease is taken over while it lives.
  private func acquireHeartbeat() async throws(SessionEnd) -> Session {
    if let known = savedLease(), try await isAlive(known), let session = try await plant(known) {
      return session
    }
    let granted: Int64
    do throws(StoreError) {
      granted = try await client.leaseGrant(ttl: AgentConfiguration.leaseSeconds).id
    } catch {
      throw Self.end(error)
    }
    save(lease: granted)
    while true {
      if let session = try await plant(granted) { return session }
      logger.warn("another agent has this node's heartbeat; waiting for its lease to end")
      guard await pause(.seconds(1)) else { throw .cancelled }
      guard try await isAlive(granted) else { throw .fenceLost }
    }
  }

  private func isAlive(_ lease: Int64) async throws(SessionEnd) -> Bool {
    do throws(StoreError) {
      return try await client.keepAliveOnce(id: lease).ttl > 0
    } catch {
      if error == .leaseExpired { return false }
      throw Self.end(error)
    }
  }

  /// The session where the heartbeat stands under the lease, now or already.
  private func plant(_ lease: Int64) async throws(SessionEnd) -> Session? {
    let key = keys.heartbeat
    let answer = try await txn(
      TxnRequest(
        compare: [Compare(target: .create, key: key, targetUnion: .createRevision(0))],
        success: [RequestOp(request: .put(PutRequest(key: key, lease: lease)))],
        failure: [RequestOp(request: .range(RangeRequest(key: key)))]))
    if answer.succeeded { return Session(lease: lease, fence: answer.header?.revision ?? 0) }
    guard case .range(let range)? = answer.responses.first?.response, let found = range.kvs.first
    else { return nil }
    if found.lease != lease, try await !replace(found, under: lease) { return nil }
    return Session(lease: lease, fence: found.createRevision)
  }

  /// A heartbeat without a lease is nobody's and would stand for ever.
  private func replace(_ found: KeyValue, under lease: Int64) async throws(SessionEnd) -> Bool {
    if found.lease != 0 { return false }
    let revision = Compare.TargetUnion.modRevision(found.modRevision)
    return try await txn(
      TxnRequest(
        compare: [Compare(target: .mod, key: found.key, targetUnion: revision)],
        success: [RequestOp(request: .put(PutRequest(key: found.key, lease: lease)))])
    ).succeeded
  }

  private func savedLease() -> Int64? {
    do {
      return Int64(try Files.read(configuration.leasePath).text, radix: 16)
    } catch {
      // No earlier life, or it left nothing: a new lease is granted.
      return nil
    }
  }

  private func save(lease: Int64) {
    do {
      try Files.replace(configuration.leasePath, with: Bytes(String(lease, radix: 16)))
    } catch {
      logger.warn("cannot save the lease: a restart has to wait for its end", ["error": error])
    }
  }

  // MARK: - One session

  private func serve(_ session: Session) async throws(SessionEnd) {
    let revision = try await readAll()
    mark(hasSession: true)
    logger.info(
      "session with the store", ["revision": revision, "lease": String(session.lease, radix: 16)])
    let end = await withTaskGroup(of: SessionEnd?.self) { group in
      group.addTask { await self.renew(session.lease) }
      group.addTask { await self.follow(from: revision + 1) }
      group.addTask { await self.writeReports(session) }
      let first = await group.next() ?? nil
      mark(hasSession: false)
      group.cancelAll()
      reports.wakeWriter()
      return first
    }
    throw end ?? .cancelled
  }

  /// For who looks at this host from outside, such as `keelson up`.
  private func mark(hasSession: Bool) {
    do throws(Errno) {
      if hasSession, let own = try ProcessIdentity.current() {
        try Files.replace(configuration.sessionPath, with: own.line)
      } else {
        try Files.removeTree(configuration.sessionPath)
      }
    } catch {
      logger.warn("cannot write the session's mark", ["error": error])
    }
  }

  private func renew(_ lease: Int64) async -> SessionEnd? {
    do throws(StoreError) {
      for try await _ in client.keepAlive(id: lease) {}
      return nil
    } catch {
      return error == .leaseExpired ? .fenceLost : Self.end(error)
    }
  }

  /// Takes what is desired and what is reported, both as of one revision, and answers it.
  private func readAll() async throws(SessionEnd) -> Int64 {
    let answer: RangeResponse
    do throws(StoreError) {
      answer = try await client.range(
        RangeRequest(key: keys.prefix, rangeEnd: NodeKeys.end(of: keys.prefix)))
    } catch {
      throw Self.end(error)
    }
    var missing = Set(pods.keys)
    var reported: [Bytes: Bytes] = [:]
    for entry in answer.kvs {
      if let uid = NodeKeys.uid(of: entry.key, below: keys.desiredPods) {
        missing.remove(uid)
        desire(uid, revision: entry.modRevision, value: entry.value)
      } else if entry.key == keys.actualNode || entry.key.hasPrefix(keys.actualPods) {
        reported[entry.key] = entry.value
      }
    }
    for uid in missing.sorted() { release(uid) }
    reports.found(reported)
    return answer.header?.revision ?? 0
  }

  private func follow(from revision: Int64) async -> SessionEnd? {
    let request = WatchCreateRequest(
      key: keys.desiredPods, rangeEnd: NodeKeys.end(of: keys.desiredPods), startRevision: revision)
    do throws(StoreError) {
      for try await batch in client.watch(request) {
        for event in batch.events { take(event) }
      }
      return nil
    } catch {
      return Self.end(error)
    }
  }

  private func take(_ event: Event) {
    guard let entry = event.kv, let uid = NodeKeys.uid(of: entry.key, below: keys.desiredPods)
    else { return }
    switch event.type {
    case .put: desire(uid, revision: entry.modRevision, value: entry.value)
    case .delete: release(uid)
    case .unrecognized(let number): logger.warn("unknown event", ["type": number])
    }
  }

  // MARK: - Reports

  private func writeReports(_ session: Session) async -> SessionEnd? {
    while !Task.isCancelled {
      await withCheckedContinuation { reports.wait($0) }
      guard await pause(Self.reportDelay) else { return nil }
      while let write = reports.next() {
        do throws(SessionEnd) {
          try await carryOut(write, session)
        } catch {
          return error
        }
        reports.wrote(write)
      }
    }
    return nil
  }

  private func carryOut(
    _ write: ReportQueue.Write, _ session: Session
  ) async throws(SessionEnd) {
    let operation: RequestOp.Request =
      if let value = write.value {
        .put(PutRequest(key: write.key, value: value))
      } else {
        .deleteRange(DeleteRangeRequest(key: write.key))
      }
    let fence = Compare.TargetUnion.createRevision(session.fence)
    let answer = try await txn(
      TxnRequest(
        compare: [Compare(target: .create, key: keys.heartbeat, targetUnion: fence)],
        success: [RequestOp(request: operation)]))
    guard answer.succeeded else { throw .fenceLost }
  }

  private func txn(_ request: TxnRequest) async throws(SessionEnd) -> TxnResponse {
    do throws(StoreError) {
      return try await client.txn(request)
    } catch {
      throw Self.end(error)
    }
  }

  private static func end(_ error: StoreError) -> SessionEnd {
    error == .cancelled ? .cancelled : .store(error)
  }
}
