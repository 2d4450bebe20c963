import Base
import EtcdAPI
import KVStore
import Raft
import WAL

/// One member of the store without its sockets: Raft, the write-ahead log and the key space behind
/// one list of events and one list of effects.
///
/// ```
///   requests --> gathered writes --propose--> Raft --store--> log --.disk--> durable
///      |               (follower: forward)      |                              |
///      |                                        +---- append to peers          |
///      +--> reads --read index--> confirmed     +---- committed <--------------+
///                                   |                     |
///                                   +---> key space <-- apply --> answers, watches
/// ```
///
/// A turn is one `step`: it takes one event, then proposes what gathered, applies what is
/// committed, answers what can be answered, and hands out at most one write to the log.
/// Deterministic: equal events give equal effects.
public struct StoreMember: ~Copyable {
  public let configuration: MemberConfiguration
  var raft: RaftNode
  var log: WriteAheadLog
  var keySpace: KeySpace
  /// The last entry that the key space has applied.
  var applied: EntryID
  /// When the last batch was applied: what has passed since is not in the cluster's time yet.
  var appliedAt: Instant
  var now: MemberTime
  var isStopped = false

  var pending: PendingWrites
  var gathered = GatheredWrites()
  var forwards: ForwardLedger
  /// The term that others' gathered writes are meant for.
  var foreignTerm = Term.zero
  var reads = ReadQueue()
  var ranges = OpenRanges()
  /// Set while this member leads and may propose.
  var clock: ClusterClock?
  var streams = ClientStreams()
  var membership: Membership
  var introduction: Introduction

  /// Messages that wait for the log to be durable up to a store effect.
  var held = Deque<HeldMessage>()
  var storesBegun = StoreSequence.zero
  var storesDone = StoreSequence.zero
  var diskQueue = DiskQueue()
  var checkpoint: CheckpointState
  var snapshots = SnapshotTransfer()
  /// Names leases whose identifier the client left to the server.
  var random: PRNG

  var effects: [MemberEffect] = []
  var reply = ReplyBatch()
  var counters = MemberCounters()
  /// Watchers have more to hear than the last turn had room for.
  var isWatchBacklogged = false
  var own = OwnProposals()
  var autoCompaction: AutoCompaction

  struct HeldMessage {
    let sequence: StoreSequence
    let peer: NodeID
    let frame: Bytes
  }

  // MARK: - Events

  /// Takes one event and appends what it asks for, in order, to `effects`. After `.stop` nothing
  /// follows.
  public mutating func step(
    _ event: MemberEvent, at time: MemberTime, into effects: inout [MemberEffect]
  ) {
    guard !isStopped else { return }
    now = time
    swap(&effects, &self.effects)
    handle(event)
    endTurn()
    swap(&effects, &self.effects)
  }

  private mutating func handle(_ event: MemberEvent) {
    switch event {
    case .tick: tick()
    case .resume: break
    case .requests(let batch): for item in batch.items { take(item) }
    case .received(let bytes, let peer): receive(bytes, from: peer)
    case .connected(let peer): snapshotPeerConnected(peer)
    case .disconnected(let peer): advance(.disconnected(peer))
    case .diskCompleted(let token): diskCompleted(token)
    case .diskFailed(_, let error):
      log.failed()
      stop(.disk(error))
    case .handOver: handOver()
    }
  }

  /// Work was put off so that a turn stays short: step `.resume` after what else is due.
  public var hasBacklog: Bool {
    !isStopped
      && (applied.index < raft.commitIndex || reads.isReady(applied: applied.index)
        || !ranges.isEmpty || isWatchBacklogged || isCompactionDue)
  }

  /// A compaction waits while a peer fetches the segments that it would rewrite.
  private var isCompactionDue: Bool { keySpace.isCompacting && checkpoint.servingTicks == 0 }

  mutating func stop(_ reason: StopReason) {
    guard !isStopped else { return }
    isStopped = true
    effects.append(.stop(reason))
  }

  private mutating func tick() {
    advance(.tick)
    expireRequests()
    returnRefused()
    maintain()
    tickSnapshot()
    tickIntroduction()
  }

  /// What every turn ends with. Order: replication leaves before the local disk is asked, and
  /// answers leave last.
  private mutating func endTurn() {
    guard !isStopped else { return }
    applyCommitted()
    guard !isStopped else { return }
    dispatchWrites()
    beginReads()
    answerReads()
    flushLog()
    advanceCheckpoint()
    if isCompactionDue {
      keySpace.compactSlice(bytesMax: configuration.limits.compactionBytesPerTurn)
      if !keySpace.hasCompactionBegun { compactionEnded() }
    }
    pumpWatches()
    if !reply.isEmpty {
      effects.append(.reply(reply))
      reply = ReplyBatch()
    }
  }

  // MARK: - Raft

  /// Steps Raft and carries out what it asks for.
  mutating func advance(_ event: RaftEvent) {
    var list: [RaftEffect] = []
    raft.step(event, into: &list)
    perform(list)
  }

  mutating func perform(_ list: [RaftEffect]) {
    for effect in list {
      switch effect {
      case .store(let request):
        storesBegun = request.sequence
        log.append(request)
      case .send(let message):
        effects.append(.send(PeerFrame.raft(message).encoded(), to: message.to))
      case .sendWhenStored(let message):
        let frame = PeerFrame.raft(message).encoded()
        if storesBegun <= storesDone {
          effects.append(.send(frame, to: message.to))
        } else {
          held.append(HeldMessage(sequence: storesBegun, peer: message.to, frame: frame))
        }
      case .committed:
        // Applied at the end of the turn, in slices.
        break
      case .roleChanged(let change):
        roleChanged(change)
      case .readReady(let context, let index):
        reads.confirmed(context, at: index)
      case .readFailed(let context):
        reads.failed(context)
      case .sendSnapshot(let metadata, let peer):
        snapshotAsked(metadata, by: peer)
      case .installSnapshot(let metadata, let leader):
        beginReceiving(metadata, from: leader)
      }
    }
  }

