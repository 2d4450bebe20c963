import Base
import Linux
import Testing

extension Conformance {
  /// The stock programs against stock etcd: what the other suites build on works.
  @Suite struct `The harness` {
    @Test func `serves etcd over TLS and finds its leader`() async throws {
      let certificates = try await Certificates()
      try await StoreCluster.serving(3, server: .etcd, certificates: certificates) { cluster in
        let etcdctl = try cluster.etcdctl()
        #expect(try await etcdctl.run(["put", "a", "1"]).output == "OK\n")
        #expect(try await etcdctl.run(["get", "a"]).output == "a\n1\n")
        let leader = try await cluster.leader()
        try await cluster.kill(leader)
        #expect(try await cluster.leader() != leader)
      }
    }

    @Test func `a program that is missing says what brings it`() {
      let missing = Program.locate("keelson-no-such-program", package: "nothing")
      #expect(throws: MissingProgram.self) { try missing.get() }
    }
  }
}
