import Base
import Raft
import Testing

/// A seeded run of several nodes over a hostile network, watched for what Raft promises (Raft
/// Figure 3). Messages are lost, doubled and reordered beyond what connections do; nodes crash at
/// any step and restart from what was durable.
struct HostileRun {
  /// A fault in the code that carries the effects out, which the properties must notice.
  enum Sabotage: CaseIterable {
    case none
    /// Votes and accepted appends leave before they are durable.
    case sendsBeforeStored
    /// A restart forgets the term, and whom the node voted for in it.
    case hardStateForgotten
    /// A restart loses the newest durable entry.
    case lastEntryLost
    /// A refused vote counts as granted.
    case votesForged
    /// A refused append counts as accepted.
    case appendsForged
    /// A heartbeat that was lost counts as answered.
    case readsForged
    /// A store counts as done when it begins.
    case storesForged
  }

  var cluster: TestCluster
  var random: PRNG
  let sabotage: Sabotage
  let hostility: Ratio
  /// How long a partition lasts.
  let partitionSteps: Int
  var violations: [String] = []

  /// What any node knows to be committed.
  var committed: [LogIndex: Entry] = [:]
  var highestCommitted = LogIndex.zero
  var leaders: [Term: NodeID] = [:]
  /// The greatest index known committed when each read began.
  var reads: [NodeID: [ReadContext: LogIndex]] = [:]
  var nextRead: UInt64 = 0
  var readsAnswered = 0
  var proposals: UInt64 = 0
  var snapshotsInstalled = 0
  var changesMade = 0

  init(seed: UInt64, sabotage: Sabotage = .none) {
    random = PRNG(seed: seed)
    hostility = Ratio(UInt64(random.below(4)), in: 3 + random.below(4 as UInt64))
    partitionSteps = 250 + random.below(750)
    let size = random.chance(Ratio(1, in: 3)) ? 5 : 3
    cluster = TestCluster(
      voters: Array(1...UInt64(size)), spare: [UInt64(size) + 1], electionTicks: 5,
      logTailBytesMax: random.below(400), appendBytesMax: 1 + random.below(60),
      inflightBytesMax: 1 + random.below(200), logLackedBytesMax: seed % 4 == 3 ? 600 : 0,
      seed: seed)
    self.sabotage = sabotage
  }

  mutating func run(steps: Int) {
    var partition: Set<NodeID> = []
    for step in 0..<steps where violations.isEmpty {
      if step % partitionSteps == 0 {
        let isCut = isHostile()
        partition = Set(cluster.ids.filter { _ in isCut && random.chance(Ratio(1, in: 3)) })
      }
      move(partition: partition)
    }
    if violations.isEmpty { heal() }
    compareLogs()
  }

  private mutating func move(partition: Set<NodeID>) {
    let id = cluster.ids[random.below(cluster.ids.count)].value
    switch random.below(100) {
    case 0..<18: act(id) { $0.step(id, .tick) }
    case 18..<62: deliver(partition: partition)
    case 62..<80:
      act(id) { $0.completeStore(id) }
      if sabotage == .hardStateForgotten, random.chance(Ratio(1, in: 4)) { restart(id) }
    case 80..<88: propose(leaderOr(id))
    case 88..<92: beginRead(leaderOr(id))
    case 92..<94: if isHostile() { restart(id) }
    case 94..<96: compact(id)
    case 96..<97:
      guard isHostile() else { return }
      let other = cluster.ids[random.below(cluster.ids.count)]
      act(id) { $0.step(id, .disconnected(other)) }
    case 97..<98:
      guard isHostile() else { return }
      let other = cluster.ids[random.below(cluster.ids.count)]
      act(id) { $0.step(id, .transferLeadership(to: other)) }
    case 98..<99: change(id)
    default:
      if !cluster.network.isEmpty {
        let copy = cluster.network[random.below(cluster.network.count)]
        cluster.network.append(copy)
      }
    }
  }

  /// Any node, but mostly one that believes to lead: there may be several.
  private mutating func leaderOr(_ id: UInt64) -> UInt64 {
    let leaders = cluster.ids.filter { cluster[$0.value].node.role == .leader }
    guard !leaders.isEmpty, random.chance(Ratio(3, in: 4)) else { return id }
    return leaders[random.below(leaders.count)].value
  }

  private mutating func deliver(partition: Set<NodeID>) {
    guard !cluster.network.isEmpty else { return }
    // Mostly the oldest, so that something gets done.
    let position = random.chance(Ratio(3, in: 4)) ? 0 : random.below(cluster.network.count)
    let message = forge(cluster.network[position])
    cluster.network[position] = message
    let isCut = partition.contains(message.from) != partition.contains(message.to)
    if isCut || (random.chance(Ratio(1, in: 30)) && isHostile()) {
      cluster.network.remove(at: position)
      forgeAnswer(to: message)
    } else {
      act(message.to.value) { $0.deliver(at: position) }
    }
  }

