import Base
import EtcdAPI
import JSON
import Protobuf
import Synchronization
import Testing

@testable import StoreClient

@Suite struct `Texts as Go writes them` {
  // Recorded: `etcdctl get -w fields`.
  @Test func `quotes escape what Go escapes`() {
    #expect(GoText.quoted(Bytes([0x01, 0xFF, 0x22])) == #""\x01\xff\"""#)
    #expect(GoText.quoted("{\"x\":1}") == #""{\"x\":1}""#)
    #expect(GoText.quoted("é\t\\\u{7F}\u{200B}\u{E000}") == #""é\t\\\x7f\u200b\ue000""#)
    #expect(GoText.quoted("\u{1F600}\u{10FFFF}") == "\"\u{1F600}\\U0010ffff\"")
  }

  // Recorded: `took` of endpoint health, and Go's documentation of time.Duration.
  @Test(arguments: [
    (Duration.nanoseconds(1_689_048), "1.689048ms"), (.nanoseconds(5_000_814_943), "5.000814943s"),
    (.zero, "0s"), (.nanoseconds(1), "1ns"), (.nanoseconds(1_100), "1.1µs"),
    (.seconds(2), "2s"), (.seconds(60), "1m0s"), (.milliseconds(5_445_300), "1h30m45.3s"),
  ])
  func `durations drop what is zero behind the point`(duration: Duration, text: String) {
    #expect(GoText.duration(duration) == text)
  }

  // Recorded: `endpoint status`; 82854982 is go-humanize's own example.
  @Test(
    arguments: [
      (20_480, "20 kB"), (114_688, "115 kB"), (82_854_982, "83 MB"), (0, "0 B"), (9, "9 B"),
      (999, "999 B"), (1_000, "1.0 kB"), (1_550, "1.6 kB"), (9_949, "9.9 kB"), (10_000, "10 kB"),
    ] as [(Int64, String)])
  func `sizes have decimal units`(bytes: Int64, text: String) {
    #expect(GoText.humanized(bytes) == text)
  }

  @Test func `numbers that are none are explained as strconv does`() {
    #expect(GoText.parseComplaint("zz") == #"strconv.ParseInt: parsing "zz": invalid syntax"#)
    #expect(
      GoText.parseComplaint("99999999999999999999")
        == #"strconv.ParseInt: parsing "99999999999999999999": value out of range"#)
  }
}

@Suite struct `Arguments as bytes` {
  @Test func `any bytes pass through a text unchanged`() {
    var random = PRNG(seed: 5)
    let genuine = Array("\u{10FF80}\u{10FFFF}é\u{FFFD}".utf8)
    #expect(ArgumentText.bytes(ArgumentText.text(Bytes(genuine))) == Bytes(genuine))
    for _ in 0..<2_000 {
      let count = Int.random(in: 0..<12, using: &random)
      var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      if Bool.random(using: &random) { bytes += genuine }
      #expect(ArgumentText.bytes(ArgumentText.text(Bytes(bytes))) == Bytes(bytes))
    }
    #expect(ArgumentText.text("plain é") == "plain é")
  }
}

@Suite struct `Scripts` {
  @Test func `words are cut at spaces outside quotes`() throws {
    #expect(
      try ScriptWords.split(#"  put "x y" "a\"b\x41" 's q'  plain"mid "#)
        == ["put", "x y", "a\"bA", "s q", "plain\"mid"])
    #expect(try ScriptWords.split("") == [])
    #expect(try ScriptWords.split(#"get """#) == ["get", ""])
    #expect(throws: CommandFailure.self) { try ScriptWords.split(#"put "\q" 1"#) }
  }

