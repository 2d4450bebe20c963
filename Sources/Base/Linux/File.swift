public import Base
internal import CLinux

/// How a file is opened; every descriptor is closed on exec.
public struct OpenOptions: OptionSet, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  public static let read = OpenOptions(rawValue: 1)
  public static let write = OpenOptions(rawValue: 2)
  public static let create = OpenOptions(rawValue: 4)
  public static let truncate = OpenOptions(rawValue: 8)
  public static let append = OpenOptions(rawValue: 16)
  /// With `create`: fails where the file exists.
  public static let exclusive = OpenOptions(rawValue: 32)
  public static let folder = OpenOptions(rawValue: 64)
  public static let nonblocking = OpenOptions(rawValue: 128)
  public static let noFollow = OpenOptions(rawValue: 256)
}

/// What a name stands for.
public struct FileStatus: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case file, folder, link, other }

  public let kind: Kind
  /// Permission bits, 0...0o7777.
  public let mode: UInt32
  public let owner: UInt32
  public let device: UInt64
  public let inode: UInt64
  /// Bytes.
  public let size: UInt64
  /// Bytes that the file takes up on the disk.
  public let allocatedBytes: UInt64
  /// Nanoseconds since 1970.
  public let modifiedNanoseconds: Int64

  init(_ status: clinux_status) {
    switch status.kind {
    case Int32(CLINUX_KIND_FILE): kind = .file
    case Int32(CLINUX_KIND_FOLDER): kind = .folder
    case Int32(CLINUX_KIND_LINK): kind = .link
    default: kind = .other
    }
    mode = status.mode
    owner = status.uid
    device = status.device
    inode = status.inode
    size = status.size
    allocatedBytes = status.allocated_bytes
    modifiedNanoseconds = status.modified_nanoseconds
  }
}

/// Room on a file system.
public struct FileSystemSpace: Hashable, Sendable {
  public let totalBytes: UInt64
  /// Free to processes without privilege.
  public let availableBytes: UInt64
  /// The magic number that statfs(2) lists: 0x63677270 is cgroup v2, 0x01021994 tmpfs.
  public let fileSystem: UInt64
}

/// Files by path. A path is relative to `folder` where one is given, else to the working directory.
public enum Files {
  public static func open(
    _ path: String, _ options: OpenOptions, mode: UInt32 = 0o600
  ) throws(Errno) -> FileDescriptor {
    // Safety: the call reads the path's bytes up to their zero.
    let outcome = unsafe clinux_open(clinux_at_cwd, path, options.rawValue, mode)
    return FileDescriptor(owning: try check(outcome))
  }

  public static func open(
    _ path: String, in folder: borrowing FileDescriptor, _ options: OpenOptions,
    mode: UInt32 = 0o600
  ) throws(Errno) -> FileDescriptor {
    let outcome = unsafe clinux_open(folder.rawValue, path, options.rawValue, mode)
    return FileDescriptor(owning: try check(outcome))
  }

  /// A file's whole contents.
  public static func read(_ path: String) throws(Errno) -> Bytes {
    try open(path, .read).readToEnd()
  }

  /// Replaces a file so that a reader or a crash sees the old contents or the new ones: written
  /// beside it, synced, renamed over it, folder synced.
  public static func replace(_ path: String, with bytes: Bytes, mode: UInt32 = 0o600) throws(Errno)
  {
    let draft = path + ".new"
    let file = try open(draft, [.write, .create, .truncate], mode: mode)
    try file.write(bytes)
    try file.sync()
    try file.close()
    try rename(draft, to: path)
    try syncFolder(folder(of: path))
  }

  public static func rename(_ source: String, to target: String) throws(Errno) {
    _ = try check(unsafe clinux_rename(clinux_at_cwd, source, target))
  }

  /// Both below one folder.
  public static func rename(
    _ source: String, to target: String, in folder: borrowing FileDescriptor
  ) throws(Errno) {
    _ = try check(unsafe clinux_rename(folder.rawValue, source, target))
  }

  public static func remove(_ path: String, in folder: borrowing FileDescriptor) throws(Errno) {
    _ = try check(unsafe clinux_unlink(folder.rawValue, path, 0))
  }

