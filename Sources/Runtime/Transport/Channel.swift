public import Base
public import Crypto
public import EventLoop
public import Linux

/// Why a channel is no more.
public enum ChannelCloseReason: Error, Hashable, Sendable {
  /// `close` or `abort` on this side.
  case local
  /// Both sides ended the stream.
  case peer
  case connection(Errno)
  case connectTimedOut
  case tls(TLSError)
  /// The TLS handshake took too long.
  case handshakeTimedOut
}

/// What a channel tells its user, on the loop's thread.
public protocol ChannelDelegate: AnyObject {
  /// Bytes may flow: connected, and with TLS the handshake is done and the peer is verified.
  func opened(_ channel: Channel)
  func received(_ bytes: Bytes, on channel: Channel)
  /// The peer sends no more; this side may still write.
  func peerClosed(_ channel: Channel)
  /// `isCongested` changed.
  func congestionChanged(_ channel: Channel)
  /// Once, as the last call.
  func closed(_ channel: Channel, because reason: ChannelCloseReason)
}

/// What channels of one kind share.
public struct ChannelSettings: Sendable {
  /// Nil: plain TCP.
  public var tls: TLSContext?
  /// Runs TLS handshakes; nil runs them on the loop, a millisecond of CPU each.
  public var workers: WorkerPool?
  public var connectTimeout = Duration.seconds(5)
  public var handshakeTimeout = Duration.seconds(10)
  public var marks = TCPConnection.Marks.standard

  public init(tls: TLSContext? = nil, workers: WorkerPool? = nil) {
    self.tls = tls
    self.workers = workers
  }
}

/// A stream of bytes over TCP, encrypted where its settings have a TLS context.
///
///     connecting -> handshaking -> open -> closing -> closed
///
/// Plaintext is gathered for a turn and encrypted at its end, so that records are large.
public final class Channel {
  private let loop: EventLoop
  private let settings: ChannelSettings
  private let session: TLSSession?
  private var connection: TCPConnection?
  private var delegate: (any ChannelDelegate)?
  private var state = State.connecting
  private var timer: LoopTimer?
  /// Plaintext of this turn, where there is a session.
  private var plaintext = ByteBuffer()
  private var isEncryptScheduled = false
  /// Ciphertext that came while a worker had the session.
  private var waiting: [Bytes] = []
  private var isHandshakeRunning = false
  private var hasPeerClosed = false
  private var failure: TLSError?

  public let peerAddress: SocketAddress

  private enum State {
    case connecting, handshaking, open, closing, closed
  }

  private enum Bounds {
    /// Plaintext that is decrypted and delivered at once.
    static let readBytes = 256 << 10
    /// Plaintext that is encrypted without waiting for the end of the turn.
    static let plaintextBytes = 1 << 20
  }

  /// Takes over an accepted socket.
  public init(
    accepting socket: consuming Socket, peer: SocketAddress, loop: EventLoop,
    settings: ChannelSettings, delegate: any ChannelDelegate
  ) throws(ChannelError) {
    self.loop = loop
    self.settings = settings
    self.delegate = delegate
    peerAddress = peer
    session = try Channel.makeSession(settings, serverName: nil)
    do {
      connection = try TCPConnection(
        socket, peer: peer, loop: loop, delegate: self, marks: settings.marks)
    } catch {
      throw .system(error)
    }
    // The user gets the channel from this call first, then `opened`.
    loop.submitLocally { [self] in transportOpened() }
  }

  /// Begins to connect. `serverName` is the name or address that the server's certificate must
  /// bear.
  public init(
    to address: SocketAddress, serverName: String, loop: EventLoop, settings: ChannelSettings,
    delegate: any ChannelDelegate
  ) throws(ChannelError) {
    self.loop = loop
    self.settings = settings
    self.delegate = delegate
    peerAddress = address
    session = try Channel.makeSession(settings, serverName: serverName)
    do {
      connection = try TCPConnection(
        to: address, timeout: settings.connectTimeout, loop: loop, delegate: self,
        marks: settings.marks)
    } catch {
      throw .system(error)
    }
  }

  private static func makeSession(
    _ settings: ChannelSettings, serverName: String?
  ) throws(ChannelError) -> TLSSession? {
    guard let tls = settings.tls else { return nil }
    do {
      return try tls.makeSession(serverName: serverName)
    } catch {
      throw .crypto(error)
    }
  }

