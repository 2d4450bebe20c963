import Base
import EventLoop
import Linux
import Synchronization
import Testing

@Suite struct `Log lines` {
  private func lines(
    minimum: LogLevel = .info, _ body: (Logger) -> Void
  ) -> [String] {
    let lines = Lines()
    body(Logger("raft", minimum: minimum) { line in lines.list.withLock { $0.append(line) } })
    return lines.list.withLock { $0 }
  }

  private final class Lines: Sendable {
    let list = Mutex<[String]>([])
  }

  @Test func `a line has time, level, component, message and fields`() throws {
    let line = try #require(
      lines { $0.info("became leader", ["term": 4, "name": "m 1", "empty": ""]) }.first)
    let parts = line.split(separator: " ", maxSplits: 1)
    #expect(parts[1] == "INFO raft became leader term=4 name=\"m 1\" empty=\"\"")
    let pattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
    #expect(parts[0].wholeMatch(of: pattern) != nil)
  }

  @Test func `lines below the minimum are not made`() {
    var evaluated = 0
    func count() -> String {
      evaluated += 1
      return "x"
    }
    let made = lines(minimum: .warn) {
      $0.debug(count())
      $0.info(count())
      $0.warn(count())
      $0.error(count())
    }
    #expect(made.count == 2 && evaluated == 2)
  }

  @Test func `what came from outside cannot forge a line`() throws {
    let made = lines { $0.warn("bad\nname", ["peer": "x\n2026 INFO \"fake\" \u{1B}[31m"]) }
    #expect(made.count == 1)
    #expect(
      made[0].hasSuffix(
        "WARN raft bad\\nname peer=\"x\\n2026 INFO \\\"fake\\\" \\u{1b}[31m\""))
  }
}

@Suite struct `Metrics as Prometheus reads them` {
  @Test func `families are sorted and typed`() {
    let registry = MetricsRegistry()
    let puts = registry.counter("b_total", help: "Bs.", labels: ["kind": "a\"\\\n"])
    let size = registry.gauge("a_bytes", help: "Line one\nline two")
    puts.increment()
    puts.increment(by: 41)
    size.set(2.5)
    #expect(
      registry.render() == """
        # HELP a_bytes Line one\\nline two
        # TYPE a_bytes gauge
        a_bytes 2.5
        # HELP b_total Bs.
        # TYPE b_total counter
        b_total{kind="a\\"\\\\\\n"} 42

        """)
  }

  @Test func `a histogram's buckets add up`() {
    let registry = MetricsRegistry()
    let seconds = registry.histogram("h_seconds", help: "H.", bounds: [0.1, 1])
    for value in [0.05, 0.1, 0.5, 7] { seconds.observe(value) }
    seconds.observe(.milliseconds(250))
    #expect(
      registry.render() == """
        # HELP h_seconds H.
        # TYPE h_seconds histogram
        h_seconds_bucket{le="0.1"} 2
        h_seconds_bucket{le="1"} 4
        h_seconds_bucket{le="+Inf"} 5
        h_seconds_sum 7.9
        h_seconds_count 5

        """)
  }

  @Test func `threads count together`() throws {
    let registry = MetricsRegistry()
    let counter = registry.counter("c", help: "")
    let loop = try EventLoop()
    for _ in 0..<4 {
      try Thread.start(name: "counter") {
        for _ in 0..<10_000 { counter.increment() }
      }
    }
    #expect(
      loop.run(atMost: .seconds(10)) {
        loop.submitLocally {}; return counter.value == 40_000
      })
  }

  @Test func `the process reports itself`() throws {
    let registry = MetricsRegistry()
    registry.addProcessMetrics()
    let lines = registry.render().split(separator: "\n").filter { !$0.hasPrefix("#") }
    let values = Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let parts = line.split(separator: " ")
        return (String(parts[0]), Double(parts[1]) ?? .nan)
      })
    #expect(values["process_resident_memory_bytes"].map { $0 > 1e6 } == true)
    #expect(values["process_cpu_seconds_total"].map { $0 > 0 } == true)
    #expect(values["process_open_fds"].map { $0 >= 3 } == true)
  }
}

@Suite struct `Civil time` {
  // From `date -u -d @SECONDS +%FT%T.000Z`, GNU coreutils.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
    (951_868_799, "2000-02-29T23:59:59.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
    (1_000_000_000, "2001-09-09T01:46:40.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
    (4_107_542_399, "2100-02-28T23:59:59.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
    (-62_135_596_800, "0001-01-01T00:00:00.000Z"), (253_402_300_799, "9999-12-31T23:59:59.000Z"),
  ])
  func `seconds become a date`(_ seconds: Int64, _ text: String) {
    #expect(CivilTime(WallTime(milliseconds: seconds * 1000)).description == text)
  }

  @Test func `milliseconds are kept`() {
    #expect(
      CivilTime(WallTime(milliseconds: 1_700_000_000_007)).description
        == "2023-11-14T22:13:20.007Z")
    #expect(
      CivilTime(WallTime(milliseconds: -1)).description == "1969-12-31T23:59:59.999Z")
  }
}
