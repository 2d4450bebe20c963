public import Base
public import Raft

/// Nodes in memory, each with a disk whose stores complete when the test says so, and the messages
/// between them, which move when the test says so.
struct TestCluster {
  struct Member {
    var node: RaftNode
    /// What a restart finds.
    var disk: RecoveredState
    /// Stores asked for and not yet durable, in order.
    var stores: [StoreRequest] = []
    /// Messages that wait for a store.
    var held: [(behind: StoreSequence, message: Message)] = []
    var isUp = true
    var starts: UInt64 = 0
    /// The entries told committed, by index; what the state machine would have applied.
    var applied: [LogIndex: Entry] = [:]
    var answers: [ReadContext: LogIndex?] = [:]
    var effects: [RaftEffect] = []
  }

  var members: [NodeID: Member] = [:]
  let ids: [NodeID]
  /// In order of sending.
  var network: [Message] = []
  var settings: (NodeID) -> RaftConfiguration
  /// Called with each effect as it is carried out.
  var observe: (NodeID, RaftEffect) -> Void = { _, _ in }

  init(
    voters: [UInt64], learners: [UInt64] = [], spare: [UInt64] = [], electionTicks: Int = 10,
    logTailBytesMax: Int = 0, appendBytesMax: Int = 1 << 20, inflightBytesMax: Int = 16 << 20,
    logLackedBytesMax: Int = 0, seed: UInt64 = 1
  ) {
    let first = ClusterConfiguration(
      voters: voters.map { NodeID($0) }, learners: learners.map { NodeID($0) })
    settings = { id in
      RaftConfiguration(
        id: id, electionTicks: electionTicks, seed: seed &* 1_000_003 &+ id.value,
        appendBytesMax: appendBytesMax, inflightBytesMax: inflightBytesMax,
        logTailBytesMax: logTailBytesMax, logLackedBytesMax: logLackedBytesMax)
    }
    ids = (voters + learners + spare).map { NodeID($0) }.sorted()
    for id in ids {
      let state = RecoveredState(
        hardState: HardState(),
        snapshot: SnapshotMetadata(
          last: .zero,
          configuration: first.members.contains(id) ? first : ClusterConfiguration(voters: [])),
        entries: [])
      members[id] = Member(
        node: RaftNode(configuration: settings(id), recovered: state), disk: state)
    }
  }

  subscript(id: UInt64) -> Member {
    get {
      guard let member = members[NodeID(id)] else { preconditionFailure("no node \(id)") }
      return member
    }
    set { members[NodeID(id)] = newValue }
  }

  // MARK: - Moving things

  @discardableResult
  mutating func step(_ id: UInt64, _ event: RaftEvent) -> [RaftEffect] {
    guard self[id].isUp else { return [] }
    var effects: [RaftEffect] = []
    self[id].node.step(event, into: &effects)
    carryOut(effects, at: id)
    return effects
  }

  @discardableResult
  mutating func propose(_ id: UInt64, _ payload: Bytes) throws(ProposalError) -> [RaftEffect] {
    var effects: [RaftEffect] = []
    _ = try self[id].node.propose(payload, into: &effects)
    carryOut(effects, at: id)
    return effects
  }

  @discardableResult
  mutating func proposeConfiguration(
    _ id: UInt64, _ target: ClusterConfiguration
  ) throws(ProposalError) -> [RaftEffect] {
    var effects: [RaftEffect] = []
    _ = try self[id].node.proposeConfiguration(target, into: &effects)
    carryOut(effects, at: id)
    return effects
  }

  private mutating func carryOut(_ effects: [RaftEffect], at id: UInt64) {
    self[id].effects += effects
    for effect in effects {
      switch effect {
      case .store(let request):
        self[id].stores.append(request)
      case .send(let message):
        network.append(message)
      case .sendWhenStored(let message):
        if let last = self[id].stores.last {
          self[id].held.append((last.sequence, message))
        } else {
          network.append(message)
        }
      case .committed(let index):
        let node = self[id].node
        var next = (self[id].applied.keys.max() ?? .zero).next
        next = max(next, node.firstIndex)
        if next <= index {
          for entry in node.entries(from: next, through: index) {
            self[id].applied[entry.index] = entry
          }
        }
      case .readReady(let context, let index):
        self[id].answers[context] = .some(index)
      case .readFailed(let context):
        self[id].answers[context] = .some(nil)
      case .roleChanged, .sendSnapshot, .installSnapshot:
        break
      }
      observe(NodeID(id), effect)
    }
  }

