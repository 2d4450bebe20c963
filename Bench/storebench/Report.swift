import Benchmark

/// One phase against one cluster.
struct Figure {
  let subject: String
  let members: Int
  let clients: Int
  let operation: Operation
  let cpuMicroseconds: Double?
  let operationsPerSecond: Double
  let p50Milliseconds: Double
  let p99Milliseconds: Double
  let generatorCores: Double
  let errors: [String: Int]
  let mismatches: [String]

  init(
    subject: String, members: Int, clients: Int, operation: Operation, _ measurement: Measurement
  ) {
    self.subject = subject
    self.members = members
    self.clients = clients
    self.operation = operation
    let count = Double(max(1, measurement.operations))
    cpuMicroseconds = measurement.serverCPUSeconds.map { $0 * 1e6 / count }
    operationsPerSecond = Double(measurement.operations) / max(measurement.seconds, 1e-9)
    let sorted = measurement.latenciesMicroseconds.sorted()
    func quantile(_ share: Double) -> Double {
      guard !sorted.isEmpty else { return 0 }
      return Double(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]) / 1000
    }
    p50Milliseconds = quantile(0.5)
    p99Milliseconds = quantile(0.99)
    generatorCores = measurement.generatorCPUSeconds / max(measurement.seconds, 1e-9)
    errors = measurement.errors
    mismatches = measurement.mismatches
  }

  var isClean: Bool { errors.isEmpty && mismatches.isEmpty }

  var line: String {
    var text = columns([
      cpuMicroseconds.map { decimal($0, 1) } ?? "-", decimal(operationsPerSecond, 0),
      decimal(p50Milliseconds, 3), decimal(p99Milliseconds, 3), operation.rawValue,
      String(clients), String(members), subject, "generator \(decimal(generatorCores, 2)) cores",
    ])
    for (error, count) in errors.sorted(by: { $0.key < $1.key }) {
      text += "\n  error: \(count) x \(error)"
    }
    for mismatch in mismatches { text += "\n  MISMATCH: \(mismatch)" }
    return text
  }
}

/// All figures of a run: the medians over the rounds, and etcd's beside Keelson's.
struct Report {
  private var figures: [Figure] = []
  private(set) var isClean = true

  mutating func add(_ more: [Figure], round: Int) {
    figures += more
    if !more.allSatisfy(\.isClean) { isClean = false }
    if round > 0 || !more.isEmpty { rounds = max(rounds, round + 1) }
  }

  private var rounds = 0

  private struct Row: Hashable {
    let operation: Operation
    let clients: Int
    let members: Int
  }

  private var rows: [Row] {
    var seen: [Row] = []
    for figure in figures where figure.operation != .verify {
      let row = Row(
        operation: figure.operation, clients: figure.clients, members: figure.members)
      if !seen.contains(row) { seen.append(row) }
    }
    return seen
  }

  private func median(
    _ row: Row, _ subject: String, _ value: (Figure) -> Double?
  ) -> Double? {
    let values = figures.filter {
      $0.subject == subject && $0.operation == row.operation && $0.clients == row.clients
        && $0.members == row.members
    }.compactMap(value).sorted()
    guard !values.isEmpty else { return nil }
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }

  private var subjects: [String] {
    figures.reduce(into: []) { if !$0.contains($1.subject) { $0.append($1.subject) } }
  }

  var table: String {
    var lines = ["", "medians of \(rounds) round(s); CPU is all members' (user and system)"]
    lines.append(
      columns([
        "cpu us/op", "ops/s", "p50 ms", "p99 ms", "operation", "clients", "members", "server",
      ]))
    for row in rows {
      for subject in subjects {
        guard let rate = median(row, subject, \.operationsPerSecond) else { continue }
        let cpu = median(row, subject, \.cpuMicroseconds)
        lines.append(
          columns([
            cpu.map { decimal($0, 1) } ?? "-", decimal(rate, 0),
            decimal(median(row, subject, \.p50Milliseconds) ?? 0, 3),
            decimal(median(row, subject, \.p99Milliseconds) ?? 0, 3), row.operation.rawValue,
            String(row.clients), String(row.members), subject,
          ]))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Keelson's figures divided by etcd's: CPU at most 0.5 and throughput at least 1 are asked for.
  var ratios: String {
    guard subjects.contains("etcd"), subjects.contains("keelson") else { return "" }
    var lines = ["", "keelson / etcd"]
    lines.append(columns(["cpu", "ops/s", "p50", "p99", "operation", "clients", "members"]))
    for row in rows {
      func ratio(_ value: (Figure) -> Double?) -> String {
        guard let ours = median(row, "keelson", value), let theirs = median(row, "etcd", value),
          theirs > 0
        else { return "-" }
        return decimal(ours / theirs, 2)
      }
      lines.append(
        columns([
          ratio(\.cpuMicroseconds), ratio(\.operationsPerSecond), ratio(\.p50Milliseconds),
          ratio(\.p99Milliseconds), row.operation.rawValue, String(row.clients),
          String(row.members),
        ]))
    }
    return lines.joined(separator: "\n")
  }
}

/// Cells of at least ten characters, aligned to the right.
func columns(_ cells: [String]) -> String {
  cells.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }.joined(separator: " ")
}
