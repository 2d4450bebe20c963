import Base
import Linux
import Testing

/// One call of a store command: its arguments, and what it reads.
private struct VerbCall: Sendable, CustomStringConvertible {
  let arguments: [String]
  var input = ""

  /// Words by spaces; `''` is an empty word, `LEASE` the ID that the last grant gave.
  init(_ line: String, input: String = "") {
    arguments = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    self.input = input
  }

  var description: String {
    arguments.joined(separator: " ") + (input.isEmpty ? "" : " <<< \(input)")
  }
}

/// What a step gave, without what no two runs share: times and the IDs of leases.
private struct VerbReply: Equatable, Sendable, CustomStringConvertible {
  let status: Int32
  let output: String
  /// The lines of standard error that are etcdctl's own: without its client's log and without usage
  /// texts, and without the hints that follow ours.
  let errors: [String]

  init(_ outcome: Outcome, lease: String) {
    status = outcome.status
    output = VerbReply.settled(outcome.output, lease)
    errors = outcome.errors.split(separator: "\n").map(String.init).filter { line in
      ["Error:", "Failed to", "watch was"].contains { line.hasPrefix($0) }
        || line.contains("is unhealthy") || line.contains("is healthy")
    }
  }

  private static func settled(_ text: String, _ lease: String) -> String {
    var text = text
    if !lease.isEmpty, let number = Int64(lease, radix: 16) {
      text = text.replacing(lease, with: "LEASE").replacing(String(number), with: "LEASE")
    }
    text = text.replacing(/took = \S+/, with: "took = TIME")
    text = text.replacing(/"took":"[^"]+"/, with: "\"took\":\"TIME\"")
    text = text.replacing(/"Took" : \S+/, with: "\"Took\" : TIME")
    text = text.replacing(/remaining\([0-9]+s\)/, with: "remaining(TIME)")
    text = text.replacing(/"ttl":(59|60)/, with: "\"ttl\":TIME")
    return text.replacing(/"TTL" : (59|60)/, with: "\"TTL\" : TIME")
  }

  var description: String { "status \(status)\n\(output)\n\(errors.joined(separator: "\n"))" }
}

/// Runs the same steps by etcdctl and by our verbs, each against an etcd that starts empty at the
/// same addresses (so that its IDs are the same), and compares what they print.
private func compare(_ steps: [VerbCall]) async throws {
  let cluster = try StoreCluster(members: 1, server: .etcd)
  let url = cluster.clientURL(0)
  let etcdctl = try cluster.etcdctl()
  let keelson = try Program.keelson.get().with(
    ["store"], environment: ["KEELSON_ENDPOINTS=\(url)"])
  var transcripts: [[VerbReply]] = []
  do {
    for program in [etcdctl, keelson] {
      try await cluster.start(0)
      try await cluster.awaitHealth(of: 0)
      transcripts.append(try await run(steps, by: program))
      await cluster.stop()
      try Files.removeTree(cluster.members[0].dataDirectory)
    }
  } catch {
    await cluster.stop()
    throw error
  }
  for (step, (theirs, ours)) in zip(steps, zip(transcripts[0], transcripts[1])) {
    #expect(ours == theirs, "\(step)")
  }
}

private func run(_ steps: [VerbCall], by program: Program) async throws -> [VerbReply] {
  var lease = ""
  var replies: [VerbReply] = []
  for step in steps {
    let arguments = step.arguments.map { $0.replacing("LEASE", with: lease) }
    let outcome = try await program.run(arguments, input: step.input)
    if let grant = outcome.output.firstMatch(of: /lease ([0-9a-f]{16}) granted/) {
      lease = String(grant.1)
    }
    replies.append(VerbReply(outcome, lease: lease))
  }
  return replies
}

