import Base
import Linux

// Usage: swift run -c release storebench [flags]
//
// Starts the installed etcd and `keelson store serve` in turn, on the same real file system, round
// by round; drives both with the same generator; prints server CPU per operation first.

@main
enum StoreBench {
  static func main() {
    Machine.exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Not on the main actor: what runs on the loop must not inherit it.
  private nonisolated static func run(_ arguments: [String]) -> Int32 {
    do {
      guard let plan = try BenchPlan(arguments) else { return 0 }
      return try measure(plan)
    } catch let error as BenchError {
      say("storebench: \(error.explanation)")
      return 2
    } catch {
      say("storebench: \(error)")
      return 2
    }
  }

  private nonisolated static func measure(_ plan: BenchPlan) throws -> Int32 {
    var report = Report()
    if !plan.endpoints.isEmpty {
      report.add(try plan.measureEndpoints(), round: 0)
    } else {
      for round in 0..<plan.rounds {
        for members in plan.members {
          // Each goes first in every other round: drift of the machine then meets both alike.
          let servers = round % 2 == 0 ? plan.servers : plan.servers.reversed()
          for server in servers {
            report.add(try plan.measure(server, members: members), round: round)
          }
        }
      }
    }
    say(report.table)
    say(report.ratios)
    return report.isClean ? 0 : 1
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
  /// Numbers from a file system that keeps nothing on a disk would say nothing.
  case notADisk(String)
  case missing(String, hint: String)
  case serverEnded(String, log: String)
  case notReady(String, log: String)
  case connectionLost(String)

  var explanation: String {
    switch self {
    case .usage(let text): text
    case .notADisk(let folder): "\(folder) lies in memory (tmpfs); give a folder on a disk by --dir"
    case .missing(let name, let hint): "\(name) is missing; \(hint)"
    case .serverEnded(let name, let log): "\(name) ended; its log is \(log)"
    case .notReady(let name, let log): "\(name) does not answer; its log is \(log)"
    case .connectionLost(let reason): "a connection was lost: \(reason)"
    }
  }
}
