import Base

/// A disk in memory that can lose power: sectors written since the last sync survive one by one or
/// not, names changed since the last sync of a folder survive up to some point.
final class CrashDisk: Disk {
  private final class File {
    var bytes: [UInt8] = []
    /// What a crash leaves at least.
    var durable: [UInt8] = []
  }

  private enum NameChange {
    case put(String, File)
    case remove(String)
  }

  private var names: [String: File] = [:]
  private var durableNames: [String: File] = [:]
  private var unsynced: [NameChange] = []
  /// Operations until the disk fails; nil: never.
  var operationsLeft: Int?

  func submit(_ operations: [DiskOperation], token: DiskToken) {
    preconditionFailure("the log's owner performs what the log asks for")
  }

  func list(_ folder: FilePath?) throws(DiskError) -> [String] {
    let prefix = folder.map { $0.text + "/" } ?? ""
    return names.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      .sorted()
  }

  func size(_ file: FilePath) throws(DiskError) -> UInt64 {
    UInt64(try find(file).bytes.count)
  }

  func read(_ file: FilePath, offset: UInt64, count: Int) throws(DiskError) -> Bytes {
    let bytes = try find(file).bytes
    let start = min(Int(offset), bytes.count)
    return Bytes(Array(bytes[start..<min(start + count, bytes.count)]))
  }

  func perform(_ operations: [DiskOperation]) throws(DiskError) {
    for operation in operations {
      if let left = operationsLeft {
        guard left > 0 else { throw .failed("disk", errno: 5) }
        operationsLeft = left - 1
      }
      try perform(operation)
    }
  }

  private func perform(_ operation: DiskOperation) throws(DiskError) {
    switch operation {
    case .makeFolder: break
    case .create(let path, let size):
      let file = File()
      file.bytes = [UInt8](repeating: 0, count: size)
      put(path.text, file)
    case .write(let path, let offset, let bytes):
      let file = try find(path)
      let end = Int(offset) + bytes.count
      if file.bytes.count < end {
        file.bytes += [UInt8](repeating: 0, count: end - file.bytes.count)
      }
      file.bytes.replaceSubrange(Int(offset)..<end, with: bytes.array)
    case .sync(let path):
      let file = try find(path)
      file.durable = file.bytes
    case .syncFolder:
      durableNames = names
      unsynced = []
    case .rename(let path, let target):
      let file = try find(path)
      put(target.text, file)
      remove(path.text)
    case .remove(let path):
      _ = try find(path)
      remove(path.text)
    }
  }

  private func find(_ path: FilePath) throws(DiskError) -> File {
    guard let file = names[path.text] else { throw .notFound(path) }
    return file
  }

  private func put(_ name: String, _ file: File) {
    names[name] = file
    unsynced.append(.put(name, file))
  }

  private func remove(_ name: String) {
    names[name] = nil
    unsynced.append(.remove(name))
  }

  /// The file's bytes, as the disk's owner may damage them.
  subscript(name: String) -> [UInt8] {
    get { names[name]?.bytes ?? [] }
    set {
      let file = names[name] ?? File()
      file.bytes = newValue
      file.durable = newValue
      names[name] = file
      durableNames[name] = file
    }
  }

  /// Every file's bytes by name.
  var contents: [String: [UInt8]] { names.mapValues(\.bytes) }

  /// Loses power: what was not synced survives by chance.
  func crash(_ random: inout PRNG) {
    operationsLeft = nil
    names = durableNames
    for change in unsynced {
      if random.chance(Ratio(1, in: 4)) { break }
      switch change {
      case .put(let name, let file): names[name] = file
      case .remove(let name): names[name] = nil
      }
    }
    unsynced = []
    durableNames = names
    for name in names.keys.sorted() {
      guard let file = names[name] else { continue }
      var survived = file.bytes
      for start in stride(from: 0, to: survived.count, by: 512) {
        let sector = start..<min(start + 512, survived.count)
        if random.chance(Ratio(1, in: 2)) { continue }
        for offset in sector {
          survived[offset] = offset < file.durable.count ? file.durable[offset] : 0
        }
      }
      file.bytes = survived
      file.durable = survived
    }
  }
}
