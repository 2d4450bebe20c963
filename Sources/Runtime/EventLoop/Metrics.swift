internal import Base
internal import Linux
internal import Synchronization

/// Counts up. Any thread.
public final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  init() {}

  public var value: UInt64 { count.load(ordering: .relaxed) }

  @inline(__always)
  public func increment(by amount: UInt64 = 1) {
    count.wrappingAdd(amount, ordering: .relaxed)
  }
}

/// Goes up and down. Any thread.
public final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)

  init() {}

  public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  public func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  public func set(_ value: some BinaryInteger) {
    set(Double(value))
  }
}

/// Counts values by size. Any thread.
public final class Histogram: Sendable {
  /// Upper bounds of the buckets, ascending; one for all others follows by itself.
  public let bounds: [Double]
  private let state: Mutex<State>

  struct State: Sendable {
    /// Values per bucket, not cumulated.
    var counts: [UInt64]
    var sum = 0.0
  }

  /// Seconds, from a tenth of a millisecond to about 13 minutes, doubling.
  public static let secondsBounds = (0..<18).map { 0.0001 * Double(1 << $0) }

  init(bounds: [Double]) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds ascend")
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  public func observe(_ value: Double) {
    var bucket = 0
    while bucket < bounds.count && value > bounds[bucket] { bucket += 1 }
    state.withLock { state in
      state.counts[bucket] += 1
      state.sum += value
    }
  }

  /// A duration in seconds.
  public func observe(_ duration: Duration) {
    observe(Double(duration.nanoseconds) / 1e9)
  }

  var snapshot: State { state.withLock { $0 } }
}

/// The metrics of one process, as text for Prometheus. Register at start; render on any thread.
public final class MetricsRegistry: Sendable {
  public typealias Labels = KeyValuePairs<String, String>

  private enum Value: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
    /// Asked when rendered.
    case computedCounter(@Sendable () -> Double)
    case computedGauge(@Sendable () -> Double)

    var type: String {
      switch self {
      case .counter, .computedCounter: "counter"
      case .gauge, .computedGauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  private struct Family: Sendable {
    let help: String
    let type: String
    var samples: [(labels: String, value: Value)] = []
  }

  private let families = Mutex<[String: Family]>([:])

  public init() {}

  public func counter(_ name: String, help: String, labels: Labels = [:]) -> Counter {
    let counter = Counter()
    add(name, help, labels, .counter(counter))
    return counter
  }

  public func gauge(_ name: String, help: String, labels: Labels = [:]) -> Gauge {
    let gauge = Gauge()
    add(name, help, labels, .gauge(gauge))
    return gauge
  }

  public func histogram(
    _ name: String, help: String, labels: Labels = [:], bounds: [Double] = Histogram.secondsBounds
  ) -> Histogram {
    let histogram = Histogram(bounds: bounds)
    add(name, help, labels, .histogram(histogram))
    return histogram
  }

  /// A gauge whose value is asked for when rendered.
  public func computedGauge(
    _ name: String, help: String, labels: Labels = [:], _ value: @escaping @Sendable () -> Double
  ) {
    add(name, help, labels, .computedGauge(value))
  }

  public func computedCounter(
    _ name: String, help: String, labels: Labels = [:], _ value: @escaping @Sendable () -> Double
  ) {
    add(name, help, labels, .computedCounter(value))
  }

  /// CPU, memory, descriptors and start of this process, under Prometheus' usual names.
  public func addProcessMetrics() {
    computedCounter(
      "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds."
    ) { Double(Machine.processCPUTime().nanoseconds) / 1e9 }
    computedGauge("process_resident_memory_bytes", help: "Resident memory size in bytes.") {
      do {
        return Double(try ProcessStatus.read(pid: Machine.processID)?.residentBytes ?? 0)
      } catch {
        return .nan
      }
    }
    computedGauge("process_open_fds", help: "Number of open file descriptors.") {
      do {
        return Double(try Files.list("/proc/self/fd").count)
      } catch {
        return .nan
      }
    }
    computedGauge("process_max_fds", help: "Maximum number of open file descriptors.") {
      do {
        return Double(try Machine.openFilesLimit().soft)
      } catch {
        return .nan
      }
    }
    let start = Double(Machine.wallTime().milliseconds) / 1000
    computedGauge(
      "process_start_time_seconds",
      help: "Start time of the process since unix epoch in seconds."
    ) { start }
  }

  private func add(_ name: String, _ help: String, _ labels: Labels, _ value: Value) {
    let text = labels.map { "\($0.key)=\"\(MetricsRegistry.escape($0.value))\"" }
      .joined(separator: ",")
    families.withLock { families in
      var family = families[name] ?? Family(help: help, type: value.type)
      precondition(family.type == value.type, "\(name) has one type")
      precondition(!family.samples.contains { $0.labels == text }, "\(name){\(text)} is one metric")
      family.samples.append((text, value))
      families[name] = family
    }
  }

  /// Prometheus' text exposition format 0.0.4, families by name.
  public func render() -> String {
    let families = families.withLock { $0 }.sorted { $0.key < $1.key }
    var text = ""
    for (name, family) in families {
      text += "# HELP \(name) \(MetricsRegistry.escapeHelp(family.help))\n"
      text += "# TYPE \(name) \(family.type)\n"
      for (labels, value) in family.samples {
        MetricsRegistry.render(name, labels, value, into: &text)
      }
    }
    return text
  }

  private static func render(
    _ name: String, _ labels: String, _ value: Value, into text: inout String
  ) {
    let braces = labels.isEmpty ? "" : "{\(labels)}"
    switch value {
    case .counter(let counter): text += "\(name)\(braces) \(counter.value)\n"
    case .gauge(let gauge): text += "\(name)\(braces) \(number(gauge.value))\n"
    case .computedGauge(let compute), .computedCounter(let compute):
      text += "\(name)\(braces) \(number(compute()))\n"
    case .histogram(let histogram):
      let state = histogram.snapshot
      let prefix = labels.isEmpty ? "" : labels + ","
      var total: UInt64 = 0
      for (bound, count) in zip(histogram.bounds, state.counts) {
        total += count
        text += "\(name)_bucket{\(prefix)le=\"\(number(bound))\"} \(total)\n"
      }
      total += state.counts.last ?? 0
      text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(total)\n"
      text += "\(name)_sum\(braces) \(number(state.sum))\n"
      text += "\(name)_count\(braces) \(total)\n"
    }
  }

  /// As Go prints it: whole numbers without a fraction, `NaN`, `+Inf`.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
    return value.description
  }

  private static func escape(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.append(character)
      }
    }
  }

  private static func escapeHelp(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      default: escaped.append(character)
      }
    }
  }
}
