import Base
import Linux

/// A shell in which `kubectl` is one version, with a kubeconfig, a cache and a namespace of its
/// own.
struct KubectlShell: Sendable {
  let version: KubectlVersion
  let namespace: String
  /// Only this shell cordons it.
  private let node: String
  private let bash: Program
  private let scratch: ScratchFolder

  /// `await PATTERN FILE`: until a line of a file that something else writes matches, at most 30 s.
  private static let functions = """
    await() {
      local tries=0
      until grep -q "$1" "$2" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ]; then
          echo "no line with $1 in $2:" >&2
          cat "$2" >&2
          return 1
        fi
        sleep 0.05
      done
    }
    """

  /// `folder`: the cluster's; its kubeconfig is copied.
  init(_ version: KubectlVersion, node: String = "n2", of folder: String) async throws {
    self.version = version
    self.node = node
    namespace = "v\(version.major)-\(version.minor)"
    scratch = try ScratchFolder()
    try Files.makeFolder("\(scratch.path)/bin")
    try Files.makeLink("\(scratch.path)/bin/kubectl", to: version.program.path)
    try Files.makeLink("\(scratch.path)/bin/keelson", to: try Program.keelson.get().path)
    _ = try scratch.write("functions", Self.functions)
    let kubeconfig = try Files.read("\(folder)/kubeconfig").text
    let path = Machine.environmentValue("PATH") ?? "/usr/bin:/bin"
    bash = try Program.bash.get().with(
      ["-c"],
      environment: [
        "PATH=\(scratch.path)/bin:\(path)", "HOME=\(scratch.path)",
        "KUBECONFIG=\(try scratch.write("config", kubeconfig))", "KEELSON_DIR=\(folder)",
        "NO_COLOR=1",
      ])
    let context = "kubectl config set-context --current --namespace=\(namespace)"
    let outcome = try await bash.run(["cd \(scratch.path) && \(context)"])
    guard outcome.status == 0 else {
      throw Overdue(what: context, seconds: 0, detail: outcome.description)
    }
  }

  func run(_ command: String, input: String = "") async throws -> Outcome {
    // Lines of their own: an `&` of the command leaves them in the foreground.
    let script = "cd \(scratch.path) || exit\n. ./functions\n\(command)"
    return try await bash.run([script], input: input, within: .seconds(90))
  }

  /// Runs a script to its end; what did not come out as it must is returned, and the script goes
  /// on.
  func failures(of script: KubectlScript) async throws -> [String] {
    var failures: [String] = []
    for step in try script.steps(for: version, namespace: namespace, node: node) {
      if let failure = try await failure(of: step) {
        failures.append("kubectl \(version), \(script.name):\(step.line): \(failure)")
      }
    }
    return failures
  }

  private func failure(of step: KubectlScript.Step) async throws -> String? {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(30)
    while true {
      let outcome = try await run(step.command, input: step.input)
      guard let failure = step.difference(from: outcome) else { return nil }
      guard step.isRepeated, clock.now < deadline else { return failure }
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}

extension KubectlScript.Step {
  /// Nil where the outcome is as it must be.
  func difference(from outcome: Outcome) -> String? {
    let isRight =
      outcome.status == status && output.match(lines(outcome.output))
      && errors.map { $0.match(lines(outcome.errors)) } != false
    guard !isRight else { return nil }
    let wanted = errors.map { "\nand on standard error:\n\($0.text)" } ?? ""
    return """
      $ \(command)
      expected exit code \(status) and:
      \(output.text)\(wanted)
      got \(outcome)
      """
  }

  private func lines(_ text: String) -> ArraySlice<Substring> {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    return lines[...]
  }
}
