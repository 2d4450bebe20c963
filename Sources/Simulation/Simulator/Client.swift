import Base
import EtcdAPI
import Member
import Protobuf

/// A client's connection to one member's process.
struct ClientConnection {
  enum Owner {
    case client(Int)
    case watcher(Int)
    case prober
    case caller(Int)
    /// Nobody waits for the answer.
    case nobody
  }

  let owner: Owner
  let host: Int
  let life: Int
  /// The client's end.
  var isOpen = true
  var lastArrival = Instant(nanoseconds: 0)
  /// What the client sends arrives in order, too.
  var lastDelivery = Instant(nanoseconds: 0)
  /// Nothing passes before; then all that waited does.
  var clearFrom = Instant(nanoseconds: 0)
  var nextStream: UInt32 = 1
}

/// One caller: a call at a time, each with a new value.
struct Client {
  let number: Int
  var random: PRNG
  var connection: Int?
  /// The call under way: its place in the history, and its stream.
  var pending: (operation: Int, stream: UInt32)?
  /// A renewal under way: the lease, and when it was asked for.
  var renewal: (lease: Int64, began: Instant, stream: UInt32)?
}

extension World {
  // MARK: - Connections

  func openConnection(_ owner: ClientConnection.Owner, to host: Int) -> Int {
    connections.append(ClientConnection(owner: owner, host: host, life: hosts[host].life))
    return connections.count - 1
  }

  /// Sends one item of a stream to the connection's member.
  func sendItem(_ item: RequestBatch.Item, on connection: Int) {
    let link = connections[connection]
    let arrival = max(
      max(queue.now, link.clearFrom) + .microseconds(50 + random.below(500)), link.lastDelivery)
    connections[connection].lastDelivery = arrival
    queue.plan(
      .request(host: link.host, life: link.life, connection: connection, item), at: arrival)
  }

  func nextOrigin(on connection: Int) -> RequestOrigin {
    let stream = connections[connection].nextStream
    connections[connection].nextStream += 2
    return RequestOrigin(connection: UInt64(connection) + 1, stream: stream)
  }

  func deliverRequest(_ host: Int, _ life: Int, _ connection: Int, _ item: RequestBatch.Item) {
    guard hosts[host].life == life, hosts[host].member != nil else {
      if connections[connection].isOpen {
        queue.plan(.lost(connection: connection), after: .milliseconds(1))
      }
      return
    }
    give(hosts[host], .requests(RequestBatch(items: sabotaged(item))))
  }

  /// What reaches the member in place of what the client sent.
  private func sabotaged(_ item: RequestBatch.Item) -> [RequestBatch.Item] {
    guard let sabotage, case .request(let origin, let method, _, let body) = item else {
      return [item]
    }
    do throws(ProtobufError) {
      switch (sabotage, method) {
      case (.readsStale, .range):
        var request = try RangeRequest(decoding: body)
        request.serializable = true
        return [.request(origin, method, nil, body: request.encoded)]
      case (.writesRepeated, .put):
        let twin = RequestOrigin(connection: origin.connection, stream: origin.stream + 1)
        return [item, .request(twin, method, nil, body: body)]
      case (.leasesShortened, .leaseGrant):
        var request = try LeaseGrantRequest(decoding: body)
        request.ttl -= 1
        return [.request(origin, method, nil, body: request.encoded)]
      default:
        return [item]
      }
    } catch {
      preconditionFailure("the workload's own request cannot be read: \(error)")
    }
  }

  /// Carries a member's replies to the clients whose connections are still open.
  func reply(_ batch: ReplyBatch, from host: Host) {
    let bytes = batch.buffer.bytes
    trace.add(bytes)
    for item in batch.items {
      switch item {
      case .message(let origin, let range):
        planReply(origin, .message(stream: origin.stream, bytes[range], isLast: false))
      case .answer(let origin, let range):
        planReply(origin, .message(stream: origin.stream, bytes[range], isLast: true))
      case .end(let origin, let status):
        planReply(origin, .end(stream: origin.stream, status))
      }
    }
  }

  private func planReply(_ origin: RequestOrigin, _ reply: Reply) {
    let connection = Int(origin.connection) - 1
    guard connections.indices.contains(connection) else {
      violations.append("a reply for a connection that never was: \(origin)")
      return
    }
    let arrival = max(
      max(queue.now, connections[connection].clearFrom) + .microseconds(50 + random.below(500)),
      connections[connection].lastArrival)
    connections[connection].lastArrival = arrival
    queue.plan(.reply(connection: connection, reply), at: arrival)
  }

  func deliverReply(_ connection: Int, _ reply: Reply) {
    guard connections[connection].isOpen else { return }
    if sabotage == .eventsLost, case .watcher = connections[connection].owner,
      random.chance(Ratio(1, in: 50))
    {
      return
    }
    switch connections[connection].owner {
    case .client(let client): clientReceived(client, reply)
    case .watcher(let watcher): watcherReceived(watcher, connection, reply)
    case .prober: proberReceived(connection, reply)
    case .nobody: break
    case .caller(let caller): callers[caller].received(reply, on: connection)
    }
  }

  /// The member's process ended: what it sent last may or may not arrive before the client knows.
  func closeFromHost(_ connection: Int) {
    guard connections[connection].isOpen else { return }
    queue.plan(.lost(connection: connection), after: .microseconds(random.below(2_000)))
  }

