import Base
import Benchmark

/// The figures side by side with those that are wanted and with Kubernetes'.
struct Figures {
  private var table = Table(["", "Keelson", "wanted", "", "Kubernetes 1.33 (recorded)"])

  mutating func add(
    _ what: String, _ figure: String, kubernetes: String, isMet: Bool, wanted: String
  ) {
    table.add([what, figure, wanted, isMet ? "met" : "not met", kubernetes])
  }

  /// A time: half of Kubernetes' is wanted.
  mutating func add(_ what: String, _ time: Double, _ unit: String, kubernetes: Double) {
    add(
      what, "\(decimal(time)) \(unit)", kubernetes: "\(decimal(kubernetes, 1)) \(unit)",
      isMet: time <= kubernetes / 2, wanted: "\(decimal(kubernetes / 2)) \(unit)")
  }

  /// A figure that nothing is wanted of.
  mutating func note(_ what: String, _ figure: String) {
    table.add([what, figure, "", "", ""])
  }

  func show() { table.show() }
}

func microseconds(_ duration: Duration) -> String {
  "\(Int((seconds(duration) * 1e6).rounded())) us"
}
