public import Base
public import Linux

/// Why a connection is no more.
public enum TCPCloseReason: Hashable, Sendable {
  /// `close` or `abort` on this side.
  case local
  /// The peer ended the stream after this side had.
  case peer
  /// The kernel reports it: refused, reset, timed out, unreachable.
  case failed(Errno)
  /// No connection within the time allowed.
  case connectTimedOut
}

/// What a connection tells its user, on the loop's thread.
public protocol TCPConnectionDelegate: AnyObject {
  /// An outgoing connection stands. Not called for accepted ones.
  func connected(_ connection: TCPConnection)
  func received(_ bytes: Bytes, on connection: TCPConnection)
  /// The peer sends no more; this side may still write.
  func peerClosed(_ connection: TCPConnection)
  /// Unsent output crossed the high mark, or fell to the low mark after that.
  func congestionChanged(_ connection: TCPConnection)
  /// Once, as the last call, and never from within a call of the user's.
  func closed(_ connection: TCPConnection, because reason: TCPCloseReason)
}

/// A TCP connection on a loop. Output is gathered and written once per turn, at the turn's end.
///
/// The loop holds the connection, and it holds its delegate, until `closed` was delivered.
public final class TCPConnection: EventSource {
  private let loop: EventLoop
  private let socket: Socket
  private var state: State
  private var interest: Epoll.Readiness
  private var output = ByteBuffer()
  /// Bytes at the front of `output` that the kernel has taken.
  private var sentCount = 0
  private var isFlushScheduled = false
  private var isReadingPaused = false
  private var hasPeerClosed = false
  private var timer: LoopTimer?
  private var delegate: (any TCPConnectionDelegate)?

  public let peerAddress: SocketAddress
  /// Unsent output is above the high mark and has not fallen to the low mark yet.
  public private(set) var isCongested = false
  public let marks: Marks

  /// Bounds of unsent output, in bytes.
  public struct Marks: Hashable, Sendable {
    public var low: Int
    public var high: Int

    public init(low: Int, high: Int) {
      precondition(0 <= low && low <= high, "the low mark is not above the high one")
      self.low = low
      self.high = high
    }

    public static let standard = Marks(low: 256 << 10, high: 1 << 20)
  }

  private enum State {
    case connecting
    case open
    /// `close` was called: what is unsent goes out first.
    case flushing
    /// The stream's end is sent; what comes in is read and dropped until the peer's end, for unread
    /// input would turn our close into a reset that overtakes the output (RFC 9112 section 9.6).
    case lingering
    case closed
  }

  private enum Bounds {
    /// Reads in one turn: a fast sender leaves the others their share.
    static let readsPerTurn = 4
    static let linger = Duration.seconds(2)
    /// How long a closing connection may take to send what is left.
    static let flush = Duration.seconds(10)
  }

  /// Takes over an accepted socket.
  public init(
    _ socket: consuming Socket, peer: SocketAddress, loop: EventLoop,
    delegate: any TCPConnectionDelegate, marks: Marks = .standard
  ) throws(Errno) {
    self.loop = loop
    self.socket = socket
    self.delegate = delegate
    self.marks = marks
    peerAddress = peer
    state = .open
    interest = .readable
    try loop.register(self.socket.rawValue, interest, self)
  }

  /// Begins to connect; `connected` or `closed` tells the outcome.
  public init(
    to address: SocketAddress, timeout: Duration, loop: EventLoop,
    delegate: any TCPConnectionDelegate, marks: Marks = .standard
  ) throws(Errno) {
    self.loop = loop
    self.delegate = delegate
    self.marks = marks
    peerAddress = address
    socket = try Socket.connect(to: address)
    state = .connecting
    interest = .writable
    try loop.register(socket.rawValue, interest, self)
    timer = loop.schedule(after: timeout) { [self] in end(.connectTimedOut) }
  }

  public var isOpen: Bool {
    switch state {
    case .open: true
    case .connecting, .flushing, .lingering, .closed: false
    }
  }