  @Test func `a script ends with its third empty line`() throws {
    var script = TransactionScript()
    for line in ["mod(\"a\") > \"0\"", "", "put b 1", "  ", "get b", ""] {
      #expect(script.section != nil)
      try script.take(line: line)
    }
    #expect(script.section == nil)
    #expect(
      script.transaction
        == TxnRequest(
          compare: [
            Compare(result: .greater, target: .mod, key: "a", targetUnion: .modRevision(0))
          ],
          success: [RequestOp(request: .put(PutRequest(key: "b", value: "1")))],
          failure: [RequestOp(request: .range(RangeRequest(key: "b")))]))
  }

  @Test func `leases are compared in hexadecimal`() throws {
    let compare = try Compare(script: #"lease("k") = "1f""#)
    #expect(compare == Compare(target: .lease, key: "k", targetUnion: .lease(31)))
  }

  @Test(arguments: [
    "", "mod", "mod(", #"mod("a")"#, #"mod("a") ="#, #"mod("a") ~ "0""#, #"mod(a) = "0""#,
    #"foo("a") = "0""#, #"mod("a") = "99999999999999999999""#, #"mod("a\") = "0""#,
    #"ver("k") = "1"#,
  ])
  func `what is no comparison is refused`(line: String) {
    #expect(throws: CommandFailure.self) { try Compare(script: line) }
  }

  @Test func `no line makes the reader trap`() {
    let pieces = [
      "mod(\"a\") > \"0\"", "put ", "get ", "\"", "\\", "'", "(", ")", "--lease=", "\\x4", "\\777",
      "\\U0011ffff", "é", " ", "-", "=", "--prefix", "--limit", "\u{301}",
    ]
    var random = PRNG(seed: 11)
    for _ in 0..<5_000 {
      let count = Int.random(in: 0..<8, using: &random)
      let line = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      var script = TransactionScript()
      for text in [line, "", line] {
        do { try script.take(line: text) } catch { break }
      }
    }
  }
}

/// A console whose input is given and whose output is kept.
private final class RecordedConsole: Sendable {
  private let written = Mutex<(output: ByteBuffer, errors: ByteBuffer)>(
    (ByteBuffer(), ByteBuffer()))
  let members: ScriptedMembers
  let files: [String: Bytes]
  let environment: [String: String]
  let isTerminal: Bool
  let configurations = Mutex<[ClientConfiguration]>([])

  init(
    _ members: ScriptedMembers = ScriptedMembers([:]), environment: [String: String] = [:],
    files: [String: Bytes] = [:], isTerminal: Bool = false
  ) {
    self.members = members
    self.environment = environment
    self.files = files
    self.isTerminal = isTerminal
  }

  var output: String { written.withLock(\.output.bytes.text) }
  var errors: String { written.withLock(\.errors.bytes.text) }

  func run(_ line: String) async throws -> Int32 {
    let words = line.split(separator: " ").map(String.init)
    let command = try #require(
      StoreCommand.all.first { words.starts(with: $0.path) }, "\(line) names no verb")
    return await command.run(Array(words.dropFirst(command.path.count)), console)
  }

  private var console: CommandConsole {
    CommandConsole(
      environment: environment, isRoot: false, isTerminal: isTerminal,
      write: { [self] bytes in written.withLock { $0.output.write(bytes) } },
      writeError: { [self] bytes in written.withLock { $0.errors.write(bytes) } },
      lines: { AsyncStream { $0.finish() } },
      readAll: { Bytes() },
      readFile: { [files] (path) throws(CommandFailure) in files[path] },
      runProgram: { (_, _) async throws(CommandFailure) in },
      connect: { [self] (configuration) throws(StoreError) in
        configurations.withLock { $0.append(configuration) }
        do throws(EndpointError) {
          return StoreClient(
            endpoints: try StoreEndpoint.list(configuration.endpoints),
            options: configuration.options, connector: members, first: 0)
        } catch {
          throw .endpoint(error)
        }
      })
  }
}

@Suite struct `Verbs` {
  private func answering(_ response: some ProtobufMessage) -> ScriptedMembers {
    ScriptedMembers(["127.0.0.1:12379": .init(calls: [.success(response.encoded)])])
  }

