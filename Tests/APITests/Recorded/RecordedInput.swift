import Base
import Foundation
import HTTP
import JSON
import Testing

@testable import API

/// What a row's server was sent: the requests that led there, and the one whose answer was written
/// down.
struct RecordedInput: Sendable, CustomTestStringConvertible {
  let idea: String
  let json: JSONValue

  var testDescription: String { idea }
  var before: [JSONValue] { json["before"]?.array ?? [] }
  var send: JSONValue { json["send"] ?? [:] }
  var masks: [String] { (json["masks"]?.array ?? []).compactMap(\.string) }

  static func read(_ name: String) throws -> [RecordedInput] {
    let json = try JSONValue(parsing: Bytes(Array(try RecordedTable.data(name))))
    return try (json["rows"]?.array ?? []).map {
      RecordedInput(idea: try #require($0["idea"]?.string), json: $0)
    }
  }
}

/// A cluster as the recordings found it: the namespace `v`, `vt` that is being deleted, one service
/// account; no controllers run.
struct RecordedCluster {
  let harness: APIHarness
  /// What the last list said of itself: `«revision»` and `«continue»` of the next requests.
  private var revision = ""
  private var token = ""

  static let administrator = ClientCertificate(
    commonName: "kubernetes-admin", organizations: ["system:masters"], fingerprint: "0a1b")

  init() {
    var settings = APISettings()
    settings.hasServiceAccounts = true
    settings.issuer = "https://kubernetes.default.svc"
    settings.audiences = ["https://kubernetes.default.svc"]
    harness = APIHarness(settings: settings)
    for name in ["default", "v", "vt"] {
      let namespace: JSONValue = ["metadata": ["name": .string(name)]]
      #expect(harness.send("POST", "/api/v1/namespaces", body: namespace).code == 201)
    }
    let account: JSONValue = ["metadata": ["name": "default"]]
    let accounts = "/api/v1/namespaces/v/serviceaccounts"
    #expect(harness.send("POST", accounts, body: account).code == 201)
    #expect(harness.send("DELETE", "/api/v1/namespaces/vt").code == 200)
  }

  /// Sends what led to the row, which must be accepted, and then the row's request.
  mutating func answer(to input: RecordedInput) throws -> APIResponse {
    for step in input.before {
      let answer = try perform(step)
      try #require((200...299).contains(answer.code), "before \(input.idea): \(answer.body)")
      note(answer, of: step)
    }
    return try perform(input.send)
  }

  /// What a watch told at once.
  mutating func frames(of input: RecordedInput) throws -> (head: Int, frames: [JSONValue]) {
    for step in input.before { note(try perform(step), of: step) }
    let id = harness.server.begin(try request(input.send))
    return (harness.server.heads[id]?.code ?? 0, harness.server.frames(of: id))
  }

  private mutating func note(_ answer: APIResponse, of step: JSONValue) {
    guard step["method"] == "GET", let meta = answer.json["metadata"] else { return }
    revision = meta["resourceVersion"]?.string ?? revision
    token = meta["continue"]?.string ?? token
  }

  private func perform(_ step: JSONValue) throws -> APIResponse {
    switch step["method"] {
    case "COMPACT":
      harness.store.compact(harness.store.revision)
      return APIResponse(StatusCode(rawValue: 200))
    case "RESTART":
      harness.server.kill()
      harness.startServer()
      return APIResponse(StatusCode(rawValue: 200))
    default: break
    }
    let id = harness.server.begin(try request(step))
    // A list of a revision to come waits.
    if harness.server.answers[id] == nil { harness.pass(.seconds(5)) }
    return try #require(harness.server.answers[id] ?? harness.server.whole(id))
  }

  // MARK: - Requests

  private func request(_ step: JSONValue) throws -> APIRequest {
    let method = try #require(step["method"]?.string)
    let target = try #require(step["path"]?.string).replacing("«revision»", with: revision)
      .replacing("«continue»", with: token)
    var request = APIRequest(method: method == "WATCH" ? "GET" : method, target: target)
    for field in step["headers"]?.object?.members ?? [] {
      request.fields.append(Bytes(field.name), Bytes(try #require(field.value.string)))
    }
    switch step["user"] {
    case "alice":
      request.certificate = ClientCertificate(commonName: "alice", organizations: [])
    case "nobody": break
    default: request.certificate = Self.administrator
    }
    request.body = try body(of: step, target: target)
    if !request.body.isEmpty, request.fields["content-type"] == nil {
      request.fields.append("content-type", "application/json")
    }
    return request
  }

  private func body(of step: JSONValue, target: String) throws -> Bytes {
    if let text = step["text"]?.string { return Bytes(text) }
    if let digits = step["hex"]?.string {
      return Bytes(
        try stride(from: 0, to: digits.count, by: 2).map { place in
          try #require(UInt8(digits.dropFirst(place).prefix(2), radix: 16))
        })
    }
    let current = step["of"]?.string ?? target
    if let edits = step["edits"]?.array {
      let object = harness.send("GET", current).json
      return Bytes(
        try edits.reduce(object) { object, edit in
          let path = try #require(edit[0]?.string).split(separator: "/").map(String.init)
          return object.edited(path[...], edit[1].map(Self.expanded))
        }.text())
    }
    guard var body = step["body"].map(Self.expanded) else { return Bytes() }
    if step["fresh"] == true {
      let meta = harness.send("GET", current).json["metadata"]
      body = body.edited(["metadata", "resourceVersion"], meta?["resourceVersion"])
    }
    return Bytes(body.text())
  }

  /// `a×64` is 64 letters a; `{"«times»": 9, "of": x}` is nine elements x.
  static func expanded(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool, .number: return value
    case .string(let text): return .string(RecordedTable.expanded(text))
    case .array(let elements):
      guard let count = elements.first?["«times»"]?.int64, let element = elements[0]["of"] else {
        return .array(elements.map(expanded))
      }
      return .array(Array(repeating: element, count: Int(count)))
    case .object(let object):
      return .object(
        JSONObject(
          object.members.map {
            JSONObject.Member(name: RecordedTable.expanded($0.name), value: expanded($0.value))
          }))
    }
  }
}

extension JSONValue {
  /// The value with a member or an element changed; nil removes a member.
  fileprivate func edited(_ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
    guard let name = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    if case .array(var elements) = self, let place = Int(name), elements.indices.contains(place) {
      elements[place] = elements[place].edited(rest, value)
      return .array(elements)
    }
    var object = self.object ?? JSONObject()
    object[name] = rest.isEmpty ? value : (object[name] ?? [:]).edited(rest, value)
    return .object(object)
  }
}
