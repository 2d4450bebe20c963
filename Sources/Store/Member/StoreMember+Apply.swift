import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft

extension StoreMember {
  /// Applies committed entries in order, as many as one turn has room for.
  mutating func applyCommitted() {
    var bytes = 0
    while applied.index < raft.commitIndex, bytes < configuration.limits.appliedBytesPerTurn {
      // A few at a time: most turns have one.
      let last = min(raft.commitIndex.value, applied.index.value + 16)
      for entry in raft.entries(from: applied.index.next, through: LogIndex(last)) {
        apply(entry)
        guard !isStopped else { return }
        bytes += entry.payload.count
        if bytes >= configuration.limits.appliedBytesPerTurn { return }
      }
    }
  }

  private mutating func apply(_ entry: Entry) {
    precondition(entry.index == applied.index.next, "entries are applied in order")
    if entry.term > applied.term { returnLost(before: entry.term) }
    applied = entry.id
    switch entry.kind {
    case .empty: break
    case .configuration:
      guard let configuration = ClusterConfiguration(decoding: entry.payload) else {
        stop(.undecodable(entry.index))
        return
      }
      membership.apply(configuration)
      if !membership.contains(self.configuration.id) { stop(.removed) }
    case .command:
      do throws(KVFormatError) {
        apply(try CommandBatch(decoding: entry.payload))
      } catch {
        stop(.undecodable(entry.index))
      }
    }
    // From its own term's first entry on a leader knows what time its predecessors gave.
    if clock == nil, raft.role == .leader, entry.term == raft.term, !isStopped {
      clock = ClusterClock(base: keySpace.clusterMilliseconds, start: now.instant)
    }
  }

  var header: ResponseHeader {
    ResponseHeader(
      clusterID: configuration.clusterID, memberID: configuration.id.value,
      revision: keySpace.revision, raftTerm: raft.term.value)
  }

  private mutating func apply(_ batch: CommandBatch) {
    appliedAt = now.instant
    counters.proposalsCommitted += UInt64(batch.commands.count)
    counters.proposalsApplied += UInt64(batch.commands.count)
    var outcomes = AppliedOutcomes()
    // Answers are written where the reply's other messages are: no copy.
    swap(&outcomes.buffer, &reply.buffer)
    keySpace.apply(batch, answering: configuration.id, header: header, into: &outcomes)
    swap(&outcomes.buffer, &reply.buffer)
    for item in outcomes.items {
      guard let write = pending.remove(item.request) else { continue }
      switch item.result {
      case .answer(let bytes):
        switch write.client {
        case .unary(let origin): reply.items.append(.answer(origin, bytes: bytes))
        case .keepAlive(let origin): answerKeepAlive(origin, bytes)
        case .own: break
        }
      case .refused(let error):
        end(write.client, error.status)
        // Somebody else had done what this member proposed of itself: nothing failed.
        if case .own = write.client { continue }
        counters.proposalsFailed += 1
      }
    }
  }

  // MARK: - What members propose of themselves

  var isOverQuota: Bool { keySpace.sizeBytes >= configuration.limits.quotaBytes }

  /// A cluster set up with certificate roles has not applied them yet.
  var lacksCertificateRoles: Bool {
    configuration.certificateRoles != nil && keySpace.certificateRolesRevision == 0
  }

  /// Once a tick: proposes what the state lacks and nobody asks for. With nothing to change,
  /// nothing is written.
  mutating func maintain() {
    publishAttributes()
    seedCertificateRoles()
    compactByItself()
    guard raft.role == .leader, let milliseconds = clock?.milliseconds(at: now.instant) else {
      return
    }
    raiseNoSpace()
    // Expiry is decided while applying: an empty batch brings the time that a lease waits for.
    if gathered.isEmpty, let due = keySpace.nextLeaseExpiryMilliseconds, due <= milliseconds,
      applied.index == raft.lastIndex
    {
      _ = proposeBatch([])
    }
  }

  /// Every member tells its name and its URLs, once and after each change; first when its log is
  /// durable, for then the cluster counts on it.
  private mutating func publishAttributes() {
    guard raft.leader != nil, raft.durableIndex > .zero, membership.contains(configuration.id),
      !own.isPending(.attributes, pending)
    else { return }
    let record = membership.record(of: configuration.id, clientURLs: configuration.clientURLs)
    let known = keySpace.memberAttributes.first { $0.member == configuration.id }
    if known?.record == record { return }
    proposeOwn(.attributes, .memberAttributes, record)
  }

  /// The leader begins; others give it time, for it may have been started without a document. The
  /// first one counts: once roles are in force, no member may replace them by itself.
  private mutating func seedCertificateRoles() {
    guard lacksCertificateRoles, let document = configuration.certificateRoles,
      raft.leader != nil, !own.isPending(.roles, pending)
    else { return }
    own.ticksWithoutRoles += 1
    guard raft.role == .leader || own.ticksWithoutRoles > 3 * configuration.electionTicks else {
      return
    }
    proposeOwn(.roles, .certificateRoles, document)
  }

  private mutating func raiseNoSpace() {
    guard isOverQuota, !own.isPending(.alarm, pending) else { return }
    if keySpace.hasAlarm(.nospace) { return }
    var request = AlarmRequest()
    request.action = .activate
    request.memberID = configuration.id.value
    request.alarm = .nospace
    proposeOwn(.alarm, .memberAlarm, request.encoded)
  }

  /// Proposes an ordinary Compact, so that all members compact alike. It is refused where a client
  /// was faster, which is as good.
  private mutating func compactByItself() {
    let situation = AutoCompaction.Situation(
      revision: keySpace.revision, compacted: keySpace.compactRevision,
      mayCompact: clock != nil && !own.isPending(.compaction, pending)
        && !keySpace.hasAlarm(.corrupt))
    guard let revision = autoCompaction.due(at: now.instant, situation) else { return }
    effects.append(.report(.autoCompactionBegun(revision: revision)))
    // Where roles are in force, the store itself compacts as its administrator would.
    let identity = ClientIdentity(
      commonName: Bytes(), organizations: [CertificateRoles.administrator])
    proposeOwn(
      .compaction, .compact, CompactionRequest(revision: revision).encoded, as: identity)
  }

  private mutating func proposeOwn(
    _ topic: OwnProposals.Topic, _ kind: Command.Kind, _ body: Bytes,
    as identity: ClientIdentity? = nil
  ) {
    own.note(topic, number: pending.nextNumber)
    propose(kind, body, identity, for: .own)
  }
}

/// What a member has proposed of itself: one at a time of each.
struct OwnProposals {
  enum Topic: Int {
    case attributes
    case roles
    case alarm
    case compaction
  }

  private var numbers: [UInt64?] = [nil, nil, nil, nil]
  /// Ticks under a leader for which certificate roles were lacking.
  var ticksWithoutRoles = 0

  mutating func note(_ topic: Topic, number: UInt64) {
    numbers[topic.rawValue] = number
  }

  func isPending(_ topic: Topic, _ pending: PendingWrites) -> Bool {
    numbers[topic.rawValue].map { pending.contains($0) } ?? false
  }
}