  private mutating func roleChanged(_ change: RoleChange) {
    effects.append(.report(.roleChanged(change)))
    if change.leader != nil, change.leader != counters.lastLeader {
      counters.leaderChanges += 1
      counters.lastLeader = change.leader
    }
    clock = nil
    // What others forwarded was meant for one term of office.
    refuseForeignWrites()
  }

  private mutating func receive(_ bytes: Bytes, from peer: NodeID) {
    let frame: PeerFrame
    do throws(PeerFrameError) {
      frame = try PeerFrame(decoding: bytes)
    } catch {
      effects.append(.report(.malformedFrame(from: peer, error)))
      return
    }
    switch frame {
    case .raft(let message):
      guard message.from == peer, fitsLog(message) else { return }
      guard isIntroduced(to: peer) else {
        introduce(to: peer)
        return
      }
      advance(.received(message))
    case .forward(let life, let number, let term, let commands):
      guard forwards.take(peer, life: life, number: number) else { return }
      takeForwarded(commands, from: peer, in: term)
    case .refused(let term, let requests):
      for request in requests {
        if let command = pending.takeRefused(request, in: term) { gathered.putAside(command) }
      }
    case .fetch(let snapshot, let file, let offset):
      serveFetch(snapshot: snapshot, file: file, offset: offset, to: peer)
    case .chunk(let snapshot, let file, let offset, let total, let bytes):
      receiveChunk(
        SnapshotChunk(snapshot: snapshot, file: file, offset: offset, total: total, bytes: bytes),
        from: peer)
    case .gone(let snapshot):
      snapshotGone(snapshot, from: peer)
    case .introduction:
      answerIntroduction(of: peer)
    case .introduced(let isKnown):
      introduced(to: peer, isKnown: isKnown)
    }
  }

  /// No entry may be longer than what the log can hold: such a peer is set up otherwise.
  private func fitsLog(_ message: Message) -> Bool {
    guard case .append(_, let entries, _) = message.body else { return true }
    return entries.allSatisfy { $0.payload.count <= log.configuration.entryBytesMax }
  }

  /// Hands leadership to the voter that holds most of the log; nothing where this member does not
  /// lead or is alone.
  private mutating func handOver() {
    guard raft.role == .leader else { return }
    var best: PeerProgress?
    for peer in raft.progress
    where raft.configuration.isVoter(peer.id) && peer.isActive {
      if let known = best, known.match >= peer.match { continue }
      best = peer
    }
    if let best { advance(.transferLeadership(to: best.id)) }
  }

  // MARK: - The log

  /// Hands out the next write to the log, if none is under way.
  mutating func flushLog() {
    guard !log.isWriting else { return }
    do throws(WALError) {
      guard let operations = try log.flush() else { return }
      submit(operations, .log)
      prepareSpare()
    } catch {
      preconditionFailure("a member whose log failed has stopped")
    }
  }

  /// Asks for the next piece of a spare segment, if one is needed.
  private mutating func prepareSpare() {
    if let operations = log.prepareSpare() { submit(operations, .spare) }
  }

  mutating func submit(_ operations: [DiskOperation], _ purpose: DiskQueue.Purpose) {
    effects.append(.disk(operations, diskQueue.begin(purpose)))
  }

  private mutating func diskCompleted(_ token: DiskToken) {
    switch diskQueue.end(token) {
    case .log:
      if let sequence = log.completed() {
        storesDone = sequence
        releaseHeld()
        advance(.stored(sequence))
      }
    case .spare:
      log.sparePrepared()
      prepareSpare()
    case .checkpoint: checkpointWritten()
    case .snapshotSegment: snapshotSegmentWritten()
    case .snapshotManifest: snapshotManifestWritten()
    case .housekeeping: break
    }
  }

  private mutating func releaseHeld() {
    while let message = held.first, message.sequence <= storesDone {
      _ = held.popFirst()
      effects.append(.send(message.frame, to: message.peer))
    }
  }
}

/// What the disk was asked for and has not answered, in order.
struct DiskQueue {
  enum Purpose {
    case log
    case spare
    case checkpoint
    case snapshotSegment
    case snapshotManifest
    /// Segments put aside, files removed: nothing waits for it.
    case housekeeping
  }

  private var outstanding = Deque<(token: DiskToken, purpose: Purpose)>()
  private var next: UInt64 = 1

  mutating func begin(_ purpose: Purpose) -> DiskToken {
    let token = DiskToken(next)
    next += 1
    outstanding.append((token, purpose))
    return token
  }

  /// Traps where the disk answers out of order or twice.
  mutating func end(_ token: DiskToken) -> Purpose {
    guard let first = outstanding.popFirst(), first.token == token else {
      preconditionFailure("submissions complete in order")
    }
    return first.purpose
  }
}

/// Counters for metrics.
struct MemberCounters {
  var leaderChanges: UInt64 = 0
  var lastLeader: NodeID?
  var proposalsCommitted: UInt64 = 0
  var proposalsApplied: UInt64 = 0
  var proposalsFailed: UInt64 = 0
  var readsFailed: UInt64 = 0
  var ranges: UInt64 = 0
}
