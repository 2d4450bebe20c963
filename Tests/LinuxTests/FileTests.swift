import Base
import Linux
import Testing

@Suite final class `Files on disk` {
  private let folder: String

  init() throws {
    folder = "/tmp/keelson-linux-\(Machine.processID)-\(Machine.randomWord())"
    try Files.makeFolder(folder)
  }

  deinit {
    do {
      try Files.removeTree(folder)
    } catch {
      // A left-over folder under /tmp harms no test.
      return
    }
  }

  private func path(_ name: String) -> String { folder + "/" + name }

  @Test func `what is written is read back, at any offset`() throws {
    let file = try Files.open(path("a"), [.read, .write, .create])
    try file.write("hello world", at: 0)
    try file.write("WORLD", at: 6)
    try file.syncData()
    #expect(try file.read(100, at: 0) == "hello WORLD")
    #expect(try file.read(3, at: 6) == "WOR")
    #expect(try file.read(3, at: 11).isEmpty)
    #expect(try file.status().size == 11)
    try file.truncate(to: 5)
    #expect(try Files.read(path("a")) == "hello")
  }

  @Test func `a file that exists is not made exclusively`() throws {
    _ = try Files.open(path("a"), [.write, .create, .exclusive])
    #expect(throws: Errno.exists) {
      _ = try Files.open(self.path("a"), [.write, .create, .exclusive])
    }
  }

  @Test func `errors have the kernel's number and text`() throws {
    #expect(throws: Errno.notFound) { _ = try Files.read(self.path("missing")) }
    #expect(throws: Errno.notFolder) { _ = try Files.list("/etc/passwd") }
    #expect(Errno.notFound.description == "No such file or directory")
    #expect(Errno.noSpace.description == "No space left on device")
  }

  @Test func `a replaced file has the new contents and no draft beside it`() throws {
    try Files.replace(path("a"), with: "one", mode: 0o640)
    try Files.replace(path("a"), with: "two", mode: 0o640)
    #expect(try Files.read(path("a")) == "two")
    #expect(try Files.list(folder) == ["a"])
    #expect(try Files.status(path("a")).mode == 0o640)
  }

  @Test func `folders are made with those above, and removed with all below`() throws {
    try Files.makeFolders(path("x/y/z"))
    try Files.makeFolders(path("x/y/z"))
    try Files.replace(path("x/y/file"), with: "1")
    try Files.makeLink(path("x/link"), to: "/etc")
    #expect(try Files.list(path("x")) == ["link", "y"])
    #expect(try Files.linkTarget(path("x/link")) == "/etc")
    #expect(try Files.status(path("x/link"), followLinks: false).kind == .link)
    #expect(throws: Errno.folderNotEmpty) { try Files.removeFolder(self.path("x")) }
    try Files.removeTree(path("x"))
    try Files.removeTree(path("x"))
    #expect(!Files.exists(path("x")))
    #expect(Files.exists("/etc/passwd"), "a link was followed")
  }

  @Test func `a lock is held by one open file at a time`() throws {
    let first = try Files.open(path("lock"), [.write, .create])
    let second = try Files.open(path("lock"), [.write])
    #expect(try first.tryLock())
    #expect(try !second.tryLock())
    try first.close()
    #expect(try second.tryLock())
  }

  @Test func `allocated space is taken from the disk`() throws {
    let file = try Files.open(path("a"), [.write, .create])
    try file.allocate(from: 0, count: 1 << 20)
    #expect(try file.status().allocatedBytes >= 1 << 20)
    #expect(try Files.space(folder).availableBytes > 0)
  }

  @Test func `a full device says so`() throws {
    let full = try Files.open("/dev/full", [.write])
    #expect(throws: Errno.noSpace) { try full.write("x") }
  }

  @Test func `an epoll reports what is ready with the number it was given`() throws {
    var epoll = try Epoll()
    let pipe = try Pipe()
    try epoll.add(pipe.reader.rawValue, .readable, data: 77)
    var events: [(data: UInt64, readiness: Epoll.Readiness)] = []
    try epoll.wait(milliseconds: 0, into: &events)
    #expect(events.isEmpty)
    try pipe.writer.write("x")
    try epoll.wait(milliseconds: 1000, into: &events)
    #expect(events.count == 1 && events[0].data == 77 && events[0].readiness == .readable)
  }

  @Test func `a timer's descriptor becomes readable`() throws {
    var epoll = try Epoll()
    let timer = try TimerDescriptor()
    try epoll.add(timer.rawValue, .readable, data: 1)
    let start = Machine.now()
    try timer.arm(nanoseconds: 20_000_000)
    var events: [(data: UInt64, readiness: Epoll.Readiness)] = []
    try epoll.wait(milliseconds: 5000, into: &events)
    #expect(events.count == 1)
    #expect(Machine.now() - start >= .milliseconds(20))
  }
}
