import Base
import Linux

/// What went wrong on the way, and what to do about it.
struct UpFailure: Error {
  let message: String
  let advice: String

  init(_ message: String, advice: String = "") {
    self.message = message
    self.advice = advice
  }
}

/// Prints each step of a longer command with the time at which it was done.
struct Steps {
  private let begun = Machine.now()

  /// Since the first step.
  var elapsed: Duration { Machine.now() - begun }

  func done(_ step: String, _ detail: String) {
    let padding = String(repeating: " ", count: max(1, 22 - step.count))
    say("\(seconds(elapsed, width: 7)) s  \(step)\(padding)\(detail)")
  }

  /// A heading between steps.
  func heading(_ text: String) {
    say("\n\(text)")
  }
}

/// `1.25`, right-aligned.
func seconds(_ duration: Duration, width: Int = 0) -> String {
  let hundredths = (duration.milliseconds + 5) / 10
  let fraction = hundredths % 100
  let text = "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// `12.3 MiB`.
func mebibytes(_ bytes: UInt64) -> String {
  let tenths = (bytes * 10 + (1 << 19)) >> 20
  return "\(tenths / 10).\(tenths % 10) MiB"
}

/// Rows of texts in columns that line up, two spaces apart.
func columns(_ rows: [[String]]) -> String {
  var widths: [Int] = []
  for row in rows {
    for (index, cell) in row.enumerated() {
      if index == widths.count { widths.append(0) }
      widths[index] = max(widths[index], cell.count)
    }
  }
  return rows.map { row in
    var line = ""
    for (index, cell) in row.enumerated() {
      line += cell
      if index + 1 < row.count {
        line += String(repeating: " ", count: widths[index] - cell.count + 2)
      }
    }
    return "  " + line + "\n"
  }.joined()
}

/// Waits until `condition` gives a value; what to say where it does not in time.
@discardableResult
func awaiting<Value>(
  within limit: Duration, every interval: Duration = .milliseconds(25),
  _ failure: () -> UpFailure, _ condition: () async throws -> Value?
) async throws -> Value {
  let deadline = Machine.now() + limit
  while true {
    if let value = try await condition() { return value }
    guard Machine.now() < deadline else { throw failure() }
    try await Task.sleep(for: interval)
  }
}
