import Base
import HTTP
import JSON
import Testing

@testable import API

/// Seeded nonsense: nothing traps, nobody becomes somebody, every answer is one of Kubernetes'.
@Suite struct `Nonsense about who one is` {
  private func mutated(_ text: Bytes, _ random: inout PRNG) -> Bytes {
    var bytes = text.array
    for _ in 0...random.below(3) {
      guard !bytes.isEmpty else { break }
      let place = random.below(bytes.count)
      switch random.below(4) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place..<min(place + 9, bytes.count)], at: place)
      default:
        let piece = ["null", "-1", "1e999", "\"\"", "[]", "{}", "9223372036854775808", "\\u0000"]
        bytes.replaceSubrange(place..<place, with: Array(piece[random.below(piece.count)].utf8))
      }
    }
    return Bytes(bytes)
  }

  @Test func `claims that are changed are read again as they were read`() throws {
    var claims = ServiceAccountClaims(
      issuer: "i", audiences: ["a", "b"], from: 1, until: 2, id: "j", namespace: "w",
      account: .init(name: "robot", uid: "u"))
    claims.bound = .pod(.init(name: "p", uid: "v"))
    claims.node = .init(name: "n", uid: "")
    #expect(ServiceAccountClaims(claims.bytes) == claims)
    var random = PRNG(seed: 5)
    var readCount = 0
    for _ in 0..<4000 {
      guard let read = ServiceAccountClaims(mutated(claims.bytes, &random)) else { continue }
      readCount += 1
      #expect(ServiceAccountClaims(read.bytes) == read)
    }
    #expect(readCount > 100)
  }

  @Test func `changed tokens and fields make nobody a master`() {
    let tokens = TokenStory()
    let token = tokens.token()
    var random = PRNG(seed: 6)
    for _ in 0..<300 {
      let fields: HeaderFields = [
        "authorization": mutated(Bytes("Bearer \(token)"), &random),
        "impersonate-user": mutated("jane", &random),
        "impersonate-group": mutated("system:masters", &random),
        "impersonate-extra-%zz": mutated("x", &random),
      ]
      let answer = tokens.harness.send("GET", "/api/v1/secrets", user: nil, fields: fields)
      #expect([401, 403, 500].contains(answer.code))
    }
  }

  @Test(arguments: [
    (
      "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      #"{"spec":{"user":"u","groups":["g"],"resourceAttributes":{"verb":"get","name":"n"}}}"#
    ),
    (
      "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", #"{"spec":{"namespace":"w"}}"#
    ),
    (
      "/apis/authentication.k8s.io/v1/tokenreviews",
      #"{"spec":{"token":"t","audiences":["a"]}}"#
    ),
    (
      "/api/v1/namespaces/w/serviceaccounts/robot/token",
      #"{"spec":{"audiences":["a"],"expirationSeconds":900,"boundObjectRef":{"kind":"Pod","#
        + #""apiVersion":"v1","name":"p"}}}"#
    ),
  ])
  func `changed reviews are answered`(path: String, body: String) {
    let tokens = TokenStory()
    var random = PRNG(seed: 7)
    for _ in 0..<300 {
      var request = APIRequest(
        method: "POST", target: path, fields: ["content-type": "application/json"],
        body: mutated(Bytes(body), &random))
      request.certificate = .administrator
      let id = tokens.harness.server.begin(request)
      let code = tokens.harness.server.answers[id]?.code ?? 0
      #expect([201, 400, 404, 422].contains(code))
    }
  }
}
