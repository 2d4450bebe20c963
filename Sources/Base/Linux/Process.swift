internal import CLinux

/// How a process ended.
public enum ProcessExit: Hashable, Sendable {
  /// 0...255.
  case exited(code: Int32)
  case killed(Signal)

  init(status: Int32) {
    self =
      clinux_exited(status) == 1
      ? .exited(code: clinux_exit_code(status))
      : .killed(Signal(number: max(1, clinux_term_signal(status))))
  }

  /// As shells and container runtimes put it: the code, or 128 plus the signal.
  public var shellCode: Int32 {
    switch self {
    case .exited(let code): code
    case .killed(let signal): 128 + signal.number
    }
  }
}

/// What to run and how.
public struct ProcessSpecification: Sendable {
  /// A path to the file; see `Process.find` for names.
  public var path: String
  /// argv, its first element included.
  public var arguments: [String]
  /// `NAME=value` each; nil gives the parent's.
  public var environment: [String]?
  /// The working directory; nil keeps the parent's.
  public var folder: String?
  /// The child's descriptors 0, 1, 2, ... as numbers of this process; nil is /dev/null. At most 64;
  /// every other descriptor is closed in the child.
  public var descriptors: [Int32?] = [nil, nil, nil]
  /// setsid: the child leads a session and a process group of its own.
  public var newSession = false
  /// setpgid: the child leads a process group of its own.
  public var newGroup = false
  /// Sent to the child when the *thread* that started it ends (prctl PR_SET_PDEATHSIG).
  public var deathSignal: Signal?
  /// `cgroup.procs` files that the child enters before it runs.
  public var cgroupFiles: [String] = []
  public var user: UInt32?
  public var group: UInt32?

  public init(_ path: String, _ arguments: [String] = []) {
    self.path = path
    self.arguments = [path] + arguments
  }
}

extension ProcessSpecification {
  /// Hands the specification to C; answers the pid.
  fileprivate func withSpawn(
    _ body: (UnsafePointer<clinux_spawn>) -> Int32
  ) throws(Errno) -> Int32 {
    let texts = arguments + (environment ?? []) + cgroupFiles + [path, folder ?? ""]
    guard !texts.contains(where: { $0.utf8.contains(0) }) else { throw .invalid }
    let argumentTexts = CStrings(arguments)
    let environmentTexts = environment.map(CStrings.init)
    let cgroupTexts = CStrings(cgroupFiles)
    let numbers = descriptors.map { $0 ?? -1 }
    var spawn = unsafe clinux_spawn()
    unsafe spawn.new_session = newSession ? 1 : 0
    unsafe spawn.new_group = newGroup ? 1 : 0
    unsafe spawn.death_signal = deathSignal?.number ?? 0
    unsafe spawn.uid = user.map { Int64($0) } ?? -1
    unsafe spawn.gid = group.map { Int64($0) } ?? -1
    // Safety: every pointer outlives the call, which copies or execs before it returns.
    let outcome = unsafe path.withCString { path in
      unsafe withOptionalCString(folder) { folder in
        unsafe numbers.withUnsafeBufferPointer { numbers in
          unsafe argumentTexts.withPointers { argumentPointers in
            unsafe cgroupTexts.withPointers { cgroupPointers in
              unsafe spawn.path = path
              unsafe spawn.folder = folder
              unsafe spawn.descriptors = numbers.baseAddress
              unsafe spawn.descriptor_count = Int32(numbers.count)
              unsafe spawn.arguments = UnsafePointer(argumentPointers)
              unsafe spawn.cgroup_files = UnsafeRawPointer(cgroupPointers)
                .assumingMemoryBound(to: UnsafePointer<CChar>?.self)
              guard let environmentTexts else {
                unsafe spawn.environment = clinux_environment()
                return unsafe body(&spawn)
              }
              return unsafe environmentTexts.withPointers { environmentPointers in
                unsafe spawn.environment = UnsafePointer(environmentPointers)
                return unsafe body(&spawn)
              }
            }
          }
        }
      }
    }
    return try check(outcome)
  }
}

/// A child that exists and waits before its first step, so that its pid can be made durable first.
/// Where this value ends without `open`, also by a crash of this process, the child ends too,
/// without having run anything; it still has to be reaped.
public struct GatedProcess: ~Copyable {
  public let pid: Int32
  private var gate: clinux_gate

  public init(_ specification: ProcessSpecification) throws(Errno) {
    var gate = clinux_gate()
    pid = try unsafe specification.withSpawn { unsafe clinux_spawn_gated($0, &gate) }
    self.gate = gate
  }

