import Base
import Foundation
import HTTP
import JSON
import Testing

@testable import API

/// Rows of the tables that no test asserts, and why.
private let leftOut: [String: String] = [
  "GET missing (custom)": "custom objects",
  "custom object with protobuf Accept": "custom objects",
  "custom object with protobuf Content-Type": "custom objects",
  "custom object: schema maxLength": "custom objects",
  "custom object: strategic merge patch": "custom objects",
  "custom object: unknown field pruned, fieldValidation=Warn": "custom objects",
  "custom object: unknown field, fieldValidation=Strict": "custom objects",
  "custom object: wrong apiVersion": "custom objects",
  "custom object: wrong type": "custom objects",
  "fieldSelector on custom object": "custom objects",
  "CRD: CEL rule syntax error": "expressions are not compiled",
  "ValidatingAdmissionPolicy: CEL compile error": "expressions are not compiled",
  "ValidatingAdmissionPolicy action Warn": "expressions are not evaluated",
  "ValidatingAdmissionPolicy denies (message given, reason Forbidden)":
    "expressions are not evaluated",
]

/// Causes that a row tells and Keelson does not, and why.
private let leftOutCauses: [String: String] = [
  "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled":
    "watches of Keelson begin with what there is, where they are asked to"
]

/// Every row of `validation.md` by the whole server: status, reason, message, details, each cause
/// and each warning.
@Suite struct `Each recorded answer` {
  private struct Case: Sendable, CustomTestStringConvertible {
    let row: RecordedTable.Row
    let input: RecordedInput
    var testDescription: String { row.idea }
  }

  private static let cases: [Case] = {
    do {
      let inputs = try RecordedInput.read("validation-inputs.json")
      let byIdea = Dictionary(inputs.map { ($0.idea, $0) }) { first, _ in first }
      return try RecordedTable("validation.md").rows.compactMap { row in
        byIdea[row.idea].map { Case(row: row, input: $0) }
      }
    } catch {
      preconditionFailure("the recordings cannot be read: \(error)")
    }
  }()

  @Test(arguments: [
    ("validation.md", "validation-inputs.json", 542), ("defaults.md", "defaults-inputs.json", 147),
  ])
  func `is asserted or named as left out`(table: String, inputs: String, count: Int) throws {
    let rows = try RecordedTable(table).rows.map(\.idea)
    let asserted = try RecordedInput.read(inputs).map(\.idea)
    #expect(rows.count == count && Set(rows).count == count)
    #expect(Set(asserted).count == asserted.count, "a row has two inputs")
    #expect(asserted.filter { !rows.contains($0) } == [], "inputs of no row")
    let without = rows.filter { !asserted.contains($0) }
    #expect(without.filter { leftOut[$0] == nil } == [], "rows that nobody asserts")
    #expect(asserted.filter { leftOut[$0] != nil } == [], "asserted and left out")
    print("\(table): \(rows.count) rows, \(asserted.count) asserted, \(without.count) left out")
    for idea in without { print("  \(idea): \(leftOut[idea] ?? "")") }
  }