  /// Makes the oldest store of a node durable.
  mutating func completeStore(_ id: UInt64) {
    guard !self[id].stores.isEmpty else { return }
    let request = self[id].stores.removeFirst()
    self[id].disk.write(request)
    let ready = self[id].held.filter { $0.behind <= request.sequence }
    self[id].held.removeAll { $0.behind <= request.sequence }
    network += ready.map(\.message)
    step(id, .stored(request.sequence))
  }

  /// Delivers the message at a position of the network.
  mutating func deliver(at position: Int) {
    let message = network.remove(at: position)
    step(message.to.value, .received(message))
  }

  /// Stops a node; what was not durable is gone, and so are its connections' messages.
  mutating func crash(_ id: UInt64) {
    self[id].isUp = false
    self[id].stores = []
    self[id].held = []
  }

  mutating func restart(_ id: UInt64) {
    crash(id)
    self[id].starts += 1
    var configuration = settings(NodeID(id))
    configuration.seed = configuration.seed &+ self[id].starts &* 7_919
    self[id].node = RaftNode(configuration: configuration, recovered: self[id].disk)
    self[id].applied = [:]
    self[id].answers = [:]
    self[id].isUp = true
  }

  /// Completes stores and delivers messages, first come first served, until nothing moves.
  /// `isCut` says which messages are lost.
  mutating func settle(isCut: (Message) -> Bool = { _ in false }) {
    for _ in 0..<100_000 {
      if let id = ids.first(where: { !self[$0.value].stores.isEmpty && self[$0.value].isUp }) {
        completeStore(id.value)
      } else if let message = network.first {
        if isCut(message) { network.removeFirst() } else { deliver(at: 0) }
      } else {
        return
      }
    }
    preconditionFailure("the cluster never settles")
  }

  /// Gives a node a past: its term, its vote and the terms of its entries from index 1 on.
  mutating func load(
    _ id: UInt64, term: UInt64, vote: UInt64? = nil, logTerms: [UInt64] = []
  ) {
    self[id].disk.hardState = HardState(term: Term(term), vote: vote.map { NodeID($0) })
    self[id].disk.entries = logTerms.enumerated().map { offset, term in
      Entry(
        id: EntryID(term: Term(term), index: LogIndex(UInt64(offset) + 1)), kind: .command,
        payload: Bytes("\(term)/\(offset + 1)"))
    }
    restart(id)
  }

  /// A message from outside, and what left the node because of it, once everything is stored.
  mutating func receive(
    _ id: UInt64, from: UInt64, term: UInt64, _ body: Message.Body
  ) -> [Message] {
    network = []
    let message = Message(from: NodeID(from), to: NodeID(id), term: Term(term), body: body)
    step(id, .received(message))
    while !self[id].stores.isEmpty { completeStore(id) }
    return network
  }

  mutating func tick(_ id: UInt64, _ count: Int = 1) {
    for _ in 0..<count { step(id, .tick) }
  }

  /// Makes `id` the leader and commits its first entry.
  mutating func elect(_ id: UInt64, isCut: (Message) -> Bool = { _ in false }) {
    step(id, .campaign)
    settle(isCut: isCut)
  }
}

extension RecoveredState {
  /// What the disk holds after a store.
  mutating func write(_ request: StoreRequest) {
    if let hardState = request.hardState { self.hardState = hardState }
    guard let first = request.entries.first else { return }
    if let held = entries.first, first.index < held.index {
      entries = []
    } else if let position = entries.firstIndex(where: { $0.index == first.index }) {
      entries.removeSubrange(position...)
    } else if let last = entries.last, last.index.next < first.index {
      // Behind a snapshot that was installed: what came before it is covered by it.
      entries = []
    }
    entries += request.entries.filter { $0.index > snapshot.last.index }
  }
}

extension NodeID: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) { self.init(value) }
}
extension Term: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) { self.init(value) }
}
extension LogIndex: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) { self.init(value) }
}
