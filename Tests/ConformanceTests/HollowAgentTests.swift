import Base
import JSON
import Linux
import Testing

extension Conformance {
  /// `keelson agent --hollow`: many nodes in one process, the real core of each on the real store.
  @Suite struct `Hollow agents` {
    private func pod(_ uid: String) -> String {
      """
      {"metadata":{"name":"\(uid)","namespace":"default","uid":"\(uid)"},
       "spec":{"containers":[{"name":"main","command":["serve"]}]}}
      """
    }

    @Test func `each node runs its own pods and reports them once`() async throws {
      try await StoreCluster.serving(1) { cluster in
        let etcdctl = try cluster.etcdctl()
        let scratch = try ScratchFolder()
        let agents = try Program.keelson.get().start(
          [
            "agent", "--hollow", "3", "--node-prefix", "void-", "--seed", "7", "--endpoints",
            cluster.endpoints,
          ], in: scratch, named: "hollow")
        func value(_ key: String) async throws -> JSONValue? {
          let found = try await etcdctl.run(["get", key, "-w", "json"])
          return try JSONValue(parsing: Bytes(found.output))["kvs"]?[0]
        }
        for node in ["void-1", "void-2", "void-3"] {
          for uid in ["a", "b"] {
            let outcome = try await etcdctl.run([
              "put", "/nodes/\(node)/desired/pods/\(uid)", pod(uid),
            ])
            #expect(outcome.status == 0)
          }
        }
        for node in ["void-1", "void-2", "void-3"] {
          for uid in ["a", "b"] {
            let entry = try await eventually("\(uid) runs on \(node)") { () -> JSONValue? in
              guard let entry = try await value("/nodes/\(node)/actual/pods/\(uid)"),
                let bytes = entry["value"]?.string.flatMap({ Base64.decode($0) })
              else { return nil }
              let phase = try JSONValue(parsing: bytes)["status"]?["phase"]?.string
              return phase == "Running" ? entry : nil
            }
            #expect(entry["version"]?.int64 == 1)
          }
        }
        let leases = try await [
          value("/nodes/void-1/heartbeat"), value("/nodes/void-2/heartbeat"),
        ].map { $0?["lease"]?.int64 ?? 0 }
        #expect(Set(leases).count == 2 && !leases.contains(0))
        try agents.signal(.terminate)
        #expect(try await agents.end(within: .seconds(10)) == .exited(code: 0))
      }
    }

    @Test func `a prefix that names no node is refused`() async throws {
      let outcome = try await Program.keelson.get().run([
        "agent", "--hollow", "1", "--node-prefix", "Void_",
      ])
      #expect(outcome.status == 2 && outcome.errors.contains("--node-prefix"))
    }
  }
}
