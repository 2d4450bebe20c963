import Base
import Benchmark
import HTTP
import Linux

// Usage: swift run -c release httpbench
//
// CPU of one unary gRPC call at the server's end of HTTP/2, without sockets: 256-byte request,
// 30-byte answer, 16 calls per read.

@main
enum HTTPBench {
  static func main() {
    for style in RequestStyle.allCases {
      var best = Double.infinity
      for _ in 0..<7 { best = min(best, measure(style)) }
      say("\(style.rawValue): \(Int(best)) ns per call")
    }
  }

  enum RequestStyle: String, CaseIterable {
    case literal = "same literals (Keelson's client)"
    case indexed = "indexed fields (nghttp2, Go after the first call)"
    case deadline = "indexed fields and a new grpc-timeout each (Go with deadlines)"
  }

  /// Reads of many calls each, as one client would send them.
  static func requests(_ style: RequestStyle, reads: Int, calls: Int) -> [Bytes] {
    var client = BlockWriter(style: style)
    let message = Bytes([0, 0, 0, 1, 0] + [UInt8](repeating: 7, count: 256))
    return (0..<reads).map { read in
      var buffer = ByteBuffer()
      for call in 0..<calls {
        let stream = UInt32(2 * (read * calls + call) + 1)
        frame(1, 0x4, stream, client.next(), into: &buffer)
        frame(0, 0x1, stream, message, into: &buffer)
      }
      return buffer.take()
    }
  }

  /// Header blocks of one client after another.
  struct BlockWriter {
    let style: RequestStyle
    private let fields = GRPCRequest.headers(
      path: "/etcdserverpb.KV/Put", authority: "127.0.0.1:2379", scheme: "http")
    /// Fields stored since the whole section was; it is stored again before its indices need two
    /// bytes.
    private var newer: Int?

    init(style: RequestStyle) {
      self.style = style
    }

    mutating func next() -> Bytes {
      if style == .literal { return HPACKEncoder.encode(fields) }
      var block = ByteBuffer()
      guard let newer, newer < 30 else {
        for field in fields { store(field, in: &block) }
        self.newer = 0
        return block.take()
      }
      // The last field stored has index 62, the first one that and five.
      for place in 0..<6 { block.write(UInt8(0x80 + 62 + newer + 5 - place)) }
      if style == .deadline {
        store(HeaderField("grpc-timeout", Bytes("\(4_000_000 + newer)u")), in: &block)
        self.newer = newer + 1
      }
      return block.take()
    }

    private func store(_ field: HeaderField, in block: inout ByteBuffer) {
      block.write([0x40, UInt8(field.name.count)])
      block.write(field.name)
      block.write(UInt8(field.value.count))
      block.write(field.value)
    }
  }

  static func frame(
    _ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: Bytes, into buffer: inout ByteBuffer
  ) {
    buffer.write(UInt8(payload.count >> 16))
    buffer.write(UInt8(payload.count >> 8 & 255))
    buffer.write(UInt8(payload.count & 255))
    buffer.write(type)
    buffer.write(flags)
    buffer.write(bigEndian: stream)
    buffer.write(payload)
  }

  /// Nanoseconds of this thread's CPU per call.
  static func measure(_ style: RequestStyle) -> Double {
    let input = requests(style, reads: 2000, calls: 16)
    var connection = HTTP2Connection(role: .server)
    var events: [HTTP2Event] = []
    connection.receive(http2Preface, into: &events)
    var start = ByteBuffer()
    frame(4, 0, 0, Bytes(), into: &start)
    frame(8, 0, 0, Bytes([0x7F, 0, 0, 0]), into: &start)
    connection.receive(start.take(), into: &events)
    let answer = Bytes([UInt8](repeating: 7, count: 30))
    var messages: [Bytes] = []
    var served = 0
    let begin = Machine.threadCPUTime()
    for read in input {
      connection.receive(read, into: &events)
      for event in events {
        switch event {
        case .headers(_, let fields, _):
          do throws(GRPCRequestError) {
            let request = try GRPCRequest(fields)
            served += request.path.count > 4 ? 1 : 0
          } catch { preconditionFailure("\(error)") }
        case .data(let stream, let bytes, _):
          var reader = GRPCMessageReader(messageBytesMax: 1 << 20)
          do throws(GRPCStatus) {
            try reader.receive(bytes, into: &messages)
          } catch { preconditionFailure(error.message) }
          messages.removeAll(keepingCapacity: true)
          connection.sendAnswer(stream: stream, answer)
        case .failed(let error): preconditionFailure("\(error)")
        case .trailers, .reset, .writable, .pong, .goAway: break
        }
      }
      events.removeAll(keepingCapacity: true)
      while connection.takeOutput(into: &events) != nil {}
    }
    let spent = Machine.threadCPUTime() - begin
    precondition(served == 2000 * 16)
    return Double(spent.nanoseconds) / Double(2000 * 16)
  }
}
