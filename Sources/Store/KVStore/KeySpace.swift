public import Base
public import EtcdAPI
import Protobuf

/// What a key space is built with. Every member of a cluster has the same.
public struct KeySpaceConfiguration: Hashable, Sendable {
  /// A segment of the revision log is sealed at this length. 1 MiB: written in one go, and checked
  /// or rewritten within 2 ms; a checkpoint's manifest holds a copy of the one that grows.
  public var segmentBytes: Int

  public init(segmentBytes: Int = 1 << 20) {
    self.segmentBytes = segmentBytes
  }
}

/// The replicated state: keys with their history, leases, alarms, certificate roles.
///
/// A pure function of the batches that were applied. Beside it, and not replicated, stand the
/// watches of this member's clients. Semantics are etcd's: revisions start at 1, the first write
/// makes 2.
public struct KeySpace: ~Copyable {
  let configuration: KeySpaceConfiguration
  /// The newest revision.
  public internal(set) var revision: Int64 = 1
  /// etcd begins at -1, so that even Compact(0) passes once.
  var compacted: Int64 = -1
  /// The cluster time of the last batch, in milliseconds.
  public internal(set) var clusterMilliseconds: UInt64 = 0
  var wall = WallTime(milliseconds: 0)
  var log: RevisionLog
  var tree = KeyTree()
  var lessor = Lessor()
  var alarmMembers: [AlarmMember] = []
  var certificateRoles: CertificateRoles?
  let permissionCache = PermissionCache()
  /// How often certificate roles were replaced.
  public internal(set) var certificateRolesRevision: Int64 = 0
  /// By member, ascending: what each published of itself.
  public internal(set) var memberAttributes: [MemberAttributes] = []
  var compaction: CompactionProgress?
  /// Revisions at which ranges are being read over several turns.
  var pins: [Int64] = []
  var hub = WatchHub()

  public struct MemberAttributes: Hashable, Sendable {
    public let member: NodeID
    /// As in the `memberAttributes` command.
    public let record: Bytes
  }

  public init(configuration: KeySpaceConfiguration = KeySpaceConfiguration()) {
    self.configuration = configuration
    log = RevisionLog(segmentBytes: configuration.segmentBytes)
  }

  /// The revision up to which history is compacted; 0 before the first compaction.
  public var compactRevision: Int64 { max(0, compacted) }
  /// Keys that exist now.
  public var keyCount: Int { tree.countedTotal }
  public var alarms: [AlarmMember] { alarmMembers }
  public var leaseCount: Int { lessor.count }

  /// Bytes that the state takes, for Status and the quota: log segments and index.
  public var sizeBytes: UInt64 { UInt64(log.bytes + tree.bytesHeld) }
  /// Bytes that remained if all history were compacted.
  public var sizeInUseBytes: UInt64 { UInt64(log.bytesInUse + tree.bytesHeld) }

  public func hasAlarm(_ type: AlarmType) -> Bool {
    alarmMembers.contains { $0.alarm == type }
  }

  /// The cluster time, in milliseconds, of the first batch that would end a lease; nil without any.
  public var nextLeaseExpiryMilliseconds: UInt64? {
    guard let expiry = lessor.nextExpiry, expiry < .max else { return nil }
    return expiry + 1
  }
}

// MARK: - Applying

extension KeySpace {
  /// Applies every command in order, deterministically, and answers those that came from `local`.
  ///
  /// The batch's time first ends the leases that are due. `header` gives everything but the
  /// revision.
  public mutating func apply(
    _ batch: CommandBatch, answering local: NodeID, header: ResponseHeader,
    into outcomes: inout AppliedOutcomes
  ) {
    clusterMilliseconds = max(clusterMilliseconds, batch.clusterMilliseconds)
    wall = batch.wallTime
    expireLeases()
    var writer = AnswerWriter(header)
    swap(&writer.buffer, &outcomes.buffer)
    for command in batch.commands {
      writer.isWanted = command.origin == local
      let start = writer.buffer.count
      let result: AppliedOutcomes.Result
      do throws(KVError) {
        try apply(command, into: &writer)
        result = .answer(start..<writer.buffer.count)
      } catch {
        writer.buffer.truncate(to: start)
        result = .refused(error)
      }
      if writer.isWanted {
        outcomes.items.append(AppliedOutcomes.Item(request: command.request, result: result))
      }
    }
    swap(&writer.buffer, &outcomes.buffer)
  }

