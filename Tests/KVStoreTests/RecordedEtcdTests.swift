import Base
import EtcdAPI
import Foundation
import KVStore
import Protobuf
import Testing

/// Replays what a real etcd was asked (Fixtures/kvstore/record.py) and compares byte for byte.
@Suite struct `Answers are those of a recorded etcd` {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/kvstore")

  @Test(arguments: ["etcd-3.4.23-1", "etcd-3.4.23-2", "etcd-3.4.23-3"])
  func `byte for byte`(name: String) throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: name + ".txt"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    try #require(lines.count > 500)
    var replay = Replay()
    for (number, line) in lines.enumerated() {
      let parts = line.split(separator: " ", maxSplits: 3).map(String.init)
      let request = try #require(Self.bytes(parts[1]))
      if number == 0 { replay.header = try Self.header(parts[3]) }
      let outcome = replay.outcome(parts[0], request)
      let expected =
        parts[2] == "=" ? "= " + (parts[3] == "-" ? "" : parts[3]) : "! " + parts[3]
      guard outcome == expected else {
        Issue.record("line \(number + 2): \(line)\nours: \(outcome)")
        return
      }
    }
  }

  private static func bytes(_ hex: String) -> Bytes? {
    if hex == "-" { return Bytes() }
    let digits = Array(hex.utf8)
    var bytes: [UInt8] = []
    for position in stride(from: 0, to: digits.count - 1, by: 2) {
      guard
        let byte = UInt8(
          String(decoding: digits[position...position + 1], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    return Bytes(bytes)
  }

  /// The recorded member's identity: our answers carry the same.
  private static func header(_ hex: String) throws -> ResponseHeader {
    let response = try LeaseGrantResponse(decoding: try #require(bytes(hex)))
    return try #require(response.header)
  }
}

private struct Replay: ~Copyable {
  var header = ResponseHeader()
  private var space = KeySpace(configuration: KeySpaceConfiguration(segmentBytes: 4096))
  private var step: UInt64 = 0

  init() {}

  /// The line's rest as the recorder writes it.
  mutating func outcome(_ method: String, _ request: Bytes) -> String {
    do throws(KVError) {
      if method == "Watch/Watch" { return "= " + (try watch(request)) }
      let answer = try answer(method, request)
      if step % 3 == 0 { space.compactSlice(bytesMax: 1) }
      return "= " + answer.array.map { Self.hex($0) }.joined()
    } catch {
      return "! \(error.status.code) \(error.status.text)"
    }
  }

  /// All events that a watch gives, as one response without anything else.
  private mutating func watch(_ request: Bytes) throws(KVError) -> String {
    let create: WatchCreateRequest = try RequestCheck.decode(request)
    var output = WatchOutput()
    let now = Instant(nanoseconds: 0)
    space.watch(
      stream: 1, request: WatchRequest(requestUnion: .create(create)), identity: nil, now: now,
      header: header, into: &output)
    while space.pumpWatches(
      bytesMax: 100, now: now, progressPeriod: .seconds(1), header: header, into: &output)
    {}
    space.closeWatchStream(1)
    var joined = WatchResponse()
    for item in output.items {
      let response: WatchResponse = try RequestCheck.decode(output.buffer.bytes[item.bytes])
      if response.compactRevision != 0 { return "compacted \(response.compactRevision)" }
      joined.events += response.events
    }
    // etcd before 3.5.19 loses a deletion at the compacted revision itself (etcd issue 19179).
    joined.events.removeAll {
      $0.type == .delete && $0.kv?.modRevision == space.compactRevision
    }
    return joined.encoded.array.map { Self.hex($0) }.joined()
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private mutating func answer(_ method: String, _ request: Bytes) throws(KVError) -> Bytes {
    var buffer = ByteBuffer()
    switch method {
    case "KV/Range":
      let range = try RequestCheck.range(request)
      try space.range(range, identity: nil, header: header, into: &buffer)
      return buffer.take()
    case "KV/Put":
      _ = try RequestCheck.put(request)
      return try apply(.put, request)
    case "KV/DeleteRange":
      _ = try RequestCheck.deleteRange(request)
      return try apply(.deleteRange, request)
    case "KV/Txn":
      let transaction = try RequestCheck.transaction(request)
      guard transaction.isReadOnly else { return try apply(.transaction, request) }
      try space.readOnlyTransaction(transaction, identity: nil, header: header, into: &buffer)
      return buffer.take()
    case "KV/Compact": return try apply(.compact, request)
    case "Lease/LeaseGrant":
      let grant = try RequestCheck.leaseGrant(request, ttlMin: 2, chosenID: 1)
      return try apply(.leaseGrant, grant.encoded)
    case "Lease/LeaseRevoke": return try apply(.leaseRevoke, request)
    default: preconditionFailure("an unknown method in a recording")
    }
  }

  private mutating func apply(_ kind: Command.Kind, _ body: Bytes) throws(KVError) -> Bytes {
    step += 1
    let command = Command(
      kind: kind, origin: NodeID(1), request: step, identity: nil, body: body)
    let batch = CommandBatch(
      clusterMilliseconds: 1000, wallTime: WallTime(milliseconds: 0), commands: [command])
    var outcomes = AppliedOutcomes()
    space.apply(batch, answering: NodeID(1), header: header, into: &outcomes)
    switch outcomes.items[0].result {
    case .answer(let range): return outcomes.buffer.bytes[range]
    case .refused(let error): throw error
    }
  }
}
