import Base
import Linux
import Node
import NodeAgent
import Testing

extension Conformance {
  /// `kubectl logs` with every option, against pods that are real processes.
  @Suite struct `Logs by stock kubectl` {
    private static let pods = """
      apiVersion: v1
      kind: Pod
      metadata: {name: two, namespace: default, labels: {app: logs}}
      spec:
        terminationGracePeriodSeconds: 1
        containers:
        - name: a
          image: none
          command: [sh, -c]
          args: ['echo one; sleep 1; echo two >&2; sleep 1; printf three; echo; sleep 1000']
        - {name: b, image: none, command: [sh, -c], args: ['echo of b; sleep 1000']}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: crash, namespace: default, labels: {app: logs}}
      spec:
        containers:
        - {name: main, image: none, command: [sh, -c], args: ['echo begun; sleep 2; exit 3']}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: steps, namespace: default}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: none
          command: [sh, -c]
          args: ['for i in 1 2 3 4 5 6; do echo step $i; sleep 1; done']
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: large, namespace: default}
      spec:
        restartPolicy: Never
        containers:
        - {name: main, image: none, command: [sh, -c], args: ['seq 1 100000']}
      """

    /// A cluster with these pods, all begun, and a shell with the newest kubectl.
    private func withPods(_ body: (KubectlShell, UpCluster) async throws -> Void) async throws {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1"])
        let shell = try await KubectlShell(try .newest(), of: cluster.path)
        let applied = try await cluster.administer(["apply", "-f", "-"], input: Self.pods)
        #expect(applied.status == 0, "\(applied)")
        try await eventually("the pods have written", within: .seconds(30)) { () -> Bool? in
          for (pod, last) in [("two -c a", "three\n"), ("large", "100000\n"), ("two -c b", "b\n")] {
            let outcome = try await shell.run("kubectl -n default logs \(pod) --tail=1")
            guard outcome.output.hasSuffix(last) else { return nil }
          }
          return true
        }
        try await body(shell, cluster)
      }
    }

    @Test func `every option does what it does under Kubernetes`() async throws {
      try await withPods { shell, _ in
        let cases: [(options: String, output: String)] = [
          ("two -c a", "one\ntwo\nthree\n"),
          ("two -c b", "of b\n"),
          ("two -c a --tail=1", "three\n"),
          ("two -c a --tail=0", ""),
          ("two -c a --tail=99", "one\ntwo\nthree\n"),
          ("two -c a --limit-bytes=5", "one\nt"),
          ("two -c a --since=1h --tail=2", "two\nthree\n"),
          ("two -c a --since-time=2020-01-01T00:00:00Z", "one\ntwo\nthree\n"),
          ("two -c a --since-time=2120-01-01T00:00:00Z", ""),
          ("-l app=none", ""),
        ]
        for (options, output) in cases {
          let outcome = try await shell.run("kubectl -n default logs \(options)")
          #expect(outcome.output == output, "kubectl logs \(options): \(outcome)")
          #expect(outcome.status == 0, "kubectl logs \(options): \(outcome)")
        }
        // Without --follow kubectl reads one container after the other, in the order of a Go map:
        // any order is right, and each container's lines stay together.
        let several: [(options: String, containers: [String])] = [
          ("two --all-containers", ["one\ntwo\nthree\n", "of b\n"]),
          (
            "two --all-containers --prefix --tail=1",
            ["[pod/two/a] three\n", "[pod/two/b] of b\n"]
          ),
        ]
        for (options, containers) in several {
          let outcome = try await shell.run("kubectl -n default logs \(options)")
          let orders = [containers.joined(), containers.reversed().joined()]
          #expect(orders.contains(outcome.output), "kubectl logs \(options): \(outcome)")
          #expect(outcome.status == 0, "kubectl logs \(options): \(outcome)")
        }
        let selected = try await shell.run(
          "kubectl -n default logs -l app=logs --all-containers --prefix")
        for line in ["[pod/two/a] one", "[pod/two/b] of b", "[pod/crash/main] begun"] {
          #expect(selected.output.contains(line + "\n"), "\(selected)")
        }
        let stamped = try await shell.run("kubectl -n default logs two -c b --timestamps")
        let words = stamped.output.split(separator: " ", maxSplits: 1)
        #expect(words.count == 2 && words.last == "of b\n", "\(stamped)")
        let time = try #require(WallTime(rfc3339: String(words[0])))
        #expect(abs(time.milliseconds - Machine.wallTime().milliseconds) < 120_000)
        let large = try await shell.run(
          "kubectl -n default logs large | sha1sum; seq 100000 | sha1sum")
        let sums = large.output.split(separator: "\n")
        #expect(sums.count == 2 && sums[0] == sums[1], "\(large)")
      }
    }