extension Conformance {
  /// Byte for byte what Debian's etcdctl 3.4 prints.
  @Suite struct `The store's verbs` {
    @Test func `get, put and del print as etcdctl does`() async throws {
      var steps = [
        VerbCall("put a 1"), VerbCall("put b 2"), VerbCall("put c/1 {\"x\":1}"),
        VerbCall("put c/2 é\u{1}\"\\\t<&>"),
        VerbCall("put c/3 \u{200B}\u{AD}\u{1F600}\u{E000}\u{2028}\u{A0}\u{378}\u{FFFD}\u{7F}"),
        VerbCall("put stdin", input: "from standard input\n"), VerbCall("put stdin", input: ""),
        VerbCall("put e ''"), VerbCall("put '' v"), VerbCall("put"), VerbCall("put a 2 extra"),
        VerbCall("put a 3 --prev-kv"), VerbCall("put a --ignore-value --prev-kv"),
        VerbCall("put nothing --ignore-value"), VerbCall("put a 3 --ignore-value"),
        VerbCall("put a 4 --ignore-lease"), VerbCall("put a 4 --lease=zz"),
        VerbCall("put a 4 --lease=1234"),
        VerbCall("put a 5 --prev-kv -w json"), VerbCall("put a 6 --prev-kv -w fields"),
      ]
      for format in ["simple", "json", "fields", "table", "protobuf", "yaml"] {
        steps.append(VerbCall("get a -w \(format)"))
        steps.append(VerbCall("get c --prefix -w \(format)"))
        steps.append(VerbCall("get nothing -w \(format)"))
        steps.append(VerbCall("get c --prefix --hex -w \(format)"))
      }
      steps += [
        "get", "get a c", "get a c extra", "get '' --prefix", "get '' --from-key",
        "get b --from-key",
        "get a b --prefix", "get a b --from-key", "get a --prefix --from-key", "get ''",
        "get '' --prefix --keys-only", "get '' --prefix --keys-only -w json",
        "get '' --prefix --limit=2", "get '' --prefix --limit=2 -w json",
        "get '' --prefix --print-value-only", "get a --print-value-only -w json",
        "get '' --prefix --order=DESCEND", "get '' --prefix --order=ascend",
        "get '' --prefix --sort-by=VERSION --order=descend", "get '' --prefix --sort-by=CREATE",
        "get '' --prefix --sort-by=MODIFY", "get '' --prefix --sort-by=value",
        "get a --order=up", "get a --sort-by=foo", "get a --consistency=s", "get a --consistency=x",
        "get a --rev=2", "get a --rev=3000", "get a --rev=2 -w fields",
        "compact 4", "compact 4", "compact", "compact x", "compact 99999", "compact 5 --physical",
        "compact 6 -w json", "get a --rev=2",
        "del", "del nothing", "del a --prev-kv", "del b -w json --prev-kv",
        "del c --prefix -w fields --prev-kv", "del a b c", "del a b --prefix",
        "del a --prefix extra",
        "del '' --from-key", "del '' --prefix -w json", "get '' --prefix",
      ].map { VerbCall($0) }
      try await compare(steps)
    }

