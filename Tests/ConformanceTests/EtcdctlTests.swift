import Base
import Linux
import Testing

extension Conformance {
  /// etcdctl 3.4 says the same about three members of Keelson as about three of etcd 3.4, which
  /// serve one after the other on the same ports and so have the same ids.
  @Suite struct `Stock etcdctl` {
    @Test(arguments: [false, true])
    func `tells no difference to etcd`(secure: Bool) async throws {
      let certificates = secure ? try await Certificates() : nil
      let ports = try freePorts(6)
      func transcript(_ server: StoreCluster.Server) async throws -> Transcript {
        try await StoreCluster.serving(
          3, server: server, certificates: certificates, ports: ports
        ) { cluster in
          var transcript = Transcript()
          for topic in Self.topics { try await transcript.run(topic, with: cluster.etcdctl()) }
          return transcript
        }
      }
      let expected = try await transcript(.etcd)
      let actual = try await transcript(.keelson)
      for (left, right) in zip(expected.answers, actual.answers) {
        #expect(right.answer == left.answer, "etcdctl \(left.step)")
      }
      #expect(expected.answers.count == actual.answers.count)
    }

    @Test func `watches from a revision with previous values as etcd does`() async throws {
      let ports = try freePorts(2)
      func watched(_ server: StoreCluster.Server) async throws -> [String] {
        try await StoreCluster.serving(1, server: server, ports: ports) { cluster in
          let etcdctl = try cluster.etcdctl()
          let folder = try ScratchFolder()
          for step in ["put w/a 1", "put w/b 1", "put w/a 2", "del w/b", "put other x"] {
            _ = try await etcdctl.run(Step(step).arguments)
          }
          let watches = try Self.watches.map { line in
            try etcdctl.start(Step(line).arguments, in: folder)
          }
          // Live events behind the history.
          _ = try await etcdctl.run(["put", "w/c", "9"])
          _ = try await etcdctl.run(
            ["txn"], input: "\ndel w/a\nput w/d 1\nput w/last 1\n\n\n")
          _ = try await etcdctl.run(["put", "w/last", "2"])
          var outputs: [String] = []
          for (line, watch) in zip(Self.watches, watches) {
            try await eventually("the last event reaches watch \(line)") {
              // JSON prints keys and values in base 64.
              try watch.output().contains(line.contains("json") ? "dy9sYXN0" : "w/last")
                ? true : nil
            }
          }
          // The stream is ordered: a second event behind the last shows that no more follow.
          _ = try await etcdctl.run(["put", "w/last", "end"])
          for (line, watch) in zip(Self.watches, watches) {
            try await eventually("the end reaches watch \(line)") {
              try watch.output().contains(line.contains("json") ? "ZW5k" : "end") ? true : nil
            }
            try await watch.kill()
            let output = try watch.output()
            // How many events share a response is a matter of time; what they are is not.
            let events = output.matches(of: /"Events":\[([^\]]*)\]/).map { String($0.1) }
            outputs.append(events.isEmpty ? output : events.joined(separator: ","))
          }
          return outputs
        }
      }
      let expected = try await watched(.etcd)
      let actual = try await watched(.keelson)
      for (line, (left, right)) in zip(Self.watches, zip(expected, actual)) {
        #expect(right == left, "etcdctl \(line)")
      }
    }

    private static let watches = [
      "watch --prefix w/ --rev 2",
      "watch --prefix w/ --rev 2 --prev-kv",
      "watch --prefix w/ --rev 3 --prev-kv -w json",
      "watch w/ w0 --rev 1",
    ]

    @Test func `an idle watch is told the revision, as etcd tells it`() async throws {
      func told(_ server: StoreCluster.Server) async throws -> String {
        let flags = ["--experimental-watch-progress-notify-interval", "150ms"]
        return try await StoreCluster.serving(1, server: server, flags: flags) { cluster in
          let etcdctl = try cluster.etcdctl()
          _ = try await etcdctl.run(["put", "other", "1"])
          let folder = try ScratchFolder()
          let watch = try etcdctl.start(["watch", "k", "--progress-notify"], in: folder)
          try await eventually("two notes come") {
            try watch.output().split(separator: "\n").count >= 2 ? true : nil
          }
          try await watch.kill()
          return try String(watch.output().split(separator: "\n")[0])
        }
      }
      #expect(try await told(.keelson) == (try await told(.etcd)))
    }