  /// Bytes written but not yet taken by the kernel.
  public var unsentCount: Int { output.count - sentCount }

  public func localAddress() throws(Errno) -> SocketAddress { try socket.localAddress() }

  /// TCP keep-alive, see `Socket.setKeepAlive`.
  public func setKeepAlive(idleSeconds: Int32, intervalSeconds: Int32, probes: Int32) throws(Errno)
  {
    try socket.setKeepAlive(
      idleSeconds: idleSeconds, intervalSeconds: intervalSeconds, probes: probes)
  }

  // MARK: - Writing

  /// Appends to the output, which leaves at the end of this turn. Ignored once closing began.
  public func write(_ bytes: Bytes) {
    loop.preconditionOnLoop()
    guard acceptsOutput, !bytes.isEmpty else { return }
    output.write(bytes)
    outputGrew()
  }

  /// As `write(_: Bytes)`; empties `buffer`, whose storage is taken over where nothing waits.
  public func write(_ buffer: inout ByteBuffer) {
    loop.preconditionOnLoop()
    guard acceptsOutput, !buffer.isEmpty else { return buffer.removeAll() }
    if output.isEmpty {
      swap(&output, &buffer)
    } else {
      // Safety: the borrowed bytes are copied during the call.
      unsafe buffer.withUnsafeBytes { unsafe output.write(unsafe: $0) }
      buffer.removeAll()
    }
    outputGrew()
  }

  private var acceptsOutput: Bool {
    switch state {
    case .connecting, .open: true
    case .flushing, .lingering, .closed: false
    }
  }

  private func outputGrew() {
    if !isCongested && unsentCount > marks.high { setCongested(true) }
    // While the kernel's buffer is full, writability continues the output.
    guard case .open = state, !interest.contains(.writable), !isFlushScheduled else { return }
    isFlushScheduled = true
    loop.atTurnEnd { [self] in
      isFlushScheduled = false
      flush()
    }
  }

  private func flush() {
    switch state {
    case .open, .flushing: break
    case .connecting, .lingering, .closed: return
    }
    while unsentCount > 0 {
      do {
        // Safety: the kernel reads the rest of the borrowed output during the call.
        let taken = try sendRest()
        guard let taken else { break }
        sentCount += taken
      } catch {
        return end(.failed(error))
      }
    }
    compactOutput()
    setInterest(.writable, unsentCount > 0)
    if isCongested && unsentCount <= marks.low { setCongested(false) }
    if case .flushing = state, unsentCount == 0 { beginLinger() }
  }

