import Base
import Linux
import Testing

extension Conformance {
  /// What etcdctl has no verbs for, against three of our own members over mutual TLS.
  @Suite struct `The store's own verbs` {
    private static let document = """
      {"roles": [{"name": "node", "permissions": [
        {"key": "/nodes/{cn}/actual/", "prefix": true, "access": "readwrite"},
        {"key": "/nodes/{cn}/", "prefix": true, "access": "read"},
        {"grants": "/nodes/{cn}/grants", "access": "read"}]}]}
      """

    private struct Setting {
      let cluster: StoreCluster
      let folder: ScratchFolder
      let certificates: Certificates

      /// Our verbs with the client certificate of `user`.
      func keelson(as user: String) throws -> Program {
        try Program.keelson.get().with(
          ["store"],
          environment: [
            "KEELSON_ENDPOINTS=\(cluster.endpoints)",
            "KEELSON_CACERT=\(certificates.authority(.client))",
            "KEELSON_CERT=\(certificates.certificate(user))",
            "KEELSON_KEY=\(certificates.key(user))",
          ])
      }
    }

    private static func serving(_ body: (Setting) async throws -> Void) async throws {
      let certificates = try await Certificates(users: [("root", "root"), ("n1", "node")])
      let folder = try ScratchFolder()
      let flags = ["--certificate-roles", try folder.write("roles.json", document)]
      try await StoreCluster.serving(3, certificates: certificates, flags: flags) { cluster in
        try await body(Setting(cluster: cluster, folder: folder, certificates: certificates))
      }
    }

    @Test func `the administrator reads and replaces certificate roles, a node does not`()
      async throws
    {
      try await Self.serving { setting in
        let root = try setting.keelson(as: "root")
        let node = try setting.keelson(as: "n1")
        let shown = try await root.run(["certificate-roles", "get"])
        #expect(shown.status == 0 && shown.output.contains("/nodes/{cn}/actual/"))
        let json = try await root.run(["certificate-roles", "get", "-w", "json"])
        #expect(json.output.hasPrefix("{\"revision\":"))
        #expect(try await node.run(["put", "/nodes/n1/extra", "1"]).status == 1)
        // A wider role, applied while the members run.
        let wider = try setting.folder.write(
          "wider.json",
          Self.document.replacing(
            "{\"key\": \"/nodes/{cn}/\", \"prefix\": true, \"access\": \"read\"}",
            with: "{\"key\": \"/nodes/{cn}/\", \"prefix\": true, \"access\": \"readwrite\"}"))
        let refused = try await node.run(["certificate-roles", "apply", wider])
        #expect(refused.status == 1)
        #expect(refused.errors.hasPrefix("Error: etcdserver: permission denied\n"))
        let applied = try await root.run(["certificate-roles", "apply", wider])
        #expect(applied.status == 0, "\(applied)")
        #expect(applied.output.hasPrefix("certificate roles applied at revision "))
        #expect(try await node.run(["put", "/nodes/n1/extra", "1"]).output == "OK\n")
        let broken = try setting.folder.write("broken.json", "{\"roles\": [,]}")
        let unread = try await root.run(["certificate-roles", "apply", broken])
        #expect(unread.status == 3 && unread.errors.contains("line 1, column 12"))
        let gone = try await root.run(["certificate-roles", "apply", "/no/such/file"])
        #expect(gone.status == 128 && gone.errors.contains("no such file or directory"))
      }
    }

    @Test func `an open watch ends with the reason when its grant goes`() async throws {
      try await Self.serving { setting in
        let root = try setting.keelson(as: "root")
        let node = try setting.keelson(as: "n1")
        let secret = "/registry/secrets/ns/db"
        #expect(try await root.run(["put", secret, "s1"]).status == 0)
        #expect(
          try await root.run(["put", "/nodes/n1/grants\(secret)", "-w", "json"]).status == 128)
        #expect(try await root.run(["put", "/nodes/n1/grants\(secret)", ""]).status == 0)
        let watch = try node.start(["watch", secret, "--rev=1"], in: setting.folder)
        try await eventually("the watch shows the secret") {
          try watch.output() == "PUT\n\(secret)\ns1\n" ? true : nil
        }
        #expect(try await root.run(["del", "/nodes/n1/grants\(secret)"]).output == "1\n")
        #expect(try await watch.end(within: .seconds(10)) == .exited(code: 5))
        #expect(try watch.errors().contains("permission denied"))
        #expect(try await root.run(["put", secret, "s2"]).status == 0)
        #expect(try await node.run(["get", secret]).status == 1)
        #expect(!(try watch.output().contains("s2")))
      }
    }

    @Test func `diff shows a node's wishes beside its reports`() async throws {
      try await Self.serving { setting in
        let root = try setting.keelson(as: "root")
        let node = try setting.keelson(as: "n1")
        let empty = try await root.run(["diff", "n1"])
        #expect(empty.output == "node n1: nothing desired, nothing reported\n")
        let pod = #"{"metadata":{"name":"web"},"spec":{"containers":[{"name":"main"}]}}"#
        _ = try await root.run(["put", "/nodes/n1/desired/pods/u1", pod])
        _ = try await root.run(["put", "/nodes/n1/desired/pods/u2", pod])
        let report = #"{"metadata":{"name":"web"},"status":{"phase":"Running"}}"#
        _ = try await node.run(["put", "/nodes/n1/actual/pods/u1", report])
        let shown = try await node.run(["diff", "n1"])
        #expect(
          shown.output == """
            POD  UID  DESIRED   ACTUAL   DIFFERENCE
            web  u1   run main  Running  none
            web  u2   run main  -        not reported

            """)
        #expect(try await node.run(["diff", "n2"]).status == 1)
      }
    }

    @Test func `endpoint health and status agree with etcdctl's on our members`() async throws {
      try await Self.serving { setting in
        let root = try setting.keelson(as: "root")
        let etcdctl = try setting.cluster.etcdctl()
        for line in ["member list -w table", "alarm list", "endpoint hashkv", "get '' --prefix"] {
          let words = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
          #expect(try await root.run(words).output == (try await etcdctl.run(words).output))
        }
        try await setting.cluster.kill(2)
        let health = try await root.run(["endpoint", "health", "--command-timeout=1s"])
        #expect(health.status == 1)
        #expect(health.output.split(separator: "\n").count == 2)
        #expect(health.errors.contains("is unhealthy: failed to commit proposal"))
        #expect(health.errors.hasSuffix("Error: unhealthy cluster\n"))
      }
    }
  }
}
