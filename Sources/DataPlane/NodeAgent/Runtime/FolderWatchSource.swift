public import EventLoop
public import Linux

/// Changes in folders as events of a loop.
public final class FolderWatchSource: EventSource {
  private let loop: EventLoop
  private let watch: FolderWatch
  private let handler: ([FolderWatch.Change]) -> Void

  /// The loop holds the source until `close`.
  public init(loop: EventLoop, handler: @escaping ([FolderWatch.Change]) -> Void) throws(Errno) {
    self.loop = loop
    self.handler = handler
    watch = try FolderWatch()
    try loop.register(watch.rawValue, .readable, self)
  }

  public func add(_ folder: String, writes: Bool = false) throws(Errno) -> FolderWatch.Token {
    try watch.add(folder, writes: writes)
  }

  public func remove(_ token: FolderWatch.Token) throws(Errno) {
    try watch.remove(token)
  }

  public func close() {
    loop.deregister(watch.rawValue)
  }

  public func ready(_ readiness: Epoll.Readiness) {
    do {
      handler(try watch.take())
    } catch {
      preconditionFailure("inotify: \(error)")
    }
  }
}
