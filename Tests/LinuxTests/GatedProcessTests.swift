import Base
import Linux
import Testing

/// A folder of its own, removed with the test.
private final class Scratch {
  let path: String

  init() throws {
    path = "/tmp/keelson-linux-\(String(Machine.randomWord(), radix: 16))"
    try Files.makeFolder(path)
  }

  deinit {
    do { try Files.removeTree(path) } catch {
      // The next boot clears temporary files.
    }
  }
}

@Suite struct `A gated process` {
  private func touching(_ path: String) -> ProcessSpecification {
    ProcessSpecification("/bin/sh", ["-c", "echo ran > '\(path)'"])
  }

  @Test func `exists before it runs, and runs once it is let go`() throws {
    let scratch = try Scratch()
    let gated = try GatedProcess(touching(scratch.path + "/file"))
    let pid = gated.pid
    #expect(try ProcessStatus.read(pid: pid)?.isZombie == false)
    #expect(!Files.exists(scratch.path + "/file"))
    let process = try gated.open()
    #expect(process.pid == pid)
    #expect(try process.wait() == .exited(code: 0))
    #expect(try Files.read(scratch.path + "/file").text == "ran\n")
  }

  @Test func `that is not let go ends without having run`() throws {
    let scratch = try Scratch()
    var gated: GatedProcess? = try GatedProcess(touching(scratch.path + "/file"))
    let process = Process(pid: gated?.pid ?? 0)
    gated = nil
    #expect(try process.wait() == .exited(code: 125))
    #expect(!Files.exists(scratch.path + "/file"))
  }

  @Test func `reports what exec says, and is reaped then`() throws {
    let gated = try GatedProcess(ProcessSpecification("/no/such"))
    let pid = gated.pid
    do {
      _ = try gated.open()
      Issue.record("a program that does not exist ran")
    } catch {
      #expect(error == .notFound)
    }
    #expect(throws: Errno.noChild) { try Process(pid: pid).wait() }
  }
}

@Suite struct `A watch over a folder` {
  @Test func `tells what was written, moved in and removed, by name`() throws {
    let scratch = try Scratch()
    let watch = try FolderWatch()
    let token = try watch.add(scratch.path)
    #expect(try watch.take().isEmpty)
    try Files.replace(scratch.path + "/a", with: "1")
    try Files.remove(scratch.path + "/a")
    let changes = try watch.take()
    #expect(changes.allSatisfy { $0.folder == token })
    // `replace` writes a draft and renames it.
    #expect(changes.map(\.name) == ["a.new", "a", "a"])
    try watch.remove(token)
    try Files.replace(scratch.path + "/b", with: "1")
    #expect(try watch.take().isEmpty)
  }

  @Test func `tells when a file open for writing closes, and not when a reader does`() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/lock"
    let writer = try Files.open(path, [.write, .create])
    let watch = try FolderWatch()
    _ = try watch.add(scratch.path)
    _ = try Files.read(path)
    #expect(try watch.take().isEmpty)
    try writer.close()
    #expect(try watch.take().map(\.name) == ["lock"])
  }
}
