import Base
import EtcdAPI
import Member
import Protobuf

/// Carries out one process's `StoreEffect`s on simulated connections, as `StoreClient` does on real
/// ones: one connection at a time, reads repeated at another member, writes never, watches resumed
/// behind what they delivered.
final class SimulatedStoreCaller {
  private struct Call {
    let id: StoreCallID
    let call: StoreCall
    /// Nil while there is no connection.
    var stream: UInt32?
  }

  private struct Watch {
    let id: StoreWatchID
    /// Its start revision moves with what was delivered.
    var request: WatchCreateRequest
    var stream: UInt32?
    var wantsProgress = false
    /// What its stream holds back, while the connection's others go on.
    var held: [Bytes]?
  }

  /// Longer than a lease: a standby may win while some of its watches are far behind.
  static let holdMillisecondsMax = 20_000

  private unowned let world: World
  private let number: Int
  /// Asks only this member, and no stream falls behind; nil: whichever serves.
  private let home: Int?
  private var random: PRNG
  /// Nil once the process is gone: what it sent still arrives, and nobody hears the answers.
  private var deliver: ((StoreEvent) -> Void)?
  private var connection: Int?
  private var isConnecting = false
  private var calls: [Call] = []
  private var watches: [Watch] = []
  /// The process stands still: its timers are found due when it goes on.
  private var isPaused = false
  private var dueMeanwhile: [StoreCallID] = []
  private var connectsMeanwhile = false

  /// `deliver` is called as soon as the process's machine has the bytes.
  init(
    world: World, host: Int? = nil, random: PRNG, deliver: @escaping (StoreEvent) -> Void
  ) {
    self.world = world
    home = host
    self.random = random
    self.deliver = deliver
    number = world.callers.count
    world.callers.append(self)
  }

  // MARK: - The process

  func carryOut(_ effect: StoreEffect) {
    switch effect {
    case .call(let id, let call): begin(Call(id: id, call: call, stream: nil))
    case .watch(let id, let request):
      watches.append(Watch(id: id, request: request))
      if connection == nil { planConnect() } else { open(watches.count - 1) }
    case .cancelWatch(let id):
      guard let place = watches.firstIndex(where: { $0.id == id }) else { return }
      let watch = watches.remove(at: place)
      if let stream = watch.stream { close(stream) }
    case .requestProgress(let id):
      guard let place = watches.firstIndex(where: { $0.id == id }) else { return }
      watches[place].wantsProgress = true
      askForProgress(watches[place])
    }
  }

  /// The process is gone; its machine closes the connection.
  func stop() {
    deliver = nil
    calls = []
    watches = []
    guard let connection else { return }
    self.connection = nil
    world.connections[connection].isOpen = false
    world.sendItem(.closed(origin(connection, stream: 1)), on: connection)
  }

  func pause() { isPaused = true }

  func resume() {
    isPaused = false
    let due = dueMeanwhile
    dueMeanwhile = []
    for call in due { timedOut(call) }
    if connectsMeanwhile {
      connectsMeanwhile = false
      connect()
    }
  }

  /// Bytes wait on the way, in both directions, and then all arrive: what was sent before is only
  /// late, though its sender may have given it up.
  func stall(for duration: Duration) {
    guard let connection else { return }
    world.connections[connection].clearFrom = world.queue.now + duration
  }

  /// The connection breaks under whatever is on its way.
  func breakConnection() {
    if let connection { world.connectionLost(connection) }
  }

  // MARK: - Connections

  func connect() {
    guard deliver != nil, connection == nil else { return }
    guard !isPaused else {
      connectsMeanwhile = true
      return
    }
    isConnecting = false
    let serving = world.hosts.filter { $0.member != nil && (home ?? $0.number) == $0.number }
    guard !serving.isEmpty else {
      planConnect()
      return
    }
    let host = serving[random.below(serving.count)].number
    connection = world.openConnection(.caller(number), to: host)
    for place in watches.indices { open(place) }
    for place in calls.indices { send(place) }
  }

  private func planConnect() {
    guard !isConnecting else { return }
    isConnecting = true
    world.queue.plan(
      .callerConnects(number), after: .milliseconds(1 + random.below(100)))
  }

