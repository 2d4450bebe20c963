import Base
import HTTP
import Testing

@Suite struct `Damaged HTTP/1.1` {
  static let requests = Array(
    ("GET /health?x=1 HTTP/1.1\r\nHost: a\r\nUser-Agent: curl\r\n\r\n"
      + "POST /v3/kv/put HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world"
      + "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
      + "5;ext\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"
      + "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").utf8)

  static let responses = Array(
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
      + "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "3\r\nabc\r\n0\r\n\r\nHTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end").utf8)

  @Test(arguments: fuzzSeeds)
  func `gives the same events however it is cut`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    for _ in 0..<20 {
      let request = mutation.damage(Self.requests)
      #expect(
        run([Bytes(request)], .server)
          == run(mutation.cut(request), .server))
      let response = mutation.damage(Self.responses)
      #expect(
        run([Bytes(response)], .client)
          == run(mutation.cut(response), .client))
    }
  }

  /// Body parts depend on the cuts and are joined.
  private func run(
    _ pieces: [Bytes], _ role: HTTP1Parser.Role
  ) -> [HTTP1Event] {
    var parser = HTTP1Parser(role: role)
    var events: [HTTP1Event] = []
    for piece in pieces { parser.receive(piece, into: &events) }
    parser.receiveEnd(into: &events)
    var joined: [HTTP1Event] = []
    for event in events {
      if case .body(let part) = event, case .body(let before) = joined.last {
        joined[joined.count - 1] = .body(Bytes(before.array + part.array))
      } else {
        joined.append(event)
      }
    }
    return joined
  }
}

@Suite struct `Damaged gRPC and URLs` {
  @Test(arguments: fuzzSeeds)
  func `messages come out alike however they are cut, or a status does`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    for _ in 0..<20 {
      var sound: [UInt8] = []
      for _ in 0..<mutation.random.below(5) {
        let body = mutation.noise(mutation.random.below(200))
        sound += [0, 0, 0, 0, UInt8(body.count)] + body
      }
      let bytes = mutation.damage(sound)
      #expect(read([Bytes(bytes)]) == read(mutation.cut(bytes)))
    }
  }

  private struct Reading: Equatable {
    var messages: [Bytes] = []
    var status: GRPCStatus?
    var isAtBoundary = false
  }

  private func read(_ pieces: [Bytes]) -> Reading {
    var reader = GRPCMessageReader(messageBytesMax: 1000)
    var reading = Reading()
    for piece in pieces {
      do throws(GRPCStatus) {
        try reader.receive(piece, into: &reading.messages)
      } catch {
        reading.status = error
        return reading
      }
    }
    reading.isAtBoundary = reader.isAtBoundary
    return reading
  }

  @Test(arguments: fuzzSeeds)
  func `texts are read or refused`(seed: UInt64) {
    var mutation = Mutation(seed: seed)
    let url = Array("https://[::1]:2379/v3/kv/put?a=b#c".utf8)
    for _ in 0..<50 {
      let text = String(decoding: mutation.damage(url), as: UTF8.self)
      do throws(URLError) {
        let parsed = try URL(text)
        let again = try URL(parsed.description)
        #expect(again == parsed)
      } catch {
        #expect(text != "https://[::1]:2379/v3/kv/put?a=b#c")
      }
      let timeout = Bytes(mutation.damage(Array("99999999H".utf8)))
      if let value = GRPCRequest.nanoseconds(timeout: timeout) {
        #expect((2...9).contains(timeout.count), "\(value)")
      }
      let status = GRPCStatus(
        trailers: ["grpc-status": "2", "grpc-message": Bytes(mutation.noise(20))], httpStatus: nil)
      #expect(status.code == 2)
    }
  }
}
