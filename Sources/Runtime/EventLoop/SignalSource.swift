public import Base
public import Linux

/// Signals as events of a loop. Make it before any thread starts, or that thread takes them.
public final class SignalSource: EventSource {
  private let loop: EventLoop
  private let descriptor: SignalDescriptor
  private let handler: (Signal) -> Void

  /// The loop holds the source from now on.
  public init(
    _ signals: [Signal], loop: EventLoop, handler: @escaping (Signal) -> Void
  ) throws(Errno) {
    self.loop = loop
    self.handler = handler
    descriptor = try SignalDescriptor(signals)
    try loop.register(descriptor.rawValue, .readable, self)
  }

  public func close() {
    loop.deregister(descriptor.rawValue)
  }

  public func ready(_ readiness: Epoll.Readiness) {
    do {
      while let signal = try descriptor.take() { handler(signal) }
    } catch {
      preconditionFailure("signalfd: \(error)")
    }
  }
}

/// Tells once that a process has ended; it need not be a child.
public final class ProcessWatcher: EventSource {
  private let loop: EventLoop
  private let descriptor: ProcessDescriptor
  private let handler: () -> Void
  private var isRegistered = false

  /// Fails with `noProcess` where the pid is free. A child still has to be reaped.
  public init(
    pid: Int32, loop: EventLoop, onExit handler: @escaping () -> Void
  ) throws(Errno) {
    self.loop = loop
    self.handler = handler
    descriptor = try ProcessDescriptor(pid: pid)
    try loop.register(descriptor.rawValue, .readable, self)
    isRegistered = true
  }

  /// By handle, so never to a later process with the same pid.
  public func signal(_ signal: Signal) throws(Errno) {
    try descriptor.signal(signal)
  }

  public func cancel() {
    if isRegistered { loop.deregister(descriptor.rawValue) }
    isRegistered = false
  }

  public func ready(_ readiness: Epoll.Readiness) {
    cancel()
    handler()
  }
}

/// Output of a child or input of a terminal: a readable descriptor on a loop.
public final class ReadSource: EventSource {
  private let loop: EventLoop
  private let descriptor: FileDescriptor
  private let handler: (Result<Bytes, Errno>) -> Void
  private var isRegistered = false

  /// Takes over a descriptor that epoll knows (pipe, terminal, socket). `handler` gets what comes;
  /// empty bytes are the end, after which, as after a failure, nothing more comes.
  public init(
    _ descriptor: consuming FileDescriptor, loop: EventLoop,
    handler: @escaping (Result<Bytes, Errno>) -> Void
  ) throws(Errno) {
    self.loop = loop
    self.descriptor = descriptor
    self.handler = handler
    try self.descriptor.setNonblocking()
    try loop.register(self.descriptor.rawValue, .readable, self)
    isRegistered = true
  }

  public func cancel() {
    if isRegistered { loop.deregister(descriptor.rawValue) }
    isRegistered = false
  }

  public func ready(_ readiness: Epoll.Readiness) {
    do {
      let bytes = try descriptor.read(16384)
      if bytes.isEmpty { cancel() }
      handler(.success(bytes))
    } catch .wouldBlock {
      return
    } catch {
      cancel()
      handler(.failure(error))
    }
  }
}