    @Test func `transactions read their script and print as etcdctl does`() async throws {
      func txn(_ script: String, _ flags: String = "") -> VerbCall {
        VerbCall("txn" + (flags.isEmpty ? "" : " " + flags), input: script)
      }
      let branches = "mod(\"a\") > \"0\"\n\nput b 2 --prev-kv\nget a\ndel c --prev-kv\n\nget b\n\n"
      var steps = [VerbCall("put a 1"), VerbCall("put c 3")]
      for format in ["simple", "json", "fields", "protobuf"] {
        steps.append(txn(branches, "-w \(format)"))
        steps.append(
          txn("mod(\"a\") = \"0\"\n\nput b 2\n\nget b\nget \"\" --prefix\n\n", "-w \(format)"))
        steps.append(txn("\n\n\n", "-w \(format)"))
      }
      steps += [
        txn("version(\"a\") = \"1\"\nc(\"a\") > \"1\"\ncreate(\"a\") < \"99\"\n\nget a\n\n\n"),
        txn("val(\"a\") = \"1\"\nvalue(\"a\") != \"\\x32\"\n\nget a\n\n\n"),
        txn("  ver(\"no such key\")   =   \"0\"  \n\n  get   a  \n\n\n"),
        txn("\nput \"x y\" \"multi word\"\nget \"x y\"\n\n\n"),
        txn("\nput q \"a\\\"b\\\\c\\n\\t\\x41\\u00e9\"\nget q\n\n\n"),
        txn("\nget \"\" --prefix --keys-only\nget a --limit 1 --order=DESCEND\n\n\n"),
        txn("\nput bin \"\\xff\\x00\\xfe\"\nget bin\n\n\n"), txn("\nget bin\n\n\n", "-w fields"),
        txn("\nget a\n\n\n", "--hex"), txn("\nget a\n\n\n", "-i"), txn(branches, "--interactive"),
        txn(""), txn("mod(\"a\") > \"0\"\n"), txn("\nget a\n\n"),
        txn("mod(\"a\") >\n\n\n\n"), txn("mod a > 0\n\n\n\n"), txn("foo(\"a\") > \"0\"\n\n\n\n"),
        txn("mod(\"a\") > \"x\"\n\n\n\n"), txn("\nfoo a\n\n\n"), txn("\nget\n\n\n"),
        txn("\nput x\n\n\n"), txn("\nput x 1\nput x 2\n\n\n"), txn("\nget a --order=up\n\n\n"),
        txn("\nput a 1 --lease=zz\n\n\n"), VerbCall("txn extra"), VerbCall("get '' --prefix"),
      ]
      try await compare(steps)
    }

    @Test func `leases print as etcdctl does`() async throws {
      var steps = [
        "lease list", "lease list -w json", "lease list -w fields", "lease grant", "lease grant x",
        "lease grant 1 2", "lease grant 9000000001", "lease grant 60",
        "put leased v --lease=LEASE", "get leased -w fields",
        "get leased -w json",
      ]
      for format in ["simple", "json", "fields", "table"] {
        steps += [
          "lease list -w \(format)", "lease timetolive LEASE -w \(format)",
          "lease timetolive LEASE --keys -w \(format)",
          "lease keep-alive LEASE --once -w \(format)",
        ]
      }
      steps += [
        "lease timetolive 1234", "lease timetolive 1234 -w json", "lease timetolive zz",
        "lease timetolive", "lease keep-alive --once 1234", "lease keep-alive 1234",
        "lease keep-alive zz", "lease keep-alive", "lease revoke zz", "lease revoke",
        "lease revoke LEASE", "lease revoke LEASE", "get leased", "lease grant 60",
        "lease revoke LEASE -w json", "lease grant 60", "lease revoke LEASE -w fields",
        "lease list",
      ]
      try await compare(steps.map { VerbCall($0) })
    }

    @Test func `members, endpoints and alarms print as etcdctl does`() async throws {
      var steps = ["put a 1"]
      for format in ["simple", "json", "table"] {
        steps += [
          "member list -w \(format)", "endpoint hashkv -w \(format)", "alarm list -w \(format)",
          "alarm disarm -w \(format)",
        ]
      }
      steps += [
        "member list -w fields", "endpoint hashkv -w fields", "endpoint hashkv --cluster",
        "endpoint hashkv --rev 99", "alarm list extra", "alarm disarm extra",
        "endpoint health -w json", "endpoint health -w fields", "endpoint health --cluster -w json",
      ]
      try await compare(steps.map { VerbCall($0) })
    }

