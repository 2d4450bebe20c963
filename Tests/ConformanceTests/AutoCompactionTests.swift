import Base
import Linux
import Testing

extension Conformance {
  /// `--auto-compaction-mode` and `--auto-compaction-retention`, seen by etcdctl.
  @Suite struct `History that goes by itself` {
    private static let flags = [
      "--auto-compaction-mode", "periodic", "--auto-compaction-retention", "500ms",
    ]

    /// Waits until a revision cannot be read any more, and gives what etcdctl says of it.
    @discardableResult
    private func awaitCompaction(
      behind revision: Int64, of cluster: StoreCluster, within limit: Duration = .seconds(20)
    ) async throws -> String {
      let etcdctl = try cluster.etcdctl()
      return try await eventually("revision \(revision) is compacted", within: limit) {
        let get = try await etcdctl.run(["get", "any", "--rev", "\(revision)"])
        return get.status == 0 ? nil : get.errors
      }
    }

    private func revision(_ etcdctl: Program) async throws -> Int64 {
      let got = try await etcdctl.run(["get", "any", "-w", "json"])
      let number = try #require(got.output.firstMatch(of: /"revision":([0-9]+)/)).1
      return try #require(Int64(number))
    }

    @Test func `is refused by members as etcd refuses it`() async throws {
      let ports = try freePorts(2)
      func told(_ server: StoreCluster.Server) async throws -> [String] {
        try await StoreCluster.serving(1, server: server, ports: ports, flags: Self.flags) {
          cluster in
          let etcdctl = try cluster.etcdctl()
          for number in 1...5 { _ = try await etcdctl.run(["put", "k", "\(number)"]) }
          let refusal = try await awaitCompaction(behind: 5, of: cluster)
          let watch = try await etcdctl.run(["watch", "k", "--rev", "2"])
          let newest = try await etcdctl.run(["get", "k"])
          return [
            String(refusal.split(separator: "\n").last ?? ""), watch.output, newest.output,
          ]
        }
      }
      let expected = try await told(.etcd)
      #expect(expected[0].contains("required revision has been compacted"))
      #expect(try await told(.keelson) == expected)
    }

    @Test func `is none where the flags are wrong, in etcd's words`() async throws {
      let wrong = [
        ["--auto-compaction-mode", "hourly"], ["--auto-compaction-retention", "x"],
        ["--auto-compaction-retention", "5d"], ["--auto-compaction-retention=-1"],
        ["--auto-compaction-mode", "revision", "--auto-compaction-retention", "1.5"],
      ]
      for flags in wrong {
        let folder = try ScratchFolder()
        let place = ["--data-dir", "\(folder.path)/data"]
        let theirs = try await Program.etcd.get().run(place + flags)
        let words = try #require(
          theirs.errors.firstMatch(
            of: /(unknown auto-compaction-mode "hourly"|error parsing CompactionRetention: .*)/)
        ).1
        let ours = try await Program.keelson.get().run(["store", "serve"] + place + flags)
        #expect(ours.status == 2)
        #expect(ours.errors.contains(words), "\(flags)")
        #expect(!Files.exists("\(folder.path)/data"))
      }
    }

