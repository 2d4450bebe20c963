import Base
import Linux
import Testing

extension Conformance {
  /// Programs that thousands of others are built on, over two API servers and over kill -9 of them.
  @Suite struct `Python clients` {
    private struct Script {
      let name: String
      /// From PyPI; nil for one that needs none.
      var package: String?
      var arguments: [String] = []
      /// Lines that say what went well.
      let parts: Int
    }

    private static let scripts = [
      Script(name: "same_answers.py", parts: 1),
      Script(
        name: "kubernetes_client.py", package: "kubernetes==37.0.2", arguments: ["first"], parts: 6),
      Script(
        name: "lightkube_client.py", package: "lightkube==1.0.1", arguments: ["second"], parts: 5),
    ]

    @Test func `see every change once and every answer right`() async throws {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess([
          "up", "--members", "1", "--nodes", "1", "--api-servers", "2",
        ])
        for script in Self.scripts {
          let python =
            if let package = script.package {
              try await PythonEnvironment.with([package]).python
            } else {
              try Program.python.get()
            }
          let outcome = try await python.run(
            ["-B", "\(try KubectlScript.fixtures())/python-clients/\(script.name)", cluster.path]
              + script.arguments, within: .seconds(120))
          #expect(outcome.status == 0, "\(script.name): \(outcome)")
          let said = outcome.output.split(separator: "\n").count { $0.hasPrefix("ok ") }
          #expect(said == script.parts, "\(script.name): \(outcome)")
        }
      }
    }

    /// The same at its full size: `Fixtures/python-clients/README.md`.
    @Test func `of many watches each sees every change once while API servers are killed`()
      async throws
    {
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess([
          "up", "--members", "1", "--nodes", "0", "--api-servers", "2",
        ])
        let client = "\(cluster.path)/pki/clients/root"
        let agents = try Program.keelson.get().start(
          [
            "agent", "--hollow", "5", "--seed", "4", "--endpoints",
            try cluster.endpoints().joined(separator: ","), "--cacert",
            "\(cluster.path)/pki/client-ca.crt", "--cert", "\(client).crt", "--key",
            "\(client).key",
          ], in: cluster.scratch, named: "hollow")
        let outcome: Outcome
        do {
          outcome = try await Program.python.get().run(
            [
              "-B", "\(try KubectlScript.fixtures())/python-clients/watchers.py", cluster.path,
              "--watchers", "100", "--pods", "500", "--namespaces", "10", "--rate", "50",
              "--seconds", "8", "--kills", "2", "--memory-mib", "400", "--scratch",
              cluster.scratch.path,
            ], within: .seconds(120))
          try await agents.kill()
        } catch {
          try await agents.kill()
          throw error
        }
        print(outcome.output)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("100 saw every change once and in order"), "\(outcome)")
      }
    }
  }
}
