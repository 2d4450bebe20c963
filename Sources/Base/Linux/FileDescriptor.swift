public import Base
internal import CLinux

/// An open file, socket or kernel object; closed when this value ends.
public struct FileDescriptor: ~Copyable, Sendable {
  /// The kernel's number, for `Epoll` and for calls that only borrow.
  public let rawValue: Int32

  /// Takes over a descriptor that nothing else closes.
  public init(owning rawValue: Int32) {
    precondition(rawValue >= 0, "a descriptor is not negative")
    self.rawValue = rawValue
  }

  deinit {
    // What close(2) reports concerns earlier writes, which `sync` has reported already.
    _ = clinux_close(rawValue)
  }

  /// Closes now and reports what close(2) says.
  public consuming func close() throws(Errno) {
    let number = rawValue
    discard self
    _ = try check(clinux_close(number))
  }

  /// Gives the number away: the caller closes it.
  public consuming func release() -> Int32 {
    let number = rawValue
    discard self
    return number
  }

  /// A second descriptor for the same open file, closed on exec.
  public borrowing func duplicate() throws(Errno) -> FileDescriptor {
    FileDescriptor(owning: try check(clinux_duplicate(rawValue)))
  }

  public borrowing func setNonblocking() throws(Errno) {
    _ = try check(clinux_nonblocking(rawValue))
  }

  /// Up to `count` bytes; empty at the end of the file. `Errno.wouldBlock` where nothing is there
  /// yet.
  public borrowing func read(_ count: Int) throws(Errno) -> Bytes {
    let number = rawValue
    return try unsafe readInto(count) { pointer in unsafe clinux_read(number, pointer, count) }
  }

  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  public borrowing func read(_ count: Int, at offset: UInt64) throws(Errno) -> Bytes {
    let number = rawValue
    return try unsafe readInto(count) { pointer in
      var done: Int64 = 0
      while done < count {
        // Safety: writes behind what was read, at most up to `count` bytes in all.
        let got = unsafe clinux_pread(
          number, pointer?.advanced(by: Int(done)), count - Int(done), Int64(offset) + done)
        if got < 0 { return got }
        if got == 0 { break }
        done += got
      }
      return done
    }
  }

  /// All bytes from here to the end of the file.
  public borrowing func readToEnd() throws(Errno) -> Bytes {
    var buffer = ByteBuffer()
    while true {
      let part = try read(65536)
      if part.isEmpty { return buffer.take() }
      buffer.write(part)
    }
  }

  /// Writes from the start of `bytes` and answers how many were taken.
  @discardableResult
  public borrowing func writeSome(_ bytes: Bytes) throws(Errno) -> Int {
    let number = rawValue
    // Safety: the kernel reads the borrowed bytes during the call.
    let written = unsafe bytes.withUnsafeBytes { pointer in
      unsafe clinux_write(number, pointer.baseAddress, pointer.count)
    }
    return Int(try check(written))
  }

