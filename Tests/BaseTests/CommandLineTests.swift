import Base
import Testing

@Suite struct `A command line` {
  private static let flags: FlagSet = {
    var flags = FlagSet(
      command: "keelson store get", operands: "<key>",
      environmentPrefixes: ["KEELSON_", "ETCDCTL_"])
    flags.declare("endpoints", .repeated, default: "127.0.0.1:2379", help: "members")
    flags.declare("write-out", letter: "w", .text, default: "simple", help: "output format")
    flags.declare("prefix", .boolean, help: "every key with this prefix")
    flags.declare("limit", .integer, help: "at most so many")
    flags.declare("command-timeout", .duration, default: "5s", help: "time for one command")
    return flags
  }()

  private static func parse(
    _ line: String, _ environment: [String: String] = [:]
  ) throws(FlagError) -> FlagValues {
    try flags.parse(line.split(separator: " ").map(String.init), environment: environment)
  }

  @Test func `takes Go's spellings of flags between operands`() throws {
    let values = try Self.parse("a --limit 3 -prefix b --write-out=json -- --limit")
    #expect(values.operands == ["a", "b", "--limit"])
    #expect(values.integer("limit") == 3)
    #expect(values.boolean("prefix"))
    #expect(values.text("write-out") == "json")
  }

  @Test(arguments: ["-w json", "-w=json", "-wjson", "--write-out json"])
  func `takes a letter's value in pflag's forms`(line: String) throws {
    #expect(try Self.parse(line).text("write-out") == "json")
  }

  @Test func `a switch takes the next word as its value only behind an equals sign`() throws {
    #expect(try Self.parse("--prefix false").operands == ["false"])
    #expect(try Self.parse("--prefix=false").boolean("prefix") == false)
    #expect(try Self.parse("--prefix=T").boolean("prefix"))
  }

  @Test func `the command line wins over the environment and that over the default`() throws {
    let environment = ["ETCDCTL_WRITE_OUT": "table", "KEELSON_LIMIT": "7", "ETCDCTL_LIMIT": "8"]
    let values = try Self.parse("-w json", environment)
    #expect(values.text("write-out") == "json")
    #expect(values.integer("limit") == 7)
    #expect(values.source(of: "limit") == .environment("KEELSON_LIMIT"))
    #expect(values.duration("command-timeout") == .seconds(5))
    #expect(!values.isGiven("command-timeout"))
  }

  @Test func `repeated flags add up and replace their default`() throws {
    #expect(try Self.parse("").repeated("endpoints") == ["127.0.0.1:2379"])
    #expect(try Self.parse("--endpoints a --endpoints=b").repeated("endpoints") == ["a", "b"])
  }

  @Test func `an unknown flag names the nearest`() {
    #expect(throws: FlagError.unknown(flag: "--perfix", nearest: "prefix")) {
      try Self.parse("--perfix")
    }
    #expect(throws: FlagError.unknown(flag: "--quite-else", nearest: nil)) {
      try Self.parse("--quite-else=1")
    }
    #expect(throws: FlagError.unknown(flag: "-x", nearest: nil)) { try Self.parse("-x") }
  }

  @Test func `a wrong value says which flag and what it wants`() {
    let wrong = FlagError.invalidValue(
      flag: "limit", value: "ten", source: .environment("KEELSON_LIMIT"),
      expected: "a whole number")
    #expect(throws: wrong) { try Self.parse("", ["KEELSON_LIMIT": "ten"]) }
    #expect(
      wrong.description
        == "invalid value \"ten\" of KEELSON_LIMIT, which sets --limit: it wants a whole number")
    #expect(throws: FlagError.missingValue(flag: "limit", expected: "a whole number")) {
      try Self.parse("--limit")
    }
  }

  // Values and refusals as Go's time.ParseDuration documents them.
  @Test func `durations read as Go reads them`() throws {
    let cases: [(String, Duration)] = [
      ("5s", .seconds(5)), ("100ms", .milliseconds(100)), ("1h30m", .seconds(5400)),
      ("1.5s", .milliseconds(1500)), (".5m", .seconds(30)), ("0", .zero),
      ("-2ms", .milliseconds(-2)),
      ("3\u{B5}s", .microseconds(3)),
    ]
    for (text, duration) in cases {
      #expect(try Self.parse("--command-timeout=\(text)").duration("command-timeout") == duration)
    }
    for text in ["5", "s", "5 s", "1x", "--", ".s", "9999999999h", "-"] {
      #expect(throws: FlagError.self) {
        try Self.flags.parse(["--command-timeout=\(text)"])
      }
    }
  }

  @Test func `asking for what was not declared is a programmer's error`() async {
    await #expect(processExitsWith: .failure) {
      let values = try FlagSet(command: "x").parse([])
      _ = values.text("name")
    }
  }

  @Test func `the usage lists every flag with its default`() {
    let usage = Self.flags.usage
    #expect(usage.hasPrefix("Usage: keelson store get [flags] <key>\n"))
    #expect(usage.contains("  -w, --write-out TEXT"))
    #expect(usage.contains("(default 5s)"))
  }

  @Test func `arbitrary arguments never trap`() {
    var random = PRNG(seed: 7)
    let pieces = ["-", "--", "=", "w", "limit", "9", "prefix", "\u{E9}", "--endpoints", "", "-1"]
    for _ in 0..<5_000 {
      let line = (0..<random.below(4)).map { _ in
        (0..<random.below(4)).map { _ in pieces[random.below(pieces.count)] }.joined()
      }
      do { _ = try Self.flags.parse(line) } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}