    /// 64 MiB of overwrites under a quota of half of that.
    @Test func `gives memory and disk back, and no quota is met`() async throws {
      let quota = 32 << 20
      let flags = ["--auto-compaction-retention", "300ms", "--quota-backend-bytes", "\(quota)"]
      try await StoreCluster.serving(3, flags: flags) { cluster in
        let etcdctl = try cluster.etcdctl()
        let value = String(repeating: "x", count: 512 << 10)
        for number in 0..<128 {
          let put = try await etcdctl.run(["put", "k\(number % 2)"], input: value)
          guard put.status == 0 else {
            throw Overdue(what: "put \(number)", seconds: 0, detail: "\(put)")
          }
        }
        #expect(try await etcdctl.run(["alarm", "list"]).output == "")
        for index in 0..<3 {
          try await eventually("the store of member \(index) is small", within: .seconds(20)) {
            let status = try await cluster.etcdctl(index).run(["endpoint", "status", "-w", "json"])
            let sizes = [/"dbSize":([0-9]+)/, /"dbSizeInUse":([0-9]+)/].compactMap {
              status.output.firstMatch(of: $0).flatMap { Int($0.1) }
            }
            return sizes.count == 2 && sizes.allSatisfy { $0 < 4 << 20 } ? true : nil
          }
          // Two values; and the log, which is as long as ever.
          try await eventually("the files of member \(index) are small", within: .seconds(20)) {
            try segmentBytes(cluster.members[index].dataDirectory) < 4 << 20 ? true : nil
          }
        }
        let newest = try await revision(etcdctl)
        try await eventually("all history is compacted") {
          let page = try await cluster.curl().run(["\(cluster.clientURL(0))/metrics"]).output
          let compacted = page.firstMatch(of: /\netcd_debugging_mvcc_compact_revision ([0-9]+)/)
          let last = page.firstMatch(of: /\netcd_debugging_mvcc_db_compaction_last ([1-9][0-9]+)/)
          return compacted.flatMap { Int64($0.1) } == newest && last != nil ? true : nil
        }
      }
    }

    private func segmentBytes(_ folder: String) throws -> Int {
      var bytes = 0
      for name in try Files.list(folder) {
        let path = "\(folder)/\(name)"
        if name.hasSuffix(".segment") {
          // A checkpoint may take it away meanwhile.
          bytes += Files.exists(path) ? try Files.read(path).count : 0
        } else if try Files.status(path).kind == .folder {
          bytes += try segmentBytes(path)
        }
      }
      return bytes
    }

    /// The store is killed when what an idle watch waits for is compacted: the watch cannot be
    /// resumed where it was.
    private func restart(_ cluster: StoreCluster) async throws {
      let etcdctl = try cluster.etcdctl()
      for number in 1...3 { _ = try await etcdctl.run(["put", "other", "\(number)"]) }
      try await awaitCompaction(behind: try await revision(etcdctl) - 1, of: cluster)
      try await cluster.kill(0)
      try await cluster.start(0)
      try await cluster.awaitHealth(of: 0)
    }

    @Test func `is missed by a component, which lists anew`() async throws {
      try await StoreCluster.serving(1, flags: Self.flags) { cluster in
        let scratch = try ScratchFolder()
        let desk = ObjectDesk(etcdctl: try cluster.etcdctl())
        try await desk.putNamespace("default")
        let copy = try await ComponentCopy.start(
          ["controller-manager", "--only", "replicaset,serviceaccount"], on: cluster, in: scratch,
          named: "manager")
        try await desk.putReplicaSet("web", replicas: 2)
        try await eventually("two pods", within: .seconds(20)) {
          try await desk.pods() == ["web": 2] ? true : nil
        }
        try await restart(cluster)
        try await desk.putReplicaSet("web", replicas: 5)
        try await eventually("five pods", within: .seconds(30)) {
          try await desk.pods() == ["web": 5] ? true : nil
        }
        let log = try copy.running.errors()
        #expect(log.contains("watch compacted; listing anew"))
        try await copy.running.kill()
      }
    }

    @Test func `is missed by an agent, which reads anew and keeps its pods`() async throws {
      try await AgentNode.serving(flags: Self.flags) { node, cluster in
        try await node.want("pod-a", "sleep 1000")
        try await eventually("the first pod runs") {
          try node.starts("pod-a").isEmpty ? nil : true
        }
        try await restart(cluster)
        try await node.want("pod-b", "sleep 1000")
        try await eventually("the second pod runs", within: .seconds(30)) {
          try node.starts("pod-b").isEmpty ? nil : true
        }
        #expect(try node.starts("pod-a").count == 1)
      }
    }
  }
}
