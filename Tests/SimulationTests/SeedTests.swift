import Foundation
import Simulator
import Testing

@Suite struct `Real members under seeded faults` {
  /// `KEELSON_SEEDS=first-last` runs others.
  static let seeds: ClosedRange<UInt64> = {
    let words = (ProcessInfo.processInfo.environment["KEELSON_SEEDS"] ?? "").split(separator: "-")
    guard words.count == 2, let first = UInt64(words[0]), let last = UInt64(words[1]) else {
      return 1...50
    }
    return first...last
  }()

  @Test(arguments: seeds)
  func `keep every promise`(seed: UInt64) {
    let report = Simulation.run(seed: seed)
    #expect(report.violations == [])
  }

  @Test(arguments: [UInt64(3), 7, 30])
  func `replay exactly`(seed: UInt64) {
    #expect(Simulation.run(seed: seed) == Simulation.run(seed: seed))
  }

  @Test func `differ from seed to seed`() {
    let traces = (UInt64(1)...4).map { Simulation.run(seed: $0).trace }
    #expect(Set(traces).count == 4)
  }

  /// A simulation in which nothing happens finds nothing.
  @Test func `meet what they are to stand`() {
    var sum = Simulation.Counters()
    var terms = 0
    for seed in UInt64(101)...115 {
      let report = Simulation.run(seed: seed)
      sum.crashes += report.counters.crashes
      sum.stops += report.counters.stops
      sum.answers += report.counters.answers
      sum.unanswered += report.counters.unanswered
      sum.events += report.counters.events
      sum.checkpoints += report.counters.checkpoints
      sum.autoCompactions += report.counters.autoCompactions
      sum.compactions += report.counters.compactions
      sum.snapshots += report.counters.snapshots
      sum.leaseEnds += report.counters.leaseEnds
      terms += report.terms
    }
    #expect(sum.crashes > 20 && terms > 20)
    #expect(sum.answers > 2_000 && sum.unanswered > 5 && sum.events > 2_000)
    #expect(sum.autoCompactions > 20 && sum.compactions > 60)
    #expect(sum.checkpoints > 50 && sum.snapshots > 3 && sum.leaseEnds > 10)
  }
}
