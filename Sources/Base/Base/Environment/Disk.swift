/// A file below the shell's data directory: components joined by `/`, never absolute, no `..`.
public struct FilePath: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
  public let text: String

  public init(_ text: String) {
    precondition(!text.hasPrefix("/") && !text.isEmpty, "paths are relative to the data directory")
    self.text = text
  }

  public init(stringLiteral value: String) {
    self.init(value)
  }

  public static func < (left: FilePath, right: FilePath) -> Bool { left.text < right.text }

  /// The folder that holds this file; nil at the top.
  public var folder: FilePath? {
    guard let slash = text.lastIndex(of: "/") else { return nil }
    return FilePath(String(text[..<slash]))
  }
}

/// One step on a disk. Steps of one submission run in order; the first failure ends it.
public enum DiskOperation: Equatable, Sendable {
  /// Makes the folder and those above it; none of it is durable before `syncFolder` of its parent.
  case makeFolder(FilePath)
  /// Makes the file, or empties it, and fills it with `size` zero bytes that are allocated.
  case create(FilePath, size: Int)
  /// Writes at a byte offset; the file exists.
  case write(FilePath, offset: UInt64, Bytes)
  /// fdatasync: everything written to the file before is durable when this succeeds.
  case sync(FilePath)
  /// fsync of a folder (nil is the data directory): names made, renamed or removed in it are
  /// durable.
  case syncFolder(FilePath?)
  case rename(FilePath, to: FilePath)
  case remove(FilePath)
}

/// The kinds of failure that a caller treats differently.
public enum DiskError: Error, Equatable, Sendable {
  /// ENOSPC or EDQUOT.
  case noSpace(FilePath)
  case notFound(FilePath)
  /// Anything else, with the number that errno(3) lists.
  case failed(FilePath, errno: Int32)
}

/// Names one submission; chosen by the submitter, given back with the outcome.
public struct DiskToken: Hashable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }
}

/// The storage seam. Submissions run one after the other, off the caller's thread; each outcome
/// comes back on the caller's loop as an event. Blocking reads are for recovery, before the loop
/// runs.
public protocol Disk: AnyObject {
  /// Runs the operations in order and reports by the completion that the shell set up.
  func submit(_ operations: [DiskOperation], token: DiskToken)

  /// Names in a folder, sorted; empty where the folder does not exist. Blocks.
  func list(_ folder: FilePath?) throws(DiskError) -> [String]
  /// The file's length in bytes. Blocks.
  func size(_ file: FilePath) throws(DiskError) -> UInt64
  /// Up to `count` bytes from `offset`; fewer only at the end of the file. Blocks.
  func read(_ file: FilePath, offset: UInt64, count: Int) throws(DiskError) -> Bytes
  /// Runs operations at once. Blocks.
  func perform(_ operations: [DiskOperation]) throws(DiskError)
}
