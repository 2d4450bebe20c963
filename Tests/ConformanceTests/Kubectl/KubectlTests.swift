import Base
import Linux
import Testing

extension Conformance {
  /// Every script of `Fixtures/kubectl/` with every stock kubectl that can be had, against a cluster
  /// that `keelson up` made. What is expected is kube-apiserver's and kubectl's recorded behaviour.
  @Suite struct `Stock kubectl` {
    @Test(.timeLimit(.minutes(20))) func `drives the cluster as it drives Kubernetes`()
      async throws
    {
      let versions = try await KubectlVersion.all()
      print("kubectl versions: \(versions.map(\.description).joined(separator: " "))")
      let scripts = try KubectlScript.all()
      #expect(!versions.isEmpty && !scripts.isEmpty)
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1", "--nodes", "2"])
        let kubeconfig = try Files.read("\(cluster.path)/kubeconfig").text
        for version in versions {
          let shell = try await KubectlShell(version, kubeconfig: kubeconfig)
          for script in scripts {
            for failure in try await shell.failures(of: script) {
              Issue.record(Comment(rawValue: failure))
            }
          }
        }
      }
    }
  }
}

extension KubectlScript {
  static func fixtures(_ file: String = #filePath) throws -> String {
    var root = Files.folder(of: file)
    for _ in 0..<3 { root = Files.folder(of: root) }
    return "\(root)/Fixtures"
  }

  /// In the order of their names.
  static func all() throws -> [KubectlScript] {
    let folder = "\(try fixtures())/kubectl"
    return try Files.list(folder).filter { $0.hasSuffix(".txt") }.sorted().map { name in
      KubectlScript(name: name, text: try Files.read("\(folder)/\(name)").text)
    }
  }
}