  private mutating func apply(
    _ command: Command, into writer: inout AnswerWriter
  ) throws(KVError) {
    switch command.kind {
    case .put: try applyPut(command, &writer)
    case .deleteRange: try applyDeleteRange(command, &writer)
    case .transaction: try applyTransaction(command, &writer)
    case .compact: try applyCompact(command, &writer)
    case .leaseGrant: try applyLeaseGrant(command, &writer)
    case .leaseRevoke: try applyLeaseRevoke(command, &writer)
    case .leaseRenew: try applyLeaseRenew(command, &writer)
    case .alarm:
      try authorize(.administrator, command.identity)
      try applyAlarm(command, &writer)
    case .memberAlarm: try applyAlarm(command, &writer)
    case .certificateRoles: try applyCertificateRoles(command, &writer)
    case .memberAttributes: applyMemberAttributes(command)
    }
  }

  private mutating func applyPut(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: PutRequest = try RequestCheck.decode(command.body)
    if let permissions = try permissions(command.identity) { try check(request, permissions) }
    try refuseWhenCorrupt()
    try refuseWhenFull()
    try RequestCheck.check(request)
    // Recorded: outside a Txn a missing lease comes before a missing key.
    if request.lease != 0 && !lessor.contains(request.lease) { throw .leaseNotFound }
    try precheck(request)
    var write = beginWrite(command)
    put(request, &write, &writer, .whole)
    commit(write)
  }

  private mutating func applyDeleteRange(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: DeleteRangeRequest = try RequestCheck.decode(command.body)
    if let permissions = try permissions(command.identity) { try check(request, permissions) }
    try refuseWhenCorrupt()
    try RequestCheck.check(request)
    var write = beginWrite(command)
    deleteRange(request, &write, &writer, .whole)
    commit(write)
  }

  private mutating func applyTransaction(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: TxnRequest = try RequestCheck.decode(command.body)
    if let permissions = try permissions(command.identity) { try check(request, permissions) }
    try refuseWhenCorrupt()
    if request.mayPut { try refuseWhenFull() }
    let path = resolve(request)
    try precheck(path)
    var write = beginWrite(command)
    run(path, &write, &writer)
    commit(write)
  }

  private mutating func applyAlarm(
    _ command: Command, _ writer: inout AnswerWriter
  ) throws(KVError) {
    let request: AlarmRequest = try RequestCheck.decode(command.body)
    let alarm = AlarmMember(memberID: request.memberID, alarm: request.alarm)
    let position = alarmMembers.firstIndex(of: alarm)
    var answered: [AlarmMember] = []
    switch request.action {
    case .get:
      answered = alarmMembers.filter { request.alarm == .none || $0.alarm == request.alarm }
    case .activate:
      guard request.alarm != .none else { break }
      if position == nil {
        alarmMembers.append(alarm)
        alarmMembers.sort {
          ($0.memberID, $0.alarm.rawValue) < ($1.memberID, $1.alarm.rawValue)
        }
      }
      answered = [alarm]
    case .deactivate:
      guard let position else { break }
      alarmMembers.remove(at: position)
      answered = [alarm]
    case .unrecognized: break
    }
    writer.writeHeader(revision)
    for alarm in answered { writer.write(message: alarm, field: 2) }
  }

  private mutating func applyMemberAttributes(_ command: Command) {
    let attributes = MemberAttributes(member: command.origin, record: command.body.detached)
    let position = partition(memberAttributes.count) {
      memberAttributes[$0].member < command.origin
    }
    if position < memberAttributes.count && memberAttributes[position].member == command.origin {
      memberAttributes[position] = attributes
    } else {
      memberAttributes.insert(attributes, at: position)
    }
  }

  func refuseWhenCorrupt() throws(KVError) {
    if !alarmMembers.isEmpty && hasAlarm(.corrupt) { throw .corrupt }
  }

  func refuseWhenFull() throws(KVError) {
    if !alarmMembers.isEmpty && hasAlarm(.nospace) { throw .noSpace }
  }
}