  func lost(_ lost: Int) {
    guard connection == lost else { return }
    connection = nil
    guard deliver != nil else { return }
    planConnect()
    for place in watches.indices { (watches[place].stream, watches[place].held) = (nil, nil) }
    let interrupted = calls
    calls = interrupted.filter { $0.stream == nil || $0.call.isRepeatable }
    for place in calls.indices { calls[place].stream = nil }
    for call in interrupted where call.stream != nil && !call.call.isRepeatable {
      deliver?(.answered(call.id, .unknown))
    }
  }

  private func origin(_ connection: Int, stream: UInt32) -> RequestOrigin {
    RequestOrigin(connection: UInt64(connection) + 1, stream: stream)
  }

  private func close(_ stream: UInt32) {
    guard let connection else { return }
    world.sendItem(.closed(origin(connection, stream: stream)), on: connection)
  }

  // MARK: - Calls

  private func begin(_ call: Call) {
    calls.append(call)
    world.queue.plan(
      .callTimedOut(caller: number, call.id), after: .milliseconds(4_000 + random.below(3_000)))
    if connection == nil { planConnect() } else { send(calls.count - 1) }
  }

  private func send(_ place: Int) {
    guard let connection else { return }
    let origin = world.nextOrigin(on: connection)
    calls[place].stream = origin.stream
    let (method, body) = calls[place].call.message
    world.sendItem(.request(origin, method, nil, body: body), on: connection)
    if method.isStream { world.sendItem(.halfClosed(origin), on: connection) }
  }

  /// What takes too long is given up, and the member that was asked is left.
  func timedOut(_ id: StoreCallID) {
    guard let place = calls.firstIndex(where: { $0.id == id }) else { return }
    guard !isPaused else {
      dueMeanwhile.append(id)
      return
    }
    let call = calls.remove(at: place)
    if let stream = call.stream { close(stream) }
    let old = connection
    deliver?(.answered(id, .unknown))
    if let old, connection == old { world.connectionLost(old) }
  }

  // MARK: - Replies

  func received(_ reply: World.Reply, on replied: Int) {
    guard connection == replied, deliver != nil else { return }
    switch reply {
    case .message(let stream, let bytes, _):
      if let place = calls.firstIndex(where: { $0.stream == stream }) {
        answered(calls.remove(at: place), bytes)
      } else if let place = watches.firstIndex(where: { $0.stream == stream }) {
        arrived(bytes, at: place, on: replied)
      }
    case .end(let stream, let status):
      if let place = calls.firstIndex(where: { $0.stream == stream }) {
        ended(calls.remove(at: place), status)
      } else if watches.contains(where: { $0.stream == stream }) {
        world.connectionLost(replied)
      }
    }
  }

  private func answered(_ call: Call, _ bytes: Bytes) {
    do throws(ProtobufError) {
      deliver?(.answered(call.id, try call.call.answer(bytes)))
    } catch {
      world.violations.append("an answer to \(call.call) that cannot be read: \(error)")
    }
  }

  private func ended(_ call: Call, _ status: EtcdStatus) {
    switch status.code {
    // InvalidArgument, NotFound, PermissionDenied, ResourceExhausted, FailedPrecondition,
    // OutOfRange, Unauthenticated: told before anything was changed.
    case 3, 5, 7, 8, 9, 11, 16: deliver?(.answered(call.id, .refused(status)))
    case _ where call.call.isRepeatable:
      var again = call
      again.stream = nil
      calls.append(again)
      if let connection { world.connectionLost(connection) }
    default:
      deliver?(.answered(call.id, .unknown))
    }
  }

  // MARK: - Watches

  private func open(_ place: Int) {
    guard let connection else { return }
    let origin = world.nextOrigin(on: connection)
    watches[place].stream = origin.stream
    let body = WatchRequest(requestUnion: .create(watches[place].request)).encoded
    world.sendItem(.request(origin, .watch, nil, body: body), on: connection)
    if watches[place].wantsProgress { askForProgress(watches[place]) }
  }

