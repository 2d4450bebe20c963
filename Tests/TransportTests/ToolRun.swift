import Base
import EventLoop
import Linux
import Testing

/// A foreign program that runs beside a loop, with its output gathered.
final class ToolRun {
  private let process: Process
  private let loop: EventLoop
  private var output = ByteBuffer()
  private var errors = ByteBuffer()
  private var openStreams = 2
  private var exit: ProcessExit?
  private(set) var isReaped = false
  private let input: FileDescriptor

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts `command` from PATH; a missing one fails with the Debian package that brings it.
  init(
    _ command: String, _ arguments: [String], package: String, loop: EventLoop
  ) throws {
    self.loop = loop
    let path = Machine.environmentValue("PATH") ?? "/usr/bin:/bin"
    guard let program = Process.find(command, path: path) else {
      throw Missing(description: "\(command) is missing: apt-get install \(package)")
    }
    let outputPipe = try Pipe()
    let errorPipe = try Pipe()
    let inputPipe = try Pipe()
    var specification = ProcessSpecification(program, arguments)
    specification.descriptors = [
      inputPipe.reader.rawValue, outputPipe.writer.rawValue, errorPipe.writer.rawValue,
    ]
    specification.newGroup = true
    process = try Process.spawn(specification)
    input = try inputPipe.writer.duplicate()
    let outputReader = try outputPipe.reader.duplicate()
    let errorReader = try errorPipe.reader.duplicate()
    _ = try ReadSource(outputReader, loop: loop) { [self] part in take(part, isError: false) }
    _ = try ReadSource(errorReader, loop: loop) { [self] part in take(part, isError: true) }
  }

  private func take(_ part: Result<Bytes, Errno>, isError: Bool) {
    guard case .success(let bytes) = part, !bytes.isEmpty else {
      openStreams -= 1
      return
    }
    if isError { errors.write(bytes) } else { output.write(bytes) }
  }

  func type(_ text: String) throws {
    try input.write(Bytes(text))
  }

  var outputText: String { output.bytes.text }
  var errorText: String { errors.bytes.text }
  var outputCount: Int { output.count }

  /// Whether it has ended and everything that it wrote was read.
  var hasEnded: Bool {
    if !isReaped {
      do {
        exit = try process.poll()
      } catch {
        Issue.record("waitpid: \(error)")
      }
      isReaped = exit != nil
    }
    return isReaped && openStreams == 0
  }

  /// Its exit code once it has ended; fails the test where that takes more than 20 s.
  func finish() -> Int32 {
    // A child's end is no event of the loop, so it is asked for now and then.
    let pulse = loop.scheduleRepeating(every: .milliseconds(10)) {}
    defer { pulse.cancel() }
    let ended = loop.run(atMost: .seconds(20)) { hasEnded }
    #expect(ended, "the tool did not end: \(errorText)")
    if !ended { stop() }
    return exit?.shellCode ?? -1
  }

  func stop() {
    guard !isReaped else { return }
    do {
      try process.signal(.kill)
      exit = try process.wait()
    } catch {
      Issue.record("kill: \(error)")
    }
    isReaped = true
  }
}
