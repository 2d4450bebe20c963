import Base
import EtcdAPI

/// The node's side of the store: its heartbeat, what it is to do, what it reports.
extension AgentCore {
  // MARK: - Heartbeat

  /// Puts the heartbeat under a lease of ours. Its mod revision is the fence of every write: an
  /// agent whose heartbeat lapsed writes nothing more. An earlier life's lease is taken over while
  /// it lives; the heartbeat is then written anew, so that what that life sent last cannot come
  /// late.
  mutating func openSession(_ turn: inout Turn) {
    if let lease = session.lease {
      let id = call(.leaseKeepAlive(id: lease), &turn)
      session.heartbeat = .asking(id, lease: lease)
    } else {
      grant(&turn)
    }
  }

  private mutating func grant(_ turn: inout Turn) {
    session.lease = nil
    let id = call(.leaseGrant(ttlSeconds: configuration.leaseSeconds), &turn)
    session.heartbeat = .granting(id)
  }

  private mutating func plant(_ lease: Int64, _ turn: inout Turn) {
    let key = keys.heartbeat
    let request = TxnRequest(
      compare: [Compare(target: .create, key: key, targetUnion: .createRevision(0))],
      success: [RequestOp(request: .put(PutRequest(key: key, lease: lease)))],
      failure: [RequestOp(request: .range(RangeRequest(key: key)))])
    session.heartbeat = .planting(call(.txn(request), &turn), lease: lease)
  }

  private mutating func replace(_ found: KeyValue, under lease: Int64, _ turn: inout Turn) {
    let request = TxnRequest(
      compare: [
        Compare(target: .mod, key: found.key, targetUnion: .modRevision(found.modRevision))
      ],
      success: [RequestOp(request: .put(PutRequest(key: found.key, lease: lease)))])
    session.heartbeat = .replacing(
      call(.txn(request), &turn), lease: lease)
  }

  mutating func answered(_ id: StoreCallID, _ answer: StoreAnswer, _ turn: inout Turn) {
    switch session.heartbeat {
    case .asking(id, let lease): asked(lease, answer, &turn)
    case .granting(id): granted(answer, &turn)
    case .planting(id, let lease): planted(lease, answer, &turn)
    case .replacing(id, let lease):
      if case .txn(let response) = answer, response.succeeded {
        hold(lease, fence: response.header?.revision ?? 0, &turn)
      } else {
        comeBack("the heartbeat could not be replaced", answer, &turn)
      }
    case .held(let hold) where hold.renewal == .asked(id): renewed(hold, answer, &turn)
    case .apart, .asking, .granting, .planting, .replacing, .held:
      if session.reading == .listing(id) {
        listed(answer, &turn)
      } else if let write = session.writes.removeValue(forKey: id) {
        answered(write, answer, &turn)
      }
    }
  }

  private mutating func asked(_ lease: Int64, _ answer: StoreAnswer, _ turn: inout Turn) {
    switch answer {
    case .leaseKeepAlive(let ttl) where ttl > 0: plant(lease, &turn)
    case .leaseKeepAlive, .refused(.leaseNotFound): grant(&turn)
    case .refused, .unknown, .range, .txn, .leaseGrant, .leaseRevoke:
      comeBack("no session with the store", answer, &turn)
    }
  }

  private mutating func granted(_ answer: StoreAnswer, _ turn: inout Turn) {
    guard case .leaseGrant(let response) = answer else {
      return comeBack("no session with the store", answer, &turn)
    }
    session.lease = response.id
    turn.effects.append(.saveLease(response.id))
    plant(response.id, &turn)
  }

  private mutating func planted(_ lease: Int64, _ answer: StoreAnswer, _ turn: inout Turn) {
    guard case .txn(let response) = answer else {
      return comeBack("no session with the store", answer, &turn)
    }
    if response.succeeded {
      return hold(lease, fence: response.header?.revision ?? 0, &turn)
    }
    guard case .range(let range)? = response.responses.first?.response,
      let found = range.kvs.first
    else { return plant(lease, &turn) }
    switch found.lease {
    case lease, 0: replace(found, under: lease, &turn)
    case _:
      turn.note("another agent has this node's heartbeat; waiting for its lease to end")
      // Often enough to keep our own lease and to be there soon.
      session.heartbeat = .apart(until: turn.now + .seconds(1))
    }
  }

