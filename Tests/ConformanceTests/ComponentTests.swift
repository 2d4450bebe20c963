import Base
import JSON
import Linux
import Testing

extension Conformance {
  /// `keelson controller-manager` and `scheduler`: copies of them as processes on a real store.
  @Suite struct `Components` {
    private let manager = ["controller-manager", "--only", "replicaset,serviceaccount"]

    /// Runs `body` with a store, the namespace default, and two copies of which the first leads.
    private func withTwo(
      _ body: (StoreCluster, ObjectDesk, ComponentCopy, ComponentCopy) async throws -> Void
    ) async throws {
      try await StoreCluster.serving(1) { cluster in
        let scratch = try ScratchFolder()
        let desk = ObjectDesk(etcdctl: try cluster.etcdctl())
        try await desk.putNamespace("default")
        let first = try await ComponentCopy.start(
          manager, on: cluster, in: scratch, named: "first")
        try await eventually("the first copy acts") {
          try await first.acts("replicaset") ? true : nil
        }
        let second = try await ComponentCopy.start(
          manager, on: cluster, in: scratch, named: "second")
        try await eventually("the second copy stands by") {
          try await second.page("/readyz").output == "ok" ? true : nil
        }
        do {
          try await body(cluster, desk, first, second)
        } catch {
          throw Overdue(
            what: "\(error)", seconds: 0,
            detail: "first:\n\(try first.running.errors())\nsecond:\n\(try second.running.errors())"
          )
        }
        for copy in [first, second] { try await copy.running.kill() }
      }
    }

    @Test func `a standby acts after its leader was killed`() async throws {
      try await withTwo { _, desk, first, second in
        try await desk.putReplicaSet("web", replicas: 2)
        try await eventually("two pods") { try await desk.pods() == ["web": 2] ? true : nil }
        #expect(try await second.leads("replicaset") == false)
        try await first.running.kill()
        try await desk.putReplicaSet("web", replicas: 5)
        // The lease of 10 s runs out first.
        try await eventually("five pods", within: .seconds(20)) {
          try await desk.pods() == ["web": 5] ? true : nil
        }
        #expect(try await second.leads("replicaset"))
        // Under Kubernetes' names and paths.
        #expect(try await second.figure("workqueue_adds_total{name=\"replicaset\"}") >= 1)
        #expect(try await second.figure("workqueue_depth{name=\"replicaset\"}") == 0)
        for path in ["/healthz", "/livez", "/readyz"] {
          #expect(try await second.page(path).output == "ok")
        }
        #expect(try await second.page("/nowhere").output == "404 page not found\n")
        #expect(try await second.figure("keelson_commit_conflicts_total{name=\"replicaset\"}") == 0)
      }
    }

    @Test func `one told to end withdraws at once, and exits with 0`() async throws {
      try await withTwo { _, desk, first, second in
        try first.running.signal(.terminate)
        #expect(try await first.running.end(within: .seconds(10)) == .exited(code: 0))
        // Long before a lease runs out.
        try await eventually("the second copy acts", within: .seconds(4)) {
          try await second.acts("replicaset") ? true : nil
        }
        let candidates = try await desk.etcdctl.run([
          "get", "/election/replicaset/", "--prefix", "--keys-only",
        ])
        #expect(candidates.output.split(separator: "\n").count == 1)
        try await desk.putReplicaSet("web", replicas: 1)
        try await eventually("a pod") { try await desk.pods() == ["web": 1] ? true : nil }
      }
    }

    /// A leader asleep (SIGSTOP) past its lease wakes to half a megabyte of news that lies before
    /// the loss of its key: it plans and writes, and the store refuses that by the fence.
    @Test func `the late write of a leader that slept is refused by the store`() async throws {
      try await withTwo { _, desk, first, second in
        try await desk.putReplicaSet("web", replicas: 1)
        try await eventually("a pod") { try await desk.pods() == ["web": 1] ? true : nil }
        try first.running.signal(.stop)
        var wanted = ["web": 1]
        for number in 1...60 {
          try await desk.putReplicaSet("late-\(number)", replicas: 1, padding: 8_000)
          wanted["late-\(number)"] = 1
        }
        try await eventually("the second copy has made the pods", within: .seconds(30)) {
          try await desk.pods() == wanted ? true : nil
        }
        #expect(try await second.leads("replicaset"))
        try first.running.signal(.continue)
        let refusals = "keelson_commit_fence_refusals_total{name=\"replicaset\"}"
        try await eventually("the fence has refused the first copy") {
          try await first.figure(refusals) >= 1 ? true : nil
        }
        try await eventually("the first copy stands by") {
          try await first.leads("replicaset") ? nil : true
        }
        #expect(try await desk.pods() == wanted)
        // And it takes over when its turn comes.
        try second.running.signal(.terminate)
        _ = try await second.running.end(within: .seconds(10))
        try await desk.putReplicaSet("web", replicas: 3)
        wanted["web"] = 3
        try await eventually("the first copy acts again") {
          try await desk.pods() == wanted ? true : nil
        }
      }
    }

    @Test func `while nothing changes they read nothing`() async throws {
      try await StoreCluster.serving(1) { cluster in
        let scratch = try ScratchFolder()
        let desk = ObjectDesk(etcdctl: try cluster.etcdctl())
        try await desk.putNamespace("default")
        try await desk.putReplicaSet("web", replicas: 3)
        var copies: [ComponentCopy] = []
        for number in 1...2 {
          for program in ["controller-manager", "scheduler"] {
            copies.append(
              try await ComponentCopy.start(
                [program], on: cluster, in: scratch, named: "\(program)\(number)"))
          }
        }
        try await eventually("the pods are there") {
          try await desk.pods() == ["web": 3] ? true : nil
        }
        // Until the last of the start's own reads is over.
        var before = try await desk.rangesServed(cluster)
        #expect(before.count == 1)
        try await eventually("the components rest") {
          try await Task.sleep(for: .seconds(1))
          let now = try await desk.rangesServed(cluster)
          defer { before = now }
          return now == before ? true : nil
        }
        // Several renewals long.
        try await Task.sleep(for: .seconds(12))
        #expect(try await desk.rangesServed(cluster) == before)
        for copy in copies { try await copy.running.kill() }
      }
    }

    @Test func `flags that make no sense are refused with what was expected`() async throws {
      let keelson = try Program.keelson.get()
      let unknown = try await keelson.run(["controller-manager", "--only", "replicasets"])
      #expect(unknown.status == 2)
      #expect(unknown.errors.contains("did you mean replicaset?"))
      let address = try await keelson.run(["scheduler", "--metrics-address", "here"])
      #expect(address.status == 2 && address.errors.contains("--metrics-address"))
      let level = try await keelson.run(["scheduler", "--log-level", "loud"])
      #expect(level.status == 2 && level.errors.contains("--log-level"))
    }
  }
}
