internal import CLinux

/// Tells when names in folders are written and closed, moved in or removed, inotify(7).
public struct FolderWatch: ~Copyable {
  /// Names one watched folder.
  public struct Token: Hashable, Sendable {
    let number: Int32
  }

  public struct Change: Hashable, Sendable {
    /// Nil where the kernel dropped changes: anything may have changed.
    public let folder: Token?
    public let name: String
  }

  private let descriptor: FileDescriptor

  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check(clinux_inotify()))
  }

  /// Readable while changes wait.
  public var rawValue: Int32 { descriptor.rawValue }

  /// The same folder again gives the same token. `writes`: every write is told, and names that are
  /// made.
  public func add(_ folder: String, writes: Bool = false) throws(Errno) -> Token {
    // Safety: the pointer is read during the call only.
    Token(
      number: try check(
        unsafe folder.withCString {
          unsafe writes
            ? clinux_inotify_watch_writes(descriptor.rawValue, $0)
            : clinux_inotify_watch(descriptor.rawValue, $0)
        }))
  }

  public func remove(_ token: Token) throws(Errno) {
    _ = try check(clinux_inotify_unwatch(descriptor.rawValue, token.number))
  }

  /// The changes that wait, in their order.
  public func take() throws(Errno) -> [Change] {
    var changes: [Change] = []
    // Safety: the callback runs during the call only, on this thread, and copies the name.
    _ = try check(
      unsafe withUnsafeMutablePointer(to: &changes) { list in
        unsafe clinux_inotify_take(descriptor.rawValue, list) { context, watch, name in
          guard let context = unsafe context, let name = unsafe name else { return }
          let list = unsafe context.assumingMemoryBound(to: [Change].self)
          let token = watch < 0 ? nil : Token(number: watch)
          unsafe list.pointee.append(Change(folder: token, name: unsafe String(cString: name)))
        }
      })
    return changes
  }
}
