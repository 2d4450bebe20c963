import Base
import EventLoop
import Linux
import Testing

@Suite final class `The disk behind its thread` {
  private let root: String
  private let loop: EventLoop
  private let disk: DiskThread
  private let outcomes: Outcomes

  private final class Outcomes {
    var list: [(token: UInt64, error: DiskError?)] = []
  }

  init() throws {
    root = "/tmp/keelson-disk-\(Machine.processID)-\(Machine.randomWord())"
    try Files.makeFolder(root)
    loop = try EventLoop()
    let outcomes = Outcomes()
    self.outcomes = outcomes
    disk = try DiskThread(root: root, loop: loop) { token, error in
      outcomes.list.append((token.value, error))
    }
  }

  deinit {
    disk.close()
    do {
      try Files.removeTree(root)
    } catch {
      // A left-over folder under /tmp harms no test.
      return
    }
  }

  /// Submits and waits for the outcome.
  private func run(_ operations: [DiskOperation]) -> DiskError? {
    let token = UInt64(outcomes.list.count)
    disk.submit(operations, token: DiskToken(token))
    let hasCome = loop.run(atMost: .seconds(10)) { self.outcomes.list.count > token }
    #expect(hasCome)
    #expect(outcomes.list.last?.token == token)
    return outcomes.list.last?.error
  }

  @Test func `a created file is zeros that take up their space`() throws {
    #expect(run([.makeFolder("wal"), .create("wal/a", size: 3 << 20), .syncFolder("wal")]) == nil)
    #expect(try disk.size("wal/a") == 3 << 20)
    let status = try Files.status(root + "/wal/a")
    #expect(status.allocatedBytes >= 3 << 20)
    let bytes = try disk.read("wal/a", offset: 0, count: 4 << 20)
    #expect(bytes.count == 3 << 20 && bytes.array.allSatisfy { $0 == 0 })
  }

  @Test func `writes land where they belong and survive a rename`() throws {
    #expect(
      run([
        .create("a", size: 100), .write("a", offset: 10, "ten"), .write("a", offset: 98, "end+"),
        .sync("a"), .rename("a", to: "b"), .write("b", offset: 0, "new"), .sync("b"),
        .syncFolder(nil),
      ]) == nil)
    #expect(try disk.list(nil) == ["b"])
    #expect(try disk.size("b") == 102)
    #expect(try disk.read("b", offset: 0, count: 3) == "new")
    #expect(try disk.read("b", offset: 10, count: 3) == "ten")
    #expect(try disk.read("b", offset: 98, count: 100) == "end+")
    #expect(try disk.read("b", offset: 102, count: 1).isEmpty)
  }

  @Test func `a rename over a file that is in use leaves the new one`() throws {
    #expect(
      run([
        .create("a", size: 0), .write("a", offset: 0, "old"), .create("b", size: 0),
        .write("b", offset: 0, "new"), .rename("b", to: "a"), .write("a", offset: 3, "er"),
      ]) == nil)
    #expect(try disk.read("a", offset: 0, count: 10) == "newer")
    #expect(run([.remove("a"), .create("a", size: 2)]) == nil)
    #expect(try disk.read("a", offset: 0, count: 10) == Bytes([0, 0]))
  }

  @Test func `the first failure ends a submission and names the file`() throws {
    let error = run([
      .create("a", size: 1), .write("missing", offset: 0, "x"), .write("a", offset: 0, "never"),
    ])
    #expect(error == .notFound("missing"))
    #expect(try disk.read("a", offset: 0, count: 10) == Bytes([0]))
    #expect(run([.write("a", offset: 0, "Z")]) == nil)
    #expect(try disk.read("a", offset: 0, count: 10) == "Z")
  }

  @Test func `a full disk is no space`() throws {
    // full(4): every write to it fails with ENOSPC.
    try Files.makeLink(root + "/full", to: "/dev/full")
    #expect(run([.write("full", offset: 0, "x")]) == .noSpace("full"))
  }

  @Test func `a device that fails is the kernel's number`() throws {
    // proc(5): address 0 of this process is mapped to nothing, so access to it fails with EIO.
    try Files.makeLink(root + "/broken", to: "/proc/self/mem")
    #expect(
      run([.write("broken", offset: 0, "x")])
        == .failed("broken", errno: Errno.inputOutput.rawValue))
    #expect(throws: DiskError.failed("broken", errno: Errno.inputOutput.rawValue)) {
      _ = try self.disk.read("broken", offset: 0, count: 1)
    }
  }

  @Test func `submissions are answered in order`() throws {
    #expect(run([.create("a", size: 0)]) == nil)
    for number in 1...500 {
      let byte = Bytes([UInt8(truncatingIfNeeded: number)])
      disk.submit(
        [.write("a", offset: UInt64(number), byte)], token: DiskToken(UInt64(number)))
    }
    #expect(loop.run(atMost: .seconds(10)) { self.outcomes.list.count == 501 })
    #expect(outcomes.list.map(\.token) == Array(0...500))
    #expect(outcomes.list.allSatisfy { $0.error == nil })
    #expect(try disk.size("a") == 501)
  }

  @Test func `more files than are kept open still work`() throws {
    let files = (0..<200).map { FilePath("f\($0)") }
    for file in files { #expect(run([.create(file, size: 0)]) == nil) }
    for (number, file) in files.enumerated() {
      #expect(run([.write(file, offset: 0, Bytes("\(number)")), .sync(file)]) == nil)
    }
    for (number, file) in files.enumerated() {
      #expect(try disk.read(file, offset: 0, count: 10) == Bytes("\(number)"))
    }
    #expect(try disk.list(nil).count == 200)
    #expect(try disk.list("no/such/folder").isEmpty)
  }

  @Test func `a folder of nothing is refused`() {
    #expect(throws: Errno.notFound) {
      _ = try DiskThread(root: self.root + "/nothing", loop: self.loop) { _, _ in }
    }
  }
}
