import Linux
import Testing

@Suite struct `Addresses as text` {
  // RFC 5952 sections 1, 2.1, 4 and 5; RFC 4291 section 2.2.
  @Test(arguments: [
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8::0001", "2001:db8::1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:DB8::1", "2001:db8::1"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("0:0:0:0:0:0:0:1", "::1"),
    ("0:0:0:0:0:0:0:0", "::"), ("1::", "1::"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ("FF01:0:0:0:0:0:0:101", "ff01::101"), ("192.0.2.33", "192.0.2.33"), ("0.0.0.0", "0.0.0.0"),
    ("255.255.255.255", "255.255.255.255"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  ])
  func `good text is read and written canonically`(_ text: String, _ canonical: String) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "a.b.c.d", ":", ":::",
    "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
    "::1.2.3", "1.2.3.4::", "::1 ", "[::1]", "fe80::1%eth0", "-1::", "::+1", " 1.2.3.4", "１.2.3.4",
  ])
  func `bad text is no address`(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `octets are in network order`() {
    #expect(IPAddress("192.0.2.33")?.octets == [192, 0, 2, 33])
    #expect(IPAddress("::102")?.octets == Array(repeating: 0, count: 14) + [1, 2])
  }

  @Test func `a socket's address has brackets around IPv6 only`() {
    #expect(SocketAddress(.loopbackV6, port: 2379).description == "[::1]:2379")
    #expect(SocketAddress(.loopbackV4, port: 2379).description == "127.0.0.1:2379")
  }

  @Test func `localhost is both loopbacks, without a resolver`() throws {
    let found = try Resolver.resolve("localhost", port: 7)
    #expect(
      found == [SocketAddress(.loopbackV4, port: 7), SocketAddress(.loopbackV6, port: 7)])
  }

  @Test func `a name that cannot exist says why`() {
    // RFC 6761 section 6.4: `invalid.` never resolves.
    do {
      let found = try Resolver.resolve("nothing.invalid", port: 1)
      Issue.record("resolved to \(found)")
    } catch .failed(let host, let reason) {
      #expect(host == "nothing.invalid" && !reason.isEmpty)
    } catch {
      Issue.record("\(error)")
    }
  }
}
