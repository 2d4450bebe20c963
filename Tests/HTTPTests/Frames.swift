import Base
import HTTP
import Testing

/// A frame as a peer writes it (RFC 9113 §4.1).
func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8]
{
  let length = payload.count
  var bytes: [UInt8] = [
    UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags,
  ]
  bytes += bigEndian(stream)
  return bytes + payload
}

func bigEndian(_ value: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
}

/// One frame that our side wrote.
struct SeenFrame: Equatable {
  var type: UInt8
  var flags: UInt8
  var stream: UInt32
  var payload: [UInt8]
}

/// Cuts our output into frames; a remainder that is no whole frame fails the test.
func frames(_ output: Bytes?) throws -> [SeenFrame] {
  var rest = output?.array ?? []
  var list: [SeenFrame] = []
  while !rest.isEmpty {
    try #require(rest.count >= 9)
    let length = Int(rest[0]) << 16 | Int(rest[1]) << 8 | Int(rest[2])
    try #require(rest.count >= 9 + length)
    let stream = rest[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    list.append(
      SeenFrame(
        type: rest[3], flags: rest[4], stream: stream, payload: Array(rest[9..<9 + length])))
    rest.removeFirst(9 + length)
  }
  return list
}

let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
let emptySettings = frame(4)

/// `:method POST`, `:scheme http`, `:path /`.
let postBlock: [UInt8] = [0x83, 0x86, 0x84]

/// A server behind its handshake, and the events since.
struct ServerUnderTest {
  var connection: HTTP2Connection
  var events: [HTTP2Event] = []

  init(limits: HTTP2Limits = HTTP2Limits(), settings: [UInt8] = emptySettings) {
    connection = HTTP2Connection(role: .server, limits: limits)
    receive(preface + settings)
    _ = connection.takeOutput(into: &events)
    events = []
  }

  mutating func receive(_ bytes: [UInt8]) {
    connection.receive(Bytes(bytes), into: &events)
  }

  mutating func sent() throws -> [SeenFrame] {
    try frames(connection.takeOutput(into: &events))
  }

  var failure: HTTP2ConnectionError? {
    for case .failed(let error) in events { return error }
    return nil
  }
}