  deinit {
    var gate = gate
    unsafe clinux_gate_drop(&gate)
  }

  /// Lets the child go; throws what failed in it before exec, after reaping it.
  public consuming func open() throws(Errno) -> Process {
    var gate = gate
    let pid = pid
    discard self
    return try Process(pid: check(unsafe clinux_gate_open(pid, &gate)))
  }
}

/// A child of this process that has not been reaped yet.
public struct Process: Sendable, Hashable {
  public let pid: Int32

  /// A pid that this process knows to be its child.
  public init(pid: Int32) {
    precondition(pid > 0, "a pid is positive")
    self.pid = pid
  }

  /// Starts a process with default signal handlers and an empty signal mask; returns once exec has
  /// succeeded, and throws what failed in the child otherwise.
  public static func spawn(_ specification: ProcessSpecification) throws(Errno) -> Process {
    try Process(pid: unsafe specification.withSpawn { unsafe clinux_spawn($0) })
  }

  /// Reaps the child if it has ended; nil while it runs.
  public func poll() throws(Errno) -> ProcessExit? {
    var status: Int32 = 0
    let reaped = try check(unsafe clinux_wait(pid, 0, &status))
    return reaped == 0 ? nil : ProcessExit(status: status)
  }

  /// Waits for the child's end and reaps it.
  public func wait() throws(Errno) -> ProcessExit {
    var status: Int32 = 0
    _ = try check(unsafe clinux_wait(pid, 1, &status))
    return ProcessExit(status: status)
  }

  /// Any child that has ended, reaped; nil where none has, `Errno.noChild` where there are none.
  public static func pollAny() throws(Errno) -> (pid: Int32, exit: ProcessExit)? {
    var status: Int32 = 0
    let reaped = try check(unsafe clinux_wait(-1, 0, &status))
    return reaped == 0 ? nil : (reaped, ProcessExit(status: status))
  }

  public func signal(_ signal: Signal) throws(Errno) {
    _ = try check(clinux_kill(pid, signal.number))
  }

  /// Signals a process group, named by its leader's pid.
  public static func signalGroup(_ group: Int32, _ signal: Signal) throws(Errno) {
    precondition(group > 1, "a group is named by a pid above 1")
    _ = try check(clinux_kill(-group, signal.number))
  }

  /// The file that a command's name stands for: itself where it has a `/`, else searched in `path`.
  public static func find(_ command: String, path: String) -> String? {
    if command.contains("/") { return Files.exists(command) ? command : nil }
    for folder in path.split(separator: ":") {
      let candidate = folder + "/" + command
      do {
        let status = try Files.status(candidate)
        if status.kind == .file && status.mode & 0o111 != 0 { return candidate }
      } catch {
        // Not in this folder.
        continue
      }
    }
    return nil
  }
}

/// A handle on a process that outlives its pid's reuse, pidfd_open(2). Readable once it has ended.
public struct ProcessDescriptor: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// Fails with `noProcess` where the pid is free.
  public init(pid: Int32) throws(Errno) {
    descriptor = FileDescriptor(owning: try check(clinux_pidfd_open(pid)))
  }

  public var rawValue: Int32 { descriptor.rawValue }

  public func signal(_ signal: Signal) throws(Errno) {
    _ = try check(clinux_pidfd_signal(descriptor.rawValue, signal.number))
  }
}

/// Strings as a null-terminated array of C strings.
private final class CStrings {
  private let bytes: [[CChar]]

  init(_ texts: [String]) {
    bytes = texts.map { Array($0.utf8CString) }
  }

  /// Safety: the pointers are valid during `body` only, and nobody writes through them.
  func withPointers<Result>(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let total = bytes.reduce(0) { $0 + $1.count }
    let storage = UnsafeMutablePointer<CChar>.allocate(capacity: max(total, 1))
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: bytes.count + 1)
    defer {
      unsafe storage.deallocate()
      unsafe pointers.deallocate()
    }
    var offset = 0
    for (position, text) in bytes.enumerated() {
      let start = unsafe storage + offset
      for (index, character) in text.enumerated() { unsafe start[index] = character }
      unsafe (pointers + position).initialize(to: start)
      offset += text.count
    }
    unsafe (pointers + bytes.count).initialize(to: nil)
    return unsafe body(pointers)
  }
}

private func withOptionalCString<Result>(
  _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  guard let text else { return body(nil) }
  return unsafe text.withCString(body)
}
