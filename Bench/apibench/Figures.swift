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

  /// A figure that nothing is wanted of.
  mutating func note(_ what: String, _ figure: String) {
    table.add([what, figure, "", "", ""])
  }

  func show() { table.show() }
}

func milliseconds(_ duration: Duration) -> String { "\(decimal(seconds(duration) * 1e3)) ms" }

func microseconds(_ duration: Duration) -> String {
  "\(Int((seconds(duration) * 1e6).rounded())) us"
}