  // MARK: - Facts

  public var isOpen: Bool { state == .open }
  public var isSecure: Bool { session != nil }

  /// Who the peer is, by its verified certificate; nil on plain channels.
  public var peer: CertificateIdentity? {
    state == .connecting || state == .handshaking ? nil : session?.peer
  }

  /// What ALPN chose.
  public var negotiatedProtocol: String? {
    state == .connecting || state == .handshaking ? nil : session?.negotiatedProtocol
  }

  /// Unsent output passed the high mark and did not fall to the low one yet.
  public var isCongested: Bool { connection?.isCongested ?? false }

  /// Bytes that wait here for the kernel.
  public var unsentCount: Int { plaintext.count + (connection?.unsentCount ?? 0) }

  public func setKeepAlive(idleSeconds: Int32, intervalSeconds: Int32, probes: Int32) throws(Errno)
  {
    try connection?.setKeepAlive(
      idleSeconds: idleSeconds, intervalSeconds: intervalSeconds, probes: probes)
  }

  // MARK: - Writing

  /// Leaves at the end of this turn; before `opened`, once that happened. Ignored when closing.
  public func write(_ bytes: Bytes) {
    loop.preconditionOnLoop()
    guard takesOutput, !bytes.isEmpty else { return }
    guard session != nil else {
      connection?.write(bytes)
      return
    }
    plaintext.write(bytes)
    scheduleEncryption()
  }

  /// As `write(_: Bytes)`; empties `buffer`.
  public func write(_ buffer: inout ByteBuffer) {
    loop.preconditionOnLoop()
    guard takesOutput, !buffer.isEmpty else { return buffer.removeAll() }
    guard session != nil else {
      connection?.write(&buffer)
      return
    }
    if plaintext.isEmpty {
      swap(&plaintext, &buffer)
    } else {
      plaintext.write(buffer.take())
    }
    scheduleEncryption()
  }

  private var takesOutput: Bool {
    switch state {
    case .connecting, .handshaking, .open: true
    case .closing, .closed: false
    }
  }

  private func scheduleEncryption() {
    guard state == .open else { return }
    if plaintext.count >= Bounds.plaintextBytes { return encrypt() }
    guard !isEncryptScheduled else { return }
    isEncryptScheduled = true
    loop.atTurnEnd { [self] in
      isEncryptScheduled = false
      encrypt()
    }
  }

  private func encrypt() {
    guard let session, state == .open, !plaintext.isEmpty else { return }
    do {
      try session.write(plaintext.take())
    } catch {
      return fail(error)
    }
    sendCiphertext()
  }

  private func sendCiphertext() {
    guard let session, session.hasOutput else { return }
    var ciphertext = ByteBuffer()
    session.takeOutput(into: &ciphertext)
    connection?.write(&ciphertext)
  }

  // MARK: - Reading

  /// Delivers no more until `resumeReading`; about one read may still come.
  public func pauseReading() {
    connection?.pauseReading()
  }

  public func resumeReading() {
    connection?.resumeReading()
  }

  private func decrypt() {
    guard let session else { return }
    while state == .open {
      var received = ByteBuffer()
      let isMore: Bool
      do {
        isMore = try session.read(into: &received, upTo: Bounds.readBytes)
      } catch {
        return fail(error)
      }
      // Reading can make output: an answer to a key update (RFC 8446 section 4.6.3).
      sendCiphertext()
      if !received.isEmpty { delegate?.received(received.take(), on: self) }
      if session.state == .closed { return notePeerClosed() }
      if !isMore { return }
    }
  }

  private func notePeerClosed() {
    guard !hasPeerClosed, state == .open else { return }
    hasPeerClosed = true
    delegate?.peerClosed(self)
  }

  // MARK: - Handshake

  private func transportOpened() {
    guard state == .connecting else { return }
    guard session != nil else { return becomeOpen() }
    state = .handshaking
    timer = loop.schedule(after: settings.handshakeTimeout) { [self] in
      timer = nil
      end(.handshakeTimedOut)
    }
    continueHandshake()
  }

