import Base
import EtcdAPI
import Protobuf
import Testing

@Suite struct `The etcd messages` {
  @Test func `a member of a oneof is written even when it is zero`() throws {
    // Compare{target: CREATE, key: "k", create_revision: 0}: the compare of every create in
    // Kubernetes. Fields 2, 3 and 5.
    let compare = Compare(target: .create, key: "k", targetUnion: .createRevision(0))
    #expect(compare.encoded == Bytes([0x10, 0x01, 0x1A, 0x01, 0x6B, 0x28, 0x00]))
    #expect(try Compare(decoding: compare.encoded) == compare)
  }

  @Test func `an enum's unknown number is kept`() throws {
    let request = try RangeRequest(decoding: Bytes([0x28, 0x09]))
    #expect(request.sortOrder == .unrecognized(9))
    #expect(request.encoded == Bytes([0x28, 0x09]))
  }

  @Test func `a deeply nested transaction is refused, not followed`() {
    var encoded = Bytes()
    for _ in 0..<10_000 {
      var operation = ByteBuffer()
      operation.write(bytes: encoded, field: 4)
      var transaction = ByteBuffer()
      transaction.write(bytes: operation.take(), field: 2)
      encoded = transaction.take()
    }
    #expect(throws: ProtobufError.self) { try TxnRequest(decoding: encoded) }
  }

  @Test func `paths name package, service and method`() {
    #expect(MethodPath.range.rawValue == "/etcdserverpb.KV/Range")
    #expect(MethodPath.lockLock.rawValue == "/v3lockpb.Lock/Lock")
    #expect(MethodPath.healthCheck.rawValue == "/grpc.health.v1.Health/Check")
    #expect(MethodPath.certificateRolesGet.rawValue == "/keelsonpb.CertificateRoles/Get")
    #expect(MethodPath.allCases.filter(\.isClientStreaming) == [.watch, .leaseKeepAlive])
  }
}
