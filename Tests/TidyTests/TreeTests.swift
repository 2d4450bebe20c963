import Foundation
import Testing

/// The rules on this tree.
@Suite struct `The tree is tidy` {
  let sources: [SourceFile]
  let tests: [SourceFile]
  let table: [TargetRow]

  init() throws {
    sources = try SourceTree.swiftFiles(below: ["Sources", "Bench"])
    tests = try SourceTree.swiftFiles(below: ["Tests"])
    table = try SourceTree.table(manifest: SourceTree.text("Package.swift"))
  }

  @Test func `the tree was read`() {
    #expect(sources.count > 10)
    #expect(tests.count > 3)
    #expect(table.contains { $0.name == "Raft" && $0.isPure && $0.imports == ["Base"] })
  }

  @Test func `imports agree with the manifest's table`() {
    #expect(sources.flatMap { Rules.imports($0, table: table) } == [])
    #expect(Rules.needlessImports(sources, table: table) == [])
  }

  @Test func `nothing calls what has a better substitute`() {
    #expect(sources.flatMap { Rules.bannedCalls($0, table: table) } == [])
  }

  @Test func `unsafe code is where it may be, with its reason`() {
    #expect(sources.flatMap(Rules.unsafety) == [])
  }

  @Test func `files and functions are short`() {
    #expect(
      (sources + tests).filter { !$0.path.hasPrefix("Tests/TidyTests") }
        .flatMap(Rules.sizes) == [])
  }

  @Test func `names say what things are`() {
    #expect((sources + tests).flatMap { Rules.names($0.path) } == [])
    #expect(
      (sources + tests).filter { !$0.path.hasPrefix("Tests/TidyTests") }
        .flatMap(Rules.notes) == [])
  }

  @Test func `every fixture is used`() throws {
    var mentions = (sources + tests).map(\.lines).flatMap { $0 }.joined(separator: "\n")
    for page in [".ci/run", "README.md", "Package.swift"] { mentions += try SourceTree.text(page) }
    #expect(Rules.unusedFixtures(SourceTree.paths(below: "Fixtures"), mentions: mentions) == [])
  }

  @Test func `the top level holds what it may`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
    let allowed: Set = ["Package.swift", "Sources", "Tests", "Fixtures", "Bench", "README.md"]
    #expect(names.filter { !$0.hasPrefix(".") && !allowed.contains($0) } == [])
  }

  @Test func `CI runs the README's test command`() throws {
    let readme = try SourceTree.text("README.md")
    let commands = readme.split(separator: "\n").filter {
      $0.hasPrefix("apt-get ") && $0.contains("swift test")
    }
    #expect(commands.count == 1)
    #expect(try SourceTree.text(".ci/run").contains("README.md"))
  }
}
