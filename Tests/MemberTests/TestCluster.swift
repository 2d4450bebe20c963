import Base
import EtcdAPI
import KVStore
import Protobuf
import Raft
import Testing
import WAL

@testable import Member

/// One member with its disk, driven as the server drives it. The disk answers in later turns.
final class TestNode {
  let configuration: MemberConfiguration
  let disk = CrashDisk()
  var member: StoreMember?
  /// Submissions that the disk has not run yet.
  var submissions: [(operations: [DiskOperation], token: DiskToken)] = []
  var stopped: StopReason?
  var reports: [MemberReport] = []
  /// Effects that wrote to the disk, for tests of idleness.
  var diskWrites = 0
  /// The disk runs nothing.
  var isDiskStalled = false

  init(_ configuration: MemberConfiguration) {
    self.configuration = configuration
  }
}

/// A reply as a client sees it.
struct Answers {
  var messages: [Bytes] = []
  var end: EtcdStatus?

  func decoded<Message: ProtobufMessage>(_ type: Message.Type = Message.self) throws -> [Message] {
    try messages.map { try Message(decoding: $0) }
  }
}

/// Members under one clock and one network, which loses nothing but what a test cuts.
final class TestCluster {
  var nodes: [NodeID: TestNode] = [:]
  let ids: [NodeID]
  var answers: [RequestOrigin: Answers] = [:]
  var instant = Instant(nanoseconds: 0)
  /// Frames between these members are lost.
  var cut: Set<NodeID> = []
  /// Every effect in its order, to compare runs.
  var trace = CRC32C()
  private var frames: [(from: NodeID, to: NodeID, bytes: Bytes)] = []
  private var nextStream: UInt32 = 1
  private let seed: UInt64
  private var starts: UInt64 = 0

  init(
    _ count: Int = 3, seed: UInt64 = 1, _ change: (inout MemberConfiguration) -> Void = { _ in }
  ) throws {
    self.seed = seed
    ids = (1...UInt64(count)).map { NodeID(0x1000 + $0) }
    let members = ids.map { id in
      MemberConfiguration.InitialMember(
        id: id, name: "m\(id)", peerURLs: ["http://127.0.0.1:\(id.value)"])
    }
    for id in ids {
      var configuration = MemberConfiguration(
        id: id, clusterID: 0xC1, initialMembers: members,
        clientURLs: ["http://127.0.0.1:\(id.value + 1)"],
        wal: WriteAheadLog.Configuration(segmentBytes: 1 << 18, batchBytesMax: 1 << 16))
      configuration.limits.batchBytesMax = 1 << 16
      configuration.limits.requestBytesMax = 1 << 17
      change(&configuration)
      nodes[id] = TestNode(configuration)
    }
    for id in ids { try start(id) }
  }

  func node(_ id: NodeID) throws -> TestNode {
    try #require(nodes[id])
  }

  var time: MemberTime {
    MemberTime(
      instant: instant,
      wall: WallTime(milliseconds: 1_700_000_000_000 + instant.nanoseconds / 1_000_000))
  }

  func start(_ id: NodeID) throws {
    let node = try node(id)
    starts += 1
    node.stopped = nil
    node.reports = []
    node.member = try StoreMember.recover(
      node.configuration, disk: node.disk, time: time, seed: seed &* 1000 + starts)
  }

  /// The process ends: what it asked the disk for and did not sync may be lost.
  func kill(_ id: NodeID, losingPower random: inout PRNG) throws {
    let node = try node(id)
    node.member = nil
    node.submissions = []
    frames.removeAll { $0.from == id || $0.to == id }
    node.disk.crash(&random)
    for other in ids where other != id { step(other, .disconnected(id)) }
  }

  func step(_ id: NodeID, _ event: MemberEvent) {
    guard let node = nodes[id], node.member != nil, node.stopped == nil else { return }
    var effects: [MemberEffect] = []
    node.member?.step(event, at: time, into: &effects)
    for effect in effects { perform(effect, of: id, node) }
  }

  private func perform(_ effect: MemberEffect, of id: NodeID, _ node: TestNode) {
    switch effect {
    case .disk(let operations, let token):
      node.diskWrites += 1
      node.submissions.append((operations, token))
      for operation in operations {
        if case .write(let file, let offset, let bytes) = operation {
          note(id.value, offset, bytes)
          note(id.value, 0, Bytes(file.text))
        }
      }
    case .send(let bytes, let peer):
      note(id.value, peer.value, bytes)
      if !cut.contains(id), !cut.contains(peer) { frames.append((id, peer, bytes)) }
    case .reply(let batch): take(batch)
    case .report(let report): node.reports.append(report)
    case .stop(let reason): node.stopped = reason
    }
  }

