import Base
import EtcdAPI
import Linux
import Protobuf
import Testing

/// Messages that Google's protobuf library encoded (Fixtures/etcd-messages/generate.py).
@Suite struct `Messages from Google's library` {
  private struct Vector: CustomStringConvertible {
    let name: String
    let bytes: Bytes

    var description: String { "\(name) \(Hex.encode(bytes))" }
  }

  private func vectors() throws -> [Vector] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = try Files.read("/\(root)/Fixtures/etcd-messages/vectors.txt").text
    return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      let bytes = try #require(Hex.decode(String(words[1])), "\(line)")
      return Vector(name: String(words[0]), bytes: bytes)
    }
  }

  @Test func `are read, and written back byte for byte`() throws {
    let vectors = try vectors()
    #expect(Set(vectors.map(\.name)) == Set(messageTypes.keys))
    for vector in vectors {
      let type = try #require(messageTypes[vector.name])
      let message = try type.init(decoding: vector.bytes)
      #expect(message.encoded == vector.bytes, "\(vector)")
      #expect(message.encodedLength == vector.bytes.count, "\(vector)")
    }
  }

  @Test func `mutated ones never trap, and what is read is written back the same`() throws {
    var random = PRNG(seed: 3)
    var read = 0
    for vector in try vectors() where !vector.bytes.isEmpty {
      let type = try #require(messageTypes[vector.name])
      for _ in 0..<40 {
        let mutated = mutate(vector.bytes.array, &random)
        if try readsBack(type, mutated) { read += 1 }
      }
    }
    #expect(read > 1_000)
  }

  private func mutate(_ bytes: [UInt8], _ random: inout PRNG) -> Bytes {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.remove(at: place)
      default: bytes.removeLast(bytes.count - place)
      }
    }
    return Bytes(bytes)
  }

  /// Whether `bytes` are a message; then its encoding must give it again.
  private func readsBack<Message: ProtobufMessage>(
    _ type: Message.Type, _ bytes: Bytes
  ) throws -> Bool {
    let message: Message
    do {
      message = try Message(decoding: bytes)
    } catch {
      return false
    }
    #expect(try Message(decoding: message.encoded) == message)
    return true
  }
}

/// Bytes seen on the wire: the requests that etcdctl 3.4 sends and the answers of etcd 3.4.
@Suite struct `Messages off the wire` {
  @Test func `etcd's answer to a get has its fields where they belong`() throws {
    // `etcdctl get a -w protobuf` against etcd 3.4.23.
    let answer = try #require(
      Hex.decode(
        "0a1908f48ef88ac2c380a5531095a6a181bda2e78bb501180520021"
          + "20c0a016110021802" + "20012a0131" + "2001"))
    let response = try RangeResponse(decoding: answer)
    #expect(
      response.header
        == ResponseHeader(
          clusterID: 6_001_611_773_266_757_492, memberID: 13_049_071_153_751_544_597, revision: 5,
          raftTerm: 2))
    #expect(
      response.kvs
        == [KeyValue(key: "a", createRevision: 2, modRevision: 2, version: 1, value: "1")])
    #expect(response.count == 1 && !response.more)
    #expect(response.encoded == answer)
  }
}
