import Base
import JSON
import Objects
import Registry
import Testing

@testable import Simulator

@Suite struct `One object of a collection in a revision` {
  private func object(
    _ kind: Kind, _ name: String, in namespace: String = "v", created: Int64 = 3,
    _ members: JSONObject.Member...
  ) -> StoredObject {
    var json = JSONObject()
    json["metadata"] = ["name": .string(name), "namespace": .string(namespace)]
    for member in members { json[member.name] = member.value }
    return StoredObject(
      key: .object(ObjectKey(kind, namespace: namespace, name: name)), json: json,
      createRevision: created, modRevision: 9)
  }

  private func quota(
    _ name: String, in namespace: String = "v", of resource: String = "pods", hard: String = "4",
    used: String, created: Int64 = 3
  ) -> StoredObject {
    object(
      .resourceQuota, name, in: namespace, created: created,
      .init(name: "spec", value: ["hard": [resource: .string(hard)]]),
      .init(name: "status", value: ["used": [resource: .string(used)]]))
  }

  private func step(_ old: StoredObject?, _ new: StoredObject?) -> RevisionMoment.Change {
    guard let key = (new ?? old)?.key else { preconditionFailure("a change of nothing") }
    return RevisionMoment.Change(key: key, old: old, new: new, bytes: 1)
  }

  private func charge(
    _ name: String, in namespace: String = "v", of resource: String = "pods"
  ) -> RevisionMoment.Change {
    step(
      quota(name, in: namespace, of: resource, used: "1"),
      quota(name, in: namespace, of: resource, used: "2"))
  }

  private func verdict(_ changes: RevisionMoment.Change...) -> String? {
    var checker = CollectionChecker()
    return checker.check(
      RevisionMoment(
        revision: 9, at: Instant(nanoseconds: 0), changes: changes, view: ClusterView(),
        authors: []))
  }

  @Test func `may be of each collection`() {
    #expect(verdict(step(nil, object(.pod, "x")), step(nil, object(.configMap, "x"))) == nil)
    let two = verdict(step(nil, object(.pod, "x")), step(object(.pod, "y"), nil))
    #expect(two == "two objects of pods change at once")
  }

  @Test func `is no rule for events that end with their lease`() {
    let (one, other) = (object(.event, "x"), object(.event, "y"))
    #expect(verdict(step(one, nil), step(other, nil)) == nil)
    #expect(verdict(step(nil, one), step(nil, other)) == "two objects of events change at once")
  }

  @Test func `is no rule for quotas that are charged for one object`() {
    #expect(verdict(step(nil, object(.pod, "x")), charge("a"), charge("b")) == nil)
    let changed = step(object(.pod, "x"), object(.pod, "x"))
    #expect(verdict(charge("a"), changed, charge("b"), charge("c")) == nil)
  }

  @Test func `is the rule for quotas that change otherwise`() {
    let made = step(nil, object(.pod, "x"))
    let wrong = "two quotas change at once, and /registry/resourcequotas/v/b is not just charged"
    // Nothing that they count was written.
    let alone = "two quotas change at once, and /registry/resourcequotas/v/a is not just charged"
    #expect(verdict(charge("a"), charge("b")) == alone)
    #expect(verdict(step(object(.pod, "x"), nil), charge("a"), charge("b")) == alone)
    #expect(verdict(step(nil, object(.secret, "x")), charge("a"), charge("b")) == alone)
    #expect(verdict(made, charge("a"), charge("b", of: "secrets")) == wrong)
    // More than what is used changed.
    let (old, new) = (quota("b", used: "1"), quota("b", hard: "9", used: "2"))
    #expect(verdict(made, charge("a"), step(old, new)) == wrong)
    #expect(verdict(made, charge("a"), step(nil, old)) == wrong)
    #expect(verdict(made, charge("a"), step(old, nil)) == wrong)
    #expect(verdict(made, charge("a"), step(old, quota("b", used: "2", created: 9))) == wrong)
    // Of another namespace.
    let elsewhere =
      "two quotas change at once, and /registry/resourcequotas/w/b is not just charged"
    #expect(verdict(made, charge("a"), charge("b", in: "w")) == elsewhere)
  }
}
