import Foundation
import Simulator
import Testing

@Suite struct `A control plane under seeded faults` {
  /// `KEELSON_SEEDS=first-last` runs others.
  static let seeds: ClosedRange<UInt64> = {
    let words = (ProcessInfo.processInfo.environment["KEELSON_SEEDS"] ?? "").split(separator: "-")
    guard words.count == 2, let first = UInt64(words[0]), let last = UInt64(words[1]) else {
      return 1...50
    }
    return first...last
  }()

  @Test(arguments: seeds)
  func `keeps every promise and ends as its user wants`(seed: UInt64) {
    #expect(ControlSimulation.run(seed: seed).violations == [])
  }

  /// The end that is expected is derived from the user's script: both runs must reach it, so that
  /// they end alike. Seeds 3, 12, 14 and 36 held watch streams back all the same.
  @Test(arguments: [UInt64(2), 3, 5, 9, 12, 14, 36])
  func `ends as it does when nothing befalls it`(seed: UInt64) {
    var options = ControlSimulation.Options()
    options.isUndisturbed = true
    let undisturbed = ControlSimulation.run(seed: seed, options: options)
    #expect(undisturbed.violations == [])
    #expect(undisturbed.counters.faults == 0)
  }

  @Test func `replays exactly`() {
    #expect(ControlSimulation.run(seed: 7) == ControlSimulation.run(seed: 7))
  }

  /// A simulation in which nothing happens finds nothing.
  @Test func `meets what it is to stand`() {
    var sum = ControlSimulation.Counters()
    for seed in UInt64(101)...124 {
      let counters = ControlSimulation.run(seed: seed).counters
      sum.kills += counters.kills
      sum.pauses += counters.pauses
      sum.faults += counters.faults
      sum.compactions += counters.compactions
      sum.autoCompactions += counters.autoCompactions
      sum.writes += counters.writes
      sum.userWrites += counters.userWrites
      sum.sharedCharges += counters.sharedCharges
    }
    #expect(sum.faults > 60 && sum.kills > 5 && sum.pauses > 5 && sum.compactions > 2)
    #expect(sum.autoCompactions > 20)
    #expect(sum.writes > 500 && sum.userWrites > 40)
    // Seeds 107, 115 and 123 have quotas.
    #expect(sum.sharedCharges >= 8)
  }
}

@Suite struct `Histories that went wrong once` {
  /// Seed 96 killed an agent whose machine stood still, and with it the tick that its containers
  /// waited for; seed 54 took an old call of a lost answer for the author of a user's write. Under
  /// seeds 27 and 83 nobody gave back to a quota what went as the leader lost its lease. Seed 502
  /// drew a number while the generator was lent to a supervisor's kill.
  @Test(arguments: [27, 54, 83, 96, 502] as [UInt64])
  func `go right`(seed: UInt64) {
    #expect(ControlSimulation.run(seed: seed).violations == [])
  }
}

#if PLANTED_BUGS
  @Suite struct `A planted bug` {
    @Test(arguments: ControlSimulation.plantedBugs)
    func `is found by the general scenarios`(name: String) {
      var options = ControlSimulation.Options()
      options.plant(name)
      let found = (UInt64(1)...600).contains { seed in
        !ControlSimulation.run(seed: seed, options: options).violations.isEmpty
      }
      #expect(found, "600 seeds saw nothing wrong")
    }
  }
#endif
