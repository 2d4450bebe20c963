import Base
import Linux
import Testing

extension Conformance {
  /// What a member says when it cannot start, and what it survives.
  @Suite struct `A member` {
    @Test func `says that its port is in use`() async throws {
      let cluster = try StoreCluster(members: 1)
      let holder = try ListeningSocket(port: cluster.members[0].clientPort)
      try await cluster.start(0)
      #expect(try await cluster.awaitEnd(of: 0) == .exited(code: 1))
      #expect(
        await cluster.log(of: 0).contains(
          "listen http://127.0.0.1:\(holder.port): address already in use"))
      #expect(!Files.exists(cluster.members[0].dataDirectory))
    }

    @Test func `refuses the data directory of another cluster and changes nothing`() async throws {
      try await StoreCluster.serving(1) { cluster in
        #expect(try await cluster.etcdctl().run(["put", "k", "v"]).status == 0)
        try await cluster.kill(0)
        let flags = await cluster.serveFlags(of: 0) + ["--initial-cluster-token", "another"]
        let outcome = try await Program.keelson.get().run(["store", "serve"] + flags)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("belongs to cluster"))
        #expect(outcome.errors.contains("Nothing was changed"))
        try await cluster.start(0)
        try await cluster.awaitHealth(of: 0)
        #expect(try await cluster.etcdctl().run(["get", "k"]).output == "k\nv\n")
      }
    }

    @Test func `refuses a data directory that another process has open`() async throws {
      try await StoreCluster.serving(1) { cluster in
        let other = try StoreCluster(members: 1)
        let directory = ["--data-dir", cluster.members[0].dataDirectory]
        let flags = await other.serveFlags(of: 0) + directory
        let outcome = try await Program.keelson.get().run(["store", "serve"] + flags)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("is in use by another process"))
      }
    }

    @Test func `takes etcd's environment, and names of hosts`() async throws {
      let ports = try freePorts(2)
      let folder = try ScratchFolder()
      let member = try Program.keelson.get().with(
        ["store", "serve"],
        environment: [
          "ETCD_NAME=by-name", "ETCD_DATA_DIR=\(folder.path)/data",
          "ETCD_LISTEN_CLIENT_URLS=http://localhost:\(ports[0])",
          "ETCD_ADVERTISE_CLIENT_URLS=http://localhost:\(ports[0])",
          "ETCD_LISTEN_PEER_URLS=http://localhost:\(ports[1])",
          "ETCD_INITIAL_ADVERTISE_PEER_URLS=http://localhost:\(ports[1])",
          "ETCD_INITIAL_CLUSTER=by-name=http://localhost:\(ports[1])",
        ]
      ).start([], in: folder)
      let etcdctl = try Program.etcdctl.get().with(
        ["--endpoints", "localhost:\(ports[0])"], environment: ["ETCDCTL_API=3"])
      do {
        let list = try await eventually("the member is listed") { () -> String? in
          let list = try await etcdctl.run(["member", "list"]).output
          return list.contains(", started,") ? list : nil
        }
        #expect(
          list.contains(
            ", started, by-name, http://localhost:\(ports[1]), http://localhost:\(ports[0]), false"
          ))
      } catch {
        try await member.kill()
        throw error
      }
      try await member.kill()
    }

    @Test func `names the flag that is wrong`() async throws {
      let outcome = try await Program.keelson.get().run(["store", "serve", "--dta-dir", "x"])
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("unknown flag: --dta-dir; did you mean --data-dir?"))
    }

    @Test func `names the certificate that it cannot read`() async throws {
      let outcome = try await Program.keelson.get().run([
        "store", "serve", "--listen-client-urls", "https://127.0.0.1:0",
        "--advertise-client-urls", "https://127.0.0.1:1", "--cert-file", "/nonexistent.crt",
        "--key-file", "/nonexistent.key",
      ])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("/nonexistent.crt"))
    }

    @Test func `refuses a damaged log, names the place and changes nothing`() async throws {
      try await StoreCluster.serving(1) { cluster in
        for value in 1...20 {
          _ = try await cluster.etcdctl().run(["put", "k", "\(value)"])
        }
        try await cluster.kill(0)
        let folder = "\(cluster.members[0].dataDirectory)/wal"
        let file = "\(folder)/\(try #require(try Files.list(folder).sorted().first))"
        var bytes = try Files.read(file).array
        // In the middle of what was written, so below what later batches name as durable.
        let written = try #require(bytes.lastIndex { $0 != 0 })
        // Batches fill whole sectors: what is zero may be padding that nothing reads.
        let middle = try #require(bytes[(written / 2)...].firstIndex { $0 != 0 })
        bytes[middle] ^= 0x40
        try Files.replace(file, with: Bytes(bytes))
        try await cluster.start(0)
        #expect(try await cluster.awaitEnd(of: 0) == .exited(code: 1))
        let log = await cluster.log(of: 0)
        #expect(log.contains("is damaged at byte"), "\(log)")
        #expect(log.contains(file))
        #expect(try Files.read(file).array == bytes)
      }
    }

    /// Needs root, as mounting does.
    @Test func `on a full disk says so and loses nothing`() async throws {
      let cluster = try StoreCluster(members: 1)
      let directory = cluster.members[0].dataDirectory
      try Files.makeFolder(directory)
      let mounted = try await Program.mount.get().run(
        ["-t", "tmpfs", "-o", "size=48m", "tmpfs", directory])
      try #require(mounted.status == 0, "mounting a tmpfs needs root: \(mounted)")
      do {
        try await Self.fillAndRestart(cluster, directory)
      } catch {
        await cluster.stop()
        _ = try await Program.unmount.get().run(["--lazy", directory])
        throw error
      }
      await cluster.stop()
      #expect(try await Program.unmount.get().run(["--lazy", directory]).status == 0)
    }

    private static func fillAndRestart(_ cluster: StoreCluster, _ directory: String) async throws {
      try await cluster.start(0)
      try await cluster.awaitHealth(of: 0)
      let etcdctl = try cluster.etcdctl().with(["--command-timeout", "3s"])
      let value = String(repeating: "x", count: 1_000_000)
      var acknowledged = 0
      let exit = try await eventually("the disk fills", within: .seconds(60)) {
        let put = try await etcdctl.run(["put", "fill/\(acknowledged)"], input: value)
        if put.status == 0 { acknowledged += 1 }
        return try await cluster.process(0)?.poll()
      }
      #expect(exit == .exited(code: 1))
      #expect(await cluster.log(of: 0).contains("no space left on device"))
      #expect(acknowledged > 5)
      _ = try await cluster.awaitEnd(of: 0)

      let grown = try await Program.mount.get().run(
        ["-o", "remount,size=400m", directory])
      try #require(grown.status == 0, "\(grown)")
      try await cluster.start(0)
      try await cluster.awaitHealth(of: 0)
      let keys = try await etcdctl.run(["get", "fill/", "--prefix", "--keys-only"])
      let found = Set(keys.output.split(separator: "\n").map(String.init))
      #expect((0..<acknowledged).allSatisfy { found.contains("fill/\($0)") })
    }

    @Test func `survives garbage on its ports`() async throws {
      try await StoreCluster.serving(3) { cluster in
        let bash = try Program.bash.get()
        var random = PRNG(seed: 20_261_122)
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        let starts: [[UInt8]] = [[], preface, Array("GET / HTTP/1.1\r\n".utf8), [0x16, 3, 1]]
        for round in 0..<24 {
          let garbage = (0..<random.below(3_000)).map { _ in
            UInt8(truncatingIfNeeded: random.next())
          }
          let file = "\(cluster.folder.path)/garbage"
          try Files.replace(file, with: Bytes(starts[round % starts.count] + garbage))
          let member = cluster.members[round % 3]
          for port in [member.clientPort, member.peerPort] {
            // A member may close before all is read; what cat says to that does not matter.
            _ = try await bash.run(["-c", "cat \(file) > /dev/tcp/127.0.0.1/\(port)"])
          }
        }
        for index in 0..<3 {
          #expect(try await cluster.process(index)?.poll() == nil)
          #expect(try await cluster.etcdctl(index).run(["put", "k", "\(index)"]).output == "OK\n")
        }
        #expect(await cluster.log(of: 0).contains("garbage on the peer port"))
      }
    }

    @Test func `serves curl and nghttp`() async throws {
      try await StoreCluster.serving(1) { cluster in
        let url = cluster.clientURL(0)
        let curl = try cluster.curl()
        for flags in [[], ["--http2-prior-knowledge"]] {
          let version = try await curl.run(flags + ["\(url)/version"])
          #expect(
            version.output.contains(/^\{"etcdserver":"3\.6\.[0-9]+","etcdcluster":"3\.6\.0"/))
          #expect(
            try await curl.run(flags + ["\(url)/health"]).output
              == "{\"health\":\"true\",\"reason\":\"\"}")
          #expect(try await curl.run(flags + ["\(url)/readyz"]).output == "ok\n")
          let missing = try await curl.run(flags + ["--include", "\(url)/nothing"])
          #expect(missing.output.contains(/^HTTP\/[12.]+ 404/))
          let posted = try await curl.run(flags + ["--include", "-XPOST", "\(url)/health"])
          #expect(posted.output.contains(/^HTTP\/[12.]+ 405/))
        }
        let metrics = try await curl.run(["\(url)/metrics"]).output
        for line in [
          "etcd_server_has_leader 1", "etcd_server_is_leader 1",
          "etcd_server_quota_backend_bytes 2147483648",
          "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Range\","
            + "grpc_service=\"etcdserverpb.KV\"}",
        ] {
          #expect(metrics.contains("\n\(line)"), "\(line)")
        }
        let nghttp = try await Program.nghttp.get().run(["\(url)/version"])
        #expect(nghttp.status == 0)
        #expect(nghttp.output.contains("\"etcdserver\":\"3.6."))
      }
    }

    /// etcd's `hasleader` metadata, which Kubernetes sends with every watch.
    @Test func `refuses calls that need a leader while there is none`() async throws {
      try await StoreCluster.serving(3) { cluster in
        // A gRPC message: no compression, three bytes: a RangeRequest of the key "k".
        let body = "\(cluster.folder.path)/range"
        try Files.replace(body, with: Bytes([0, 0, 0, 0, 3, 0x0A, 1, 0x6B]))
        let call = try Program.nghttp.get().with([
          "--verbose", "--timeout", "5", "-H", "content-type: application/grpc", "-H",
          "te: trailers", "-H", "hasleader: true", "--data", body,
          "\(cluster.clientURL(0))/etcdserverpb.KV/Range",
        ])
        #expect(try await call.run([]).output.contains("grpc-status: 0"))
        try await cluster.kill(1)
        try await cluster.kill(2)
        let refused = try await eventually("the member sees that it has no leader") {
          let outcome = try await call.run([])
          return outcome.output.contains("grpc-status: 14") ? outcome : nil
        }
        #expect(refused.output.contains("grpc-message: etcdserver: no leader"))
        let health = try await cluster.curl().run(["\(cluster.clientURL(0))/health"])
        #expect(health.output == "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n")
        let local = try cluster.etcdctl(0)
        #expect(try await local.run(["get", "k", "--consistency", "s"]).status == 0)
      }
    }

    @Test func `serves pages, and pages only, on its metrics port`() async throws {
      let port = try freePorts(1)[0]
      let url = "http://127.0.0.1:\(port)"
      try await StoreCluster.serving(1, flags: ["--listen-metrics-urls", url]) { cluster in
        let curl = try Program.curl.get().with(["--silent", "--max-time", "10"])
        #expect(try await curl.run(["\(url)/readyz"]).output == "ok\n")
        #expect(try await curl.run(["\(url)/metrics"]).output.contains("etcd_server_has_leader 1"))
        let put = try await Program.etcdctl.get().run(["--endpoints", url, "put", "k", "v"])
        #expect(put.status != 0)
        #expect(try await cluster.etcdctl().run(["get", "k"]).output.isEmpty)
      }
    }

    @Test func `serves curl over TLS with both protocols, and nobody without a certificate`()
      async throws
    {
      let certificates = try await Certificates()
      try await StoreCluster.serving(1, certificates: certificates) { cluster in
        let url = cluster.clientURL(0)
        let curl = try cluster.curl()
        for (flag, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
          let answer = try await curl.run([flag, "-w", "%{http_version}", "\(url)/readyz"])
          #expect(answer.output == "ok\n\(version)")
        }
        let stranger = try await Program.curl.get().run([
          "--silent", "--cacert", certificates.authority(.client), "\(url)/readyz",
        ])
        #expect(stranger.status != 0)
        #expect(stranger.output.isEmpty)
      }
    }
  }
}
