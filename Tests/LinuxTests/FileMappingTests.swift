import Base
import Linux
import Testing

@Suite struct `Mapped files` {
  private func withFile(_ content: [UInt8], _ body: (String) throws -> Void) throws {
    let path = "/tmp/keelson-mapping-\(Machine.processID)-\(Machine.randomWord())"
    try Files.replace(path, with: Bytes(content))
    defer { #expect(throws: Never.self) { try Files.remove(path) } }
    try body(path)
  }

  @Test func `a mapping has the file's bytes, also after its pages were released`() throws {
    let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try withFile(content) { path in
      let mapping = try FileMapping(path)
      #expect(Array(mapping.bytes) == content)
      mapping.releasePages()
      #expect(Array(mapping.bytes) == content)
    }
  }

  @Test func `a mapping outlives the file's name`() throws {
    let content: [UInt8] = Array("kept".utf8)
    var mapping: FileMapping?
    try withFile(content) { path in mapping = try FileMapping(path) }
    let kept = try #require(mapping)
    #expect(Array(kept.bytes) == content)
  }

  @Test func `an empty file is mapped, a missing one is not`() throws {
    try withFile([]) { path in
      let mapping = try FileMapping(path)
      #expect(mapping.bytes.count == 0)
    }
    #expect(throws: Errno.notFound) { _ = try FileMapping("/tmp/keelson-no-such-file") }
  }
}
