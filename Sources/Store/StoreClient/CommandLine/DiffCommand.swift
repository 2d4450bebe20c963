import Base
import EtcdAPI
import JSON

extension StoreCommand {
  static let diff = StoreCommand(
    "diff", operands: "<node>",
    summary: "Show what a node should run beside what it reports."
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let node = values.operands.first, !node.isEmpty else {
      throw CommandFailure(.badArguments, "diff command needs a node's name")
    }
    // One transaction reads both sides at one revision.
    let sides = ["desired", "actual"].map { Bytes("/nodes/\(node)/\($0)/pods/") }
    let reads = sides.map { RequestOp(request: .range(RangeRequest(prefix: $0))) }
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.txn(TxnRequest(success: reads))
    }
    var found: [[KeyValue]] = []
    for operation in response.responses {
      guard case .range(let range) = operation.response else { continue }
      found.append(range.kvs)
    }
    guard found.count == 2 else {
      throw CommandFailure(.error, "the answer lacks a range")
    }
    let diff = NodeDiff(
      desired: found[0].map { PodSide($0, under: sides[0]) },
      actual: found[1].map { PodSide($0, under: sides[1]) })
    try session.emit { (out) throws(CommandFailure) in
      switch session.printer.style.format {
      case .simple, .table: out.write(diff.text(node: node))
      case .json: out.writeLine(goJSON: diff.json(node: node))
      case .fields, .protobuf: throw session.printer.style.format.unsupported
      }
    }
  }
}

/// One pod as one side has it.
struct PodSide: Hashable, Sendable {
  /// The key behind the prefix.
  let uid: String
  let modRevision: Int64
  /// nil: the value is no JSON.
  let document: JSONValue?

  init(_ kv: KeyValue, under prefix: Bytes) {
    uid = kv.key.dropFirst(prefix.count).text
    modRevision = kv.modRevision
    do throws(JSONError) {
      document = try JSONValue(parsing: kv.value)
    } catch {
      document = nil
    }
  }

  var name: String? {
    guard let name = document?["metadata"]?["name"]?.string else { return nil }
    guard let namespace = document?["metadata"]?["namespace"]?.string else { return name }
    return "\(namespace)/\(name)"
  }

  /// What the node is to do with the pod.
  var wish: String {
    guard let document else { return "not JSON" }
    if document["metadata"]?["deletionTimestamp"]?.string != nil { return "stop" }
    let containers = document["spec"]?["containers"]?.array?.compactMap { $0["name"]?.string }
    return "run" + (containers.map { " " + $0.joined(separator: ", ") } ?? "")
  }

  /// What the node says of the pod.
  var report: String {
    guard let document else { return "not JSON" }
    let phase = document["status"]?["phase"]?.string ?? "no phase"
    let reason = document["status"]?["reason"]?.string
    let restarts = document["status"]?["containerStatuses"]?.array?
      .compactMap { $0["restartCount"]?.int64 }
      .reduce(Int64(0)) { $0.addingReportingOverflow($1).partialValue }
    let count = restarts.map { $0 > 0 ? ", \($0) restarts" : "" } ?? ""
    return phase + (reason.map { " (\($0))" } ?? "") + count
  }

  /// The revision of the desired pod that the report answers.
  var answeredRevision: Int64? { document?["desiredRevision"]?.int64 }
}

/// Both sides of a node, pod by pod.
struct NodeDiff: Hashable, Sendable {
  struct Row: Hashable, Sendable {
    let uid: String
    let desired: PodSide?
    let actual: PodSide?

    var name: String { desired?.name ?? actual?.name ?? "" }

    /// What is not yet as it should be; empty where it is.
    var difference: String {
      guard let desired else { return "not wanted" }
      guard let actual else { return "not reported" }
      if desired.document == nil || actual.document == nil { return "unreadable" }
      if let answered = actual.answeredRevision, answered > 0, answered < desired.modRevision {
        return "newer wish not taken up"
      }
      let phase = actual.document?["status"]?["phase"]?.string
      if desired.wish == "stop" { return "stopping" }
      return phase == "Running" || phase == "Succeeded" ? "" : "not running"
    }
  }

  /// By uid.
  let rows: [Row]

  init(desired: [PodSide], actual: [PodSide]) {
    let wanted = Dictionary(desired.map { ($0.uid, $0) }) { first, _ in first }
    let reported = Dictionary(actual.map { ($0.uid, $0) }) { first, _ in first }
    let uids = Set(wanted.keys).union(reported.keys).sorted()
    rows = uids.map { Row(uid: $0, desired: wanted[$0], actual: reported[$0]) }
  }

  func text(node: String) -> String {
    if rows.isEmpty { return "node \(node): nothing desired, nothing reported\n" }
    var lines = [["POD", "UID", "DESIRED", "ACTUAL", "DIFFERENCE"]]
    for row in rows {
      lines.append([
        row.name, row.uid, row.desired?.wish ?? "-", row.actual?.report ?? "-",
        row.difference.isEmpty ? "none" : row.difference,
      ])
    }
    let widths = (0..<5).map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = zip(line, widths).enumerated().map { place, cell in
        // No spaces at a line's end.
        place == 4 ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count + 2)
      }
      return cells.joined() + "\n"
    }.joined()
  }

  func json(node: String) -> JSONValue {
    [
      "node": .string(node),
      "pods": .array(
        rows.map { row in
          [
            "uid": .string(row.uid), "name": .string(row.name),
            "desired": row.desired?.document ?? nil, "actual": row.actual?.document ?? nil,
            "difference": .string(row.difference),
          ]
        }),
    ]
  }
}
