internal import CLinux

/// A non-blocking TCP socket; closed when this value ends.
public struct Socket: ~Copyable {
  public let descriptor: FileDescriptor

  private init(owning number: Int32) {
    descriptor = FileDescriptor(owning: number)
  }

  public var rawValue: Int32 { descriptor.rawValue }

  /// A listening socket. Port 0 lets the kernel choose: see `localAddress`.
  public static func listen(
    on address: SocketAddress, backlog: Int32 = 1024
  ) throws(Errno) -> Socket {
    let socket = try open(for: address)
    // Else a restarted server waits for its old connections' TIME_WAIT.
    _ = try check(clinux_reuse_address(socket.rawValue))
    if case .v6 = address.host { _ = try check(clinux_v6_only(socket.rawValue)) }
    var system = address.system
    _ = try check(unsafe clinux_bind(socket.rawValue, &system))
    _ = try check(clinux_listen(socket.rawValue, backlog))
    return socket
  }

  /// Begins to connect; writability tells the end, `pendingError` the outcome.
  public static func connect(to address: SocketAddress) throws(Errno) -> Socket {
    let socket = try open(for: address)
    _ = try check(clinux_no_delay(socket.rawValue))
    var system = address.system
    let outcome = unsafe clinux_connect(socket.rawValue, &system)
    if -outcome != Errno.inProgress.rawValue { _ = try check(outcome) }
    return socket
  }

  /// A connection that waits on a listening socket, or nil.
  public func accept() throws(Errno) -> AcceptedSocket? {
    var peer = clinux_address()
    let outcome = unsafe clinux_accept(rawValue, &peer)
    if -outcome == Errno.wouldBlock.rawValue { return nil }
    let socket = Socket(owning: try check(outcome))
    _ = try check(clinux_no_delay(socket.rawValue))
    return AcceptedSocket(socket: socket, peer: SocketAddress(peer))
  }

  public func localAddress() throws(Errno) -> SocketAddress {
    var system = clinux_address()
    _ = try check(unsafe clinux_local_address(rawValue, &system))
    return SocketAddress(system)
  }

  public func peerAddress() throws(Errno) -> SocketAddress {
    var system = clinux_address()
    _ = try check(unsafe clinux_peer_address(rawValue, &system))
    return SocketAddress(system)
  }

  /// The error that the kernel keeps for this socket (SO_ERROR), which reading it clears.
  public func pendingError() throws(Errno) {
    _ = try check(clinux_socket_error(rawValue))
  }

  /// TCP keep-alive probes: a peer whose host is gone is noticed.
  public func setKeepAlive(
    idleSeconds: Int32, intervalSeconds: Int32, probes: Int32
  ) throws(Errno) {
    _ = try check(clinux_keep_alive(rawValue, idleSeconds, intervalSeconds, probes))
  }

  /// Sends FIN: the peer reads an end behind what was written.
  public func shutdownWrite() throws(Errno) {
    _ = try check(clinux_shutdown_write(rawValue))
  }

  /// Bytes that the kernel took; nil where its buffer is full.
  public func send(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int? {
    // Safety: the kernel reads within the buffer's bounds during the call.
    let outcome = unsafe clinux_send(rawValue, bytes.baseAddress, bytes.count)
    if -outcome == Int64(Errno.wouldBlock.rawValue) { return nil }
    return Int(try check(outcome))
  }

  /// Bytes that came, 0 at the end of the stream; nil where there are none yet.
  public func receive(into bytes: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
    // Safety: the kernel writes within the buffer's bounds during the call.
    let outcome = unsafe clinux_receive(rawValue, bytes.baseAddress, bytes.count)
    if -outcome == Int64(Errno.wouldBlock.rawValue) { return nil }
    return Int(try check(outcome))
  }

  private static func open(for address: SocketAddress) throws(Errno) -> Socket {
    switch address.host {
    case .v4: Socket(owning: try check(clinux_socket(4)))
    case .v6: Socket(owning: try check(clinux_socket(6)))
    }
  }
}

/// A connection as a listener hands it out.
public struct AcceptedSocket: ~Copyable {
  public var socket: Socket
  public let peer: SocketAddress

  public consuming func take() -> Socket { socket }
}
