import JSON

/// Why a pod fits nowhere: what each node said.
struct SchedulingVerdict: Hashable {
  /// In the order of the nodes' names.
  let answers: [Answer]

  struct Answer: Hashable {
    let node: String
    /// Those of the first filter that refused.
    let refusals: [Refusal]
  }

  /// So many nodes are listed one by one; the annotation must stay small.
  static let listedMax = 50

  init(_ answers: [Answer]) {
    self.answers = answers
  }

  /// How many nodes gave each reason, as Kubernetes words it (scheduler framework FitError).
  var message: String {
    guard !answers.isEmpty else { return "no nodes available to schedule pods" }
    var counts: [String: Int] = [:]
    for answer in answers {
      for refusal in answer.refusals { counts[refusal.reason, default: 0] += 1 }
    }
    let reasons = counts.map { "\($0.value) \($0.key)" }.sorted()
    return "0/\(answers.count) nodes are available: \(reasons.joined(separator: ", "))."
  }

  /// `{"nodes":{"n1":"NodeResourcesFit: Insufficient cpu"},"more":7}`
  var json: JSONObject {
    var nodes = JSONObject()
    for answer in answers.prefix(Self.listedMax) {
      let reasons = answer.refusals.map(\.reason).joined(separator: ", ")
      nodes[answer.node] = .string("\(answer.refusals.first?.filter ?? ""): \(reasons)")
    }
    var json = JSONObject()
    json["nodes"] = .object(nodes)
    if answers.count > Self.listedMax {
      json["more"] = .number(JSONNumber(Int64(answers.count - Self.listedMax)))
    }
    return json
  }
}
