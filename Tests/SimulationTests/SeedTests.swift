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
    print("SEED", seed, report.counters, report.terms, report.revision)
    #expect(report.violations == [])
  }
}
