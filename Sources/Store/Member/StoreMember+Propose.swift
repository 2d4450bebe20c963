import Base
import EtcdAPI
import KVStore
import Raft
import WAL

/// Writes that no log entry carries yet.
struct GatheredWrites {
  private(set) var commands: [Command] = []
  private(set) var bytes = 0
  /// When the oldest came.
  private(set) var since: Instant?
  /// Came back unproposed; they wait for the next tick, so that two members without a leader do not
  /// pass them to and fro.
  private var aside: [Command] = []

  var isEmpty: Bool { commands.isEmpty }

  /// What a command takes in an entry, about.
  static func size(_ command: Command) -> Int { command.body.count + 64 }

  mutating func add(_ command: Command, at instant: Instant) {
    if since == nil { since = instant }
    commands.append(command)
    bytes += Self.size(command)
  }

  mutating func putAside(_ command: Command) {
    aside.append(command)
  }

  mutating func returnAside(at instant: Instant) {
    for command in aside { add(command, at: instant) }
    aside.removeAll()
  }

  /// The oldest commands, up to `bytesMax` but at least one.
  func prefix(bytesMax: Int) -> ArraySlice<Command> {
    var count = 0
    var taken = 0
    for command in commands {
      taken += Self.size(command)
      if count > 0, taken > bytesMax { break }
      count += 1
    }
    return commands.prefix(count)
  }

  mutating func removeFirst(_ count: Int) {
    for command in commands.prefix(count) { bytes -= Self.size(command) }
    commands.removeFirst(count)
    if commands.isEmpty { since = nil }
  }

  mutating func removeAll(where isRemoved: (Command) -> Bool) {
    aside.removeAll(where: isRemoved)
    commands.removeAll(where: isRemoved)
    bytes = commands.reduce(0) { $0 + Self.size($1) }
    if commands.isEmpty { since = nil }
  }
}

/// Frames of forwarded writes: those that this member sends, and the last one taken of each peer.
struct ForwardLedger {
  private let life: UInt64
  private var lastNumber: UInt64 = 0
  private var taken: [NodeID: (life: UInt64, number: UInt64)] = [:]

  /// `life`: a random number, another one at every start.
  init(life: UInt64) {
    self.life = life
  }

  mutating func frame(_ commands: [Command], in term: Term) -> PeerFrame {
    lastNumber += 1
    return .forward(life: life, number: lastNumber, term: term, commands: commands)
  }

  /// False where the frame was taken before: a repeated frame must not repeat its writes.
  mutating func take(_ peer: NodeID, life: UInt64, number: UInt64) -> Bool {
    if let last = taken[peer], last.life == life, number <= last.number { return false }
    taken[peer] = (life, number)
    return true
  }
}

extension StoreMember {
  /// While a write to the log is under way commands gather, up to this size or age: then they are
  /// proposed all the same, for replication does not wait for the local disk.
  private static let gatheredBytesWaiting = 64 << 10
  private static let gatheredTimeWaiting: Duration = .milliseconds(2)

  /// Queues a checked write of a client.
  mutating func propose(
    _ kind: Command.Kind, _ body: Bytes, _ identity: ClientIdentity?,
    for client: PendingWrites.Client
  ) {
    let deadline = now.instant + configuration.requestTimeout
    let number = pending.add(client, deadline: deadline)
    gathered.add(
      Command(
        kind: kind, origin: configuration.id, request: number, identity: identity, body: body),
      at: now.instant)
  }

  /// Whether a further request is one too many.
  var isFull: Bool {
    pending.count + reads.count >= configuration.limits.requestsPendingMax
      || gathered.bytes >= configuration.limits.gatheredBytesMax
  }

  /// Proposes what gathered, or forwards it to the leader.
  mutating func dispatchWrites() {
    guard !gathered.isEmpty else { return }
    if raft.role == .leader {
      if clock != nil, isProposalDue { proposeGathered() }
    } else if let leader = raft.leader {
      forwardGathered(to: leader)
    }
  }

  private var isProposalDue: Bool {
    guard log.isWriting, let since = gathered.since else { return true }
    return gathered.bytes >= Self.gatheredBytesWaiting
      || now.instant - since >= Self.gatheredTimeWaiting
  }

