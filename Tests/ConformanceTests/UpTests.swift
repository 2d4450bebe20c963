import Base
import JSON
import Linux
import Node
import NodeAgent
import Testing

extension Conformance {
  /// `keelson up`, `status` and `down`: everything that runs is found through the cluster's folder.
  @Suite struct `keelson up` {
    @Test func `shows the demo to its end, and down --purge leaves nothing`() async throws {
      try await UpCluster.with { cluster in
        let began = Machine.now()
        let up = try await cluster.run(["up", "--demo"], within: .seconds(60))
        #expect(up.status == 0, "\(up)")
        #expect(Machine.now() - began < .seconds(60))
        for line in [
          "deployment.apps/demo created", "deployment.apps/demo configured", "in its place after",
          "10 pods are ready after", "leads; the dead one's lease had to end",
          "writes                go on after", "is back", "What took how long:",
        ] {
          #expect(up.output.contains(line), "\(up.output)")
        }
        // What it says to try works as it stands.
        let hint = up.output.split(separator: "ETCDCTL_API=3 ").dropFirst().first
        let shell = try Program.locate("sh", package: "dash").get()
        let tried = try await shell.run(["-c", "ETCDCTL_API=3 \(hint ?? "no hint")"])
        #expect(tried.output.contains("/nodes/n1/heartbeat\n"), "\(tried)")
        let status = try await cluster.run(["status"])
        #expect(status.status == 0, "\(status)")
        #expect(status.output.count { $0 == "\n" } >= 10)
        let processes = try cluster.processes()
        #expect(processes.count == 11)
        let down = try await cluster.run(["down", "--purge"])
        #expect(down.status == 0, "\(down)")
        #expect(!Files.exists(cluster.path))
        for process in processes { #expect(try !process.isAlive(boot: HostIdentity.boot())) }
      }
    }

    @Test func `a second up goes on with the data, also after a reboot`() async throws {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up"])
        let put = try await cluster.etcdctl(as: "root").run(["put", "kept", "value"])
        #expect(put.output == "OK\n", "\(put)")
        let before = try cluster.processes()
        try await cluster.expectSuccess(["up"])
        #expect(try cluster.processes() == before)
        // As the power goes: nobody ends in order, and the files that name processes are stale.
        try await cluster.killAll()
        let status = try await cluster.run(["status"])
        #expect(status.status == 1)
        try await cluster.expectSuccess(["up"])
        let get = try await cluster.etcdctl(as: "root").run(["get", "kept"])
        #expect(get.output == "kept\nvalue\n", "\(get)")
        try await cluster.expectSuccess(["down"])
        try await cluster.expectSuccess(["start"])
        let again = try await cluster.etcdctl(as: "root").run(["get", "kept"])
        #expect(again.output == "kept\nvalue\n", "\(again)")
      }
    }

