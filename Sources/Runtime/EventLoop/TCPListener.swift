internal import Base
public import Linux

/// A listening socket on a loop.
public final class TCPListener: EventSource {
  private let loop: EventLoop
  private let socket: Socket
  private let accept: (consuming Socket, SocketAddress) -> Void
  private var isRegistered = false
  private var pause: LoopTimer?

  /// Where it listens, with the port that the kernel chose if 0 was asked for.
  public let address: SocketAddress

  private enum Bounds {
    /// Connections taken in one turn: a flood leaves the others their share.
    static let acceptsPerTurn = 64
    /// How long nothing is accepted after descriptors or memory ran out.
    static let pause = Duration.milliseconds(100)
  }

  /// Listens at once; `accept` takes each connection over. The loop holds the listener until
  /// `close`.
  public init(
    on address: SocketAddress, loop: EventLoop,
    accept: @escaping (consuming Socket, SocketAddress) -> Void
  ) throws(Errno) {
    self.loop = loop
    self.accept = accept
    socket = try Socket.listen(on: address)
    self.address = try socket.localAddress()
    try loop.register(socket.rawValue, .readable, self)
    isRegistered = true
  }

  /// Accepts no more; the port is free when the last reference goes.
  public func close() {
    loop.preconditionOnLoop()
    if let pause { loop.cancel(pause) }
    pause = nil
    if isRegistered { loop.deregister(socket.rawValue) }
    isRegistered = false
  }

  public func ready(_ readiness: Epoll.Readiness) {
    for _ in 0..<Bounds.acceptsPerTurn {
      guard isRegistered, pause == nil else { return }
      do {
        guard let accepted = try socket.accept() else { return }
        let peer = accepted.peer
        accept(accepted.take(), peer)
      } catch .tooManyOpenFiles, .tooManyOpenFilesInSystem, .outOfMemory {
        // Level-triggered, so without a pause the loop would spin on what it cannot take.
        pauseAccepting()
      } catch {
        // The connection ended before it was taken (accept(2)); others may wait behind it.
        continue
      }
    }
  }

  private func pauseAccepting() {
    loop.update(socket.rawValue, [])
    pause = loop.schedule(after: Bounds.pause) { [self] in
      pause = nil
      loop.update(socket.rawValue, .readable)
    }
  }
}
