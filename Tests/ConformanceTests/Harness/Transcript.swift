import Base
import Linux

/// A call of etcdctl. `$LEASE` in it stands for the lease that was granted last.
struct Step: Sendable, CustomStringConvertible {
  let arguments: [String]
  let input: String

  init(_ line: String, input: String = "") {
    arguments = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    self.input = input
  }

  var description: String { arguments.joined(separator: " ") }
}

/// What etcdctl said to each step, without what differs from run to run.
struct Transcript: Sendable {
  private(set) var answers: [(step: Step, answer: String)] = []
  private var lease = "none"

  mutating func run(_ steps: [Step], with etcdctl: Program) async throws {
    for step in steps {
      let arguments = step.arguments.map { $0 == "$LEASE" ? lease : $0 }
      let outcome = try await etcdctl.run(arguments, input: step.input)
      if let id = outcome.output.firstMatch(of: /lease ([0-9a-f]{12,16}) granted/) {
        lease = String(id.1)
      }
      var answer = "status \(outcome.status)\n" + normalized(outcome.output)
      // Before it, etcdctl logs how often it tried.
      for line in outcome.errors.split(separator: "\n") where line.hasPrefix("Error:") {
        answer += normalized(String(line)) + "\n"
      }
      answers.append((step, answer))
    }
  }

  private func normalized(_ text: String) -> String {
    var text = text
    if lease != "none" {
      text.replace(lease, with: "LEASE")
      if let number = UInt64(lease, radix: 16) { text.replace(String(number), with: "LEASE") }
    }
    text.replace(/"raft_term":[0-9]+/, with: "\"raft_term\":T")
    text.replace(/"RaftTerm" : [0-9]+/, with: "\"RaftTerm\" : T")
    // Whichever member was asked.
    text.replace(/"member_id":[0-9]+/, with: "\"member_id\":M")
    text.replace(/"MemberID" : [0-9]+/, with: "\"MemberID\" : M")
    text.replace(/took = [0-9.a-zµ]+/, with: "took = D")
    text.replace(/remaining\([0-9]+s\)/, with: "remaining(R)")
    // etcd walks a map here.
    text.replace(/attached keys\(\[([^\]]*)\]\)/) { match in
      let keys = match.1.split(separator: " ").sorted().joined(separator: " ")
      return "attached keys([\(keys)])"
    }
    return text
  }
}