    @Test func `what cannot be had is said in Kubernetes' words`() async throws {
      try await withPods { shell, cluster in
        let cases = [
          (
            "two -c b --previous",
            "Error from server (BadRequest): previous terminated container \"b\" in pod \"two\" "
              + "not found\n"
          ),
          (
            "nope",
            "error: error from server (NotFound): pods \"nope\" not found in namespace "
              + "\"default\"\n"
          ),
        ]
        for (options, errors) in cases {
          let outcome = try await shell.run("kubectl -n default logs \(options)")
          #expect(outcome.status == 1 && outcome.errors == errors, "\(options): \(outcome)")
        }
        let raw = try await shell.run(
          "kubectl get --raw '/api/v1/namespaces/default/pods/two/log'")
        #expect(
          raw.errors
            == "Error from server (BadRequest): a container name must be specified for pod two, "
            + "choose one of: [a b]\n", "\(raw)")
        // An agent that is away: the API server says whom it could not reach.
        let supervisor = try #require(try cluster.named()["supervise"])
        try Process(pid: supervisor.pid).signal(.stop)
        let agent = try #require(try cluster.named()["n1"])
        try Process(pid: agent.pid).signal(.kill)
        try await eventually("the agent is gone") {
          try agent.isAlive(boot: HostIdentity.boot()) ? nil : true
        }
        let away = try await shell.run("kubectl -n default logs two -c a")
        #expect(away.status == 1, "\(away)")
        #expect(away.errors.contains("Get \"https://127.0.0.1:"), "\(away)")
        #expect(away.errors.contains("/containerLogs/default/two/a\": dial tcp 127.0.0.1:"))
        try Process(pid: supervisor.pid).signal(.continue)
      }
    }

    @Test func `follow as they are written, and end with the container`() async throws {
      try await withPods { shell, _ in
        let steps = try await shell.run("kubectl -n default logs -f steps")
        #expect(
          steps.output == (1...6).map { "step \($0)\n" }.joined() && steps.status == 0, "\(steps)")
        // Over its end and its restart, after which there is a log of before.
        let before = "kubectl -n default logs crash --previous"
        try await eventually("the container has crashed", within: .seconds(20)) {
          try await shell.run(before).output == "begun\n" ? true : nil
        }
        let crash = try await shell.run("kubectl -n default logs -f crash")
        #expect(crash.output == "begun\n" && crash.status == 0, "\(crash)")
        // Twenty at once, of one container, each with every line.
        let many = try await shell.run(
          """
          for n in $(seq 20); do
            kubectl -n default logs -f two -c a --pod-running-timeout=5s > out.$n 2>&1 & pids="$pids $!"
          done
          for n in $(seq 20); do
            for t in $(seq 200); do [ "$(wc -l < out.$n)" = 3 ] && break; sleep 0.1; done
          done
          kill $pids; cat out.* | sort | uniq -c | tr -s ' '
          """)
        #expect(many.output == " 20 one\n 20 three\n 20 two\n", "\(many)")
      }
    }
  }
}