  public static func makeFolder(
    _ path: String, in folder: borrowing FileDescriptor, mode: UInt32 = 0o700
  ) throws(Errno) {
    _ = try check(unsafe clinux_mkdir(folder.rawValue, path, mode))
  }

  public static func remove(_ path: String) throws(Errno) {
    _ = try check(unsafe clinux_unlink(clinux_at_cwd, path, 0))
  }

  /// The folder must be empty.
  public static func removeFolder(_ path: String) throws(Errno) {
    _ = try check(unsafe clinux_unlink(clinux_at_cwd, path, 1))
  }

  /// Removes a file or a folder with all below it; links are removed, not followed. Nothing there
  /// is no error.
  public static func removeTree(_ path: String) throws(Errno) {
    do {
      guard try status(path, followLinks: false).kind == .folder else { return try remove(path) }
      for name in try list(path) { try removeTree(path + "/" + name) }
      try removeFolder(path)
    } catch {
      guard error == .notFound else { throw error }
    }
  }

  public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(Errno) {
    _ = try check(unsafe clinux_mkdir(clinux_at_cwd, path, mode))
  }

  /// Makes the folder and those above it; one that exists already is no error.
  public static func makeFolders(_ path: String, mode: UInt32 = 0o700) throws(Errno) {
    do {
      try makeFolder(path, mode: mode)
    } catch .exists {
      guard try status(path).kind == .folder else { throw .notFolder }
    } catch .notFound {
      try makeFolders(folder(of: path), mode: mode)
      try makeFolder(path, mode: mode)
    }
  }

  /// Names in a folder but `.` and `..`, sorted.
  public static func list(_ path: String) throws(Errno) -> [String] {
    try names(clinux_at_cwd, path)
  }

  /// Names in a folder below another, sorted.
  public static func list(_ path: String, in folder: borrowing FileDescriptor) throws(Errno)
    -> [String]
  {
    try names(folder.rawValue, path)
  }

  public static func status(_ path: String, followLinks: Bool = true) throws(Errno) -> FileStatus {
    var status = clinux_status()
    _ = try check(unsafe clinux_status(clinux_at_cwd, path, followLinks ? 1 : 0, &status))
    return FileStatus(status)
  }

  /// Whether something has that name; false too where the way to it cannot be searched.
  public static func exists(_ path: String) -> Bool {
    var status = clinux_status()
    return unsafe clinux_status(clinux_at_cwd, path, 1, &status) == 0
  }

  public static func space(_ path: String) throws(Errno) -> FileSystemSpace {
    var space = clinux_space()
    _ = try check(unsafe clinux_space(path, &space))
    return FileSystemSpace(
      totalBytes: space.total_bytes, availableBytes: space.available_bytes,
      fileSystem: space.filesystem)
  }

  public static func setMode(_ path: String, _ mode: UInt32) throws(Errno) {
    _ = try check(unsafe clinux_chmod(clinux_at_cwd, path, mode))
  }

  public static func makeLink(_ path: String, to target: String) throws(Errno) {
    _ = try check(unsafe clinux_symlink(target, clinux_at_cwd, path))
  }

  /// Where a symbolic link points.
  public static func linkTarget(_ path: String) throws(Errno) -> String {
    var buffer = [CChar](repeating: 0, count: 4097)
    // Safety: the call writes at most 4096 bytes; the last stays zero.
    let outcome = unsafe buffer.withUnsafeMutableBufferPointer {
      unsafe clinux_readlink(clinux_at_cwd, path, $0.baseAddress, 4096)
    }
    _ = try check(outcome)
    return text(ofCString: buffer)
  }

  /// Names made, renamed or removed in the folder are durable when this returns.
  public static func syncFolder(_ path: String) throws(Errno) {
    try open(path, [.read, .folder]).sync()
  }

  /// The folder part of a path: `.` where it has none.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func names(_ folder: Int32, _ path: String) throws(Errno) -> [String] {
    var names: [String] = []
    // Safety: `visit` runs only during the call, and the context is the local array.
    let outcome = unsafe withUnsafeMutablePointer(to: &names) { list in
      unsafe clinux_list(folder, path, list) { context, name in
        guard let context = unsafe context, let name = unsafe name else { return }
        let list = unsafe context.assumingMemoryBound(to: [String].self)
        unsafe list.pointee.append(String(cString: name))
      }
    }
    _ = try check(outcome)
    return names.sorted()
  }
}
