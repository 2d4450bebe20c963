public import Base
internal import CLinux

/// A file that is read by looking at memory (mmap(2)). A read error of the disk ends the process by
/// SIGBUS. Not Sendable.
@safe public final class FileMapping: MappedFile {
  private let start: UnsafeRawPointer?
  private let count: Int

  @unsafe public var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: start, count: count)
  }

  /// The whole file as long as it is now.
  public init(_ path: String) throws(Errno) {
    let descriptor = try Files.open(path, [.read])
    count = Int(clamping: try descriptor.status().size)
    guard count > 0 else {
      unsafe start = nil
      return
    }
    var place: UnsafeMutableRawPointer?
    // Safety: the call sets the place of a mapping of `count` bytes, which outlives the descriptor.
    let outcome = unsafe clinux_map(descriptor.rawValue, count, &place)
    unsafe start = UnsafeRawPointer(place)
    _ = try check(outcome)
  }

  deinit {
    guard let start = unsafe start else { return }
    // Safety: mapped in init with this length; nothing that was handed out outlives the object.
    let outcome = unsafe clinux_unmap(start, count)
    precondition(outcome == 0, "a mapping is released once")
  }

  public func releasePages() {
    guard let start = unsafe start else { return }
    // Safety: the mapping is private and never written to, so the file has all its bytes.
    let outcome = unsafe clinux_release_pages(start, count)
    precondition(outcome == 0, "the pages are a mapping's")
  }
}