  private mutating func comeBack(
    _ text: String, _ answer: StoreAnswer, _ turn: inout Turn
  ) {
    let delay = session.nextDelay()
    let fields = [["cause", Self.cause(answer)], ["again_in", "\(delay)"]]
    turn.note(text, fields)
    session.heartbeat = .apart(until: turn.now + delay)
  }

  static func cause(_ answer: StoreAnswer) -> String {
    switch answer {
    case .refused(let status): status.text
    case .unknown: "no answer"
    case .range, .txn, .leaseGrant, .leaseKeepAlive, .leaseRevoke: "another answer"
    }
  }

  private mutating func hold(_ lease: Int64, fence: Int64, _ turn: inout Turn) {
    session.delay = AgentSession.firstDelay
    session.heartbeat = .held(
      AgentSession.Hold(lease: lease, fence: fence, renewal: .due(turn.now + renewalInterval)))
    session.hasListed = false
    list(&turn)
  }

  private var renewalInterval: Duration {
    .milliseconds(configuration.leaseSeconds * 1000 / 3)
  }

  private mutating func renewed(
    _ hold: AgentSession.Hold, _ answer: StoreAnswer, _ turn: inout Turn
  ) {
    var hold = hold
    switch answer {
    case .leaseKeepAlive(let ttl) where ttl > 0:
      session.delay = AgentSession.firstDelay
      hold.renewal = .due(turn.now + renewalInterval)
      session.heartbeat = .held(hold)
      mark(hasSession: session.hasListed, &turn)
    case .leaseKeepAlive, .refused(.leaseNotFound):
      loseFence(&turn)
    case .refused, .unknown, .range, .txn, .leaseGrant, .leaseRevoke:
      let delay = session.nextDelay()
      turn.note(
        "the heartbeat is not renewed",
        [["cause", Self.cause(answer)], ["again_in", "\(delay)"]])
      hold.renewal = .due(turn.now + delay)
      session.heartbeat = .held(hold)
      mark(hasSession: false, &turn)
    }
  }

  /// The heartbeat is no longer ours: another agent, or an outage longer than the lease.
  mutating func loseFence(_ turn: inout Turn) {
    leaveSession("the heartbeat was lost; taking it anew", &turn)
  }

  private mutating func leaveSession(_ text: String, _ turn: inout Turn) {
    turn.note(text)
    if case .watching(let watch) = session.reading {
      turn.effects.append(.store(.cancelWatch(watch)))
    }
    session.reading = .unread
    session.hasListed = false
    session.writes = [:]
    reports.forgetWrites(now: turn.now)
    mark(hasSession: false, &turn)
    session.heartbeat = .apart(until: turn.now + session.nextDelay())
  }

  mutating func mark(hasSession: Bool, _ turn: inout Turn) {
    guard session.isMarked != hasSession else { return }
    session.isMarked = hasSession
    turn.effects.append(.markSession(hasSession))
  }

  mutating func sessionTick(_ turn: inout Turn) {
    switch session.heartbeat {
    case .apart(let until):
      if let until, until <= turn.now { openSession(&turn) }
    case .held(var hold):
      if case .due(let time) = hold.renewal, time <= turn.now {
        hold.renewal = .asked(call(.leaseKeepAlive(id: hold.lease), &turn))
        session.heartbeat = .held(hold)
      }
    case .asking, .granting, .planting, .replacing: break
    }
    if case .waiting(let until) = session.reading, until <= turn.now { list(&turn) }
  }

  mutating func call(_ call: StoreCall, _ turn: inout Turn) -> StoreCallID {
    let id = session.nextCall()
    turn.effects.append(.store(.call(id, call)))
    return id
  }

  // MARK: - What is desired

  /// Asks for what is desired and what is reported, both as of one revision.
  private mutating func list(_ turn: inout Turn) {
    let request = RangeRequest(key: keys.prefix, rangeEnd: NodeKeys.end(of: keys.prefix))
    session.reading = .listing(call(.range(request), &turn))
  }

