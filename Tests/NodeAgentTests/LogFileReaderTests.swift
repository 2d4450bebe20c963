import Base
import Linux
import Testing

@testable import NodeAgent

@Suite struct `Reading a log's files` {
  private let folder: String
  private var path: String { folder + "/1.log" }

  init() throws {
    folder = "/tmp/keelson-test-\(Machine.processID)-\(Machine.randomWord())"
    try Files.makeFolder(folder)
  }

  private func append(_ text: String, to path: String) throws {
    try Files.open(path, [.write, .create, .append]).write(Bytes(text))
  }

  private func all(_ reader: LogFileReader) throws -> String {
    var text = ""
    while true {
      let bytes = try reader.read()
      if bytes.isEmpty { return text }
      text += bytes.text
    }
  }

  @Test func `from the file put aside to the end of the present one`() throws {
    try append("1\n2\n", to: path + ".1")
    try append("3\n4\n", to: path)
    #expect(try all(LogFileReader(path: path, tailLines: nil)) == "1\n2\n3\n4\n")
    try Files.removeTree(folder)
  }

  @Test(arguments: [
    (0, ""), (1, "4\n"), (2, "3\n4\n"), (3, "2\n3\n4\n"), (4, "1\n2\n3\n4\n"),
    (9, "1\n2\n3\n4\n"),
  ])
  func `the last lines, also across both files`(lines: Int, text: String) throws {
    try append("1\n2\n", to: path + ".1")
    try append("3\n4\n", to: path)
    #expect(try all(LogFileReader(path: path, tailLines: lines)) == text)
    try Files.removeTree(folder)
  }

  @Test func `the last lines of a file longer than one read`() throws {
    let lines = (1...30_000).map { "line \($0)\n" }
    try append(lines.joined(), to: path)
    for count in [1, 7, 9_000, 29_999, 30_000] {
      #expect(
        try all(LogFileReader(path: path, tailLines: count)) == lines.suffix(count).joined())
    }
    try Files.removeTree(folder)
  }

  @Test func `what is written behind it, across the moment of putting aside`() throws {
    let reader = try LogFileReader(path: path, tailLines: nil)
    #expect(try all(reader) == "")
    try append("1\n", to: path)
    #expect(try all(reader) == "1\n")
    try append("2\n", to: path)
    try Files.rename(path, to: path + ".1")
    #expect(try all(reader) == "2\n")
    try append("3\n", to: path)
    #expect(try all(reader) == "3\n")
    try append("4\n", to: path)
    #expect(try all(reader) == "4\n")
    try Files.removeTree(folder)
  }

  @Test func `no lines of a log that is not there`() throws {
    #expect(try all(LogFileReader(path: path, tailLines: 3)) == "")
    try Files.removeTree(folder)
  }
}