  private func askForProgress(_ watch: Watch) {
    guard let connection, let stream = watch.stream else { return }
    let body = WatchRequest(requestUnion: .progress(WatchProgressRequest())).encoded
    world.sendItem(
      .request(origin(connection, stream: stream), .watch, nil, body: body), on: connection)
  }

  /// Streams of one connection are ordered each by itself, not among each other.
  private func arrived(_ bytes: Bytes, at place: Int, on connection: Int) {
    if watches[place].held != nil {
      watches[place].held?.append(bytes)
    } else if home == nil, let stream = watches[place].stream, !world.isCalm,
      random.chance(world.plan.streamHolds)
    {
      watches[place].held = [bytes]
      world.queue.plan(
        .watchReleased(caller: number, stream: stream, connection: connection),
        after: .milliseconds(
          1 + random.below([200, 200, 4_000, Self.holdMillisecondsMax][random.below(4)])))
    } else {
      watchReceived(place, bytes)
    }
  }

  /// The stream goes on: what it held arrives at once.
  func release(_ stream: UInt32, on released: Int) {
    guard connection == released, deliver != nil,
      let place = watches.firstIndex(where: { $0.stream == stream })
    else { return }
    let held = watches[place].held ?? []
    watches[place].held = nil
    for bytes in held {
      // Each may end the watch or the connection.
      guard connection == released, let now = watches.firstIndex(where: { $0.stream == stream })
      else { return }
      watchReceived(now, bytes)
    }
  }

  private func watchReceived(_ place: Int, _ bytes: Bytes) {
    let response: WatchResponse
    do throws(ProtobufError) {
      response = try WatchResponse(decoding: bytes)
    } catch {
      world.violations.append("a watch response that cannot be read: \(error)")
      return
    }
    let revision = response.header?.revision ?? 0
    if response.canceled {
      cancelled(place, response)
    } else if response.created {
      // "From now on" must not become a later now on the next connection.
      if watches[place].request.startRevision == 0 {
        watches[place].request.startRevision = revision + 1
      }
    } else {
      // Without events: everything up to the header's revision was delivered.
      let last = response.events.last?.kv?.modRevision ?? revision
      watches[place].request.startRevision = max(
        watches[place].request.startRevision, last + 1)
      if response.events.isEmpty { watches[place].wantsProgress = false }
      deliver?(
        .delivered(watches[place].id, .events(revision: last, response.events)))
    }
  }

  private func cancelled(_ place: Int, _ response: WatchResponse) {
    guard response.compactRevision > 0 else {
      // This member cannot serve the watch now: another one, or the same one later, can.
      if let connection { world.connectionLost(connection) }
      return
    }
    let watch = watches.remove(at: place)
    deliver?(.delivered(watch.id, .compacted(oldest: response.compactRevision)))
  }
}

extension StoreCall {
  /// Repeating it changes nothing: a second lease only ends unused.
  fileprivate var isRepeatable: Bool {
    switch self {
    case .range, .leaseGrant: true
    case .txn, .leaseKeepAlive, .leaseRevoke: false
    }
  }

  fileprivate var message: (Method, Bytes) {
    switch self {
    case .range(let request): (.range, request.encoded)
    case .txn(let request): (.transaction, request.encoded)
    case .leaseGrant(let seconds): (.leaseGrant, LeaseGrantRequest(ttl: seconds, id: 0).encoded)
    case .leaseKeepAlive(let id): (.leaseKeepAlive, LeaseKeepAliveRequest(id: id).encoded)
    case .leaseRevoke(let id): (.leaseRevoke, LeaseRevokeRequest(id: id).encoded)
    }
  }

  fileprivate func answer(_ bytes: Bytes) throws(ProtobufError) -> StoreAnswer {
    switch self {
    case .range: .range(try RangeResponse(decoding: bytes))
    case .txn: .txn(try TxnResponse(decoding: bytes))
    case .leaseGrant: .leaseGrant(try LeaseGrantResponse(decoding: bytes))
    case .leaseKeepAlive:
      .leaseKeepAlive(ttlSeconds: try LeaseKeepAliveResponse(decoding: bytes).ttl)
    case .leaseRevoke: .leaseRevoke
    }
  }
}
