import JSON
import Objects
import Registry
import Testing

@Suite struct `Objects without a controller` {
  func pod(_ name: String, _ namespace: String = "a", owners: JSONValue = []) -> StoredObject {
    .of([
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace), "ownerReferences": owners,
      ],
    ])
  }

  @Test func `they are found by namespace, until one controls them`() {
    let plain: JSONValue = [["uid": "u", "kind": "ReplicaSet", "controller": false]]
    let controlled: JSONValue = [["uid": "u", "kind": "ReplicaSet", "controller": true]]
    var view = ClusterView([
      pod("1"), pod("2", owners: plain), pod("3", owners: controlled), pod("4", "b"),
    ])
    func names() -> [String] { view.uncontrolled(.pod, in: "a").map(\.meta.name) }
    #expect(names() == ["1", "2"])
    _ = view.put(pod("1", owners: controlled))
    #expect(names() == ["2"])
    _ = view.put(pod("3"))
    #expect(names() == ["2", "3"])
    _ = view.remove(pod("2").key)
    #expect(names() == ["3"])
    #expect(view.uncontrolled(.replicaSet, in: "a").isEmpty)
  }
}