  private func forge(_ message: Message) -> Message {
    var body = message.body
    switch (sabotage, message.body) {
    case (.votesForged, .voteResponse): body = .voteResponse(granted: true)
    case (.appendsForged, .appendRejected(let rejected, _)):
      body = .appendAccepted(match: rejected)
    default: return message
    }
    return Message(from: message.from, to: message.to, term: message.term, body: body)
  }

  private mutating func forgeAnswer(to message: Message) {
    guard sabotage == .readsForged, case .heartbeat(_, let read) = message.body else { return }
    let answer = Message(
      from: message.to, to: message.from, term: message.term, body: .heartbeatResponse(read: read))
    act(message.from.value) { $0.step(message.from.value, .received(answer)) }
  }

  /// Some runs are rougher than others: an always failing cluster gets little done.
  private mutating func isHostile() -> Bool { random.chance(hostility) }

  private mutating func act(_ id: UInt64, _ action: (inout TestCluster) -> Void) {
    guard cluster[id].isUp else { return }
    let before = cluster[id].effects.count
    action(&cluster)
    if sabotage == .storesForged, let last = cluster[id].stores.last {
      cluster[id].held.forEach { cluster.network.append($0.message) }
      cluster[id].held = []
      cluster.step(id, .stored(last.sequence))
      // The disk itself gets it later, unless a crash comes first.
    }
    if sabotage == .sendsBeforeStored {
      cluster[id].held.forEach { cluster.network.append($0.message) }
      cluster[id].held = []
    }
    let fresh = Array(cluster[id].effects[before...])
    cluster[id].effects = []
    for effect in fresh { watch(effect, at: NodeID(id)) }
  }

  private mutating func watch(_ effect: RaftEffect, at id: NodeID) {
    switch effect {
    case .roleChanged(let change):
      guard change.role == .leader else { return }
      if let other = leaders[change.term], other != id {
        violations.append("election safety: \(other) and \(id) lead term \(change.term)")
      }
      leaders[change.term] = id
      checkCompleteness(of: id)
    case .committed:
      checkCommitted(by: id)
    case .readReady(let context, let index):
      readsAnswered += 1
      if let floor = reads[id]?[context], index < floor {
        violations.append("stale read: \(index) answers a read begun at \(floor)")
      }
    case .installSnapshot(let metadata, let leader):
      install(metadata, from: leader, at: id)
    case .store, .send, .sendWhenStored, .readFailed, .sendSnapshot:
      break
    }
  }

  /// Leader Completeness: a new leader holds everything that is known committed.
  private mutating func checkCompleteness(of id: NodeID) {
    guard let node = cluster.members[id]?.node else { return }
    guard node.lastIndex >= highestCommitted else {
      violations.append("leader completeness: \(id) ends at \(node.lastIndex)")
      return
    }
    for (index, entry) in committed where index >= node.firstIndex {
      if node.term(at: index) != entry.term {
        violations.append("leader completeness: \(id) lacks \(entry.id)")
      }
    }
  }

  /// State Machine Safety: no two nodes apply different entries at one index.
  private mutating func checkCommitted(by id: NodeID) {
    guard let member = cluster.members[id] else { return }
    for (index, entry) in member.applied {
      if let known = committed[index] {
        if known != entry {
          violations.append("state machine safety: \(known.id) and \(entry.id) at \(index)")
        }
      } else {
        committed[index] = entry
        highestCommitted = max(highestCommitted, index)
      }
    }
    cluster.members[id]?.applied = member.applied.filter { $0.key >= member.node.commitIndex }
  }

  private mutating func propose(_ id: UInt64) {
    proposals += 1
    guard cluster[id].isUp else { return }
    let payload = Bytes("value \(proposals)")
    act(id) { cluster in
      do { try cluster.propose(id, payload) } catch { return }
    }
  }

  private mutating func beginRead(_ id: UInt64) {
    guard cluster[id].isUp else { return }
    nextRead += 1
    let context = ReadContext(nextRead)
    reads[NodeID(id), default: [:]][context] = highestCommitted
    act(id) { $0.step(id, .read(context)) }
  }

  private mutating func restart(_ id: UInt64) {
    reads[NodeID(id)] = [:]
    if sabotage == .hardStateForgotten { cluster[id].disk.hardState = HardState() }
    if sabotage == .lastEntryLost, !cluster[id].disk.entries.isEmpty {
      cluster[id].disk.entries.removeLast()
    }
    cluster.restart(id)
    cluster[id].effects = []
  }

  private mutating func compact(_ id: UInt64) {
    guard cluster[id].isUp else { return }
    let node = cluster[id].node
    let index = node.commitIndex
    guard index >= node.firstIndex, node.durableIndex >= index else { return }
    let metadata = node.snapshotMetadata(at: index)
    cluster[id].disk.snapshot = metadata
    cluster[id].disk.entries.removeAll { $0.index <= index }
    act(id) { $0.step(id, .compacted(through: index)) }
  }

