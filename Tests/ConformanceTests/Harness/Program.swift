import Base
import Linux
import Synchronization

/// A program that a test needs is not installed: the test fails and says how to get it.
struct MissingProgram: Error, CustomStringConvertible {
  let name: String
  let package: String

  var description: String { "\(name) is not installed: apt-get install \(package)" }
}

/// A condition did not come true in its time.
struct Overdue: Error, CustomStringConvertible {
  let what: String
  let seconds: Double
  let detail: String

  var description: String { "not within \(seconds) s: \(what)\n\(detail)" }
}

/// A program to run: its file and what every call of it starts and ends with.
struct Program: Sendable {
  let path: String
  var leading: [String] = []
  var trailing: [String] = []
  var environment: [String] = []

  static let etcd = locate("etcd", package: "etcd-server")
  static let etcdctl = locate("etcdctl", package: "etcd-client")
  static let curl = locate("curl", package: "curl")
  static let nghttp = locate("nghttp", package: "nghttp2-client")
  static let openssl = locate("openssl", package: "openssl")
  static let strace = locate("strace", package: "strace")
  static let bash = locate("bash", package: "bash")
  static let python = locate("python3", package: "python3-venv")
  static let mount = locate("mount", package: "mount")
  static let unmount = locate("umount", package: "mount")

  /// The program under test, built into the folder of this test bundle.
  static let keelson: Result<Program, MissingProgram> = {
    let missing = MissingProgram(name: "keelson beside the tests", package: "none; swift build")
    do {
      let path = Files.folder(of: try Machine.executablePath()) + "/keelson"
      return Files.exists(path) ? .success(Program(path: path)) : .failure(missing)
    } catch {
      return .failure(missing)
    }
  }()

  static func locate(_ name: String, package: String) -> Result<Program, MissingProgram> {
    let path = (Machine.environmentValue("PATH") ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    guard let file = Process.find(name, path: path) else {
      return .failure(MissingProgram(name: name, package: package))
    }
    return .success(Program(path: file))
  }

  /// The same program, each call of which starts with these arguments.
  func with(_ arguments: [String], environment: [String] = []) -> Program {
    Program(
      path: path, leading: leading + arguments, trailing: trailing,
      environment: self.environment + environment)
  }

  /// Starts it, its output going to files in `folder`.
  func start(
    _ arguments: [String], in folder: ScratchFolder, input: String = "", named name: String? = nil
  ) throws -> RunningProgram {
    let label = name ?? "run\(Self.runs.add(1, ordering: .relaxed).newValue)"
    let paths = ["in", "out", "err"].map { "\(folder.path)/\(label).\($0)" }
    try Files.replace(paths[0], with: Bytes(input))
    let reader = try Files.open(paths[0], [.read])
    let output = try Files.open(paths[1], [.write, .create, .append], mode: 0o600)
    let errors = try Files.open(paths[2], [.write, .create, .append], mode: 0o600)
    var specification = ProcessSpecification(path, leading + arguments + trailing)
    // What this run of the tests was told is not meant for the programs, which read such variables
    // as flags.
    let inherited = Machine.environment.filter { !$0.hasPrefix("KEELSON_") }
    specification.environment = inherited + environment
    specification.descriptors = [reader.rawValue, output.rawValue, errors.rawValue]
    specification.newGroup = true
    let process = try Process.spawn(specification)
    return RunningProgram(process: process, outputPath: paths[1], errorPath: paths[2])
  }

  /// Runs it to its end.
  func run(
    _ arguments: [String], input: String = "", within limit: Duration = .seconds(30)
  ) async throws -> Outcome {
    let folder = try ScratchFolder()
    let running = try start(arguments, in: folder, input: input)
    let status = try await running.end(within: limit)
    return Outcome(
      status: status.shellCode, output: try running.output(), errors: try running.errors())
  }

  private static let runs = Atomic<Int>(0)
}

/// What a program that ended has said.
struct Outcome: Equatable, Sendable, CustomStringConvertible {
  /// The exit code, or 128 and the signal.
  let status: Int32
  let output: String
  let errors: String

  var description: String { "status \(status)\nout: \(output)\nerr: \(errors)" }
}

/// A program while it runs.
final class RunningProgram: Sendable {
  let process: Process
  let outputPath: String
  let errorPath: String
  private let ended = Mutex<ProcessExit?>(nil)

  init(process: Process, outputPath: String, errorPath: String) {
    self.process = process
    self.outputPath = outputPath
    self.errorPath = errorPath
  }

  func output() throws -> String { try Files.read(outputPath).text }
  func errors() throws -> String { try Files.read(errorPath).text }

  /// How it ended; nil while it runs.
  func poll() throws -> ProcessExit? {
    try ended.withLock { known in
      if known == nil { known = try process.poll() }
      return known
    }
  }

  func signal(_ signal: Signal) throws {
    guard try poll() == nil else { return }
    try process.signal(signal)
  }

  /// Waits for its end; kills it when that is overdue.
  func end(within limit: Duration) async throws -> ProcessExit {
    do {
      return try await eventually("\(outputPath) ends", within: limit) { try self.poll() }
    } catch {
      try signal(.kill)
      throw error
    }
  }

  /// Kills it, whatever it started, and reaps it.
  func kill() async throws {
    if try poll() == nil { try Process.signalGroup(process.pid, .kill) }
    _ = try await end(within: .seconds(10))
  }
}

/// Waits until `condition` gives a value; tests wait on conditions, never for a time.
@discardableResult
func eventually<Value>(
  _ what: String, within limit: Duration = .seconds(10),
  isolation: isolated (any Actor)? = #isolation, detail: () -> String = { "" },
  _ condition: () async throws -> Value?
) async throws -> Value {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while true {
    if let value = try await condition() { return value }
    guard clock.now < deadline else {
      throw Overdue(what: what, seconds: limit / .seconds(1), detail: detail())
    }
    try await Task.sleep(for: .milliseconds(10))
  }
}

/// A folder of its own for one test, removed with it.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    let root = Machine.environmentValue("TMPDIR") ?? "/tmp"
    path = "\(root)/keelson-test-\(String(Machine.randomWord(), radix: 16))"
    try Files.makeFolder(path)
  }

  deinit {
    do { try Files.removeTree(path) } catch {
      // A program that still writes into it: the next boot clears temporary files.
    }
  }

  func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    try Files.replace(file, with: Bytes(text))
    return file
  }
}

/// TCP ports of the loopback that were free a moment ago, below the range from which the kernel
/// takes the ports of outgoing connections: those could be taken while a member is restarted.
func freePorts(_ count: Int) throws -> [UInt16] {
  var sockets: [ListeningSocket] = []
  while sockets.count < count {
    do {
      sockets.append(try ListeningSocket(port: UInt16.random(in: 20_000..<32_000)))
    } catch let error as Errno where error == .addressInUse {
      continue
    }
  }
  return sockets.map(\.port)
}

/// Holds a port.
final class ListeningSocket {
  let port: UInt16
  private let socket: Socket

  init(port: UInt16 = 0) throws {
    socket = try Socket.listen(on: SocketAddress(.loopbackV4, port: port))
    self.port = try socket.localAddress().port
  }
}
