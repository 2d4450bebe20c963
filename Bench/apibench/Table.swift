import Base

/// The figures side by side.
struct Table {
  private var rows = [["", "Keelson", "wanted", "", "Kubernetes 1.33 (recorded)"]]

  mutating func add(
    _ what: String, _ figure: String, kubernetes: String, isMet: Bool, wanted: String
  ) {
    rows.append([what, figure, wanted, isMet ? "met" : "not met", kubernetes])
  }

  func show() {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    for row in rows {
      let cells = row.enumerated().map { padded($1, widths[$0]) }
      say("  " + cells.joined(separator: "  "))
    }
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func seconds(_ duration: Duration) -> Double { Double(duration.nanoseconds) / 1e9 }

func milliseconds(_ duration: Duration) -> String { "\(decimal(seconds(duration) * 1e3)) ms" }

func microseconds(_ duration: Duration) -> String {
  "\(Int((seconds(duration) * 1e6).rounded())) us"
}

func decimal(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  let fraction = String(hundredths % 100)
  return "\(hundredths / 100)." + (fraction.count == 1 ? "0" + fraction : fraction)
}