    @Test func `an endpoint's status and a full store's alarm print as etcdctl does`() async throws
    {
      let flags = ["--quota-backend-bytes", "65536"]
      try await StoreCluster.serving(1, server: .etcd, flags: flags) { cluster in
        let etcdctl = try cluster.etcdctl()
        let keelson = try Program.keelson.get().with(
          ["store"], environment: ["KEELSON_ENDPOINTS=\(cluster.clientURL(0))"])
        let value = String(repeating: "x", count: 30_000)
        try await eventually("the store is full") {
          try await etcdctl.run(["put", "k", value]).status == 0 ? nil : true
        }
        // Reads only: both can ask the same member.
        for line in [
          "alarm list", "alarm list -w json", "endpoint status", "endpoint status -w json",
          "endpoint status -w fields", "endpoint status --cluster", "put a 1", "member list",
        ] {
          let step = VerbCall(line)
          let theirs = VerbReply(try await etcdctl.run(step.arguments), lease: "")
          let ours = VerbReply(try await keelson.run(step.arguments), lease: "")
          #expect(settledIndexes(ours.output) == settledIndexes(theirs.output), "\(line)")
          #expect(ours.status == theirs.status && ours.errors == theirs.errors, "\(line)")
        }
        #expect(try await keelson.run(["alarm", "disarm"]).output.hasSuffix("alarm:NOSPACE \n"))
      }
    }

    /// Without raft indexes, which the store's own upkeep moves.
    private func settledIndexes(_ text: String) -> String {
      text.replacing(/"raft(Applied)?Index":[0-9]+/, with: "INDEX")
        .replacing(/"Raft(Applied)?Index" : [0-9]+/, with: "INDEX")
        .replacing(/, [0-9]+, [0-9]+, memberID/, with: ", INDEXES, memberID")
    }

    @Test func `watches print as etcdctl does`() async throws {
      try await StoreCluster.serving(1, server: .etcd) { cluster in
        let etcdctl = try cluster.etcdctl()
        let keelson = try Program.keelson.get().with(
          ["store"], environment: ["KEELSON_ENDPOINTS=\(cluster.clientURL(0))"])
        for line in ["put w1 old", "put w1 v1", "put w2 v2", "del w1", "put w3 \u{1}é"] {
          _ = try await etcdctl.run(VerbCall(line).arguments)
        }
        _ = try await etcdctl.run(["compact", "2"])
        let program = ["--", "sh", "-c", "echo $ETCD_WATCH_REVISION $ETCD_WATCH_KEY"]
        for flags in [
          "w --prefix --rev=2", "w --prefix --prev-kv --rev=3", "w1 --rev=2 -w json",
          "w1 --rev=3 --prev-kv -w fields", "w1 w3 --rev=2", "w --prefix --hex --rev=2",
        ] {
          for extra in [[], program] {
            let arguments = ["watch"] + VerbCall(flags).arguments + extra
            try await compareWatches(arguments, etcdctl, keelson, cluster.folder)
          }
        }
        let lines = "watch w1 --rev=2\nfoo\nwatch --rev=3 --prefix w2\n\n"
        for step in [
          VerbCall("watch w --prefix --rev=1"), VerbCall("watch"),
          VerbCall("watch a b --prefix"),
          VerbCall("watch -i", input: "foo\n"),
          VerbCall("watch -i", input: ""), VerbCall("watch -i", input: lines),
        ] {
          let theirs = VerbReply(
            try await etcdctl.run(step.arguments, input: step.input), lease: "")
          let ours = VerbReply(try await keelson.run(step.arguments, input: step.input), lease: "")
          #expect(ours.status == theirs.status && ours.errors == theirs.errors, "\(step)")
        }
      }
    }

    /// Both watch at once. First comes the history, then an event that happens while they watch.
    private func compareWatches(
      _ arguments: [String], _ etcdctl: Program, _ keelson: Program, _ folder: ScratchFolder
    ) async throws {
      let theirs = try etcdctl.start(arguments, in: folder)
      let ours = try keelson.start(arguments, in: folder)
      do {
        try await agree(ours, theirs, on: "the history of \(arguments)", beyond: 0)
        let length = try theirs.output().utf8.count
        _ = try await etcdctl.run(["put", arguments.contains("w1") ? "w1" : "w2", "live"])
        try await agree(ours, theirs, on: "the event of \(arguments)", beyond: length)
      } catch let overdue as Overdue {
        Issue.record("\(overdue)")
      }
      try await theirs.kill()
      try await ours.kill()
    }

