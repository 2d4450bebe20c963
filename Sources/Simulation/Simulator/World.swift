import Base
import EtcdAPI
import Member
import Raft

/// Three real members and their clients under one clock, one random source and one list of what
/// happens next: nothing else decides anything, so a seed replays.
final class World {
  enum Happening {
    case tick(host: Int, life: Int)
    case resume(host: Int, life: Int)
    case disk(host: Int, life: Int)
    case frame(Frame)
    case disconnected(host: Int, peer: Int, connection: Int)
    case connect(Int, Int)
    case request(host: Int, life: Int, connection: Int, RequestBatch.Item)
    case reply(connection: Int, Reply)
    case lost(connection: Int)
    case wake(client: Int)
    case giveUp(client: Int, operation: Int)
    case openWatch(watcher: Int)
    case fault
    case start(host: Int)
    case unpause(host: Int)
    case heal
    case sample
    case callTimedOut(caller: Int, StoreCallID)
    case watchReleased(caller: Int, stream: UInt32, connection: Int)
    case callerConnects(Int)
    case control(ControlCluster.Happening)
  }

  /// What a client's stream carries back.
  enum Reply {
    case message(stream: UInt32, Bytes, isLast: Bool)
    case end(stream: UInt32, EtcdStatus)
  }

  let plan: FaultPlan
  let sabotage: Simulation.Sabotage?
  var queue = EventQueue<Happening>()
  var random: PRNG
  var trace = TraceHash()
  var hosts: [Host]
  var links: [[Link]]
  var connections: [ClientConnection] = []
  var clients: [Client]
  var watchers: [Watcher]
  var history = History()
  var renewals: [(lease: Int64, began: Instant)] = []
  var states = StateChecker()
  var leaders = LeaderChecker()
  var retention: RetentionChecker
  var violations: [String] = []
  var counters = Simulation.Counters()
  /// No fault begins and no ordinary call is made from here on.
  var isCalm = false
  /// When the last fault ended.
  var calmSince: Instant?
  var nextValue = 0
  var knownLeases: [Int64] = []
  var nextLease: Int64 = 1
  /// The connections of processes, nodes, the user and the observer; one for each of their lives.
  var callers: [SimulatedStoreCaller] = []
  /// When each revision was first applied.
  var revisionTimes: [Instant] = []
  /// What runs on the store, where this is more than a history of the store alone.
  var control: ControlCluster?

  convenience init(seed: UInt64, sabotage: Simulation.Sabotage?) {
    var random = PRNG(seed: seed)
    let plan = FaultPlan(random: &random)
    self.init(plan: plan, random: random, sabotage: sabotage)
  }

  init(plan: FaultPlan, random: PRNG, sabotage: Simulation.Sabotage?) {
    self.sabotage = sabotage
    var random = random
    let size = plan.memberCount
    self.plan = plan
    hosts = (0..<size).map { Host(number: $0, plan: plan, random: &random) }
    for host in hosts {
      host.disk.sabotage = sabotage
      if sabotage == .historyHoarded { host.configuration.limits.autoCompaction = .off }
    }
    links = (0..<size).map { _ in (0..<size).map { _ in Link() } }
    clients = (0..<plan.clientCount).map { Client(number: $0, random: random.fork()) }
    watchers = plan.watches.map { Watcher(request: $0, random: random.fork()) }
    self.random = random
    retention = RetentionChecker(retention: plan.retention)
    history.watches = plan.watches.map { WatchRecord(request: $0, start: 1) }
  }

  // MARK: - The run

  /// The members and what befalls them.
  func startStore() {
    for host in hosts.indices { queue.plan(.start(host: host), after: .milliseconds(host)) }
    queue.plan(.fault, after: .milliseconds(1_500))
    queue.plan(.sample, after: .milliseconds(2_000))
  }

  func run() {
    startStore()
    for client in clients.indices { queue.plan(.wake(client: client), after: .milliseconds(900)) }
    for watcher in watchers.indices {
      queue.plan(.openWatch(watcher: watcher), after: .milliseconds(500 + 10 * watcher))
    }
    queue.plan(.heal, after: plan.faultTime)
    runUntil(Instant(nanoseconds: 0) + plan.faultTime + plan.healingTime) { false }
    finish()
  }

  /// Lets things happen until a time or until a condition holds; says whether it does.
  @discardableResult
  func runUntil(_ end: Instant, _ isDone: () -> Bool) -> Bool {
    while violations.isEmpty {
      if isDone() { return true }
      guard queue.now < end, let happening = queue.next() else { return isDone() }
      trace.add(UInt64(bitPattern: queue.now.nanoseconds))
      happen(happening)
    }
    return false
  }

  private func happen(_ happening: Happening) {
    switch happening {
    case .tick(let host, let life): tick(host, life)
    case .resume(let host, let life): resume(host, life)
    case .disk(let host, let life): runDisk(host, life)
    case .frame(let frame): arrive(frame)
    case .disconnected(let host, let peer, let connection):
      noticeBreak(at: host, of: peer, connection)
    case .connect(let one, let other): connect(one, other)
    case .request(let host, let life, let connection, let item):
      deliverRequest(host, life, connection, item)
    case .reply(let connection, let reply): deliverReply(connection, reply)
    case .lost(let connection): connectionLost(connection)
    case .wake(let client): wake(client)
    case .giveUp(let client, let operation): giveUp(client, operation)
    case .openWatch(let watcher): openWatch(watcher)
    case .fault: injectFault()
    case .start(let host): start(host)
    case .unpause(let host): unpause(host)
    case .heal: heal()
    case .sample: sample()
    case .callTimedOut(let caller, let call): callers[caller].timedOut(call)
    case .watchReleased(let caller, let stream, let connection):
      callers[caller].release(stream, on: connection)
    case .callerConnects(let caller): callers[caller].connect()
    case .control(let happening): control?.happen(happening)
    }
  }
}