  private mutating func proposeGathered() {
    while !gathered.isEmpty {
      let commands = gathered.prefix(bytesMax: configuration.limits.batchBytesMax)
      guard proposeBatch(Array(commands)) else { return }
      gathered.removeFirst(commands.count)
    }
  }

  /// Proposes one batch, stamped with cluster time; false where Raft takes none now.
  mutating func proposeBatch(_ commands: [Command]) -> Bool {
    guard let milliseconds = clock?.milliseconds(at: now.instant) else { return false }
    let batch = CommandBatch(
      clusterMilliseconds: milliseconds, wallTime: now.wall, commands: commands)
    var buffer = ByteBuffer(
      capacity: commands.reduce(32) { $0 + GatheredWrites.size($1) })
    batch.encode(into: &buffer)
    var list: [RaftEffect] = []
    do throws(ProposalError) {
      _ = try raft.propose(buffer.take(), into: &list)
    } catch {
      switch error {
      // Too much is under way, or another leads soon: the commands wait.
      case .full, .transferring, .configurationPending, .notLeader: return false
      }
    }
    for command in commands where command.origin == configuration.id {
      pending.setSent(command, in: raft.term)
    }
    perform(list)
    return true
  }

  private mutating func forwardGathered(to leader: NodeID) {
    while !gathered.isEmpty {
      let commands = Array(gathered.prefix(bytesMax: configuration.limits.batchBytesMax))
      for command in commands { pending.setSent(command, in: raft.term) }
      effects.append(.send(forwards.frame(commands, in: raft.term).encoded(), to: leader))
      gathered.removeFirst(commands.count)
    }
  }

  // MARK: - Others' writes

  /// Takes a follower's writes, if this member leads in the term that they are meant for and has
  /// room for them.
  mutating func takeForwarded(_ commands: [Command], from peer: NodeID, in term: Term) {
    let own = commands.filter { $0.origin == peer }
    guard raft.role == .leader, raft.term == term,
      gathered.bytes < configuration.limits.gatheredBytesMax
    else {
      refuse(own.map(\.request), of: term, to: peer)
      return
    }
    for command in own { gathered.add(command, at: now.instant) }
    foreignTerm = term
  }

  /// What others forwarded and this member did not propose in its term of office goes back.
  mutating func refuseForeignWrites() {
    let id = configuration.id
    let foreign = gathered.commands.filter { $0.origin != id }
    guard !foreign.isEmpty else { return }
    gathered.removeAll { $0.origin != id }
    for peer in Set(foreign.map(\.origin)).sorted() {
      refuse(foreign.filter { $0.origin == peer }.map(\.request), of: foreignTerm, to: peer)
    }
  }

  private mutating func refuse(_ requests: [UInt64], of term: Term, to peer: NodeID) {
    guard !requests.isEmpty else { return }
    effects.append(
      .send(PeerFrame.refused(term: term, requests: requests).encoded(), to: peer))
  }

  /// What was sent in an earlier term and did not reach the log never will: it is proposed anew.
  mutating func returnLost(before term: Term) {
    for command in pending.takeLost(before: term) { gathered.add(command, at: now.instant) }
  }

  mutating func returnRefused() {
    gathered.returnAside(at: now.instant)
  }

  // MARK: - Time

  /// Ends what waited too long. A write may still be applied later: its outcome is unknown, so it
  /// is never begun again here.
  mutating func expireRequests() {
    var isAnyExpired = false
    while let write = pending.removeExpired(at: now.instant) {
      isAnyExpired = true
      counters.proposalsFailed += 1
      end(write.client, .timedOut)
    }
    if isAnyExpired {
      let id = configuration.id
      let live = pending.first
      gathered.removeAll { $0.origin == id && $0.request < live }
    }
    for read in reads.removeExpired(at: now.instant) {
      counters.readsFailed += 1
      reply.items.append(.end(read.origin, .timedOut))
    }
  }

  /// Ends a client's call, or its stream, with a status.
  mutating func end(_ client: PendingWrites.Client, _ status: EtcdStatus) {
    switch client {
    case .unary(let origin): reply.items.append(.end(origin, status))
    case .keepAlive(let origin): endKeepAlive(origin, status)
    case .own: break
    }
  }
}
