import Base
import Linux

/// A Python with packages from PyPI, made once beside the build and kept.
struct PythonEnvironment: Sendable {
  let folder: String

  var python: Program { Program(path: "\(folder)/bin/python3") }

  /// With exactly these packages, each with its version: `kubernetes==31.0.0`.
  static func with(_ packages: [String]) async throws -> PythonEnvironment {
    let name = packages.joined(separator: "-").map { $0.isLetter || $0.isNumber ? $0 : "-" }
    let build = Files.folder(of: Files.folder(of: Files.folder(of: try Program.keelson.get().path)))
    let folder = "\(build)/python-\(String(name))"
    let environment = PythonEnvironment(folder: folder)
    let mark = "\(folder)/complete"
    if Files.exists(mark) { return environment }
    let python = try Program.python.get()
    try await check(try await python.run(["-m", "venv", "--clear", folder], within: .seconds(120)))
    let pip = Program(path: "\(folder)/bin/pip")
    try await check(
      try await pip.run(
        ["install", "--quiet", "--disable-pip-version-check"] + packages, within: .seconds(300)))
    try Files.replace(mark, with: Bytes("complete\n"))
    return environment
  }

  private static func check(_ outcome: Outcome) async throws {
    guard outcome.status == 0 else {
      throw Overdue(
        what: "a Python environment (apt-get install python3-venv)", seconds: 0,
        detail: outcome.description)
    }
  }
}
