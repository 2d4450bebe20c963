import Base
import Linux
import Testing

extension Conformance {
  /// `keelson up --merge-kubeconfig`: the user's own file, written and read by stock kubectl.
  @Suite struct `A user's kubeconfig` {
    @Test(.timeLimit(.minutes(5))) func `takes the cluster in and keeps what it has`() async throws
    {
      let kubectl = try await KubectlVersion.newest().program
      let scratch = try ScratchFolder()
      let file = "\(scratch.path)/config"
      let user = kubectl.with([], environment: ["KUBECONFIG=\(file)"])
      func ask(_ arguments: String...) async throws -> String {
        let outcome = try await user.run(arguments)
        #expect(outcome.status == 0, "\(arguments): \(outcome)")
        return outcome.output
      }
      _ = try await ask("config", "set-cluster", "other", "--server=https://192.0.2.1:6443")
      _ = try await ask("config", "set-credentials", "me", "--token=t")
      _ = try await ask(
        "config", "set-context", "other", "--cluster=other", "--user=me", "--namespace=x")
      _ = try await ask("config", "use-context", "other")
      try Files.setMode(file, 0o640)
      try await UpCluster.with { keelson, _ in
        keelson.with([], environment: ["KUBECONFIG=\(file)"])
      } _: { cluster in
        let up = ["up", "--members", "1", "--nodes", "1", "--merge-kubeconfig"]
        try await cluster.expectSuccess(up)
        #expect(try await ask("config", "get-contexts", "-o", "name") == "keelson\nother\n")
        #expect(try await ask("config", "current-context") == "keelson\n")
        #expect(try await ask("get", "namespace", "default", "-o", "name") == "namespace/default\n")
        let other = ##"jsonpath={.contexts[?(@.name=="other")].context.namespace}"##
        #expect(try await ask("config", "view", "-o", other) == "x")
        #expect(try Files.status(file).mode & 0o777 == 0o640)
        // Once more changes nothing.
        let before = try Files.read(file)
        try await cluster.expectSuccess(up)
        #expect(try Files.read(file) == before)
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func `that cannot be read is left alone, before anything starts`()
      async throws
    {
      let scratch = try ScratchFolder()
      let file = try scratch.write("config", "kind: Pod\n")
      try await UpCluster.with { keelson, _ in
        keelson.with([], environment: ["KUBECONFIG=\(file)"])
      } _: { cluster in
        let outcome = try await cluster.run(["up", "--members", "1", "--merge-kubeconfig"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(file) is left as it is: no kubeconfig: its kind is"))
        #expect(try Files.read(file).text == "kind: Pod\n")
        #expect(try cluster.processes().isEmpty)
      }
    }
  }
}