  @Test func `documents are laid out on a terminal and untouched elsewhere`() async throws {
    let response = RangeResponse(kvs: [KeyValue(key: "k", value: "{\"a\":[1]}")], count: 1)
    let piped = RecordedConsole(answering(response))
    #expect(try await piped.run("get k") == 0)
    #expect(piped.output == "k\n{\"a\":[1]}\n")
    let terminal = RecordedConsole(answering(response), isTerminal: true)
    #expect(try await terminal.run("get k") == 0)
    #expect(terminal.output == "k\n{\n  \"a\": [\n    1\n  ]\n}\n")
    let hex = RecordedConsole(answering(response), isTerminal: true)
    #expect(try await hex.run("get k --hex") == 0)
    #expect(hex.output.hasPrefix("\\x6b\n\\x7b"))
  }

  @Test func `denials come with what to do about them`() async throws {
    let members = ScriptedMembers([
      "127.0.0.1:12379": .init(calls: [.failure(.status(.permissionDenied))])
    ])
    let console = RecordedConsole(members)
    #expect(try await console.run("get k") == 1)
    #expect(console.errors.hasPrefix("Error: etcdserver: permission denied\n"))
    #expect(console.errors.contains("certificate-roles get"))
  }

  @Test func `the environment cannot widen what a verb does`() async throws {
    let members = answering(DeleteRangeResponse(deleted: 1))
    let console = RecordedConsole(members, environment: ["KEELSON_PREFIX": "true"])
    #expect(try await console.run("del k --write-out=json") == 0)
    #expect(console.output == "{\"deleted\":1}\n")
  }