  public borrowing func write(_ bytes: Bytes) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty { rest = rest.dropFirst(try writeSome(rest)) }
  }

  public borrowing func write(_ bytes: Bytes, at offset: UInt64) throws(Errno) {
    let number = rawValue
    // Safety: the kernel reads the borrowed bytes during the call, from within their bounds.
    let outcome: Int64 = unsafe bytes.withUnsafeBytes { pointer in
      var done = 0
      while done < pointer.count {
        let written = unsafe clinux_pwrite(
          number, pointer.baseAddress?.advanced(by: done), pointer.count - done,
          Int64(offset) + Int64(done))
        if written < 0 { return written }
        done += Int(written)
      }
      return 0
    }
    _ = try check(outcome)
  }

  /// fdatasync(2): what was written is durable, and the size that reading it needs.
  public borrowing func syncData() throws(Errno) { _ = try check(clinux_fdatasync(rawValue)) }

  /// fsync(2): for a folder, its names are durable.
  public borrowing func sync() throws(Errno) { _ = try check(clinux_fsync(rawValue)) }

  /// Reserves space; `Errno.notSupported` where the file system cannot.
  public borrowing func allocate(from offset: UInt64, count: UInt64) throws(Errno) {
    _ = try check(clinux_allocate(rawValue, Int64(offset), Int64(count)))
  }

  public borrowing func truncate(to size: UInt64) throws(Errno) {
    _ = try check(clinux_truncate(rawValue, Int64(size)))
  }

  public borrowing func status() throws(Errno) -> FileStatus {
    var status = clinux_status()
    _ = try check(unsafe clinux_fstatus(rawValue, &status))
    return FileStatus(status)
  }

  /// flock(2) without waiting: false where another open file holds the lock. It ends when the last
  /// descriptor of this open file closes, also on a crash.
  public borrowing func tryLock(exclusive: Bool = true) throws(Errno) -> Bool {
    try check(clinux_lock(rawValue, exclusive ? 1 : 0, 0)) == 1
  }

  /// flock(2); blocks until the lock is free.
  public borrowing func lock(exclusive: Bool = true) throws(Errno) {
    _ = try check(clinux_lock(rawValue, exclusive ? 1 : 0, 1))
  }

  public borrowing func unlock() throws(Errno) { _ = try check(clinux_unlock(rawValue)) }

  public borrowing func setCloseOnExec(_ on: Bool) throws(Errno) {
    _ = try check(clinux_set_close_on_exec(rawValue, on ? 1 : 0))
  }

  public var isTerminal: Bool { clinux_is_terminal(rawValue) == 1 }

  private borrowing func readInto(
    _ count: Int, _ body: (UnsafeMutableRawPointer?) -> Int64
  ) throws(Errno) -> Bytes {
    var outcome: Int64 = 0
    // Safety: `body` writes at most `count` bytes and answers how many.
    let array = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      outcome = unsafe body(UnsafeMutableRawPointer(buffer.baseAddress))
      filled = max(0, Int(outcome))
    }
    _ = try check(outcome)
    return Bytes(array)
  }
}

/// The two ends of a pipe, closed on exec.
public struct Pipe: ~Copyable {
  public var reader: FileDescriptor
  public var writer: FileDescriptor

  public init() throws(Errno) {
    var ends: [Int32] = [-1, -1]
    // Safety: the call writes two descriptors.
    let outcome = unsafe ends.withUnsafeMutableBufferPointer {
      unsafe clinux_pipe($0.baseAddress)
    }
    _ = try check(outcome)
    reader = FileDescriptor(owning: ends[0])
    writer = FileDescriptor(owning: ends[1])
  }

  /// The end to read from; the other closes, so that this process does not keep the pipe open.
  public consuming func takeReader() -> FileDescriptor { reader }

  /// The end to write to; the other closes.
  public consuming func takeWriter() -> FileDescriptor { writer }
}

/// The process' own standard streams, borrowed: never closed.
public enum StandardStream: Int32, Sendable {
  case input = 0
  case output = 1
  case error = 2

  public var isTerminal: Bool { clinux_is_terminal(rawValue) == 1 }

  /// Columns of the terminal; nil where this is none.
  public var terminalColumns: Int? {
    let columns = clinux_terminal_columns(rawValue)
    return columns > 0 ? Int(columns) : nil
  }

  /// Writes all bytes; blocks while the reader is slow.
  public func write(_ bytes: Bytes) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty {
      // Safety: the kernel reads the borrowed bytes during the call.
      let written = unsafe rest.withUnsafeBytes { pointer in
        unsafe clinux_write(rawValue, pointer.baseAddress, pointer.count)
      }
      rest = rest.dropFirst(Int(try check(written)))
    }
  }

  /// Up to `count` bytes; empty at the end.
  public func read(_ count: Int) throws(Errno) -> Bytes {
    var outcome: Int64 = 0
    // Safety: the call writes at most `count` bytes and answers how many.
    let array = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      outcome = unsafe clinux_read(rawValue, buffer.baseAddress, count)
      filled = max(0, Int(outcome))
    }
    _ = try check(outcome)
    return Bytes(array)
  }
}
