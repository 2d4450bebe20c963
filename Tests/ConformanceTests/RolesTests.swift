import Base
import Linux
import Testing

extension Conformance {
  /// Who may do what with which certificate, over real TLS.
  @Suite struct `Certificate roles` {
    private static let document = """
      {"roles": [{"name": "node", "permissions": [
        {"key": "/nodes/{cn}/actual/", "prefix": true, "access": "readwrite"},
        {"key": "/nodes/{cn}/heartbeat", "access": "readwrite"},
        {"key": "/nodes/{cn}/", "prefix": true, "access": "read"},
        {"key": "/network/", "prefix": true, "access": "read"},
        {"grants": "/nodes/{cn}/grants", "access": "read"}]}]}
      """

    private static let secret = "/registry/secrets/ns/db"

    /// Three members with these roles, and keys that the tests ask for.
    private static func serving(_ body: (StoreCluster) async throws -> Void) async throws {
      let certificates = try await Certificates(users: [
        ("root", "root"), ("n1", "node"), ("n10", "node"), ("guest", "unknown"),
      ])
      let folder = try ScratchFolder()
      let roles = try folder.write("roles.json", document)
      try await StoreCluster.serving(
        3, certificates: certificates, flags: ["--certificate-roles", roles]
      ) { cluster in
        let root = try cluster.etcdctl()
        for key in [
          "/nodes/n1/desired/a", "/nodes/n2/desired/a", "/nodes/n10/desired/a", "/network/x",
          secret, "/registry/pods/ns/p",
        ] {
          #expect(try await root.run(["put", key, "value"]).status == 0)
        }
        try await body(cluster)
      }
    }

    private static let allowed: [(String, String)] = [
      ("get /nodes/n1/desired/a", ""), ("get /nodes/n1/ --prefix", ""),
      ("get /network/ --prefix", ""), ("put /nodes/n1/actual/a 1", ""),
      ("put /nodes/n1/actual/a 2 --prev-kv", ""), ("put /nodes/n1/heartbeat 1", ""),
      ("del /nodes/n1/actual/ --prefix --prev-kv", ""),
      (
        "txn",
        "mod(\"/nodes/n1/desired/a\") > \"0\"\n\nput /nodes/n1/actual/b 1\n"
          + "get /nodes/n1/desired/a\n\nput /nodes/n1/actual/c 1\n\n"
      ),
    ]

    private static let refused: [(String, String)] = [
      // Another node's keys: alone, by prefix, by range end, by name that begins alike.
      ("get /nodes/n2/desired/a", ""), ("get /nodes/n10/desired/a", ""),
      ("get /nodes/n1 --prefix", ""), ("get /nodes/ --prefix", ""),
      ("get /nodes/n1/ --from-key", ""), ("get /nodes/n1/ /nodes/n11", ""),
      ("get '' --prefix", ""), ("get /nodes/n1/ /nodes/n100 --keys-only", ""),
      // What it may read but not write.
      ("put /nodes/n1/desired/a 1", ""), ("del /nodes/n1/desired/a", ""),
      ("put /network/x 1", ""), ("put /nodes/n1/heartbeat/x 1", ""),
      ("put /nodes/n10/actual/a 1", ""), ("put /nodes/n10/heartbeat 1", ""),
      ("del /nodes/n1/ --prefix", ""), ("del /nodes/n1/actual/ --from-key", ""),
      // Every part of a transaction counts, taken or not.
      ("txn", "mod(\"/nodes/n2/desired/a\") > \"0\"\n\n\nget /nodes/n1/desired/a\n\n"),
      ("txn", "\nput /nodes/n10/actual/a 1\n\n\n"),
      ("txn", "\nget /nodes/n1/desired/a\n\nget /nodes/n10/desired/a\n\n"),
      ("txn", "\ndel /nodes/n1/actual/ --prefix\ndel /nodes/n2/actual/ --prefix\n\n\n"),
      // Others' kinds.
      ("get /registry/secrets/ns/db", ""), ("get /registry/pods/ns/p", ""),
    ]

    @Test func `give a node its own subtree and nothing of its neighbours'`() async throws {
      try await Self.serving { cluster in
        let node = try cluster.etcdctl(as: "n1")
        for (line, input) in Self.allowed {
          let outcome = try await node.run(Step(line).arguments, input: input)
          #expect(outcome.status == 0, "\(line) \(input): \(outcome)")
        }
        for (line, input) in Self.refused {
          let outcome = try await node.run(Step(line).arguments, input: input)
          #expect(outcome.status != 0, "\(line) \(input)")
          #expect(
            outcome.errors.contains("etcdserver: permission denied"), "\(line) \(input)")
        }
        let guest = try cluster.etcdctl(as: "guest")
        #expect(try await guest.run(["get", "/network/x"]).errors.contains("permission denied"))
        // Nothing of what was refused has happened.
        let keys = try await cluster.etcdctl().run(["get", "", "--prefix", "--keys-only"])
        #expect(!keys.output.contains("/nodes/n10/actual/a"))
        #expect(keys.output.contains("/nodes/n1/desired/a"))
      }
    }

