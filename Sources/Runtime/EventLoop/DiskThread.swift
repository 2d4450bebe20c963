public import Base
public import Linux
internal import Synchronization

/// The disk seam on a real file system: a thread that runs submissions one after the other and
/// answers on the loop.
public final class DiskThread: Disk, @unchecked Sendable {
  // Safety: `queue` and `folder` are under their locks, `available` is safe on every thread, and
  // `completion` is reached on the loop only.
  private let loop: EventLoop
  private let folder: Mutex<DiskFolder>
  private let queue = Mutex(Queue())
  private let available: EventDescriptor
  private let completion: LoopBound<(DiskToken, DiskError?) -> Void>

  private struct Submission: Sendable {
    let operations: [DiskOperation]
    let token: DiskToken
  }

  private struct Queue: Sendable {
    var waiting: [Submission] = []
    var isClosed = false
  }

  /// Starts the thread. `root` is an existing folder. `completion` runs on the loop, once for each
  /// submission and in their order; a nil error means that every operation succeeded.
  public init(
    root: String, loop: EventLoop,
    completion: @escaping (DiskToken, DiskError?) -> Void
  ) throws(Errno) {
    self.loop = loop
    self.completion = LoopBound(completion, on: loop)
    folder = Mutex(try DiskFolder(root: root))
    available = try EventDescriptor(blocking: true)
    try Thread.start(name: "disk") { [self] in serve() }
  }

  /// Ends the thread after what was submitted; its last completions still come.
  public func close() {
    queue.withLock { $0.isClosed = true }
    available.signal()
  }

  public func submit(_ operations: [DiskOperation], token: DiskToken) {
    let submission = Submission(operations: operations, token: token)
    let mustWake = queue.withLock { queue in
      precondition(!queue.isClosed, "submitted to a closed disk")
      queue.waiting.append(submission)
      return queue.waiting.count == 1
    }
    if mustWake { available.signal() }
  }

  private func serve() {
    while true {
      available.take()
      let (submissions, isClosed) = queue.withLock { queue in
        var taken: [Submission] = []
        swap(&taken, &queue.waiting)
        return (taken, queue.isClosed)
      }
      for submission in submissions {
        let error = outcome(of: submission.operations)
        let token = submission.token
        loop.submit { [self] in completion.value(token, error) }
      }
      if isClosed { return }
    }
  }

  private func outcome(of operations: [DiskOperation]) -> DiskError? {
    do throws(DiskError) {
      try perform(operations)
      return nil
    } catch {
      return error
    }
  }

  public func perform(_ operations: [DiskOperation]) throws(DiskError) {
    try locked { (folder: inout DiskFolder) throws(DiskError) in
      for operation in operations { try folder.perform(operation) }
    }
  }

  public func list(_ path: FilePath?) throws(DiskError) -> [String] {
    try locked { (folder: inout DiskFolder) throws(DiskError) in try folder.list(path) }
  }

  public func size(_ file: FilePath) throws(DiskError) -> UInt64 {
    try locked { (folder: inout DiskFolder) throws(DiskError) in try folder.size(file) }
  }

  public func read(_ file: FilePath, offset: UInt64, count: Int) throws(DiskError) -> Bytes {
    try locked { (folder: inout DiskFolder) throws(DiskError) in
      try folder.read(file, offset: offset, count: count)
    }
  }

  private func locked<Value: Sendable>(
    _ body: (inout DiskFolder) throws(DiskError) -> Value
  ) throws(DiskError) -> Value {
    let result: Result<Value, DiskError> = folder.withLock { folder in
      do throws(DiskError) {
        return .success(try body(&folder))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