  func connectionLost(_ connection: Int) {
    guard connections[connection].isOpen else { return }
    connections[connection].isOpen = false
    switch connections[connection].owner {
    case .client(let number):
      guard clients[number].connection == connection else { return }
      abandon(number)
      queue.plan(.wake(client: number), after: .milliseconds(10 + random.below(100)))
    case .watcher(let number):
      watcherLost(number, connection)
    case .prober, .nobody:
      break
    case .caller(let number):
      callers[number].lost(connection)
    }
  }

  /// The client forgets its call, whose outcome nobody will tell it, and its connection.
  private func abandon(_ number: Int) {
    if let connection = clients[number].connection { connections[connection].isOpen = false }
    clients[number].connection = nil
    clients[number].pending = nil
    clients[number].renewal = nil
  }

  // MARK: - Calls

  func wake(_ number: Int) {
    guard clients[number].pending == nil, clients[number].renewal == nil else { return }
    if isCalm { return }
    if clients[number].connection == nil || random.chance(Ratio(1, in: 20)) {
      if let old = clients[number].connection { connections[old].isOpen = false }
      clients[number].connection = openConnection(
        .client(number), to: random.below(hosts.count))
    }
    if !knownLeases.isEmpty, clients[number].random.chance(Ratio(1, in: 8)) {
      renew(number, knownLeases[clients[number].random.below(knownLeases.count)])
    } else {
      begin(nextRequest(&clients[number].random), by: number)
    }
  }

  func begin(_ request: Request, by number: Int) {
    guard let connection = clients[number].connection else { return }
    let origin = nextOrigin(on: connection)
    if case .compact(let compaction) = request { retention.asked(compaction.revision) }
    history.operations.append(Operation(client: number, request: request, began: queue.now))
    let operation = history.operations.count - 1
    clients[number].pending = (operation, origin.stream)
    counters.calls += 1
    sendItem(.request(origin, request.method, nil, body: request.body), on: connection)
    queue.plan(
      .giveUp(client: number, operation: operation),
      after: .milliseconds(isCalm ? 20_000 : 500 + random.below(9_000)))
  }

  private func renew(_ number: Int, _ lease: Int64) {
    guard let connection = clients[number].connection else { return }
    let origin = nextOrigin(on: connection)
    clients[number].renewal = (lease, queue.now, origin.stream)
    let body = LeaseKeepAliveRequest(id: lease).encoded
    sendItem(.request(origin, .leaseKeepAlive, nil, body: body), on: connection)
    sendItem(.halfClosed(origin), on: connection)
    queue.plan(.giveUp(client: number, operation: -Int(lease)), after: .milliseconds(3_000))
  }

  func giveUp(_ number: Int, _ operation: Int) {
    let isCall = clients[number].pending?.operation == operation
    let isRenewal = operation < 0 && clients[number].renewal?.lease == -Int64(operation)
    guard isCall || isRenewal else { return }
    counters.unanswered += 1
    if let connection = clients[number].connection {
      sendItem(
        .closed(
          RequestOrigin(
            connection: UInt64(connection) + 1,
            stream: clients[number].pending?.stream ?? clients[number].renewal?.stream ?? 1)),
        on: connection)
    }
    abandon(number)
    queue.plan(.wake(client: number), after: .milliseconds(10))
  }

  private func clientReceived(_ number: Int, _ reply: Reply) {
    switch reply {
    case .message(let stream, let bytes, _):
      if let pending = clients[number].pending, pending.stream == stream {
        answered(number, pending.operation, bytes)
      } else if let renewal = clients[number].renewal, renewal.stream == stream {
        renewed(renewal.lease, began: renewal.began, bytes)
        clients[number].renewal = nil
        pause(number)
      }
    case .end(let stream, let status):
      if let pending = clients[number].pending, pending.stream == stream {
        ended(number, pending.operation, status)
      } else if let renewal = clients[number].renewal, renewal.stream == stream {
        clients[number].renewal = nil
        pause(number)
      }
    }
  }

  private func pause(_ number: Int) {
    queue.plan(
      .wake(client: number), after: .milliseconds(1 + clients[number].random.below(120)))
  }

  private func answered(_ number: Int, _ operation: Int, _ bytes: Bytes) {
    do {
      let response = try history.operations[operation].request.response(bytes)
      history.operations[operation].outcome = .answered(response, at: queue.now)
      counters.answers += 1
      note(response, to: history.operations[operation].request)
    } catch {
      violations.append("an answer that cannot be read: \(error)")
    }
    clients[number].pending = nil
    pause(number)
  }

  private func ended(_ number: Int, _ operation: Int, _ status: EtcdStatus) {
    switch status.code {
    // InvalidArgument, NotFound, ResourceExhausted, FailedPrecondition, OutOfRange: told before
    // anything was changed.
    case 3, 5, 8, 9, 11:
      history.operations[operation].outcome = .refused(status, at: queue.now)
    case 14, 4, 1:
      break
    default:
      violations.append("\(history.operations[operation].request) ends with \(status)")
    }
    counters.refusals += 1
    clients[number].pending = nil
    pause(number)
  }

  private func renewed(_ lease: Int64, began: Instant, _ bytes: Bytes) {
    do {
      let response = try LeaseKeepAliveResponse(decoding: bytes)
      if response.ttl > 0 { renewals.append((lease, began)) }
    } catch {
      violations.append("a renewal's answer that cannot be read: \(error)")
    }
  }

  private func note(_ response: Response, to request: Request) {
    if case .leaseGrant(let grant) = response { knownLeases.append(grant.id) }
    if case .leaseRevoke(let revoke) = request { knownLeases.removeAll { $0 == revoke.id } }
    if knownLeases.count > 6 { knownLeases.removeFirst() }
  }
}
