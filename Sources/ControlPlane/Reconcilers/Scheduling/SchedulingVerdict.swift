import JSON

/// Why a pod fits nowhere: what each node said, as people read it. Made once for all pods alike.
struct SchedulingVerdict: Hashable {
  /// How many nodes gave each reason, as Kubernetes words it (scheduler framework FitError).
  let message: String
  /// `{"nodes":{"n1":"NodeResourcesFit: Insufficient cpu"},"more":7}`
  let json: String

  struct Answer: Hashable {
    let node: String
    /// Those of the first filter that refused.
    let refusals: [Refusal]
  }

  /// So many nodes are listed one by one; the annotation must stay small.
  static let listedMax = 50

  /// `answers`: in the order of the nodes' names, no node twice.
  init(_ answers: [Answer]) {
    message = Self.message(answers)
    json = JSONValue.object(Self.listing(answers)).text()
  }

  private static func message(_ answers: [Answer]) -> String {
    guard !answers.isEmpty else { return "no nodes available to schedule pods" }
    var counts: [Refusal: Int] = [:]
    for answer in answers {
      for refusal in answer.refusals { counts[refusal, default: 0] += 1 }
    }
    let reasons = counts.map { "\($0.value) \($0.key.reason)" }.sorted()
    return "0/\(answers.count) nodes are available: \(reasons.joined(separator: ", "))."
  }

  private static func listing(_ answers: [Answer]) -> JSONObject {
    var nodes = JSONObject()
    for answer in answers.prefix(listedMax) {
      let reasons = answer.refusals.map(\.reason).joined(separator: ", ")
      nodes[answer.node] = .string("\(answer.refusals.first?.filter ?? ""): \(reasons)")
    }
    var json = JSONObject()
    json["nodes"] = .object(nodes)
    if answers.count > listedMax {
      json["more"] = .number(JSONNumber(Int64(answers.count - listedMax)))
    }
    return json
  }
}
