import Base
import JSON
import Testing

@testable import Node

@Suite struct `Addresses of a node's pods` {
  @Test func `processes share their host's network`() {
    let addresses = PodAddresses(host: "192.0.2.7")
    #expect(addresses.address(ofPod: "u1") == "192.0.2.7")
  }

  @Test func `hollow pods have their own, the same ever again`() {
    let addresses = PodAddresses(host: "192.0.2.7", areOwn: true)
    let all = (0..<1000).map { addresses.address(ofPod: "uid-\($0)") }
    #expect(all == (0..<1000).map { addresses.address(ofPod: "uid-\($0)") })
    #expect(all.allSatisfy { $0.hasPrefix("10.244.") && $0.split(separator: ".").count == 4 })
    // Of 65,534 addresses a thousand pods share few.
    #expect(Set(all).count > 970)
  }

  @Test func `who knows no address tells none`() {
    #expect(PodAddresses(areOwn: true).address(ofPod: "u1").isEmpty)
  }

  @Test func `a pod that runs says where it is reached, in the same report`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    let status = try #require(try harness.report("u1")?["status"])
    #expect(status["hostIP"] == "127.0.0.1")
    #expect(status["podIP"]?.string?.hasPrefix("10.244.") == true)
    #expect(harness.reports("u1") == 1)
  }
}
