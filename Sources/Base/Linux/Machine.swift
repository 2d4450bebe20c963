public import Base
internal import CLinux

/// This process and the host it runs on.
public enum Machine {
  /// CLOCK_MONOTONIC.
  public static func now() -> Instant {
    Instant(nanoseconds: clinux_monotonic_nanoseconds())
  }

  /// CLOCK_REALTIME.
  public static func wallTime() -> WallTime {
    WallTime(milliseconds: clinux_wall_nanoseconds() / 1_000_000)
  }

  /// CPU time that the calling thread has used.
  public static func threadCPUTime() -> Duration { .nanoseconds(clinux_thread_cpu_nanoseconds()) }

  /// CPU time that all threads of this process have used.
  public static func processCPUTime() -> Duration { .nanoseconds(clinux_process_cpu_nanoseconds()) }

  /// Processors that this process may run on.
  public static var processorCount: Int { Int(clinux_processors()) }

  /// Bytes of a memory page.
  public static var pageBytes: Int { Int(clinux_page_bytes()) }

  public static func randomWord() -> UInt64 {
    var word: UInt64 = 0
    let outcome = unsafe clinux_random(&word, 8)
    precondition(outcome == 0, "getrandom fails only where the kernel lacks it")
    return word
  }

  /// The host's name, at most 64 bytes.
  public static func hostName() throws(Errno) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // Safety: the call writes at most 256 bytes and ends them with a zero.
    let outcome = unsafe buffer.withUnsafeMutableBufferPointer {
      unsafe clinux_host_name($0.baseAddress, 256)
    }
    _ = try check(outcome)
    return text(ofCString: buffer)
  }

  /// The kernel's number of the calling thread.
  public static var threadID: Int32 { clinux_thread_id() }

  /// Names the calling thread among those that live now; cheaper than `threadID`.
  public static var threadToken: UInt64 { clinux_thread_token() }

  /// `NAME=value` each, in the order in which the process got them.
  public static var environment: [String] {
    var lines: [String] = []
    guard let list = unsafe clinux_environment() else { return [] }
    var position = 0
    // Safety: the array ends with a null pointer, and nobody changes the environment.
    while let line = unsafe list[position] {
      unsafe lines.append(String(cString: line))
      position += 1
    }
    return lines
  }

  /// The value of an environment variable.
  public static func environmentValue(_ name: String) -> String? {
    let prefix = name + "="
    return environment.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// The path of the running program.
  public static func executablePath() throws(Errno) -> String {
    try Files.linkTarget("/proc/self/exe")
  }

  /// RLIMIT_NOFILE.
  public static func openFilesLimit() throws(Errno) -> (soft: UInt64, hard: UInt64) {
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    _ = try check(unsafe clinux_limit_open_files(&soft, &hard))
    return (soft, hard)
  }

  /// Raises the soft limit of open files to the hard one.
  public static func raiseOpenFilesLimit() throws(Errno) {
    let limit = try openFilesLimit()
    _ = try check(clinux_set_limit_open_files(limit.hard, limit.hard))
  }

  /// Keeps what this process frees from staying with it; to be called before threads start.
  ///
  /// glibc lets the size from which on a block is a mapping of its own grow with the blocks that
  /// are freed, up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD). Buffers of a busy second then become
  /// holes between what is kept, and each thread fills a heap of its own. Smaller blocks stay with
  /// the heap: a mapping costs some 0.25 us for each page that is touched, which writes of 100 kB
  /// at a time would feel.
  public static func boundHeap() {
    let isDone = clinux_heap_bound(1 << 20, 2)
    precondition(isDone == 1, "glibc refuses no size below 32 MiB and no number of heaps")
  }

  /// The signal that this process gets when the thread that started it ends.
  public static func setDeathSignal(_ signal: Signal?) throws(Errno) {
    _ = try check(clinux_set_death_signal(signal?.number ?? 0))
  }

  /// Orphans below this process become its children, so that it can reap them.
  public static func becomeSubreaper() throws(Errno) {
    _ = try check(clinux_set_child_subreaper())
  }

  /// Starts a session without a terminal; fails where this process leads its group.
  public static func startSession() throws(Errno) {
    _ = try check(clinux_daemonize_session())
  }

  /// The calling process.
  public static var processID: Int32 { clinux_process_id() }

  /// The effective user; 0 is root.
  public static var userID: UInt32 { clinux_user_id() }
}

extension Machine {
  /// Ends the process at once with a code, without running what is registered for its end.
  public static func exit(_ code: Int32) -> Never {
    clinux_exit(code)
  }
}

/// Threads of the operating system.
public enum Thread {
  /// Starts a detached thread. `name` is what `ps -T` shows, at most 15 bytes.
  public static func start(
    name: String, _ body: sending @escaping () -> Void
  ) throws(Errno) {
    let box = ThreadBody(name: name, body: body)
    let context = unsafe Unmanaged.passRetained(box)
    // Safety: the retained box is released exactly once: by the thread, or here if none started.
    let outcome = unsafe clinux_thread_start(context.toOpaque()) { context in
      guard let context = unsafe context else { return }
      let box = unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
      unsafe clinux_thread_name(box.name)
      box.body()
    }
    if outcome < 0 { unsafe context.release() }
    _ = try check(outcome)
  }
}

private final class ThreadBody {
  let name: String
  let body: () -> Void

  init(name: String, body: @escaping () -> Void) {
    self.name = name
    self.body = body
  }
}
