import Base

/// Cells in columns, as wide as their longest.
public struct Table {
  private var rows: [[String]]

  public init(_ heads: [String]) {
    rows = [heads]
  }

  public mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  public func show() {
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

public func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

public func seconds(_ duration: Duration) -> Double { Double(duration.nanoseconds) / 1e9 }

/// `value` with so many digits behind the point, rounded.
public func decimal(_ value: Double, _ places: Int = 2) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "-" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = Int64((abs(value) * scale).rounded())
  let whole = String(scaled / Int64(scale))
  let sign = value < 0 ? "-" : ""
  guard places > 0 else { return sign + whole }
  let rest = String(scaled % Int64(scale))
  return sign + whole + "." + String(repeating: "0", count: places - rest.count) + rest
}