  @Test func `flags before the verb move behind it`() {
    #expect(
      StoreCommand.verbFirst(["--endpoints", "x:1", "--hex", "-w=json", "lease", "list", "a"])
        == ["lease", "list", "--endpoints", "x:1", "--hex", "-w=json", "a"])
    #expect(StoreCommand.verbFirst(["get", "-w", "json"]) == ["get", "-w", "json"])
    #expect(StoreCommand.verbFirst(["--help"]) == ["--help"])
    #expect(StoreCommand.verbFirst(["--cert"]) == ["--cert"])
  }

  @Test func `every verb has its flags and tells them`() async throws {
    for command in StoreCommand.all {
      let console = RecordedConsole()
      #expect(try await console.run(command.path.joined(separator: " ") + " --help") == 0)
      #expect(console.output.contains("--endpoints"))
    }
  }

  @Test func `a node's wishes stand beside its reports`() async throws {
    func pod(_ uid: String, _ side: String, _ text: String, at revision: Int64 = 5) -> KeyValue {
      KeyValue(
        key: Bytes("/nodes/n1/\(side)/pods/\(uid)"), modRevision: revision, value: Bytes(text))
    }
    let spec =
      #"{"metadata":{"name":"web","namespace":"ns"},"spec":{"containers":[{"name":"main"}]}}"#
    let status = #"""
      {"metadata":{"name":"web","namespace":"ns"},"desiredRevision":5,
       "status":{"phase":"Running","containerStatuses":[{"restartCount":2}]}}
      """#
    let desired = RangeResponse(kvs: [
      pod("a", "desired", spec), pod("b", "desired", spec), pod("c", "desired", spec, at: 9),
      pod("e", "desired", "no json"),
    ])
    let actual = RangeResponse(kvs: [
      pod("a", "actual", status), pod("c", "actual", status), pod("d", "actual", status),
      pod("e", "actual", status),
    ])
    let response = TxnResponse(
      succeeded: true,
      responses: [ResponseOp(response: .range(desired)), ResponseOp(response: .range(actual))])
    let console = RecordedConsole(answering(response))
    #expect(try await console.run("diff n1") == 0)
    #expect(
      console.output == """
        POD     UID  DESIRED   ACTUAL               DIFFERENCE
        ns/web  a    run main  Running, 2 restarts  none
        ns/web  b    run main  -                    not reported
        ns/web  c    run main  Running, 2 restarts  newer wish not taken up
        ns/web  d    -         Running, 2 restarts  not wanted
        ns/web  e    not JSON  Running, 2 restarts  unreadable

        """)
  }
}

@Suite struct `Where the store is` {
  private func configuration(
    _ arguments: String, environment: [String: String] = [:], file: String? = nil
  ) async throws -> (status: Int32, ClientConfiguration?, errors: String) {
    let path = "/d/client.json"
    let console = RecordedConsole(
      environment: environment.merging(["KEELSON_DIR": "/d"]) { own, _ in own },
      files: file.map { [path: Bytes($0)] } ?? [:])
    let status = try await console.run("member list --command-timeout=1ms " + arguments)
    return (status, console.configurations.withLock { $0.first }, console.errors)
  }

  private let file =
    #"{"endpoints":["https://h:1"],"cacert":"ca.crt","cert":"/c.crt","key":"c.key"}"#
  private let fileCredentials = StoreCredentials(
    trustedCAs: "/d/ca.crt", certificate: "/c.crt", key: "/d/c.key")

  @Test func `flags win over the environment, which wins over the file`() async throws {
    let environment = ["KEELSON_ENDPOINTS": "http://e:2", "ETCDCTL_ENDPOINTS": "http://f:3"]
    let flags = try await configuration(
      "--endpoints=http://g:4,http://g:5", environment: environment, file: file)
    #expect(flags.1?.endpoints == ["http://g:4", "http://g:5"])
    let named = try await configuration("", environment: environment, file: file)
    #expect(named.1?.endpoints == ["http://e:2"])
    let fallback = try await configuration(
      "", environment: ["ETCDCTL_ENDPOINTS": "http://f:3"], file: file)
    #expect(fallback.1?.endpoints == ["http://f:3"])
    let fromFile = try await configuration("", file: file)
    #expect(fromFile.1?.endpoints == ["https://h:1"])
    #expect(fromFile.1?.credentials == fileCredentials)
    let none = try await configuration("")
    #expect(none.1?.endpoints == ["127.0.0.1:12379", "127.0.0.1:22379", "127.0.0.1:32379"])
  }

  @Test func `the file's certificates go with its endpoints or with TLS ones`() async throws {
    let plain = try await configuration("--endpoints=http://g:4", file: file)
    #expect(plain.1?.credentials == StoreCredentials())
    let secure = try await configuration("--endpoints=https://g:4", file: file)
    #expect(secure.1?.credentials == fileCredentials)
    let own = try await configuration(
      "--endpoints=https://g:4 --cacert=/own", file: file)
    #expect(own.1?.credentials == StoreCredentials(trustedCAs: "/own"))
  }

  @Test(arguments: [
    "[", "[]", "{}", #"{"endpoints":[]}"#, #"{"endpoints":[1]}"#,
    #"{"endpoints":["h:1"],"cert":7}"#, #"{"endpoints":["h:1"],"cert":"/c"}"#,
  ])
  func `a file that is wrong is an error that names it`(document: String) async throws {
    let (status, _, errors) = try await configuration("", file: document)
    #expect(status == 128)
    #expect(errors.contains("/d/client.json") || errors.contains("certificate or key"))
  }

  @Test func `the folder is KEELSON_DIR, else root's, else the user's`() {
    let home = ["HOME": "/home/u"]
    #expect(ClientFile.path(environment: home, isRoot: false) == "/home/u/.keelson/client.json")
    #expect(ClientFile.path(environment: home, isRoot: true) == "/var/lib/keelson/client.json")
    let named = ["HOME": "/home/u", "KEELSON_DIR": "/x"]
    #expect(ClientFile.path(environment: named, isRoot: true) == "/x/client.json")
  }
}