  private func sendRest() throws(Errno) -> Int? {
    // Safety: the kernel reads the rest of the borrowed output during the call.
    let outcome: Result<Int?, Errno> = unsafe output.withUnsafeBytes { bytes in
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sentCount...])
      do throws(Errno) {
        return .success(try unsafe socket.send(rest))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private func compactOutput() {
    if unsentCount == 0 {
      // A burst's storage is not kept.
      output.removeAll(keepingCapacity: output.count <= 256 << 10)
      sentCount = 0
    } else if sentCount > 256 << 10 && sentCount > unsentCount {
      var rest = ByteBuffer(capacity: unsentCount)
      // Safety: the borrowed bytes are copied during the call.
      unsafe output.withUnsafeBytes {
        unsafe rest.write(unsafe: UnsafeRawBufferPointer(rebasing: $0[sentCount...]))
      }
      output = rest
      sentCount = 0
    }
  }

  private func setCongested(_ congested: Bool) {
    isCongested = congested
    delegate?.congestionChanged(self)
  }

  // MARK: - Reading

  /// Reads no more until `resumeReading`: the kernel's buffer fills, then the peer's.
  public func pauseReading() {
    loop.preconditionOnLoop()
    isReadingPaused = true
    updateReadInterest()
  }

  public func resumeReading() {
    loop.preconditionOnLoop()
    isReadingPaused = false
    updateReadInterest()
  }

  private func updateReadInterest() {
    switch state {
    case .open: setInterest(.readable, !isReadingPaused && !hasPeerClosed)
    // Drained without the user, so that the end is sent cleanly.
    case .flushing, .lingering: setInterest(.readable, !hasPeerClosed)
    case .connecting, .closed: break
    }
  }

  private func setInterest(_ part: Epoll.Readiness, _ on: Bool) {
    guard interest.contains(part) != on, !isClosed else { return }
    if on { interest.insert(part) } else { interest.remove(part) }
    loop.update(socket.rawValue, interest)
  }

  private var isClosed: Bool {
    if case .closed = state { return true }
    return false
  }

  public func ready(_ readiness: Epoll.Readiness) {
    if case .connecting = state { return finishConnecting() }
    if readiness.contains(.failed) {
      do {
        try socket.pendingError()
      } catch {
        return end(.failed(error))
      }
    }
    if interest.contains(.readable) && !readiness.isDisjoint(with: [.readable, .hungUp]) {
      read()
    } else if readiness.contains(.hungUp) {
      // Both directions are gone, and nobody wants to read: epoll would report it for ever.
      return end(.failed(.connectionReset))
    }
    if readiness.contains(.writable) { flush() }
  }

  private func finishConnecting() {
    if let timer { loop.cancel(timer) }
    timer = nil
    do {
      try socket.pendingError()
    } catch {
      return end(.failed(error))
    }
    state = .open
    interest = isReadingPaused ? [] : .readable
    loop.update(socket.rawValue, interest)
    delegate?.connected(self)
    flush()
  }

  private func read() {
    for _ in 0..<Bounds.readsPerTurn {
      guard interest.contains(.readable), !isClosed else { return }
      let count: Int?
      do {
        // Safety: the loop's buffer is used by one connection at a time, on the loop's thread.
        count = try unsafe socket.receive(into: loop.readBuffer)
      } catch {
        return end(.failed(error))
      }
      guard let count else { return }
      if count == 0 { return readEnd() }
      if case .open = state {
        let bytes = unsafe Bytes(Array(loop.readBuffer[..<count]))
        delegate?.received(bytes, on: self)
      }
      if unsafe count < loop.readBuffer.count { return }
    }
  }

  private func readEnd() {
    hasPeerClosed = true
    setInterest(.readable, false)
    switch state {
    case .open: delegate?.peerClosed(self)
    case .lingering: end(.local)
    case .connecting, .flushing, .closed: break
    }
  }

  // MARK: - Closing

  /// Sends what is unsent and the stream's end, then closes; a peer that takes too long is cut off.
  public func close() {
    loop.preconditionOnLoop()
    switch state {
    case .connecting: end(.local)
    case .open:
      state = .flushing
      timer = loop.schedule(after: Bounds.flush) { [self] in end(.local) }
      updateReadInterest()
      loop.atTurnEnd { [self] in flush() }
    case .flushing, .lingering, .closed: break
    }
  }

  /// Closes at once; what is unsent is lost.
  public func abort() {
    loop.preconditionOnLoop()
    end(.local)
  }

  private func beginLinger() {
    if let timer { loop.cancel(timer) }
    timer = nil
    guard !hasPeerClosed else { return end(.peer) }
    do {
      try socket.shutdownWrite()
    } catch {
      return end(.failed(error))
    }
    state = .lingering
    timer = loop.schedule(after: Bounds.linger) { [self] in end(.local) }
  }

  private func end(_ reason: TCPCloseReason) {
    guard !isClosed else { return }
    state = .closed
    if let timer { loop.cancel(timer) }
    timer = nil
    loop.deregister(socket.rawValue)
    output = ByteBuffer()
    sentCount = 0
    // The user may be in the middle of a call to this connection.
    loop.submitLocally { [self] in
      let last = delegate
      delegate = nil
      last?.closed(self, because: reason)
    }
  }
}