    @Test func `what dies is started again, and a lost supervisor's processes are taken over`()
      async throws
    {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up"])
        let boot = try HostIdentity.boot()
        let first = try cluster.named()
        for name in ["s2", "n1"] { try Process(pid: #require(first[name]).pid).signal(.kill) }
        try await eventually("both are started again", within: .seconds(20)) { () -> Bool? in
          let now = try cluster.named()
          for name in ["s2", "n1"] {
            guard let process = now[name], process != first[name],
              try process.isAlive(boot: boot)
            else { return nil }
          }
          return try await cluster.run(["status"]).status == 0 ? true : nil
        }
        let second = try cluster.named()
        let supervisor = try #require(second["supervise"])
        try Process(pid: supervisor.pid).signal(.kill)
        // A killed process dies when it next gets a processor; `up` would still find it.
        try await eventually("the supervisor is dead") {
          try supervisor.isAlive(boot: boot) ? nil : true
        }
        try await cluster.expectSuccess(["up"])
        let third = try cluster.named()
        #expect(third["supervise"] != second["supervise"])
        for name in ["s1", "s2", "s3", "n1"] { #expect(third[name] == second[name]) }
        // Taken over, not only left alone: it is started again after its end.
        try Process(pid: #require(third["n1"]).pid).signal(.kill)
        try await eventually("the adopted agent is started again", within: .seconds(20)) {
          try cluster.named()["n1"] != third["n1"] ? true : nil
        }
      }
    }

    @Test func `ports that are taken give way to free ones, which are remembered`() async throws {
      try await UpCluster.with { cluster in
        // Held by this test, or by another program already: taken either way.
        let holder = try? ListeningSocket(port: 12_379)
        let up = try await cluster.run(["up", "--members", "1"], within: .seconds(60))
        #expect(up.status == 0, "\(up)")
        let endpoints = try cluster.endpoints()
        #expect(endpoints.count == 1 && endpoints != ["https://127.0.0.1:12379"])
        withExtendedLifetime(holder) {}
        try await cluster.expectSuccess(["down"])
        try await cluster.expectSuccess(["up"])
        #expect(try cluster.endpoints() == endpoints)
      }
    }

    @Test func `a node's certificate opens its own keys only`() async throws {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1", "--nodes", "2"])
        let own = try await cluster.etcdctl(as: "n1").run(["get", "/nodes/n1/heartbeat"])
        #expect(own.output == "/nodes/n1/heartbeat\n\n", "\(own)")
        let other = try await cluster.etcdctl(as: "n1").run(["get", "/nodes/n2/heartbeat"])
        #expect(other.status != 0 && other.errors.contains("permission denied"), "\(other)")
        let write = try await cluster.etcdctl(as: "n1").run(["put", "/nodes/n1/desired/x", "1"])
        #expect(write.status != 0 && write.errors.contains("permission denied"), "\(write)")
      }
    }

    @Test func `a component's certificate opens its own kinds and elections only`() async throws {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1"])
        let scheduler = try cluster.etcdctl(as: "scheduler-1")
        for allowed in [
          ["get", "/registry/pods/", "--prefix"], ["get", "/registry/nodes/n1"],
          ["put", "/registry/pods/default/x", "{}"], ["put", "/election/scheduler/x", "y"],
        ] {
          let run = try await scheduler.run(allowed)
          #expect(run.status == 0, "\(allowed) \(run)")
        }
        for refused in [
          ["get", "/registry/deployments/", "--prefix"], ["put", "/registry/nodes/n1", "{}"],
          ["get", "/nodes/n1/heartbeat"], ["put", "/election/deployment/x", "y"],
        ] {
          let run = try await scheduler.run(refused)
          #expect(run.status != 0 && run.errors.contains("permission denied"), "\(refused) \(run)")
        }
        let manager = try cluster.etcdctl(as: "controller-manager-2")
        let run = try await manager.run(["put", "/election/scheduler/x", "y"])
        #expect(run.status != 0 && run.errors.contains("permission denied"), "\(run)")
        #expect(try await manager.run(["put", "/nodes/n1/desired/x", "1"]).status == 0)
      }
    }

    @Test func `works without root`() async throws {
      let setpriv = try Program.locate("setpriv", package: "util-linux").get()
      let install = try Program.locate("install", package: "coreutils").get()
      guard Machine.userID == 0 else {
        // Then every other test here runs without root.
        return try await UpCluster.with { try await $0.expectSuccess(["up", "--members", "1"]) }
      }
      try await UpCluster.with(as: { keelson, folder in
        // A user that owns nothing but this folder, and may not read the build's.
        try Files.setMode(folder.path, 0o755)
        let home = "\(folder.path)/home"
        let made = try await install.run(["-d", "-o", "65534", "-m", "755", home])
        #expect(made.status == 0, "\(made)")
        let copied = try await install.run(["-m", "755", keelson.path, "\(folder.path)/keelson"])
        #expect(copied.status == 0, "\(copied)")
        return setpriv.with([
          "--reuid=65534", "--regid=65534", "--clear-groups", "\(folder.path)/keelson",
        ])
      }) { cluster in
        try await cluster.expectSuccess(["up", "--members", "1"])
        let pod = """
          apiVersion: v1
          kind: Pod
          metadata: {name: a}
          spec:
            containers:
            - {name: a, image: none, command: [sleep, "60"], resources: {limits: {memory: 64Mi}}}
          """
        let applied = try await cluster.administer(["apply", "-f", "-"], input: pod)
        #expect(applied.output == "pod/a created\n", "\(applied)")
        try await eventually("the pod runs", within: .seconds(20)) { () -> Bool? in
          let shown = try await cluster.administer(["get", "pod", "a"])
          return shown.output.contains("1/1     Running") ? true : nil
        }
        // The node says which limits it does not keep.
        let node = try await cluster.etcdctl(as: "root").run(
          ["get", "/nodes/n1/actual/node", "--print-value-only"])
        let isolation = try JSONValue(parsing: Bytes(node.output))["isolation"]
        #expect(isolation?["notKeptLimits"]?.array?.contains("memory") == true, "\(node)")
      }
    }

    @Test func `refuses what it cannot do, and says so`() async throws {
      try await UpCluster.with { cluster in
        let even = try await cluster.run(["up", "--members", "2"])
        #expect(even.status == 2 && even.errors.contains("1, 3 or 5"), "\(even)")
        let none = try await cluster.run(["down"])
        #expect(none.status == 1 && none.errors.contains("no cluster in"), "\(none)")
        try await cluster.expectSuccess(["up", "--members", "1"])
        let other = try await cluster.run(["up", "--members", "3"])
        #expect(other.status == 1 && other.errors.contains("has 1 members, not 3"), "\(other)")
      }
      let unwritable = try await Program.keelson.get().run(["up", "--dir", "/proc/keelson"])
      #expect(unwritable.status == 1 && unwritable.errors.contains("/proc/keelson"))
    }

    private static let idleDeployment = """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: idle}
      spec:
        replicas: 4
        selector: {matchLabels: {app: idle}}
        template:
          metadata: {labels: {app: idle}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: main, image: none, command: [sleep, "3600"]}]

      """

    @Test func `idle for a minute nothing is read and next to no processor time is used`()
      async throws
    {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--nodes", "2"])
        let manifest = try cluster.scratch.write("idle.yaml", Self.idleDeployment)
        let applied = try await cluster.administer(["apply", "-f", manifest])
        #expect(applied.output == "deployment.apps/idle created\n", "\(applied)")
        try await eventually("its pods run", within: .seconds(30)) {
          let shown = try await cluster.administer(["get", "deploy", "idle", "--no-headers"])
          return shown.output.contains("4/4") ? true : nil
        }
        let processes = try cluster.processes()
        func used() throws -> Duration {
          try processes.reduce(.zero) { sum, process in
            sum + (try ProcessStatus.read(pid: process.pid)?.cpuTime ?? .zero)
          }
        }
        // Elections and first reports are over once nothing is written any more.
        try await cluster.awaitQuiet()
        let ranges = try await cluster.rangesServed()
        #expect(ranges.count == 3)
        let before = try used()
        let began = Machine.now()
        // Nothing is waited for: the minute itself is what is measured.
        try await Task.sleep(for: .seconds(60))
        let share = (try used() - before) / (Machine.now() - began)
        #expect(try await cluster.rangesServed() == ranges)
        // The counters do count.
        #expect(try await cluster.etcdctl(as: "root").run(["get", "no-such-key"]).status == 0)
        #expect(try await cluster.rangesServed() != ranges)
        // Code of a debug build is several times slower; the promise is for a release.
        #if DEBUG
          #expect(share < 0.08)
        #else
          #expect(share < 0.03)
        #endif
      }
    }
  }
}
