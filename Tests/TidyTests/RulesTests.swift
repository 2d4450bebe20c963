import Testing

/// Each rule on a planted sin and on the same thing done right: a rule that cannot fail is none.
@Suite struct `Rules catch what they are for` {
  let table = [
    TargetRow(name: "Raft", isPure: true, imports: ["Base"]),
    TargetRow(name: "Linux", isPure: false, imports: ["Base", "CLinux"]),
  ]

  func file(_ text: String, at path: String = "Sources/Store/Raft/A.swift") -> SourceFile {
    SourceFile(path: path, text: text)
  }

  @Test func `the manifest's rows are read`() throws {
    let manifest = """
      Row("Base", "Base", .pure),
      Row("HTTP", "Protocols", .pure, ["Base"]),
      Row(
        "Server", "Store", .shell,
        [
          "Base", "HTTP",
        ]),
      """
    #expect(
      try SourceTree.table(manifest: manifest) == [
        TargetRow(name: "Base", isPure: true, imports: []),
        TargetRow(name: "HTTP", isPure: true, imports: ["Base"]),
        TargetRow(name: "Server", isPure: false, imports: ["Base", "HTTP"]),
      ])
  }

  @Test func `an import that the row lacks`() {
    #expect(Rules.imports(file("public import Base\nimport WAL"), table: table).map(\.line) == [2])
  }

  @Test func `a foreign import in a pure target`() {
    #expect(Rules.imports(file("import Foundation"), table: table).count == 1)
    #expect(
      Rules.imports(file("import Glibc", at: "Sources/Base/Linux/A.swift"), table: table) == [])
  }

  @Test func `an import that only the row makes`() {
    #expect(Rules.needlessImports([file("struct A {}")], table: table).count == 1)
    #expect(Rules.needlessImports([file("import Base")], table: table) == [])
  }

  @Test func `a banned call, but not in prose`() {
    #expect(Rules.bannedCalls(file("let a = try? f()"), table: table).count == 1)
    #expect(Rules.bannedCalls(file("// why not try? here\nlet a = \"try?\""), table: table) == [])
    #expect(Rules.bannedCalls(file("Task { }"), table: table).count == 1)
    #expect(
      Rules.bannedCalls(file("Task { }", at: "Sources/Base/Linux/A.swift"), table: table) == [])
  }

  @Test func `unsafe in the wrong place or without a reason`() {
    #expect(Rules.unsafety(file("let a = unsafe b  // Safety: none")).count == 1)
    #expect(Rules.unsafety(file("let a = unsafe b", at: "Sources/Base/Linux/A.swift")).count == 1)
    let right = file("// Safety: c\nlet a = unsafe b", at: "Sources/Base/Linux/A.swift")
    #expect(Rules.unsafety(right) == [])
    #expect(Rules.unsafety(file("final class A: @unchecked Sendable {}")).count == 1)
  }

  @Test func `a long file, a long function and a long comment`() {
    let body = Array(repeating: "  let a = 1", count: 70).joined(separator: "\n")
    #expect(Rules.sizes(file("func f() {\n\(body)\n}")).map(\.line) == [1])
    #expect(Rules.sizes(file("init(a: Int) {\n\(body)\n}")).map(\.line) == [1])
    #expect(Rules.sizes(file(String(repeating: "\n", count: 701))).count == 1)
    let short = Array(repeating: "  let a = 1", count: 68).joined(separator: "\n")
    #expect(Rules.sizes(file("func f() {\n\(short)\n}")) == [])
    let comment = "  /// " + String(repeating: "a", count: 94)
    #expect(Rules.sizes(file(comment)) == [])
    #expect(Rules.sizes(file("\n\(comment)a")).map(\.line) == [2])
    let declared = "protocol P {\n  func f()\n}\nstruct S {\n  func g() {\n\(short)\n  }\n}"
    #expect(Rules.sizes(file(declared)) == [])
  }

  @Test func `a name that says nothing, a note without an issue, an unused fixture`() {
    #expect(Rules.names("Sources/Base/Base/StringUtil.swift").count == 1)
    #expect(Rules.names("Sources/Base/Base/Deque.swift") == [])
    #expect(Rules.notes(file("// TODO: later")).count == 1)
    #expect(Rules.notes(file("// TODO(ana, #12): later")) == [])
    #expect(Rules.unusedFixtures(["Fixtures/a/b.txt"], mentions: "c.txt").count == 1)
    #expect(Rules.unusedFixtures(["Fixtures/a/b.txt"], mentions: "b.txt") == [])
  }
}
