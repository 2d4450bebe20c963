import Base
import EventLoop
import Linux

/// A container's first process and what flows from it into its log.
final class RunningContainer {
  let process: Process
  let group: PodCgroups.Group
  private let log: LogFile
  private let loop: EventLoop
  private let logger: Logger
  private var outputs: [ContainerOutput] = []
  private var isLogBroken = false

  init(
    process: Process, group: PodCgroups.Group, log: LogFile, loop: EventLoop, logger: Logger
  ) {
    self.process = process
    self.group = group
    self.log = log
    self.loop = loop
    self.logger = logger
  }

  func attach(
    _ reader: consuming FileDescriptor, as stream: ContainerLog.Stream
  ) throws(Errno) {
    outputs.append(
      try ContainerOutput(reader, loop: loop) { [unowned self] bytes, isEnd in
        write(bytes, from: stream, isEnd: isEnd)
      })
  }

  /// Takes what the pipes still hold and lets them go.
  func close() {
    for output in outputs { output.drain() }
    outputs = []
  }

  /// A log that cannot be written (a full disk) loses lines, never the process.
  private func write(_ bytes: Bytes, from stream: ContainerLog.Stream, isEnd: Bool) {
    do throws(Errno) {
      try log.write(bytes, from: stream, isEnd: isEnd)
      isLogBroken = false
    } catch {
      if !isLogBroken { logger.error("cannot write the log", ["error": error]) }
      isLogBroken = true
    }
  }
}

/// The reading end of one of a container's streams.
private final class ContainerOutput: EventSource {
  private let loop: EventLoop
  private let reader: FileDescriptor
  private let handler: (Bytes, _ isEnd: Bool) -> Void
  private var isOpen = true

  private static let readBytes = 16 << 10
  /// What is read of a stream whose writer escaped the sweep, before it is let go.
  private static let drainBytesMax = 1 << 20

  init(
    _ reader: consuming FileDescriptor, loop: EventLoop,
    handler: @escaping (Bytes, _ isEnd: Bool) -> Void
  ) throws(Errno) {
    self.loop = loop
    self.reader = reader
    self.handler = handler
    try self.reader.setNonblocking()
    try loop.register(self.reader.rawValue, .readable, self)
  }

  func ready(_ readiness: Epoll.Readiness) {
    _ = readOnce()
  }

  func drain() {
    var drained = 0
    while isOpen, drained < Self.drainBytesMax {
      let count = readOnce()
      if count == 0 { break }
      drained += count
    }
    if isOpen { end() }
  }

  /// Bytes that were read; 0 where none wait or the stream has ended.
  private func readOnce() -> Int {
    do throws(Errno) {
      let bytes = try reader.read(Self.readBytes)
      if bytes.isEmpty {
        end()
      } else {
        handler(bytes, false)
      }
      return bytes.count
    } catch {
      if error != .wouldBlock { end() }
      return 0
    }
  }

  private func end() {
    isOpen = false
    loop.deregister(reader.rawValue)
    handler(Bytes(), true)
  }
}
