import Base

/// A disk that forgets what was not synced.
///
/// Files have what programs see and what a crash leaves. Between them lie sectors of 512 bytes that
/// were written and not synced: a crash keeps any subset of them, so writes are torn, lost and
/// reordered. Names that were made, moved or removed are lost from the end of their folder's list.
final class SimulatedDisk: Disk {
  static let sectorBytes = 512

  /// A file's content.
  final class Inode {
    var current: [UInt8] = []
    var durable: [UInt8] = []
    /// Sectors of `current` that may differ from `durable`.
    var dirty: Set<Int> = []
    var isLengthDirty = false

    func write(_ bytes: Bytes, at offset: Int) {
      let end = offset + bytes.count
      if end > current.count {
        current += Array(repeating: 0, count: end - current.count)
        isLengthDirty = true
      }
      guard !bytes.isEmpty else { return }
      current.replaceSubrange(offset..<end, with: bytes.array)
      for sector in offset / sectorBytes...(end - 1) / sectorBytes { dirty.insert(sector) }
    }

    func sync() {
      durable = current
      dirty = []
      isLengthDirty = false
    }

    /// Any subset of the dirty sectors survives.
    func crash(_ random: inout PRNG) {
      guard isLengthDirty || !dirty.isEmpty else { return }
      if isLengthDirty {
        let length = random.chance(Ratio(1, in: 2)) ? current.count : durable.count
        if length < durable.count { durable.removeLast(durable.count - length) }
        durable += Array(repeating: 0, count: max(0, length - durable.count))
      }
      let kept = Ratio(UInt64(random.below(5)), in: 4)
      for sector in dirty.sorted() where random.chance(kept) {
        let start = sector * sectorBytes
        let end = min(start + sectorBytes, current.count, durable.count)
        if start < end { durable.replaceSubrange(start..<end, with: current[start..<end]) }
      }
      current = durable
      dirty = []
      isLengthDirty = false
    }
  }

  private enum NameChange {
    case set(String, Inode)
    case move(String, to: String)
    case remove(String)
  }

  private struct Folder {
    var current: [String: Inode] = [:]
    var durable: [String: Inode] = [:]
    var changes: [NameChange] = []

    mutating func change(_ change: NameChange) {
      Folder.apply(change, to: &current)
      changes.append(change)
    }

    mutating func sync() {
      durable = current
      changes = []
    }

    mutating func crash(_ random: inout PRNG) {
      for change in changes.prefix(random.below(changes.count + 1)) {
        Folder.apply(change, to: &durable)
      }
      current = durable
      changes = []
    }

    private static func apply(_ change: NameChange, to names: inout [String: Inode]) {
      switch change {
      case .set(let name, let inode): names[name] = inode
      case .move(let name, let target):
        names[target] = names[name]
        names[name] = nil
      case .remove(let name): names[name] = nil
      }
    }
  }

  struct Submission {
    var operations: [DiskOperation]
    let token: DiskToken
  }

  private var folders: [String: Folder] = ["": Folder()]
  private var random: PRNG
  /// What was submitted and has not run, in order.
  private(set) var queue = Deque<Submission>()
  /// Bytes that files may take; creation beyond fails with no space.
  var capacityBytes = Int.max
  /// The next syncs fail, and what they should have kept is any subset.
  var syncsToFail = 0
  var sabotage: Simulation.Sabotage?
  /// What `diskSwapped` puts in place of the disk: an early state of it.
  private var early: [String: Folder]?
  private var crashes = 0
  /// A recovery stops after this many operations, as a crash in it would.
  var operationsBeforeCrash: Int?

  init(random: PRNG) {
    self.random = random
  }

  /// The process is gone and the machine restarts.
  func crash() {
    queue.removeAll()
    for name in folders.keys.sorted() {
      var inodes: [Inode] = []
      if let folder = folders[name] {
        inodes =
          (folder.current.sorted { $0.key < $1.key } + folder.durable.sorted { $0.key < $1.key })
          .map(\.value)
      }
      // An inode that is clean stays so: those that are met twice do not change again.
      for inode in inodes { inode.crash(&random) }
      folders[name]?.crash(&random)
    }
    operationsBeforeCrash = nil
    if sabotage == .diskSwapped { swapDisks() }
  }

  /// The first crash's content comes back after the third.
  private func swapDisks() {
    crashes += 1
    if crashes == 1 { early = copy(folders) }
    if crashes == 3, let early { folders = copy(early) }
  }

  private func copy(_ folders: [String: Folder]) -> [String: Folder] {
    folders.mapValues { folder in
      var copied = Folder()
      copied.current = folder.current.mapValues { inode in
        let twin = Inode()
        twin.current = inode.current
        twin.sync()
        return twin
      }
      copied.sync()
      return copied
    }
  }