  @Test(arguments: cases)
  private func `is ours`(row: Case) throws {
    let (input, row) = (row.input, row.row)
    var cluster = RecordedCluster()
    if row.cells[1].hasPrefix("(stream") {
      try check(cluster.frames(of: input), row, input)
      return
    }
    let answer = try cluster.answer(to: input)
    let text = answer.body.text
    #expect("\(answer.code)" == row.cells[0], "\(text)")
    let warnings = answer.fields.values(of: "warning").map(\.text)
    #expect(warnings == Self.warnings(row))
    switch row.cells[1] {
    case "(not JSON, None)": #expect(text.isEmpty && answer.fields["content-type"] == nil)
    case let reason where reason.hasPrefix("(not JSON, "):
      #expect(text == row.cells[3].replacing("\\n", with: "\n") + "")
      #expect(
        answer.fields["content-type"]?.text == String(reason.dropFirst(11).dropLast()))
    case "(accepted)": try checkAccepted(answer, row, input)
    case "Success":
      #expect(answer.json["status"] == "Success" && answer.json["kind"] == "Status")
      try check(details: answer.json, written: String(row.cells[3].dropFirst("details ".count)))
    case let reason: try check(answer.json, reason, row, input)
    }
    if let gone = input.json["gone"]?.string {
      #expect(cluster.harness.send("GET", gone).code == 404)
    }
  }

  // MARK: - Accepted

  private func checkAccepted(
    _ answer: APIResponse, _ row: RecordedTable.Row, _ input: RecordedInput
  ) throws {
    let json = answer.json
    #expect(json["kind"] != "Status", "\(answer.body)")
    let note = row.lines(3).filter { !$0.hasPrefix("Warning header: ") }.joined()
    #expect(note == input.json["note"]?.string ?? "", "what the row says more is asserted")
    let wanted = input.json["answer"]?.array ?? []
    let absent = input.json["absent"]?.array ?? []
    #expect(note.isEmpty || !wanted.isEmpty || !absent.isEmpty)
    for pair in wanted {
      let path = try #require(pair[0]?.string)
      let found = json.at(RecordedPath(path))
      switch pair[1] {
      case "<now>": #expect(found == .string(cluster(at: 0)), "\(path)")
      case "<later>": #expect(found == .string(cluster(at: 30)), "\(path)")
      case let value: #expect(found == value, "\(path)")
      }
    }
    for path in absent { #expect(json.at(RecordedPath(path.string ?? "")) == nil, "\(path)") }
  }

  /// The harness's time some seconds after its start.
  private func cluster(at seconds: Int64) -> String {
    WallTime(milliseconds: APIHarness.epoch + seconds * 1000).rfc3339
  }

  // MARK: - Refused

  private func check(
    _ status: JSONValue, _ reason: String, _ row: RecordedTable.Row, _ input: RecordedInput
  ) throws {
    #expect(status["kind"] == "Status" && status["apiVersion"] == "v1")
    #expect(status["status"] == "Failure")
    #expect(status["code"]?.int64.map { "\($0)" } == row.cells[0])
    #expect(status["reason"]?.string == (reason == "(none)" ? nil : reason))
    let message = try #require(status["message"]?.string)
    let fields = row.lines(2)
    guard fields.isEmpty else {
      try check(causes: status, fields: fields, row, input)
      return
    }
    let parts = row.cells[3].components(separatedBy: " · ")
    let text = RecordedText(parts[0], masks: input.masks)
    #expect(text.matches(message), "\(message) for \(text)")
    for part in parts.dropFirst() {
      if part.hasPrefix("causes: ") {
        let causes = try JSONValue(parsing: Bytes(String(part.dropFirst(8))))
        #expect(status["details"]?["causes"] == causes)
      } else {
        try check(details: status, written: String(part.dropFirst("details: ".count)))
      }
    }
  }

  private func check(details status: JSONValue, written: String) throws {
    let wanted = try JSONValue(parsing: Bytes(written))
    var found = status["details"]?.object ?? JSONObject()
    found["causes"] = .none
    let names = (wanted.object?.members ?? []).map(\.name)
    #expect(found.members.map(\.name).sorted() == names.sorted(), "\(found) for \(written)")
    for member in wanted.object?.members ?? [] where member.value != "<uid>" {
      #expect(found[member.name] == member.value)
    }
  }

  /// Fields, causes and the message that names them.
  private func check(
    causes status: JSONValue, fields: [String], _ row: RecordedTable.Row, _ input: RecordedInput
  ) throws {
    let told = row.lines(3).filter { !$0.hasPrefix("Warning header: ") }
    #expect(told.count == fields.count, "the row is written down badly")
    let kept = zip(fields, told).filter { !Self.isLeftOut($0.1) }
    let (fields, wanted) = (kept.map(\.0), kept.map(\.1))
    let causes = status["details"]?["causes"]?.array ?? []
    #expect(causes.map { $0["field"]?.string ?? "" } == fields, "\(causes)")
    for (cause, wanted) in zip(causes, wanted) {
      let found = "\(cause["reason"]?.string ?? ""): \(cause["message"]?.string ?? "")"
      let text = RecordedText(wanted, masks: input.masks)
      #expect(text.matches(found), "\(found) for \(text)")
    }
    try checkName(status, of: input)
    // The message says each text once.
    var texts: [String] = []
    for cause in causes {
      let text = "\(cause["field"]?.string ?? ""): \(cause["message"]?.string ?? "")"
      if !texts.contains(text) { texts.append(text) }
    }
    let details = try #require(status["details"])
    let group = details["group"]?.string
    let kind = (details["kind"]?.string ?? "") + (group.map { ".\($0)" } ?? "")
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    #expect(
      status["message"]?.string
        == "\(kind) \"\(details["name"]?.string ?? "")\" is invalid: \(list)")
  }

  private static func isLeftOut(_ cause: String) -> Bool {
    leftOutCauses.keys.contains { cause.hasSuffix($0) }
  }

  /// What is wrong is said of the object that was sent, by its name, kind and group; of the options
  /// where those are.
  private func checkName(_ status: JSONValue, of input: RecordedInput) throws {
    let details = status["details"]
    guard input.send["method"] != "PATCH", let body = input.send["body"],
      let kind = body["kind"]?.string, details?["group"]?.string != "meta.k8s.io"
    else { return }
    #expect(details?["kind"]?.string == kind)
    // Events are one kind in two groups: the registry speaks of the older one.
    let group = body["apiVersion"]?.string?.split(separator: "/").dropLast().first.map(String.init)
    #expect(details?["group"]?.string == (kind == "Event" ? nil : group))
    let name = body["metadata"]?["name"]?.string.map(RecordedTable.expanded)
    if let name { #expect(details?["name"]?.string ?? "" == name) }
  }

  /// `299 - "text"` in backticks, after `Warning header: `.
  private static func warnings(_ row: RecordedTable.Row) -> [String] {
    row.lines(3).filter { $0.hasPrefix("Warning header: ") }
      .map { String($0.dropFirst("Warning header: `".count).dropLast()) }
  }

  // MARK: - Streams

  private func check(
    _ told: (head: Int, frames: [JSONValue]), _ row: RecordedTable.Row, _ input: RecordedInput
  ) throws {
    #expect("\(told.head)" == row.cells[0])
    if row.cells[1] == "(stream, one event)" {
      #expect(told.frames.count == 1)
      let text = RecordedText(row.cells[3], masks: input.masks)
      let frame = try #require(told.frames.first).text()
      #expect(text.matches(frame), "\(frame) for \(text)")
      return
    }
    #expect(row.cells[3] == input.json["note"]?.string)
    let events = told.frames.map {
      [$0["type"] ?? .null, $0["object"]?["metadata"]?["name"] ?? .null]
    }
    #expect(.array(events.map(JSONValue.array)) == input.json["events"])
  }
}

