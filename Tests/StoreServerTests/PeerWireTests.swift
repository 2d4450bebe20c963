import Base
import StoreServer
import Testing

@Suite struct `Frames between members` {
  private static func encode(_ payloads: [Bytes]) -> Bytes {
    var buffer = ByteBuffer()
    for payload in payloads { PeerWire.write(payload, into: &buffer) }
    return buffer.take()
  }

  /// RFC 3720 B.4: the CRC32C of 32 zero bytes is 8A9136AA.
  @Test func `a frame is length, checksum and payload`() {
    let frame = Self.encode([Bytes([UInt8](repeating: 0, count: 32))])
    #expect(frame.prefix(8).array == [32, 0, 0, 0, 0xAA, 0x36, 0x91, 0x8A])
    #expect(frame.count == 40)
  }

  @Test func `frames come out whole however the stream is cut`() throws {
    var random = PRNG(seed: 11)
    for _ in 0..<200 {
      let payloads = (0..<random.below(6)).map { _ in
        Bytes((0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      }
      let stream = Self.encode(payloads)
      var reader = PeerWireReader()
      var received: [Bytes] = []
      var rest = stream
      while !rest.isEmpty {
        let cut = 1 + random.below(min(rest.count, 25))
        try reader.receive(rest.prefix(cut), into: &received)
        rest = rest.dropFirst(cut)
      }
      #expect(received == payloads)
      #expect(reader.partialBytes == 0)
    }
  }

  @Test func `a changed bit is found`() {
    let payload = Bytes("replicate me")
    let frame = Self.encode([payload]).array
    for bit in 32..<frame.count * 8 {
      var damaged = frame
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      var reader = PeerWireReader()
      var received: [Bytes] = []
      #expect(throws: PeerWireError.self) {
        try reader.receive(Bytes(damaged), into: &received)
      }
      #expect(received.isEmpty)
    }
  }

  @Test func `a length beyond the bound is refused at once`() {
    var buffer = ByteBuffer()
    buffer.write(littleEndian: UInt32(PeerWire.payloadBytesMax + 1))
    buffer.write(littleEndian: UInt32(0))
    var reader = PeerWireReader()
    var received: [Bytes] = []
    #expect(throws: PeerWireError.tooLong(bytes: PeerWire.payloadBytesMax + 1)) {
      try reader.receive(buffer.bytes, into: &received)
    }
  }

  @Test func `garbage never traps`() {
    var random = PRNG(seed: 12)
    for _ in 0..<2_000 {
      var bytes = Self.encode([Bytes("first"), Bytes("second")]).array
      for _ in 0..<random.below(4) {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      bytes.removeLast(random.below(bytes.count))
      var reader = PeerWireReader()
      var received: [Bytes] = []
      do { try reader.receive(Bytes(bytes), into: &received) } catch {
        #expect(received.count <= 2)
      }
    }
  }
}

@Suite struct `The first words between members` {
  private static let hello = PeerHello(cluster: 0x1122, from: NodeID(1), to: NodeID(2))

  @Test func `have a fixed form`() throws {
    let hex = "4b45454c50454552" + "0100" + "0000" + "2211000000000000"
    #expect(
      Hex.encode(Self.hello.encoded) == hex + "0100000000000000" + "0200000000000000")
    #expect(try PeerHello(decoding: Self.hello.encoded) == Self.hello)
  }

  @Test func `the acceptor says why it refuses`() {
    func verdict(by local: UInt64, cluster: UInt64, members: [UInt64]) -> PeerHello.Verdict {
      Self.hello.judged(by: NodeID(local), of: cluster, members: members.map(NodeID.init))
    }
    #expect(verdict(by: 2, cluster: 0x1122, members: [1, 2, 3]) == .accepted)
    #expect(verdict(by: 2, cluster: 0x1123, members: [1, 2, 3]) == .otherCluster)
    #expect(verdict(by: 3, cluster: 0x1122, members: [1, 2, 3]) == .otherMember)
    #expect(verdict(by: 2, cluster: 0x1122, members: [2, 3]) == .unknownMember)
  }

  @Test func `damage is refused, never trapped on`() {
    var random = PRNG(seed: 13)
    let good = Self.hello.encoded.array
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<random.below(3) { bytes[random.below(12)] ^= UInt8(1 + random.below(255)) }
      bytes.removeLast(random.below(3))
      do { #expect(try PeerHello(decoding: Bytes(bytes)).cluster == 0x1122 || bytes != good) } catch
      {
        #expect(bytes != good)
      }
    }
    var other = good
    other[8] = 2
    #expect(throws: PeerWireError.unknownVersion(2)) { try PeerHello(decoding: Bytes(other)) }
  }
}
