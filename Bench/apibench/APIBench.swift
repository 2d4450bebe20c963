import Base
import EventLoop
import Linux

// Usage: swift build -c release --product keelson && swift run -c release apibench [flags]
//
// Starts a store of three members, an API server over HTTPS, a controller-manager, a scheduler and
// hollow nodes from the built program, and measures what clients of the API server see. Beside each
// figure stands the recorded one of Kubernetes 1.33 on a machine of two cores with raised client
// limits and 10 fake nodes; those were not measured by this program.

@main
enum APIBench {
  static func main() {
    Machine.exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Not on the main actor: what runs on the loop must not inherit it.
  private nonisolated static func run(_ arguments: [String]) -> Int32 {
    do {
      guard let plan = try BenchPlan(arguments) else { return 0 }
      let loop = try EventLoop()
      return try loop.runBlocking {
        let cluster = try APICluster(plan)
        do {
          let isRight = try await Measurement(plan, cluster, loop: loop).run()
          try cluster.stop(keepingLogs: !isRight)
          return isRight ? 0 : 1
        } catch {
          try cluster.stop(keepingLogs: true)
          throw error
        }
      }
    } catch let error as BenchError {
      say("apibench: \(error.explanation)")
      return 2
    } catch {
      say("apibench: \(error)")
      return 2
    }
  }
}

func say(_ text: String) {
  do {
    try StandardStream.output.write(Bytes(text + "\n"))
  } catch {
    // The reader is gone, as behind `| head`.
    Machine.exit(0)
  }
}

/// Why nothing, or nothing of use, could be measured.
enum BenchError: Error {
  case usage(String)
  case missing(String, hint: String)
  /// Numbers from a file system that keeps nothing on a disk would say nothing.
  case notADisk(String)
  case overdue(String, log: String)
  case refused(String)

  var explanation: String {
    switch self {
    case .usage(let text): text
    case .missing(let name, let hint): "\(name) is missing; \(hint)"
    case .notADisk(let folder): "\(folder) lies in memory (tmpfs); give a folder on a disk by --dir"
    case .overdue(let what, let log): "not in time: \(what); the logs are in \(log)"
    case .refused(let text): text
    }
  }
}

/// What the command line asks for.
struct BenchPlan: Sendable {
  let nodes: Int
  let pods: Int
  let replicas: Int
  let clients: Int
  let requests: Int
  let limit: Duration
  let folder: String
  let keelson: String

  /// Nil where `--help` was all that was asked for.
  init?(_ arguments: [String]) throws {
    var flags = FlagSet(command: "apibench")
    flags.declare("nodes", .integer, default: "10", help: "hollow nodes")
    flags.declare("pods", .integer, default: "1000", help: "bare pods; 0: leave them out")
    flags.declare(
      "replicas", .integer, default: "500", help: "of the Deployment; 0: leave it out")
    flags.declare("clients", .integer, default: "20", help: "clients that create the bare pods")
    flags.declare(
      "requests", .integer, default: "1000", help: "one after the other, of one client")
    flags.declare("limit", .duration, default: "120s", help: "the longest that a phase may take")
    flags.declare("dir", .text, default: "/var/tmp", help: "folder on a disk for the data")
    flags.declare("keelson", .text, help: "the program (default: beside this one)")
    flags.declare("help", letter: "h", .boolean, help: "prints this")
    let values = try flags.parse(arguments)
    if values.boolean("help") {
      say(flags.usage)
      return nil
    }
    func count(_ name: String, least: Int64) throws -> Int {
      guard values.integer(name) >= least, values.integer(name) <= 1_000_000 else {
        throw BenchError.usage("--\(name): expected \(least) to 1000000")
      }
      return Int(values.integer(name))
    }
    nodes = try count("nodes", least: 1)
    pods = try count("pods", least: 0)
    replicas = try count("replicas", least: 0)
    clients = try count("clients", least: 1)
    requests = try count("requests", least: 10)
    limit = values.duration("limit")
    folder = values.text("dir")
    let beside = try Machine.executablePath().split(separator: "/").dropLast()
    let given = values.text("keelson")
    keelson = given.isEmpty ? "/" + (beside + ["keelson"]).joined(separator: "/") : given
  }
}
