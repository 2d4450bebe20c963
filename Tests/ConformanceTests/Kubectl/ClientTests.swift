import Base
import Linux
import Node
import Testing

extension Conformance {
  /// Client libraries that thousands of programs use, over two API servers and over kill -9 of them.
  @Suite struct `Python clients` {
    @Test(arguments: [
      ("kubernetes_client.py", "kubernetes==37.0.2", 5),
      ("lightkube_client.py", "lightkube==1.0.1", 4),
    ])
    func `see every change once and every answer right`(
      script: String, package: String, parts: Int
    ) async throws {
      let environment = try await PythonEnvironment.with([package])
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1", "--nodes", "1"])
        let servers = try cluster.named().filter { $0.key.hasPrefix("apiserver") }
        #expect(!servers.isEmpty)
        let outcome = try await environment.python.run(
          [
            "\(try KubectlScript.fixtures())/python-clients/\(script)",
            "\(cluster.path)/kubeconfig",
            "script",
          ] + servers.values.map { String($0.pid) },
          within: .seconds(240))
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").count { $0.hasPrefix("ok ") } == parts)
      }
    }
  }
}
