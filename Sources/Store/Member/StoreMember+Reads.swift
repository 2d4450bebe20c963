import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft

extension StoreMember {
  /// Asks for a quorum's word on the reads that gathered, all of which came before.
  mutating func beginReads() {
    while raft.leader != nil, let context = reads.begin() { advance(.read(context)) }
  }

  /// Answers the reads that the applied state can answer, as many as one turn has room for.
  mutating func answerReads() {
    let start = reply.buffer.count
    while reply.buffer.count - start < configuration.limits.readBytesPerTurn,
      let read = reads.next(applied: applied.index)
    {
      if case .range(let request) = read.query {
        answerRange(read, request)
      } else {
        answer(read)
      }
    }
    continueRanges()
  }

  private mutating func answer(_ read: WaitingRead) {
    let start = reply.buffer.count
    let header = self.header
    do throws(KVError) {
      switch read.query {
      case .range: preconditionFailure("ranges are answered by themselves")
      case .transaction(let request):
        try keySpace.readOnlyTransaction(
          request, identity: read.identity, header: header, into: &reply.buffer)
      case .leaseTimeToLive(let request):
        try keySpace.leaseTimeToLive(
          request, identity: read.identity, clusterMilliseconds: estimatedMilliseconds,
          header: header, into: &reply.buffer)
      case .leases:
        try keySpace.leaseLeases(identity: read.identity, header: header, into: &reply.buffer)
      case .alarms(let request):
        try keySpace.alarms(
          request, identity: read.identity, header: header, into: &reply.buffer)
      case .members:
        memberListResponse(header).encode(into: &reply.buffer)
      case .certificateRoles:
        try keySpace.certificateRolesGet(
          identity: read.identity, header: header, into: &reply.buffer)
      case .hash(let request):
        try keySpace.hashKV(
          request, identity: read.identity, header: header, into: &reply.buffer)
      case .status:
        statusResponse(header).encode(into: &reply.buffer)
      }
      reply.items.append(.answer(read.origin, bytes: start..<reply.buffer.count))
    } catch {
      reply.buffer.truncate(to: start)
      reply.items.append(.end(read.origin, error.status))
    }
  }

  /// The cluster time now, as far as this member can tell: the leader's own, else the last applied
  /// and what has passed since.
  private var estimatedMilliseconds: UInt64 {
    let base = keySpace.clusterMilliseconds
    guard raft.leader != nil else { return base }
    let elapsed = UInt64(max(0, (now.instant - appliedAt).milliseconds))
    let (sum, isOverflow) = base.addingReportingOverflow(elapsed)
    return isOverflow ? .max : sum
  }

  /// etcd: the header's revision is 0 where no key is touched.
  private func memberListResponse(_ header: ResponseHeader) -> MemberListResponse {
    var response = MemberListResponse()
    var header = header
    header.revision = 0
    response.header = header
    response.members = membership.list { id in
      keySpace.memberAttributes.first { $0.member == id }?.record
    }
    return response
  }

  private func statusResponse(_ header: ResponseHeader) -> StatusResponse {
    var response = StatusResponse()
    response.header = header
    response.version = configuration.version
    response.dbSize = Int64(clamping: keySpace.sizeBytes)
    response.dbSizeInUse = Int64(clamping: keySpace.sizeInUseBytes)
    response.dbSizeQuota = Int64(clamping: configuration.limits.quotaBytes)
    response.leader = raft.leader?.value ?? 0
    response.raftIndex = raft.commitIndex.value
    response.raftTerm = raft.term.value
    response.raftAppliedIndex = applied.index.value
    response.isLearner = membership.isLearner(configuration.id)
    response.storageVersion = configuration.storageVersion
    if raft.leader == nil { response.errors.append(EtcdStatus.noLeader.text) }
    response.errors += keySpace.alarms.map { "memberID:\($0.memberID) alarm:\($0.alarm.name) " }
    return response
  }
}

extension AlarmType {
  /// As etcd's text form of an alarm spells it.
  fileprivate var name: String {
    switch self {
    case .none: "NONE"
    case .nospace: "NOSPACE"
    case .corrupt: "CORRUPT"
    case .unrecognized(let number): String(number)
    }
  }
}