    @Test func `a full quota stops puts until history goes and the alarm is cleared`()
      async throws
    {
      let flags = ["--quota-backend-bytes", "\(4 << 20)"]
      try await StoreCluster.serving(3, flags: flags) { cluster in
        let etcdctl = try cluster.etcdctl()
        let value = String(repeating: "x", count: 500_000)
        let refusal = try await eventually("the quota is full") {
          let put = try await etcdctl.run(["put", "k"], input: value)
          return put.status == 0 ? nil : put.errors
        }
        #expect(refusal.contains("Error: etcdserver: mvcc: database space exceeded"))
        let alarms = try await etcdctl.run(["alarm", "list"])
        #expect(alarms.output.contains(/^memberID:[0-9]+ alarm:NOSPACE/))
        let health = try await cluster.curl().run(["\(cluster.clientURL(0))/health"])
        #expect(health.output == "{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}\n")
        #expect(try await etcdctl.run(["lease", "grant", "10"]).status != 0)

        let got = try await etcdctl.run(["get", "k", "-w", "json"])
        let revision = try #require(got.output.firstMatch(of: /"mod_revision":([0-9]+)/)).1
        #expect(try await etcdctl.run(["compact", String(revision)]).status == 0)
        #expect(try await etcdctl.run(["del", "k"]).output == "1\n")
        #expect(try await etcdctl.run(["alarm", "disarm"]).output == alarms.output)
        #expect(try await etcdctl.run(["alarm", "list"]).output.isEmpty)
        #expect(try await etcdctl.run(["put", "k", "small"]).output == "OK\n")
      }
    }

    @Test func `a watch on a compacted revision ends`() async throws {
      try await StoreCluster.serving(1) { cluster in
        let etcdctl = try cluster.etcdctl()
        for value in 1...4 { _ = try await etcdctl.run(["put", "k", "\(value)"]) }
        _ = try await etcdctl.run(["compact", "4"])
        let watch = try await etcdctl.run(["watch", "k", "--rev", "2"])
        #expect(watch.output.contains("watch was canceled") || watch.errors.contains("canceled"))
        #expect(
          (watch.output + watch.errors).contains(
            "etcdserver: mvcc: required revision has been compacted"))
      }
    }

    @Test func `keep-alive renews and an unrenewed lease ends with its keys`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let etcdctl = try cluster.etcdctl()
        let granted = try await etcdctl.run(["lease", "grant", "2"])
        let lease = String(try #require(granted.output.split(separator: " ").dropFirst().first))
        #expect(try await etcdctl.run(["put", "leased", "x", "--lease", lease]).output == "OK\n")
        let folder = try ScratchFolder()
        let renewing = try etcdctl.start(["lease", "keep-alive", lease], in: folder)
        try await eventually("the lease is renewed for longer than it was granted") {
          try renewing.output().split(separator: "\n").count >= 4 ? true : nil
        }
        #expect(try renewing.output().hasPrefix("lease \(lease) keepalived with TTL(2)\n"))
        #expect(try await etcdctl.run(["get", "leased"]).output == "leased\nx\n")
        try await renewing.kill()
        try await eventually("the lease ends") {
          try await etcdctl.run(["get", "leased"]).output.isEmpty ? true : nil
        }
        #expect(
          try await etcdctl.run(["lease", "timetolive", lease]).output
            == "lease \(lease) already expired\n")
      }
    }

    @Test func `endpoint status shows three members of which one leads`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let status = try await cluster.etcdctl().run(["endpoint", "status"])
        #expect(status.status == 0)
        let rows = status.output.split(separator: "\n").map { row in
          row.split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
        #expect(rows.map { $0[0] } == [0, 1, 2].map { cluster.clientURL($0) })
        #expect(rows.filter { $0[4] == "true" }.count == 1)
        #expect(rows.allSatisfy { $0[2].hasPrefix("3.6.") && $0[5] == "false" })
        #expect(Set(rows.map { $0[6] }).count == 1)
      }
    }

    @Test func `its performance check passes its smallest load`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let check = try await cluster.etcdctl().run(
          ["check", "perf", "--load=s"], within: .seconds(120))
        // The throughput and latency that the check asks for depend on the machine's disk; that
        // every write was taken does not.
        #expect(!check.output.contains("FAIL: too many errors"))
        #expect(check.output.contains("PASS: Throughput"), "\(check)")
      }
    }
  }
}