    /// Waits until both have said the same, and more than `length` bytes.
    private func agree(
      _ ours: RunningProgram, _ theirs: RunningProgram, on what: String, beyond length: Int
    ) async throws {
      func said() -> String {
        do {
          return "ours: \(try ours.output())\netcdctl's: \(try theirs.output())"
        } catch {
          return "\(error)"
        }
      }
      try await eventually(what, detail: said) {
        let output = try theirs.output()
        let own = try ours.output()
        return output.utf8.count > length && own == output ? true : nil
      }
    }

    @Test func `endpoints come from flags, the environment and the file of keelson up`()
      async throws
    {
      try await StoreCluster.serving(1, server: .etcd) { cluster in
        let keelson = try Program.keelson.get().with(["store"])
        let folder = try ScratchFolder()
        let url = cluster.clientURL(0)
        _ = try folder.write("client.json", "{\"endpoints\":[\"\(url)\"]}")
        let nowhere = "KEELSON_ENDPOINTS=127.0.0.1:1"
        let file = "KEELSON_DIR=\(folder.path)"
        let ok = Outcome(status: 0, output: "OK\n", errors: "")
        #expect(try await keelson.run(["put", "a", "1", "--endpoints", url]) == ok)
        #expect(
          try await keelson.with([], environment: ["ETCDCTL_ENDPOINTS=\(url)"])
            .run(["put", "a", "1"]) == ok)
        #expect(try await keelson.with([], environment: [file]).run(["put", "a", "1"]) == ok)
        #expect(
          try await keelson.with([], environment: [file, nowhere])
            .run(["put", "a", "1", "--endpoints=\(url)"]) == ok)
        let refused = try await keelson.with([], environment: [file, nowhere]).run(
          ["put", "a", "1", "--command-timeout=300ms"])
        #expect(refused.status == 1)
        #expect(refused.errors.hasPrefix("Error: context deadline exceeded\n"))
        #expect(refused.errors.contains("127.0.0.1:1: Connection refused"))
        _ = try folder.write("client.json", "{\"endpoints\":")
        let broken = try await keelson.with([], environment: [file]).run(["get", "a"])
        #expect(broken.status == 128)
        #expect(broken.errors.contains("client.json: line 1, column 14"))
      }
    }

    @Test func `keys and values need not be UTF-8`() async throws {
      try await StoreCluster.serving(1, server: .etcd) { cluster in
        let keelson = try Program.keelson.get()
        let shell = try Program.locate("sh", package: "dash").get().with(
          ["-c"], environment: ["KEELSON_ENDPOINTS=\(cluster.clientURL(0))"])
        let put = "'\(keelson.path)' store put \"$(printf 'k\\377')\" \"$(printf '\\376\\200v')\""
        #expect(try await shell.run([put]).output == "OK\n")
        let json = try await cluster.etcdctl().run(["get", "k", "--prefix", "-w", "json"]).output
        // Base 64 of 6B FF and of FE 80 76.
        #expect(json.contains("\"key\":\"a/8=\"") && json.contains("\"value\":\"/oB2\""))
      }
    }

    @Test func `mutual TLS verifies the member, and says what is wrong`() async throws {
      let certificates = try await Certificates()
      try await StoreCluster.serving(3, server: .etcd, certificates: certificates) { cluster in
        let own = [
          "--cert", certificates.certificate("root"), "--key", certificates.key("root"),
        ]
        let trusted = ["--cacert", certificates.authority(.client)]
        func run(_ arguments: [String]) async throws -> Outcome {
          try await Program.keelson.get().with(["store"]).run(
            arguments + ["--endpoints", cluster.endpoints, "--command-timeout=2s"])
        }
        #expect(try await run(["put", "a", "1"] + own + trusted).output == "OK\n")
        #expect(try await run(["get", "a"] + own + trusted).output == "a\n1\n")
        // The peers' authority has not signed the client port's certificate.
        let wrong = ["--cacert", certificates.authority(.peer)]
        let rejected = try await run(["get", "a"] + own + wrong)
        #expect(rejected.status == 1)
        #expect(rejected.errors.contains("certificate rejected"))
        let skipping = ["--insecure-skip-tls-verify"]
        #expect(try await run(["get", "a"] + own + wrong + skipping).output == "a\n1\n")
        let anonymous = try await run(["get", "a"] + trusted)
        #expect(anonymous.status == 1 && anonymous.output.isEmpty)
        let missing = try await run(["get", "a", "--cert", "/nope", "--key", "/nope"] + trusted)
        #expect(missing.status == 128 && missing.errors.contains("/nope"))
        let half = try await run(["get", "a", "--cert", certificates.certificate("root")])
        #expect(half.status == 128)
      }
    }

    @Test func `a member that hangs delays reads and watches, and fails none`() async throws {
      try await StoreCluster.serving(3, server: .etcd) { cluster in
        let keelson = try Program.keelson.get().with(
          ["store"], environment: ["KEELSON_ENDPOINTS=\(cluster.endpoints)"])
        #expect(try await keelson.run(["put", "k", "before"]).status == 0)
        let leader = try await cluster.leader()
        let hung = (leader + 1) % 3
        // Keepalive finds a connection dead within 2 s here; 10 s and 6 s are the defaults.
        let flags = ["--keepalive-time=1s", "--keepalive-timeout=1s"]
        var watches: [RunningProgram] = []
        // Clients choose their first member by chance: of six, some are at the one that hangs.
        for _ in 0..<6 {
          watches.append(try keelson.start(["watch", "k", "--rev=1"] + flags, in: cluster.folder))
        }
        for watch in watches {
          try await eventually("the watch shows the past") {
            try watch.output().contains("before") ? true : nil
          }
        }
        try await cluster.signal(hung, .stop)
        #expect(try await cluster.etcdctl(leader).run(["put", "k", "after"]).status == 0)
        for watch in watches {
          try await eventually("the watch goes on at another member", within: .seconds(20)) {
            try watch.output().contains("after") ? true : nil
          }
          try await watch.kill()
          #expect(try watch.output() == "PUT\nk\nbefore\nPUT\nk\nafter\n")
        }
        for _ in 0..<6 {
          #expect(try await keelson.run(["get", "k", "--print-value-only"]).output == "after\n")
        }
      }
    }

    @Test func `a command goes on at the next member when one is killed`() async throws {
      try await StoreCluster.serving(3, server: .etcd) { cluster in
        let keelson = try Program.keelson.get().with(
          ["store"], environment: ["KEELSON_ENDPOINTS=\(cluster.endpoints)"])
        let folder = try ScratchFolder()
        let watch = try keelson.start(["watch", "k", "--rev=1"], in: folder)
        for round in 0..<3 {
          let killed = try await cluster.leader()
          try await cluster.kill(killed)
          _ = try await cluster.leader()
          let value = "round\(round)"
          try await eventually("a put goes through") {
            try await keelson.run(["put", "k", value]).status == 0 ? true : nil
          }
          #expect(try await keelson.run(["get", "k"]).output == "k\n\(value)\n")
          try await eventually("the watch shows round \(round)") {
            try watch.output().contains(value) ? true : nil
          }
          try await cluster.start(killed)
          try await cluster.awaitHealth(of: killed)
        }
        let shown = try watch.output()
        try await watch.kill()
        let rounds = shown.split(separator: "\n").filter { $0.hasPrefix("round") }
        #expect(Set(rounds).count == 3)
      }
    }
  }
}