/// The order that `validation.md` tells of, by inputs that are wrong in two ways.
@Suite struct `Refusals come in order` {
  private let cluster = RecordedCluster()

  private func code(
    _ body: JSONValue, in namespace: String = "v", user: ClientCertificate = .administrator
  ) -> (Int, String) {
    let answer = cluster.harness.send(
      "POST", "/api/v1/namespaces/\(namespace)/pods", user: user, body: body)
    return (answer.code, answer.json["message"]?.string ?? "")
  }

  private func pod(_ spec: JSONValue) -> JSONValue { ["metadata": ["name": "x"], "spec": spec] }

  @Test func `authorization, decoding, namespace, admission, validation, quota`() {
    let alice = ClientCertificate(commonName: "alice", organizations: [])
    #expect(code(pod("a"), user: alice).0 == 403)
    #expect(code(pod("a"), in: "none").0 == 400)
    #expect(code(pod([:]), in: "none") == (404, "namespaces \"none\" not found"))
    let stranger = code(pod(["serviceAccountName": "nope"]))
    #expect(stranger.0 == 403 && stranger.1.contains("serviceaccount \"nope\" not found"))
    let quota = cluster.harness.send(
      "POST", "/api/v1/namespaces/v/resourcequotas",
      body: ["metadata": ["name": "q"], "spec": ["hard": ["pods": "0"]]])
    let filled = cluster.harness.send(
      "PUT", "/api/v1/namespaces/v/resourcequotas/q/status",
      body: quota.json.with("status", ["hard": ["pods": "0"], "used": ["pods": "0"]]))
    #expect(filled.code == 200)
    #expect(code(pod([:])).0 == 422)
    let full = code(pod(["containers": [["name": "c", "image": "a"]]]))
    #expect(full.0 == 403 && full.1.contains("exceeded quota: q"))
  }
}