  /// The transfer of the state itself is not Raft's: here it succeeds at once or is refused.
  private mutating func install(_ metadata: SnapshotMetadata, from leader: NodeID, at id: NodeID) {
    guard random.chance(Ratio(4, in: 5)) else {
      act(id.value) { $0.step(id.value, .snapshotRefused) }
      if random.chance(Ratio(1, in: 2)) {
        act(leader.value) { $0.step(leader.value, .snapshotFailed(to: id)) }
      }
      return
    }
    snapshotsInstalled += 1
    cluster[id.value].disk.snapshot = metadata
    cluster[id.value].disk.entries.removeAll { $0.index <= metadata.last.index }
    act(id.value) { $0.step(id.value, .snapshotInstalled(metadata)) }
  }

  private mutating func change(_ id: UInt64) {
    guard cluster[id].isUp, cluster[id].node.role == .leader else { return }
    let picked = cluster.ids.filter { _ in random.chance(Ratio(3, in: 4)) }
    guard picked.count >= 2 else { return }
    let learners = cluster.ids.filter { !picked.contains($0) && random.chance(Ratio(1, in: 2)) }
    let target = ClusterConfiguration(voters: picked, learners: learners)
    var isMade = false
    act(id) { cluster in
      do {
        try cluster.proposeConfiguration(id, target)
        isMade = true
      } catch {
        return
      }
    }
    if isMade { changesMade += 1 }
  }

  /// Without faults the cluster elects a leader that commits again.
  private mutating func heal() {
    guard sabotage == .none else { return }
    let goal = highestCommitted
    for round in 0..<400 {
      for id in cluster.ids { act(id.value) { $0.step(id.value, .tick) } }
      for _ in 0..<1_000 {
        if let id = cluster.ids.first(where: { !cluster[$0.value].stores.isEmpty }) {
          act(id.value) { $0.completeStore(id.value) }
        } else if let message = cluster.network.first {
          act(message.to.value) { $0.deliver(at: 0) }
        } else {
          break
        }
      }
      guard round % 10 == 9 else { continue }
      let leader = cluster.ids.first { cluster[$0.value].node.isLeaderSettled }
      if let leader, highestCommitted <= goal { propose(leader.value) }
      if let leader, highestCommitted > goal {
        let members = cluster[leader.value].node.configuration.members
        let isDone = members.allSatisfy { cluster[$0.value].node.commitIndex > goal }
        if isDone { return }
      }
    }
    let states = cluster.ids.map { id in
      let node = cluster[id.value].node
      return
        "\(id): \(node.role) term \(node.term) commit \(node.commitIndex) \(node.configuration)"
    }
    violations.append("liveness: nothing is committed after the faults ended: \(states)")
  }

  /// Log Matching: where two logs hold the same entry, they are equal before it.
  private mutating func compareLogs() {
    for one in cluster.ids {
      for other in cluster.ids where one < other {
        let left = cluster[one.value].node
        let right = cluster[other.value].node
        let first = max(left.firstIndex, right.firstIndex)
        let last = min(left.lastIndex, right.lastIndex)
        guard first <= last else { continue }
        var matched = false
        let pairs = zip(
          left.entries(from: first, through: last), right.entries(from: first, through: last))
        for (mine, theirs) in Array(pairs).reversed() {
          if mine.id == theirs.id { matched = true }
          if matched, mine != theirs {
            violations.append("log matching: \(mine.id) and \(theirs.id) of \(one) and \(other)")
          }
        }
      }
    }
  }
}

@Suite struct `Raft's safety properties over a hostile network` {
  @Test(arguments: UInt64(1)...40)
  func `hold at every seed, and the cluster heals`(seed: UInt64) {
    var run = HostileRun(seed: seed)
    run.run(steps: 4_000)
    #expect(run.violations == [])
    #expect(run.highestCommitted > .zero)
  }

  @Test func `are tested where they could break`() {
    var reads = 0
    var snapshots = 0
    var changes = 0
    var terms = 0
    for seed in UInt64(100)...110 {
      var run = HostileRun(seed: seed)
      run.run(steps: 4_000)
      reads += run.readsAnswered
      snapshots += run.snapshotsInstalled
      changes += run.changesMade
      terms += run.leaders.count
    }
    #expect(reads > 100 && snapshots > 10 && changes > 10 && terms > 30)
  }

  @Test(arguments: HostileRun.Sabotage.allCases.filter { $0 != .none })
  func `are seen broken when the disk or the messages lie`(sabotage: HostileRun.Sabotage) {
    let caught = (UInt64(1)...400).contains { seed in
      var run = HostileRun(seed: seed, sabotage: sabotage)
      run.run(steps: 3_000)
      return !run.violations.isEmpty
    }
    #expect(caught, "400 seeds saw nothing wrong")
  }
}
