import Testing

@testable import Transport

@Suite struct `Numbers of requests over HTTP/1.1` {
  /// A connection that lasted for 2^31 requests ended the process.
  @Test func `begin again behind the last one`() {
    #expect(HTTP1ServerHalf.number(after: 1) == 3)
    #expect(HTTP1ServerHalf.number(after: .max) == 1)
  }
}
