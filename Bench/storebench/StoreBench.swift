import Benchmark

// Usage: swift run -c release storebench [flags]
//
// Starts the installed etcd and `keelson store serve` in turn, on the same real file system, round
// by round; drives both with the same generator; prints server CPU per operation first.

@main
enum StoreBench {
  static func main() {
    runBenchmark("storebench", run)
  }

  /// Not on the main actor: what runs on the loop must not inherit it.
  private nonisolated static func run(_ arguments: [String]) throws -> Int32 {
    guard let plan = try BenchPlan(arguments) else { return 0 }
    return try measure(plan)
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