  // MARK: - Submissions

  func submit(_ operations: [DiskOperation], token: DiskToken) {
    queue.append(Submission(operations: operations, token: token))
  }

  /// Runs the next operation. The token's outcome where it was the submission's last.
  func runNext() -> (token: DiskToken, error: DiskError?)? {
    guard var submission = queue.popFirst() else { return nil }
    if !submission.operations.isEmpty {
      let operation = submission.operations.removeFirst()
      do throws(DiskError) {
        try run(operation)
      } catch {
        return (submission.token, error)
      }
    }
    guard !submission.operations.isEmpty else { return (submission.token, nil) }
    queue.prepend(submission)
    return nil
  }

  var nextOperation: DiskOperation? { queue.first?.operations.first }

  private func run(_ operation: DiskOperation) throws(DiskError) {
    switch operation {
    case .makeFolder(let path): makeFolder(path)
    case .create(let path, let size): try create(path, size)
    case .write(let path, let offset, let bytes):
      let inode = try inode(path)
      if Int(offset) + bytes.count > inode.current.count { try reserve(bytes.count, path) }
      inode.write(bytes, at: Int(offset))
    case .sync(let path):
      let inode = try inode(path)
      if syncsToFail > 0 {
        syncsToFail -= 1
        // The kernel reports a failed write-back once and forgets the pages (fsyncgate).
        inode.crash(&random)
        throw .failed(path, errno: 5)
      }
      if sabotage != .syncsLost { inode.sync() }
    case .syncFolder(let path):
      folders[path?.text ?? ""]?.sync()
    case .rename(let source, let target):
      let moved = try inode(source)
      if folder(of: source) == folder(of: target) {
        // One step of the file system's journal: both names or neither.
        folders[folder(of: source)]?.change(.move(name(of: source), to: name(of: target)))
      } else {
        folders[folder(of: source)]?.change(.remove(name(of: source)))
        folders[folder(of: target)]?.change(.set(name(of: target), moved))
      }
    case .remove(let path):
      _ = try inode(path)
      folders[folder(of: path)]?.change(.remove(name(of: path)))
    }
  }

  private func makeFolder(_ path: FilePath) {
    if let above = path.folder { makeFolder(above) }
    // A folder's own name is durable at once: an empty folder and none mean the same to everybody.
    if folders[path.text] == nil { folders[path.text] = Folder() }
  }

  private func create(_ path: FilePath, _ size: Int) throws(DiskError) {
    guard folders[folder(of: path)] != nil else { throw .notFound(path) }
    try reserve(size, path)
    let inode = Inode()
    inode.current = Array(repeating: 0, count: size)
    inode.isLengthDirty = true
    folders[folder(of: path)]?.change(.set(name(of: path), inode))
  }

  private func reserve(_ bytes: Int, _ path: FilePath) throws(DiskError) {
    let used = folders.values.reduce(0) { sum, folder in
      folder.current.values.reduce(sum) { $0 + $1.current.count }
    }
    guard used + bytes <= capacityBytes else { throw .noSpace(path) }
  }

  // MARK: - Blocking calls, for recovery

  func list(_ folder: FilePath?) throws(DiskError) -> [String] {
    guard let found = folders[folder?.text ?? ""] else { return [] }
    var names = Array(found.current.keys)
    let prefix = folder.map { "\($0.text)/" } ?? ""
    for other in folders.keys where other.hasPrefix(prefix) && other != folder?.text ?? "" {
      let rest = other.dropFirst(prefix.count)
      if !rest.isEmpty, !rest.contains("/") { names.append(String(rest)) }
    }
    return names.sorted()
  }

  func size(_ file: FilePath) throws(DiskError) -> UInt64 {
    UInt64(try inode(file).current.count)
  }

  func read(_ file: FilePath, offset: UInt64, count: Int) throws(DiskError) -> Bytes {
    let content = try inode(file).current
    let start = min(Int(offset), content.count)
    return Bytes(Array(content[start..<min(start + count, content.count)]))
  }

  func perform(_ operations: [DiskOperation]) throws(DiskError) {
    for operation in operations {
      if let left = operationsBeforeCrash {
        operationsBeforeCrash = left - 1
        if left <= 0 { throw .failed("crash", errno: 4) }
      }
      try run(operation)
    }
  }

  private func inode(_ path: FilePath) throws(DiskError) -> Inode {
    guard let inode = folders[folder(of: path)]?.current[name(of: path)] else {
      throw .notFound(path)
    }
    return inode
  }

  private func folder(of path: FilePath) -> String { path.folder?.text ?? "" }

  private func name(of path: FilePath) -> String {
    path.folder.map { String(path.text.dropFirst($0.text.count + 1)) } ?? path.text
  }
}
