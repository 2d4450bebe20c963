import Base
import JSON
import Objects
import Registry
import Testing

@Suite struct `A view of the cluster` {
  /// What a view must answer, looked up the slow way.
  private struct Model {
    var objects: [Bytes: StoredObject] = [:]

    func sorted(_ isMeant: (StoredObject) -> Bool) -> [StoredObject] {
      objects.sorted { $0.key < $1.key }.map(\.value).filter(isMeant)
    }
  }

  private static let namespaces = ["a", "a-b", "a0", "b"]
  private static let owners = ["o1", "o2"]
  private static let nodes = ["", "n1", "n2"]

  private static func randomObject(_ random: inout PRNG, revision: Int64) -> StoredObject {
    let number = random.below(6)
    if random.chance(Ratio(1, in: 4)) {
      let node = nodes[1 + random.below(2)]
      let key: StoreKey =
        random.chance(Ratio(1, in: 2))
        ? .desiredPod(node: node, uid: "u\(number)") : .actualPod(node: node, uid: "u\(number)")
      return StoredObject(
        key: key, json: JSONObject(), createRevision: revision, modRevision: revision)
    }
    let kind: Kind = random.chance(Ratio(1, in: 3)) ? .replicaSet : .pod
    let namespace = namespaces[random.below(namespaces.count)]
    let owned = owners.filter { _ in random.chance(Ratio(1, in: 2)) }
    let json: JSONValue = [
      "metadata": [
        "name": .string("x\(number)"), "namespace": .string(namespace),
        "uid": .string("uid-\(random.below(4) == 0 ? "" : "\(random.below(1000))")"),
        "ownerReferences": .array(
          owned.map { uid in
            OwnerReference(
              apiVersion: "apps/v1", kind: "ReplicaSet", name: "o", uid: uid,
              isController: random.chance(Ratio(1, in: 2))
            ).json
          }),
      ],
      "spec": ["nodeName": .string(nodes[random.below(nodes.count)])],
    ]
    return StoredObject(
      key: .object(ObjectKey(kind, namespace: namespace, name: "x\(number)")),
      json: json.members, createRevision: revision, modRevision: revision)
  }

  @Test(arguments: 0..<6)
  func `answers as a look at all objects would, seeded`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var view = ClusterView()
    var model = Model()
    for revision in 1...400 {
      let object = Self.randomObject(&random, revision: Int64(revision))
      let bytes = object.key.bytes
      if random.chance(Ratio(1, in: 3)) {
        #expect(view.remove(object.key) === model.objects.removeValue(forKey: bytes))
      } else {
        #expect(view.put(object) === model.objects.updateValue(object, forKey: bytes))
      }
      if revision % 10 == 0 { compare(view, model) }
    }
  }

  private func compare(_ view: ClusterView, _ model: Model) {
    func same(_ found: ArraySlice<StoredObject>, _ isMeant: (StoredObject) -> Bool) -> Bool {
      found.elementsEqual(model.sorted(isMeant), by: ===)
    }
    for kind in [Kind.pod, .replicaSet] {
      #expect(same(view.objects(kind)) { $0.objectKey?.kind == kind })
      for namespace in Self.namespaces + ["c"] {
        let isThere = { (object: StoredObject) in
          object.objectKey?.kind == kind && object.meta.namespace == namespace
        }
        #expect(same(view.objects(kind, in: namespace), isThere))
        #expect(
          same(view.uncontrolled(kind, in: namespace)) {
            isThere($0) && $0.meta.controller == nil
          })
      }
    }
    for owner in Self.owners {
      #expect(
        same(view.dependents(of: owner)) { $0.meta.owners.contains { $0.uid == owner } })
    }
    for node in Self.nodes {
      #expect(
        same(view.pods(onNode: node)) {
          $0.objectKey?.kind == .pod && $0.pod?.node == node
        })
      #expect(
        same(view.entries(ofNode: node)) { object in
          switch object.key {
          case .desiredPod(node, _), .actualPod(node, _): true
          default: false
          }
        })
    }
    for object in model.objects.values {
      #expect(view[object.key] === object)
      #expect(view.object(uid: object.meta.uid)?.meta.uid ?? object.meta.uid == object.meta.uid)
    }
  }

  @Test func `a uid leads to its object until that has another or goes`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    #expect(cluster.view.object(uid: pod.meta.uid) === cluster.current(pod))
    try cluster.commit(.bind(pod: pod, node: "n1"))
    #expect(cluster.view.object(uid: pod.meta.uid)?.pod?.node == "n1")
    try cluster.commit(.delete(#require(cluster.current(pod)), DeleteOptions(graceSeconds: 0)))
    #expect(cluster.view.object(uid: pod.meta.uid) == nil)
    let next = try cluster.create(.pod, podManifest)
    #expect(cluster.view.object(uid: next.meta.uid) === cluster.current(next))
    #expect(next.meta.uid != pod.meta.uid)
  }
}
