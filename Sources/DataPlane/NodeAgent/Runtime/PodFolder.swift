import Base
public import Linux
public import Node

/// What went wrong with a file of a pod's folder, and with which.
public enum PodFolderError: Error, Hashable, Sendable {
  case system(path: String, Errno)
  case contents(path: String, PodFileError)

  public var message: String {
    switch self {
    case .system(let path, let errno): "\(path): \(errno)"
    case .contents(let path, .notJSON(let text)): "\(path): not JSON: \(text)"
    case .contents(let path, .otherFormat(let expected)): "\(path): not of format \(expected)"
    case .contents(let path, .invalid(let field)): "\(path): \(field) is missing or invalid"
    }
  }
}

/// A pod's folder on its node:
///
///     desired         what the store said last, by the agent
///     orders          what the supervisor is to do, by the agent
///     record          what it did, by the supervisor, which alone holds `lock`
///     logs/<container>/<attempt>.log
///
/// Each file is replaced as a whole and durably, so a crash leaves the old one or the new one.
public struct PodFolder: Hashable, Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  public var uid: String { path.split(separator: "/").last.map(String.init) ?? "" }
  public var lockPath: String { path + "/lock" }
  public static let ordersName = "orders"
  public static let recordName = "record"
  public static let lockName = "lock"

  /// The log of one attempt of a container.
  public func logPath(container: String, attempt: Int) -> String {
    "\(path)/logs/\(container)/\(attempt).log"
  }

  public func desired() throws(PodFolderError) -> DesiredPodFile? {
    guard let (path, bytes) = try read("desired") else { return nil }
    do throws(PodFileError) {
      return try DesiredPodFile(decoding: bytes)
    } catch {
      throw .contents(path: path, error)
    }
  }

  public func orders() throws(PodFolderError) -> PodOrders? {
    guard let (path, bytes) = try read(Self.ordersName) else { return nil }
    do throws(PodFileError) {
      return try PodOrders(decoding: bytes)
    } catch {
      throw .contents(path: path, error)
    }
  }

  public func record() throws(PodFolderError) -> PodRecord? {
    guard let (path, bytes) = try read(Self.recordName) else { return nil }
    do throws(PodFileError) {
      return try PodRecord(decoding: bytes)
    } catch {
      throw .contents(path: path, error)
    }
  }

  public func write(_ desired: DesiredPodFile) throws(PodFolderError) {
    try write("desired", desired.encoded)
  }

  public func write(_ orders: PodOrders) throws(PodFolderError) {
    try write(Self.ordersName, orders.encoded)
  }

  public func write(_ record: PodRecord) throws(PodFolderError) {
    try write(Self.recordName, record.encoded)
  }

  /// Makes the folder, durably.
  public func make() throws(PodFolderError) {
    do throws(Errno) {
      try Files.makeFolders(path)
      try Files.syncFolder(Files.folder(of: path))
    } catch {
      throw .system(path: path, error)
    }
  }

  /// Whether a supervisor holds the lock. Asking takes the lock for a moment where it is free.
  public func isSupervised() throws(PodFolderError) -> Bool {
    do throws(Errno) {
      // Opened for reading: closing it must not look like a supervisor's end to a watch.
      let lock = try Files.open(lockPath, .read)
      return try !lock.tryLock(exclusive: false)
    } catch {
      if error == .notFound { return false }
      throw .system(path: lockPath, error)
    }
  }

  private func read(_ name: String) throws(PodFolderError) -> (path: String, bytes: Bytes)? {
    let file = path + "/" + name
    do throws(Errno) {
      return (file, try Files.read(file))
    } catch {
      if error == .notFound { return nil }
      throw .system(path: file, error)
    }
  }

  private func write(_ name: String, _ bytes: Bytes) throws(PodFolderError) {
    let file = path + "/" + name
    do throws(Errno) {
      try Files.replace(file, with: bytes)
    } catch {
      throw .system(path: file, error)
    }
  }
}
