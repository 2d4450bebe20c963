import Base
import Node
import Testing

/// Against the CRI log format (Kubernetes' container runtime interface) and kubectl logs' options.
@Suite struct `Lines of a container's log` {
  private static let file = Bytes(
    """
    2026-11-22T10:00:00.000000000Z stdout F one
    2026-11-22T10:00:01.500000000Z stderr P two, be
    2026-11-22T10:00:01.500000000Z stderr F gun
    2026-11-22T10:00:02.000000000Z stdout F
    nonsense
    2026-11-22T10:00:03.000000000Z stdout F  four

    """)

  private func text(
    _ change: (inout LogOptions) -> Void = { _ in }, cut: Int = .max
  ) -> String {
    var options = LogOptions()
    change(&options)
    var lines = LogLines(options)
    var output = ByteBuffer()
    var rest = Self.file
    while !rest.isEmpty {
      lines.append(rest.prefix(min(cut, rest.count)), into: &output)
      rest = rest.dropFirst(min(cut, rest.count))
    }
    return output.take().text
  }

  @Test func `texts of both streams, parts put together`() {
    #expect(text() == "one\ntwo, begun\n\n four\n")
  }

  @Test(arguments: 1...60) func `wherever the bytes are cut`(cut: Int) {
    #expect(text(cut: cut) == "one\ntwo, begun\n\n four\n")
    #expect(text({ $0.timestamps = true }, cut: cut) == text { $0.timestamps = true })
  }

  @Test func `times stand before lines, not before parts`() {
    #expect(
      text { $0.timestamps = true } == """
        2026-11-22T10:00:00.000000000Z one
        2026-11-22T10:00:01.500000000Z two, begun
        2026-11-22T10:00:02.000000000Z 
        2026-11-22T10:00:03.000000000Z  four

        """)
  }

  @Test func `nothing older than asked for`() {
    #expect(text { $0.since = WallTime(rfc3339: "2026-11-22T10:00:02Z") } == "\n four\n")
    #expect(text { $0.since = WallTime(rfc3339: "2026-11-22T10:00:04Z") } == "")
  }

  @Test func `no more bytes than asked for, times included`() {
    #expect(text { $0.limitBytes = 6 } == "one\ntw")
    #expect(text { $0.limitBytes = 0 } == "")
    #expect(
      text {
        $0.limitBytes = 12
        $0.timestamps = true
      } == "2026-11-22T1")
  }

  @Test func `bytes of any kind trap nothing`() {
    var random = PRNG(seed: 7)
    for _ in 0..<2_000 {
      var options = LogOptions()
      options.timestamps = random.next() % 2 == 0
      options.limitBytes = random.next() % 2 == 0 ? nil : Int(random.next() % 50)
      options.since = random.next() % 2 == 0 ? nil : WallTime(milliseconds: 0)
      var lines = LogLines(options)
      var output = ByteBuffer()
      for _ in 0..<4 {
        let letters = Array("2026-11-22T10:00:00Z stdout FP \n\n  x".utf8)
        let bytes = (0..<Int(random.next() % 60)).map { _ in
          random.next() % 9 == 0
            ? UInt8(truncatingIfNeeded: random.next())
            : letters[Int(random.next() % UInt64(letters.count))]
        }
        lines.append(Bytes(bytes), into: &output)
      }
      if let limit = options.limitBytes { #expect(output.take().count <= limit) }
    }
  }
}

@Suite struct `Options of logs` {
  private let now = WallTime(milliseconds: 1_000_000)

  @Test func `are read as API servers send them`() throws {
    let options = try LogOptions(
      query: "follow=true&previous=0&tailLines=5&limitBytes=7&timestamps=1&sinceSeconds=60&x=y",
      now: now)
    #expect(options.follow && options.timestamps && !options.previous)
    #expect(options.tailLines == 5 && options.limitBytes == 7)
    #expect(options.since == WallTime(milliseconds: 940_000))
    let time = try LogOptions(query: "sinceTime=2026-11-22T10:00:00.250000Z", now: now)
    #expect(time.since == WallTime(rfc3339: "2026-11-22T10:00:00.25Z"))
    #expect(try LogOptions(query: "", now: now) == LogOptions())
  }

  @Test(arguments: [
    "tailLines=-1", "tailLines=", "limitBytes=x", "sinceTime=yesterday", "follow=maybe",
    "sinceSeconds=99999999999999999999",
  ])
  func `nonsense is refused by name`(query: String) {
    let name = String(query.prefix { $0 != "=" })
    do {
      let options = try LogOptions(query: query, now: now)
      Issue.record("taken for \(options)")
    } catch {
      #expect(error.parameter == name)
    }
  }

  @Test func `a span longer than time reaches back beyond everything`() throws {
    let options = try LogOptions(query: "sinceSeconds=\(Int.max)", now: now)
    #expect(try #require(options.since) < WallTime(milliseconds: 0))
  }
}

@Suite struct `Which attempt has the log` {
  private func place(_ containers: [ContainerRecord]?) -> PodLogPlace {
    PodLogPlace(
      uid: "u", containers: ["a", "b"],
      record: containers.map { PodRecord(containers: $0) })
  }

  private static func exit(_ attempt: Int) -> ContainerExit {
    ContainerExit(
      attempt: attempt, code: 1, reason: .error, startedAt: WallTime(milliseconds: 0),
      finishedAt: WallTime(milliseconds: 1), ranMilliseconds: 1)
  }

  private static let running = ContainerRecord(
    name: "a",
    state: .running(
      RunningProcess(
        attempt: 3, process: ProcessIdentity(pid: 1, startTicks: 1, boot: "b"),
        startedAt: WallTime(milliseconds: 0))), previous: exit(2))

  @Test func `the running one, or the one before it`() throws {
    let place = place([Self.running])
    #expect(try place.attempt("a", previous: false, of: "p") == 3)
    #expect(try place.attempt("a", previous: true, of: "p") == 2)
    #expect(place.isRunning("a", attempt: 3) && !place.isRunning("a", attempt: 2))
  }

  @Test func `of one that has ended its own`() throws {
    let place = place([ContainerRecord(name: "a", state: .exited(Self.exit(1)))])
    #expect(try place.attempt("a", previous: false, of: "p") == 1)
    #expect(!place.isRunning("a", attempt: 1))
  }

  /// Texts of the kubelet's validateContainerLogStatus.
  @Test func `where there is none it is said in the kubelet's words`() {
    let place = place([Self.running])
    #expect(
      throws: PodLogPlace.Refusal.badRequest(
        "container \"b\" in pod \"p\" is waiting to start: ContainerCreating")
    ) { try place.attempt("b", previous: false, of: "p") }
    #expect(
      throws: PodLogPlace.Refusal.badRequest(
        "previous terminated container \"b\" in pod \"p\" not found")
    ) { try place.attempt("b", previous: true, of: "p") }
    #expect(
      throws: PodLogPlace.Refusal.notFound("container \"c\" not found in pod \"p\"")
    ) { try place.attempt("c", previous: false, of: "p") }
  }
}
