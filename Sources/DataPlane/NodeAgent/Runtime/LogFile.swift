import Base
import Linux

/// The log of one attempt: both streams in one file, kept below twice `bytesMax` by renaming the
/// full file to `<name>.1`.
final class LogFile {
  static let bytesMax: UInt64 = 10 << 20

  private let path: String
  private var file: FileDescriptor
  private var written: UInt64
  private var output = ContainerLog(.output)
  private var errors = ContainerLog(.errors)

  init(path: String) throws(Errno) {
    try Files.makeFolders(Files.folder(of: path))
    self.path = path
    file = try Self.open(path)
    written = try file.status().size
  }

  /// Takes what a stream gave; at its end, also a last line without an end.
  func write(
    _ bytes: Bytes, from stream: ContainerLog.Stream, isEnd: Bool = false
  ) throws(Errno) {
    let time = Machine.wallTime()
    var lines = ByteBuffer()
    switch stream {
    case .output:
      output.append(bytes, time: time, into: &lines)
      if isEnd { output.finish(time: time, into: &lines) }
    case .errors:
      errors.append(bytes, time: time, into: &lines)
      if isEnd { errors.finish(time: time, into: &lines) }
    }
    if lines.isEmpty { return }
    if written >= Self.bytesMax {
      try Files.rename(path, to: path + ".1")
      file = try Self.open(path)
      written = 0
    }
    let text = lines.take()
    try file.write(text)
    written += UInt64(text.count)
  }

  private static func open(_ path: String) throws(Errno) -> FileDescriptor {
    try Files.open(path, [.write, .create, .append], mode: 0o640)
  }
}