  private func continueHandshake() {
    guard let session, state == .handshaking, !isHandshakeRunning else { return }
    for bytes in waiting { session.receive(bytes) }
    waiting.removeAll()
    guard let workers = settings.workers else {
      return finishHandshakeStep(Channel.step(session))
    }
    isHandshakeRunning = true
    loop.offload(to: workers) {
      Channel.step(session)
    } completion: { [self] outcome in
      isHandshakeRunning = false
      finishHandshakeStep(outcome)
    }
  }

  private static func step(_ session: TLSSession) -> Result<Bool, TLSError> {
    do throws(TLSError) {
      return .success(try session.handshake())
    } catch {
      return .failure(error)
    }
  }

  private func finishHandshakeStep(_ outcome: Result<Bool, TLSError>) {
    guard state == .handshaking else { return }
    // Also an alert, which tells the peer what was wrong.
    sendCiphertext()
    switch outcome {
    case .failure(let error): fail(error)
    case .success(true):
      becomeOpen()
      for bytes in waiting { session?.receive(bytes) }
      waiting.removeAll()
      decrypt()
      if hasPeerClosed { transportPeerClosed() }
    case .success(false):
      if !waiting.isEmpty { return continueHandshake() }
      if hasPeerClosed { fail(.truncated) }
    }
  }

  private func becomeOpen() {
    cancelTimer()
    state = .open
    delegate?.opened(self)
    if !plaintext.isEmpty { encrypt() }
  }

  // MARK: - Closing

  /// Sends what is unsent and says goodbye, then closes.
  public func close() {
    loop.preconditionOnLoop()
    switch state {
    case .connecting, .handshaking: abort()
    case .open:
      encrypt()
      guard state == .open else { return }
      state = .closing
      session?.close()
      sendCiphertext()
      connection?.close()
    case .closing, .closed: break
    }
  }

  /// Closes at once; what is unsent is lost.
  public func abort() {
    loop.preconditionOnLoop()
    end(.local)
  }

  private func fail(_ error: TLSError) {
    guard failure == nil, state != .closed, state != .closing else { return }
    failure = error
    cancelTimer()
    state = .closing
    // The alert goes out first.
    connection?.close()
  }

  private func end(_ reason: ChannelCloseReason) {
    guard state != .closed else { return }
    state = .closed
    cancelTimer()
    let last = delegate
    delegate = nil
    connection?.abort()
    connection = nil
    loop.submitLocally { [self] in last?.closed(self, because: reason) }
  }

  private func cancelTimer() {
    if let timer { loop.cancel(timer) }
    timer = nil
  }
}

/// Why a channel cannot even begin.
public enum ChannelError: Error, Hashable, Sendable {
  case system(Errno)
  case crypto(CryptoError)
}

extension Channel: TCPConnectionDelegate {
  public func connected(_ connection: TCPConnection) {
    transportOpened()
  }

  public func received(_ bytes: Bytes, on connection: TCPConnection) {
    guard let session else {
      if state == .connecting { transportOpened() }
      if state == .open { delegate?.received(bytes, on: self) }
      return
    }
    switch state {
    case .connecting: waiting.append(bytes)
    case .handshaking:
      waiting.append(bytes)
      continueHandshake()
    case .open:
      session.receive(bytes)
      decrypt()
    case .closing, .closed: break
    }
  }

  public func peerClosed(_ connection: TCPConnection) {
    transportPeerClosed()
  }

  private func transportPeerClosed() {
    guard let session else {
      if state == .connecting { transportOpened() }
      return notePeerClosed()
    }
    switch state {
    case .connecting, .handshaking:
      hasPeerClosed = true
      if !isHandshakeRunning && state == .handshaking { fail(.truncated) }
    case .open: if session.state != .closed { fail(.truncated) }
    case .closing, .closed: break
    }
  }

  public func congestionChanged(_ connection: TCPConnection) {
    if state == .open { delegate?.congestionChanged(self) }
  }

  public func closed(_ connection: TCPConnection, because reason: TCPCloseReason) {
    guard state != .closed else { return }
    if let failure { return end(.tls(failure)) }
    switch reason {
    case .local: end(.local)
    case .peer: end(.peer)
    case .failed(let errno): end(.connection(errno))
    case .connectTimedOut: end(.connectTimedOut)
    }
  }
}
