import Base
import Linux

/// Reads the log of one attempt: from the full file that was put aside, if there is one, to the end
/// of the present one, also across the moment at which that is put aside.
final class LogFileReader {
  private let path: String
  private var file: OpenLog?
  /// Behind `file`, where that one was put aside.
  private var next: OpenLog?
  private var offset: UInt64 = 0

  private final class OpenLog {
    let descriptor: FileDescriptor
    let inode: UInt64

    init(_ path: String) throws(Errno) {
      descriptor = try Files.open(path, .read)
      inode = try descriptor.status().inode
    }
  }

  private static let readBytes = 64 << 10

  /// Stands at the beginning, or before the last `tailLines` lines. A log that is not there yet is
  /// empty.
  init(path: String, tailLines: Int?) throws(Errno) {
    self.path = path
    let present = try Self.open(path)
    let aside = try Self.open(path + ".1")
    file = aside ?? present
    next = aside == nil ? nil : present
    if let aside, let present, aside.inode == present.inode {
      // It was put aside between the two.
      next = nil
    }
    if let tailLines { try seek(before: tailLines) }
  }

  private static func open(_ path: String) throws(Errno) -> OpenLog? {
    do throws(Errno) {
      return try OpenLog(path)
    } catch {
      if error == .notFound { return nil }
      throw error
    }
  }

  // MARK: - The last lines

  private func seek(before lines: Int) throws(Errno) {
    var missing = lines
    if let last = next ?? file {
      let start = try Self.start(of: &missing, in: last)
      guard missing > 0, next != nil, let first = file else {
        (file, next, offset) = (last, nil, start)
        return
      }
      offset = try Self.start(of: &missing, in: first)
    }
  }

  /// Where the last `lines` lines begin; what the file lacks of them stays in `lines`.
  private static func start(of lines: inout Int, in log: OpenLog) throws(Errno) -> UInt64 {
    let size = try log.descriptor.status().size
    if lines == 0 { return size }
    var end = size
    // The last line's own end begins no line.
    var breaks = -1
    while end > 0 {
      let begin = end > UInt64(readBytes) ? end - UInt64(readBytes) : 0
      let bytes = try log.descriptor.read(Int(end - begin), at: begin)
      for place in stride(from: bytes.count - 1, through: 0, by: -1)
      where bytes[place] == UInt8(ascii: "\n") {
        breaks += 1
        if breaks == lines {
          lines = 0
          return begin + UInt64(place) + 1
        }
      }
      end = begin
    }
    lines -= max(0, breaks + 1)
    return 0
  }

  // MARK: - What comes next

  /// Empty at the end, behind which more may be written.
  func read() throws(Errno) -> Bytes {
    if file == nil { file = try Self.open(path) }
    guard let current = file else { return Bytes() }
    if let bytes = try take(current) { return bytes }
    if next == nil {
      guard let present = try Self.open(path), present.inode != current.inode else {
        return Bytes()
      }
      next = present
      // Written between the look and the moment at which it was put aside.
      if let bytes = try take(current) { return bytes }
    }
    file = next
    next = nil
    offset = 0
    return try read()
  }

  private func take(_ log: OpenLog) throws(Errno) -> Bytes? {
    let bytes = try log.descriptor.read(Self.readBytes, at: offset)
    offset += UInt64(bytes.count)
    return bytes.isEmpty ? nil : bytes
  }
}