  private mutating func listed(_ answer: StoreAnswer, _ turn: inout Turn) {
    guard case .range(let response) = answer else {
      return listAgain("cannot read what is desired", Self.cause(answer), &turn)
    }
    var missing = Set(pods.keys)
    var reported: [KeyValue] = []
    for entry in response.kvs {
      if let uid = NodeKeys.uid(of: entry.key, below: keys.desiredPods) {
        missing.remove(uid)
        desire(uid, revision: entry.modRevision, value: entry.value, &turn)
      } else if entry.key == keys.actualNode || entry.key.hasPrefix(keys.actualPods) {
        reported.append(entry)
      }
    }
    for uid in missing.sorted() { release(uid, &turn) }
    reports.found(reported, now: turn.now + configuration.reportDelay)
    let revision = response.header?.revision ?? 0
    let watch = session.nextWatch()
    turn.effects.append(
      .store(
        .watch(
          watch,
          WatchCreateRequest(
            key: keys.desiredPods, rangeEnd: NodeKeys.end(of: keys.desiredPods),
            startRevision: min(revision, .max - 1) + 1))))
    session.reading = .watching(watch)
    session.delay = AgentSession.firstDelay
    if !session.hasListed, let hold = session.hold {
      turn.note(
        "session with the store",
        [["revision", "\(revision)"], ["lease", Hex.digits(UInt64(bitPattern: hold.lease))]],
        isWarning: false)
    }
    session.hasListed = true
    mark(hasSession: true, &turn)
  }

  private mutating func listAgain(_ text: String, _ cause: String, _ turn: inout Turn) {
    let delay = session.nextDelay()
    turn.note(text, [["cause", cause], ["again_in", "\(delay)"]])
    session.reading = .waiting(until: turn.now + delay)
  }

  mutating func delivered(
    _ id: StoreWatchID, _ delivery: StoreDelivery, _ turn: inout Turn
  ) {
    guard session.reading == .watching(id) else { return }
    switch delivery {
    case .events(_, let events):
      for event in events { take(event, &turn) }
    case .compacted:
      // What happened meanwhile is found by reading all.
      list(&turn)
    case .ended(let status):
      listAgain("the watch of what is desired ended", status.text, &turn)
    }
  }

  private mutating func take(_ event: EtcdAPI.Event, _ turn: inout Turn) {
    guard let entry = event.kv, let uid = NodeKeys.uid(of: entry.key, below: keys.desiredPods)
    else { return }
    switch event.type {
    case .put: desire(uid, revision: entry.modRevision, value: entry.value, &turn)
    case .delete: release(uid, &turn)
    case .unrecognized(let number):
      turn.note("unknown event", [["type", "\(number)"]])
    }
  }

  // MARK: - Reports

  private static let refusedDelay = Duration.seconds(5)

  mutating func writeReports(_ turn: inout Turn) {
    guard session.canWrite, let hold = session.hold else { return }
    while reports.writesUnderWay < configuration.writesMax,
      let write = reports.next(now: turn.now)
    {
      let id = call(.txn(transaction(write, fence: hold.fence)), &turn)
      session.writes[id] = write
    }
  }

  /// Refused once the heartbeat is another one, or the key is not as it was last seen.
  private func transaction(_ write: ReportQueue.Write, fence: Int64) -> TxnRequest {
    let operation: RequestOp.Request =
      if let value = write.value {
        .put(PutRequest(key: write.key, value: value))
      } else {
        .deleteRange(DeleteRangeRequest(key: write.key))
      }
    return TxnRequest(
      compare: [
        Compare(target: .mod, key: keys.heartbeat, targetUnion: .modRevision(fence)),
        Compare(target: .mod, key: write.key, targetUnion: .modRevision(write.modRevision)),
      ],
      success: [RequestOp(request: operation)],
      failure: [
        RequestOp(request: .range(RangeRequest(key: keys.heartbeat))),
        RequestOp(request: .range(RangeRequest(key: write.key))),
      ])
  }

  private mutating func answered(
    _ write: ReportQueue.Write, _ answer: StoreAnswer, _ turn: inout Turn
  ) {
    switch answer {
    case .txn(let response) where response.succeeded:
      session.delay = AgentSession.firstDelay
      reports.wrote(write, revision: response.header?.revision ?? 0, now: turn.now)
    case .txn(let response):
      guard let hold = session.hold, response.responses.count == 2,
        case .range(let heartbeat)? = response.responses[0].response,
        case .range(let found)? = response.responses[1].response,
        heartbeat.kvs.first?.modRevision == hold.fence
      else {
        reports.failed(write, again: turn.now)
        return loseFence(&turn)
      }
      reports.refused(write, found: found.kvs.first, now: turn.now)
    case .unknown:
      // It may still come, behind anything: under the next fence it is refused.
      reports.failed(write, again: turn.now)
      leaveSession("a report's outcome is unknown; taking the heartbeat anew", &turn)
    case .refused, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      turn.note("a report was refused", [["cause", Self.cause(answer)]])
      reports.failed(write, again: turn.now + Self.refusedDelay)
    }
  }
}
