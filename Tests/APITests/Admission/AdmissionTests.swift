import JSON
import Objects
import Registry
import Testing

@testable import API

@Suite struct `Admission on every road` {
  @Test(arguments: AdmissionCase.all)
  func `answers a user, a controller and a command alike`(_ admission: AdmissionCase) throws {
    for road in AdmissionRoad.allCases {
      var stage = AdmissionStage(admission.state)
      let before = stage.stored(admission.object)
      let outcome = stage.write(admission.object, on: road)
      switch (admission.expected, outcome) {
      case (.refused(let code, let reason, let message), _):
        #expect(
          outcome == .refused(code: code, reason: reason, message: message), "by a \(road)")
        #expect(stage.stored(admission.object)?.modRevision == before?.modRevision)
      case (.accepted(let fields, let used), .written(let object)):
        for (path, value) in fields.sorted(by: { $0.key < $1.key }) {
          #expect(
            (object.at(path) ?? .null).sorted == value.sorted, "\(path) by a \(road)")
        }
        for (quota, value) in used.sorted(by: { $0.key < $1.key }) {
          #expect(stage.used(quota)?.sorted == value.sorted, "\(quota) by a \(road)")
        }
      case (.accepted, .refused(_, _, let message)):
        Issue.record("refused by a \(road): \(message)")
      }
    }
  }

  /// Not only the fields that a case names.
  @Test(arguments: AdmissionCase.all)
  func `leaves the same object, and the same quotas`(_ admission: AdmissionCase) {
    var outcomes: [AdmissionOutcome] = []
    var quotas: [[JSONValue?]] = []
    for road in AdmissionRoad.allCases {
      var stage = AdmissionStage(admission.state)
      outcomes.append(stage.write(admission.object, on: road))
      quotas.append(["q", "a", "b", "c"].map { stage.used($0)?.sorted })
    }
    #expect(outcomes.allSatisfy { $0 == outcomes[0] }, "\(outcomes)")
    #expect(quotas.allSatisfy { $0 == quotas[0] })
  }

  @Test func `a user is told whom the refusal is about`() throws {
    let stage = AdmissionStage([AdmissionObjects.quota(["pods": "0"])])
    let answer = stage.harness.send(
      "POST", "/api/v1/namespaces/v/pods", body: AdmissionObjects.pod())
    #expect(answer.code == 403)
    #expect(answer.json["details"] == ["name": "x", "kind": "pods"])
    #expect(answer.json["status"] == "Failure")
  }
}

extension JSONValue {
  /// The value at a path such as `spec.containers.0.name`.
  func at(_ path: String) -> JSONValue? {
    var value: JSONValue? = self
    for name in path.split(separator: ".") {
      value = Int(name).flatMap { value?[$0] } ?? value?[String(name)]
    }
    return value
  }
}
