/// Lines up cells as kubectl does: every column as wide as its widest cell and three spaces, at
/// least six characters; the last one as it is.
///
/// A table that grows, as under `get -w`, keeps the widths that it had.
public struct TableText: Sendable {
  private var widths: [Int] = []

  private static let padding = 3
  private static let widthMin = 6

  public init() {}

  /// The lines of these rows, each with a line break.
  public mutating func lines(_ rows: [[String]]) -> String {
    for row in rows {
      for (column, cell) in row.dropLast().enumerated() {
        if column == widths.count { widths.append(Self.widthMin) }
        widths[column] = max(widths[column], cell.count + Self.padding)
      }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column + 1 < row.count {
          line += String(repeating: " ", count: widths[column] - cell.count)
        }
      }
      return line + "\n"
    }.joined()
  }
}
