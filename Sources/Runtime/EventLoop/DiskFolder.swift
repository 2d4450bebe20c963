internal import Base
internal import Linux

/// The files below one folder, with the files in use kept open. One thread at a time.
struct DiskFolder: ~Copyable {
  private let root: FileDescriptor
  /// Few: a log's segments, a checkpoint in the making.
  private var open: [FilePath: OpenFile] = [:]
  private var uses: UInt64 = 0

  private enum Bounds {
    static let openFiles = 64
    /// Zeros written by one call.
    static let zeroBytes = 1 << 20
  }

  private final class OpenFile {
    let descriptor: FileDescriptor
    var lastUse: UInt64 = 0

    init(_ descriptor: consuming FileDescriptor) {
      self.descriptor = descriptor
    }
  }

  init(root path: String) throws(Errno) {
    root = try Files.open(path, [.read, .folder])
  }

  mutating func perform(_ operation: DiskOperation) throws(DiskError) {
    switch operation {
    case .makeFolder(let path): try makeFolder(path)
    case .create(let path, let size): try create(path, size: size)
    case .write(let path, let offset, let bytes):
      let file = try opened(path)
      try mapping(path) { () throws(Errno) in try file.descriptor.write(bytes, at: offset) }
    case .sync(let path):
      let file = try opened(path)
      try mapping(path) { () throws(Errno) in try file.descriptor.syncData() }
    case .syncFolder(let path): try syncFolder(path)
    case .rename(let source, let target):
      // What is open under the target's name is another file from now on.
      open[target] = nil
      let file = open.removeValue(forKey: source)
      try mapping(source) { () throws(Errno) in
        try Files.rename(source.text, to: target.text, in: root)
      }
      open[target] = file
    case .remove(let path):
      open[path] = nil
      try mapping(path) { () throws(Errno) in try Files.remove(path.text, in: root) }
    }
  }

  func list(_ folder: FilePath?) throws(DiskError) -> [String] {
    do {
      return try Files.list(folder?.text ?? ".", in: root)
    } catch .notFound {
      return []
    } catch {
      throw DiskFolder.translate(error, folder ?? ".")
    }
  }

  mutating func size(_ path: FilePath) throws(DiskError) -> UInt64 {
    let file = try opened(path)
    do {
      return try file.descriptor.status().size
    } catch {
      throw DiskFolder.translate(error, path)
    }
  }

  mutating func read(_ path: FilePath, offset: UInt64, count: Int) throws(DiskError) -> Bytes {
    let file = try opened(path)
    do {
      return try file.descriptor.read(count, at: offset)
    } catch {
      throw DiskFolder.translate(error, path)
    }
  }

  private func makeFolder(_ path: FilePath) throws(DiskError) {
    var partial = ""
    for part in path.text.split(separator: "/") {
      partial += partial.isEmpty ? String(part) : "/" + part
      do {
        try Files.makeFolder(partial, in: root)
      } catch .exists {
        continue
      } catch {
        throw DiskFolder.translate(error, path)
      }
    }
  }

  private mutating func create(_ path: FilePath, size: Int) throws(DiskError) {
    open[path] = nil
    do {
      let descriptor = try Files.open(path.text, in: root, [.read, .write, .create, .truncate])
      // Zeros and not only fallocate: unwritten extents cost a journal entry at each later sync.
      let zeros = Bytes(Array(repeating: 0, count: min(size, Bounds.zeroBytes)))
      var offset = 0
      while offset < size {
        let part = zeros.prefix(size - offset)
        try descriptor.write(part, at: UInt64(offset))
        offset += part.count
      }
      if size > 0 { try descriptor.syncData() }
      keep(OpenFile(descriptor), as: path)
    } catch {
      throw DiskFolder.translate(error, path)
    }
  }

  private func syncFolder(_ path: FilePath?) throws(DiskError) {
    try mapping(path ?? ".") { () throws(Errno) in
      guard let path else { return try root.sync() }
      try Files.open(path.text, in: root, [.read, .folder]).sync()
    }
  }

  private mutating func opened(_ path: FilePath) throws(DiskError) -> OpenFile {
    uses += 1
    if let file = open[path] {
      file.lastUse = uses
      return file
    }
    do {
      let file = OpenFile(try Files.open(path.text, in: root, [.read, .write]))
      keep(file, as: path)
      return file
    } catch {
      throw DiskFolder.translate(error, path)
    }
  }

  private mutating func keep(_ file: OpenFile, as path: FilePath) {
    if open.count >= Bounds.openFiles,
      let oldest = open.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      open[oldest.key] = nil
    }
    uses += 1
    file.lastUse = uses
    open[path] = file
  }

  private func mapping(
    _ path: FilePath, _ body: () throws(Errno) -> Void
  ) throws(DiskError) {
    do {
      try body()
    } catch {
      throw DiskFolder.translate(error, path)
    }
  }

  private static func translate(_ error: Errno, _ path: FilePath) -> DiskError {
    switch error {
    case .noSpace, .quotaExceeded: .noSpace(path)
    case .notFound: .notFound(path)
    default: .failed(path, errno: error.rawValue)
    }
  }
}