  private func note(_ first: UInt64, _ second: UInt64, _ bytes: Bytes) {
    var buffer = ByteBuffer()
    buffer.write(littleEndian: first)
    buffer.write(littleEndian: second)
    trace.update(buffer.take())
    trace.update(bytes)
  }

  private func take(_ batch: ReplyBatch) {
    let buffer = batch.buffer.bytes
    for item in batch.items {
      switch item {
      case .message(let origin, let range):
        answers[origin, default: Answers()].messages.append(buffer[range])
      case .answer(let origin, let range):
        answers[origin, default: Answers()].messages.append(buffer[range])
        answers[origin]?.end = .ok
      case .end(let origin, let status):
        answers[origin, default: Answers()].end = status
      }
    }
  }

  /// Delivers all that is on its way, until nothing is or for so many rounds.
  func settle(rounds: Int = .max) {
    var isBusy = true
    var left = rounds
    while isBusy, left > 0 {
      isBusy = false
      left -= 1
      let sent = frames
      frames = []
      for frame in sent {
        isBusy = true
        step(frame.to, .received(frame.bytes, from: frame.from))
      }
      for id in ids {
        guard let node = nodes[id] else { continue }
        if !node.isDiskStalled, !node.submissions.isEmpty {
          isBusy = true
          let submission = node.submissions.removeFirst()
          do throws(DiskError) {
            try node.disk.perform(submission.operations)
            step(id, .diskCompleted(submission.token))
          } catch {
            step(id, .diskFailed(submission.token, error))
          }
        }
        if node.member?.hasBacklog == true {
          isBusy = true
          step(id, .resume)
        }
      }
    }
  }

  /// Lets time pass, in ticks of 100 ms.
  func pass(_ duration: Duration, settling rounds: Int = .max) {
    for _ in 0..<duration.milliseconds / 100 {
      instant = instant + .milliseconds(100)
      for id in ids { step(id, .tick) }
      settle(rounds: rounds)
    }
  }

  /// Lets time pass until the condition holds; an issue where it does not within 20 s.
  func pass(until condition: () -> Bool, _ what: Comment, settling rounds: Int = .max) {
    for _ in 0..<200 {
      if condition() { return }
      pass(.milliseconds(100), settling: rounds)
    }
    Issue.record("not within 20 s: \(what)")
  }

  func isReceivingSnapshot(_ id: NodeID) -> Bool {
    guard let node = nodes[id] else { return false }
    return node.member?.snapshots.receiving?.manifest != nil
  }

  /// The segments of the newest durable checkpoint.
  func storedSegments(_ id: NodeID) throws -> [SegmentID] {
    let node = try node(id)
    let segments = node.member?.checkpoint.stored.segments
    return try #require(segments)
  }

  var leader: NodeID? {
    ids.first { nodes[$0]?.member?.figures.role == .leader }
  }

  func awaitLeader() throws -> NodeID {
    pass(until: { leader != nil }, "a leader")
    settle()
    return try #require(leader)
  }

  func figures(_ id: NodeID) throws -> MemberFigures {
    let figures = nodes[id]?.member?.figures
    return try #require(figures)
  }

  // MARK: - Clients

  func newOrigin() -> RequestOrigin {
    nextStream += 2
    return RequestOrigin(connection: 1, stream: nextStream)
  }

  @discardableResult
  func send(
    _ id: NodeID, _ method: Method, _ message: some ProtobufMessage,
    on origin: RequestOrigin? = nil, as identity: ClientIdentity? = nil
  ) -> RequestOrigin {
    let origin = origin ?? newOrigin()
    step(
      id,
      .requests(
        RequestBatch(items: [.request(origin, method, identity, body: message.encoded)])))
    return origin
  }

  /// A call and its answer, delivered without a tick.
  func call<Response: ProtobufMessage>(
    _ id: NodeID, _ method: Method, _ message: some ProtobufMessage,
    as identity: ClientIdentity? = nil, returning type: Response.Type = Response.self
  ) throws -> Response {
    let origin = send(id, method, message, as: identity)
    settle()
    let answer = try #require(answers[origin], "\(method) has no answer")
    if let end = answer.end, end != .ok { throw end }
    return try Response(decoding: try #require(answer.messages.first))
  }

  func put(_ id: NodeID, _ key: Bytes, _ value: Bytes, lease: Int64 = 0) throws -> PutResponse {
    try call(id, .put, PutRequest(key: key, value: value, lease: lease))
  }

  func get(_ id: NodeID, _ key: Bytes, serializable: Bool = false) throws -> RangeResponse {
    var request = RangeRequest()
    request.key = key
    request.serializable = serializable
    return try call(id, .range, request)
  }

  func value(_ id: NodeID, _ key: Bytes) throws -> Bytes? {
    try get(id, key).kvs.first?.value
  }
}
