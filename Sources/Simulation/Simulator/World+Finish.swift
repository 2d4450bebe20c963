import Base
import EtcdAPI
import Member
import Protobuf

extension World {
  // MARK: - Hashes of states

  /// Asks every member for the hash of its state, as etcd's corruption check does.
  func sample() {
    for host in hosts where host.member != nil {
      let connection = openConnection(.prober, to: host.number)
      let origin = nextOrigin(on: connection)
      let body = HashKVRequest(revision: 0).encoded
      sendItem(.request(origin, .hashKV, nil, body: body), on: connection)
    }
    if sabotage == .historyCut, random.chance(Ratio(1, in: 4)) {
      sendCompaction(to: max(1, knownRevision - 1))
    }
    if !isCalm { queue.plan(.sample, after: .milliseconds(300 + random.below(700))) }
  }

  /// Asks the member for a compaction; whether it comes is the store's affair.
  func compact(at revision: Int64) {
    retention.asked(revision)
    sendCompaction(to: revision)
  }

  private func sendCompaction(to revision: Int64) {
    let connection = openConnection(.nobody, to: random.below(hosts.count))
    let origin = nextOrigin(on: connection)
    let body = CompactionRequest(revision: revision).encoded
    sendItem(.request(origin, .compact, nil, body: body), on: connection)
  }

  func proberReceived(_ connection: Int, _ reply: Reply) {
    guard case .message(_, let bytes, _) = reply else { return }
    do {
      let response = try HashKVResponse(decoding: bytes)
      states.add(
        StateChecker.Sample(
          member: hosts[connections[connection].host].id,
          compactRevision: response.compactRevision, revision: response.hashRevision,
          hash: response.hash))
      counters.samples += 1
      violations += states.violations
    } catch {
      violations.append("a hash that cannot be read: \(error)")
    }
  }

  // MARK: - The end

  /// After the faults: every member serves, everything acknowledged is there, and one order
  /// explains what everybody saw.
  func finish() {
    guard violations.isEmpty else { return }
    for host in hosts {
      guard host.member != nil else {
        violations.append("m\(host.number + 1) is down after the faults ended")
        return
      }
    }
    for client in clients.indices where clients[client].pending != nil {
      giveUp(client, clients[client].pending?.operation ?? 0)
    }
    for number in hosts.indices {
      call(.put(PutRequest(key: "k-last", value: Bytes("last\(number)"))), at: number)
    }
    var end: RangeResponse?
    for number in hosts.indices {
      let all = RangeRequest(key: Bytes([0]), rangeEnd: Bytes([0]))
      if case .range(let response) = call(.range(all), at: number) { end = response }
    }
    guard violations.isEmpty, let end else { return }
    sample()
    runUntil(queue.now + .seconds(3)) { false }
    checkRetention()
    check(end)
  }

  /// Without faults for long enough, members have compacted in time.
  func checkRetention() {
    guard let calmSince, queue.now - calmSince >= retention.longest + .seconds(4) else { return }
    for host in hosts {
      guard let compacted = host.member?.compactRevision else { continue }
      retention.kept(since: compacted, at: queue.now, appeared: revisionTimes)
    }
    violations += retention.violations
  }

  /// One call that must be answered.
  @discardableResult
  private func call(_ request: Request, at host: Int) -> Response? {
    guard violations.isEmpty else { return nil }
    let connection = openConnection(.client(0), to: host)
    clients[0].connection = connection
    clients[0].pending = nil
    clients[0].renewal = nil
    begin(request, by: 0)
    let operation = history.operations.count - 1
    runUntil(queue.now + .seconds(15)) { [unowned self] in clients[0].pending == nil }
    if case .answered(let response, _) = history.operations[operation].outcome { return response }
    guard violations.isEmpty else { return nil }
    violations.append(
      "m\(host + 1) does not answer after the faults ended: \(history.operations[operation])")
    return nil
  }

  private func check(_ end: RangeResponse) {
    violations += AcknowledgedWriteChecker.check(history.operations, end: end)
    let order = LinearizabilityChecker.check(history)
    counters.searchSteps = order.steps
    violations += order.violations
    guard violations.isEmpty else { return }
    violations += WatchChecker.check(
      history.watches, events: order.events, last: end.header?.revision ?? 0)
    checkLeases(order)
  }

  private func checkLeases(_ order: LinearizabilityChecker.Result) {
    var leases = LeaseChecker()
    for operation in history.operations {
      switch (operation.request, operation.outcome) {
      case (.leaseGrant(let request), .answered):
        leases.granted(request.id, seconds: request.ttl, began: operation.began)
      case (.leaseRevoke(let request), _):
        leases.revoked(request.id, began: operation.began)
      default: break
      }
    }
    for renewal in renewals { leases.renewed(renewal.lease, began: renewal.began) }
    for operation in history.operations {
      switch (operation.request, operation.outcome) {
      case (.leaseTimeToLive(let request), .answered(.leaseTimeToLive(let answer), let at)):
        if answer.ttl < 0 { leases.seenEnded(request.id, at: at) }
      case (.put(let request), .refused(.leaseNotFound, let at)):
        leases.seenEnded(request.lease, at: at)
      default: break
      }
    }
    for delivery in history.watches.flatMap(\.runs).flatMap(\.deliveries) {
      for event in delivery.events {
        guard let revision = event.kv?.modRevision, let lease = order.leaseEnds[revision] else {
          continue
        }
        leases.seenEnded(lease, at: delivery.at)
      }
    }
    counters.leaseEnds = order.leaseEnds.count
    violations += leases.violations
  }
}
