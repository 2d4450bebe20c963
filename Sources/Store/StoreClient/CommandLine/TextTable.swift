/// A table as tablewriter draws it for etcdctl: headings in capitals and centred, cells to the
/// right.
struct TextTable: Hashable, Sendable {
  let headings: [String]
  var rows: [[String]] = []

  init(_ headings: [String]) {
    self.headings = headings.map { $0.uppercased() }
  }

  mutating func add(_ row: [String]) {
    precondition(row.count == headings.count, "a row has a cell for every heading")
    rows.append(row)
  }

  /// The drawing with a line break behind every line.
  var text: String {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0[column].count }.max() ?? 0
    }
    let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined() + "\n"
    func line(_ cells: [String]) -> String { "|" + cells.map { " \($0) |" }.joined() + "\n" }
    func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
    let centred = zip(headings, widths).map { heading, width in
      let gap = width - heading.count
      return spaces(gap / 2) + heading + spaces(gap - gap / 2)
    }
    var text = rule + line(centred) + rule
    for row in rows {
      text += line(zip(row, widths).map { cell, width in spaces(width - cell.count) + cell })
    }
    return rows.isEmpty ? text : text + rule
  }
}
