import Base
import Foundation
import Raft
import Testing

/// Golden traces: a file is a list of verbs behind `>`, each followed by what the nodes answered.
///
/// ```
/// > nodes 1 2 3            voters; `learner 4` and `spare 5` add others
/// > log 2 1 1 3 term 4     gives a node a past: entries of these terms, and its own term
/// > campaign 1 | tick 1 3 | propose 1 text | read 1 7 | restart 1 | compact 1 5
/// > change 1 2 3 4         proposes these voters at node 1
/// > transfer 1 2 | disconnect 2 1
/// > store 1                the oldest store of a node becomes durable
/// > deliver 2              everything under way to a node arrives
/// > drop 2                 everything under way to a node is lost
/// > settle                 stores and messages until nothing moves; shows where each node stands
/// ```
///
/// `UPDATE_FIXTURES=1` rewrites the files; the difference is for review.
struct TraceRunner {
  var cluster = TestCluster(voters: [1])
  var output: [String] = []

  enum Failure: Error {
    case unknownVerb(String)
  }

  mutating func run(_ script: String) throws -> String {
    var result: [String] = []
    for line in script.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") { result.append(String(line)) }
      guard line.hasPrefix("> ") else { continue }
      if let last = result.last, !last.hasPrefix("#") { result.append("") }
      result.append(String(line))
      output = []
      try perform(line.dropFirst(2).split(separator: " ").map(String.init))
      result += output
    }
    return result.joined(separator: "\n") + "\n"
  }

  private mutating func perform(_ words: [String]) throws {
    let numbers = words.dropFirst().compactMap { UInt64($0) }
    let node = numbers.first ?? 0
    switch words[0] {
    case "nodes": build(words)
    case "log": load(words)
    case "campaign": show(node, cluster.step(node, .campaign))
    case "tick": for _ in 0..<(numbers.dropFirst().first ?? 1) { tick(node) }
    case "propose": show(node, try cluster.propose(node, Bytes(words[2])))
    case "read": show(node, cluster.step(node, .read(ReadContext(numbers[1]))))
    case "restart": cluster.restart(node)
    case "compact": show(node, cluster.step(node, .compacted(through: LogIndex(numbers[1]))))
    case "change":
      let target = ClusterConfiguration(voters: numbers.dropFirst().map { NodeID($0) })
      show(node, try cluster.proposeConfiguration(node, target))
    case "transfer": show(node, cluster.step(node, .transferLeadership(to: NodeID(numbers[1]))))
    case "disconnect": show(node, cluster.step(node, .disconnected(NodeID(numbers[1]))))
    case "store": store(node)
    case "deliver": deliver(node)
    case "drop": cluster.network.removeAll { $0.to == NodeID(node) }
    case "settle":
      cluster.settle()
      status()
    default: throw Failure.unknownVerb(words[0])
    }
  }

  private mutating func build(_ words: [String]) {
    var lists: [String: [UInt64]] = [:]
    var list = "voter"
    for word in words.dropFirst() {
      if let number = UInt64(word) { lists[list, default: []].append(number) } else { list = word }
    }
    cluster = TestCluster(
      voters: lists["voter"] ?? [], learners: lists["learner"] ?? [], spare: lists["spare"] ?? [])
  }

  private mutating func load(_ words: [String]) {
    let split = words.firstIndex(of: "term") ?? words.count
    let numbers = words.compactMap { UInt64($0) }
    cluster.load(
      numbers[0], term: numbers[numbers.count - 1],
      logTerms: words[2..<split].compactMap { UInt64($0) })
  }

  private mutating func tick(_ node: UInt64) {
    show(node, cluster.step(node, .tick))
  }

  private mutating func store(_ node: UInt64) {
    let before = cluster[node].effects.count
    let sent = cluster.network.count
    cluster.completeStore(node)
    for message in cluster.network[sent...] where message.from == NodeID(node) {
      output.append("  \(node) released \(describe(message))")
    }
    show(node, Array(cluster[node].effects[before...]))
  }

  private mutating func deliver(_ node: UInt64) {
    let arriving = cluster.network.filter { $0.to == NodeID(node) }
    cluster.network.removeAll { $0.to == NodeID(node) }
    for message in arriving {
      output.append("  \(node) received \(describe(message))")
      show(node, cluster.step(node, .received(message)))
    }
  }

  private mutating func status() {
    for id in cluster.ids {
      let node = cluster[id.value].node
      let leader = node.leader.map { " of \($0)" } ?? ""
      output.append(
        "  \(id) \(node.role)\(node.role == .follower ? leader : "") term \(node.term)"
          + " last \(node.lastIndex) commit \(node.commitIndex)"
          + " voters \(list(node.configuration.voters))"
          + (node.configuration.isJoint ? " and \(list(node.configuration.outgoing))" : ""))
    }
  }

  private mutating func show(_ node: UInt64, _ effects: [RaftEffect]) {
    for effect in effects { output.append("    \(describe(effect))") }
  }

  private func describe(_ effect: RaftEffect) -> String {
    switch effect {
    case .store(let request):
      let state = request.hardState.map { state in
        " term \(state.term) vote \(state.vote.map(\.description) ?? "-")"
      }
      let entries = request.entries.isEmpty ? "" : " entries \(describe(request.entries))"
      return "store #\(request.sequence.value)\(state ?? "")\(entries)"
    case .send(let message): return "send \(describe(message))"
    case .sendWhenStored(let message): return "send when stored \(describe(message))"
    case .committed(let index): return "committed \(index)"
    case .roleChanged(let change):
      return "role \(change.role) term \(change.term) leader \(change.leader?.description ?? "-")"
    case .readReady(let context, let index): return "read \(context.value) ready at \(index)"
    case .readFailed(let context): return "read \(context.value) failed"
    case .sendSnapshot(let metadata, let peer): return "send snapshot \(metadata.last) to \(peer)"
    case .installSnapshot(let metadata, let leader):
      return "install snapshot \(metadata.last) from \(leader)"
    }
  }

  private func describe(_ message: Message) -> String {
    "\(message.from)->\(message.to) term \(message.term) \(describe(message.body))"
  }

  private func describe(_ body: Message.Body) -> String {
    switch body {
    case .preVote(let last): "preVote last \(last)"
    case .preVoteResponse(let granted): "preVoteResponse \(granted ? "granted" : "refused")"
    case .vote(let last, let isTransfer): "vote last \(last)\(isTransfer ? " for a transfer" : "")"
    case .voteResponse(let granted): "voteResponse \(granted ? "granted" : "refused")"
    case .append(let previous, let entries, let commit):
      "append behind \(previous) entries \(describe(entries)) commit \(commit)"
    case .commit(let index): "commit \(index)"
    case .appendAccepted(let match): "appendAccepted \(match)"
    case .appendRejected(let rejected, let hint): "appendRejected \(rejected) hint \(hint)"
    case .heartbeat(let commit, let read): "heartbeat commit \(commit) read \(read)"
    case .heartbeatResponse(let read): "heartbeatResponse read \(read)"
    case .snapshot(let metadata): "snapshot \(metadata.last)"
    case .snapshotInstalled(let match): "snapshotInstalled \(match)"
    case .timeoutNow: "timeoutNow"
    // A forwarded read's name is drawn from the seed.
    case .readIndex: "readIndex"
    case .readIndexResponse(_, let index): "readIndexResponse \(index?.description ?? "none")"
    }
  }

  private func describe(_ entries: [Entry]) -> String {
    let texts = entries.map { entry in
      switch entry.kind {
      case .empty: "\(entry.id)"
      case .command: "\(entry.id):\(entry.payload.text)"
      case .configuration: "\(entry.id):configuration"
      }
    }
    return "[\(texts.joined(separator: " "))]"
  }

  private func list(_ nodes: [NodeID]) -> String {
    nodes.map(\.description).joined(separator: " ")
  }
}

@Suite struct `Golden traces` {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/raft-traces")

  static let names = [
    "conflicting-follower", "election", "joint-consensus", "leader-lost",
    "pre-vote-refused", "read-index", "replication", "snapshot", "transfer",
  ]

  @Test(arguments: names)
  func `play as recorded`(name: String) throws {
    let file = Self.folder.appending(path: "\(name).txt")
    let recorded = try String(contentsOf: file, encoding: .utf8)
    var runner = TraceRunner()
    let played = try runner.run(recorded)
    if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
      try played.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(played == recorded)
    }
  }

  @Test func `are all played`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(files.sorted() == Self.names.map { "\($0).txt" })
  }
}
