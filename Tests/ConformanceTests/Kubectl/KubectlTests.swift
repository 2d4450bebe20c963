import Base
import Linux
import Testing

extension Conformance {
  /// Every script of `Fixtures/kubectl/` with every stock kubectl that can be had, against a
  /// cluster that `keelson up` made. What is expected is kube-apiserver's and kubectl's recorded
  /// behaviour.
  @Suite struct `Stock kubectl` {
    @Test(.timeLimit(.minutes(20))) func `drives the cluster as it drives Kubernetes`()
      async throws
    {
      let versions = try await KubectlVersion.all()
      print("kubectl versions: \(versions.map(\.description).joined(separator: " "))")
      let all = try KubectlScript.all()
      let scripts = all.filter { !$0.isLast }
      let last = all.filter(\.isLast)
      #expect(!versions.isEmpty && !scripts.isEmpty && !last.isEmpty)
      try await UpCluster.with { cluster in
        try await cluster.expectSuccess(["up", "--members", "1", "--nodes", "3"])
        // Two at a time: each waits much of its time for what it has asked for.
        async let even = Self.failures(
          of: scripts, versions.indices.filter { $0 % 2 == 0 }.map { versions[$0] },
          node: "n2", in: cluster)
        async let odd = Self.failures(
          of: scripts, versions.indices.filter { $0 % 2 == 1 }.map { versions[$0] },
          node: "n3", in: cluster)
        var failures = try await even + odd
        // Alone: a compaction would end the lists of another version.
        failures += try await Self.failures(of: last, versions, node: "n2", in: cluster)
        for failure in failures { Issue.record(Comment(rawValue: failure)) }
      }
    }

    private static func failures(
      of scripts: [KubectlScript], _ versions: [KubectlVersion], node: String, in cluster: UpCluster
    ) async throws -> [String] {
      var failures: [String] = []
      for version in versions {
        let shell = try await KubectlShell(version, node: node, of: cluster.path)
        for script in scripts { failures += try await shell.failures(of: script) }
      }
      return failures
    }
  }
}

extension KubectlScript {
  /// Whether it changes what other scripts count on.
  var isLast: Bool { name.hasPrefix("12-") }

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