    @Test func `let a node read a Secret exactly while it is granted`() async throws {
      try await Self.serving { cluster in
        let root = try cluster.etcdctl()
        let node = try cluster.etcdctl(as: "n1")
        let neighbour = try cluster.etcdctl(as: "n10")
        let grant = "/nodes/n1/grants" + Self.secret
        #expect(try await root.run(["put", grant, ""]).status == 0)
        #expect(
          try await node.run(["get", Self.secret]).output == "\(Self.secret)\nvalue\n")
        #expect(try await neighbour.run(["get", Self.secret]).status != 0)
        #expect(try await node.run(["get", Self.secret, "--prefix"]).status != 0)
        #expect(try await node.run(["put", Self.secret, "mine"]).status != 0)

        let folder = try ScratchFolder()
        let watches = [
          try node.start(["watch", Self.secret], in: folder),
          try cluster.keelson(as: "n1").start(["watch", Self.secret], in: folder),
        ]
        for watch in watches {
          try await eventually("the watch gets the change") {
            _ = try await root.run(["put", Self.secret, "changed"])
            return try watch.output().contains("changed") ? true : nil
          }
        }
        #expect(try await root.run(["del", grant]).status == 0)
        for watch in watches {
          let exit = try await watch.end(within: .seconds(10))
          #expect(exit != .exited(code: 0))
        }
        // etcdctl 3.4 drops the reason of a watch that ends later than it began.
        #expect(try watches[0].errors().contains("watch is canceled by the server"))
        #expect(try watches[1].errors().contains("etcdserver: permission denied"))
        #expect(try await node.run(["get", Self.secret]).status != 0)
      }
    }

    @Test func `refuse a watch on other nodes' keys, whatever its end`() async throws {
      try await Self.serving { cluster in
        let node = try cluster.etcdctl(as: "n1")
        for line in [
          "watch /nodes/n2/desired/a", "watch /nodes/n10/ --prefix", "watch /nodes/n1 --prefix",
          "watch /nodes/n1/ /nodes/n2", "watch /nodes/ --prefix --prev-kv",
        ] {
          let outcome = try await node.run(Step(line).arguments)
          #expect(
            (outcome.output + outcome.errors).contains("etcdserver: permission denied"), "\(line)")
        }
        let folder = try ScratchFolder()
        let watch = try node.start(["watch", "/nodes/n1/desired/", "--prefix"], in: folder)
        let root = try cluster.etcdctl()
        try await eventually("its own watch gets events") {
          _ = try await root.run(["put", "/nodes/n1/desired/b", "new"])
          return try watch.output().contains("/nodes/n1/desired/b") ? true : nil
        }
        try await watch.kill()
      }
    }

    @Test func `do not let a lease reach keys that its holder may not write`() async throws {
      try await Self.serving { cluster in
        let root = try cluster.etcdctl()
        let node = try cluster.etcdctl(as: "n1")
        let granted = try await root.run(["lease", "grant", "600"])
        let lease = String(try #require(granted.output.split(separator: " ").dropFirst().first))
        _ = try await root.run(["put", "/nodes/n2/heartbeat", "x", "--lease", lease])
        #expect(
          try await node.run(["lease", "revoke", lease]).errors.contains("permission denied"))
        #expect(
          try await node.run(["lease", "timetolive", lease, "--keys"]).errors
            .contains("permission denied"))
        #expect(try await root.run(["get", "/nodes/n2/heartbeat"]).output.contains("x"))
      }
    }

    @Test func `are shown to and replaced by the administrator alone`() async throws {
      try await Self.serving { cluster in
        let keelson = try cluster.keelson()
        let shown = try await keelson.run(["certificate-roles", "get"])
        #expect(shown.status == 0)
        #expect(shown.output.contains("/nodes/{cn}/heartbeat"))
        let node = try cluster.keelson(as: "n1")
        #expect(try await node.run(["certificate-roles", "get"]).status != 0)

        let folder = try ScratchFolder()
        let empty = try folder.write("empty.json", "{\"roles\": []}")
        #expect(try await node.run(["certificate-roles", "apply", empty]).status != 0)
        let etcdctl = try cluster.etcdctl(as: "n1")
        #expect(try await etcdctl.run(["get", "/network/x"]).status == 0)
        let applied = try await keelson.run(["certificate-roles", "apply", empty])
        #expect(applied.status == 0, "\(applied)")
        #expect(try await etcdctl.run(["get", "/network/x"]).errors.contains("permission denied"))
        #expect(try await cluster.etcdctl().run(["get", "/network/x"]).status == 0)
      }
    }

    @Test func `are checked before the member starts`() async throws {
      let folder = try ScratchFolder()
      let broken = try folder.write("roles.json", "{\"roles\": [{\"name\": \"root\"}]}")
      let cluster = try StoreCluster(members: 1, flags: ["--certificate-roles", broken])
      try await cluster.start(0)
      #expect(try await cluster.awaitEnd(of: 0) == .exited(code: 1))
      #expect(await cluster.log(of: 0).contains("is no document of certificate roles"))
    }
  }
}
