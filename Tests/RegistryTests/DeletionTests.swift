import Base
import JSON
import Objects
import Registry
import Testing

@Suite struct `Ways out` {
  private func boundPod(in cluster: inout ClusterHistory) throws -> StoredObject {
    let pod = try cluster.create(.pod, podManifest)
    try cluster.commit(.bind(pod: pod, node: "n1"))
    return try #require(cluster.current(pod))
  }

  @Test func `an unbound pod goes at once`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    try cluster.commit(.delete(pod, DeleteOptions()))
    #expect(cluster.current(pod) == nil)
  }

  @Test func `a bound pod is marked with its grace`() throws {
    var cluster = ClusterHistory()
    let pod = try boundPod(in: &cluster)
    try cluster.commit(.delete(pod, DeleteOptions()))
    let marked = try #require(cluster.current(pod))
    #expect(marked.at("metadata.deletionTimestamp") == "2023-11-14T22:13:50Z")
    #expect(marked.meta.deletionGraceSeconds == 30)
    #expect(marked.meta.generation == 2)
    // Again without a word about the grace: nothing changes.
    #expect(try cluster.commit(.delete(marked, DeleteOptions())).writes.isEmpty)
    // A longer grace comes too late.
    #expect(try cluster.commit(.delete(marked, DeleteOptions(graceSeconds: 60))).writes.isEmpty)
    // A shorter one wins.
    try cluster.commit(.delete(marked, DeleteOptions(graceSeconds: 5)))
    let sooner = try #require(cluster.current(pod))
    #expect(sooner.at("metadata.deletionTimestamp") == "2023-11-14T22:13:25Z")
    #expect(sooner.meta.deletionGraceSeconds == 5)
    try cluster.commit(.delete(sooner, DeleteOptions(graceSeconds: 0)))
    #expect(cluster.current(pod) == nil)
  }

  @Test func `an ended pod goes at once`() throws {
    var cluster = ClusterHistory()
    let pod = try boundPod(in: &cluster)
    try cluster.commit(.updateStatus(from: pod, to: pod.with("status.phase", "Succeeded")))
    let ended = try #require(cluster.current(pod))
    try cluster.commit(.delete(ended, DeleteOptions()))
    #expect(cluster.current(pod) == nil)
  }

  @Test func `a finalizer keeps the object until it is taken away`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(
      .pod, podManifest.with("metadata.finalizers", ["example.com/a", "example.com/b"]))
    try cluster.commit(.delete(pod, DeleteOptions()))
    let held = try #require(cluster.current(pod))
    #expect(held.meta.isBeingDeleted)
    #expect(held.meta.deletionGraceSeconds == 0)
    try cluster.commit(
      .update(from: held, to: held.with("metadata.finalizers", ["example.com/b"])))
    let last = try #require(cluster.current(pod))
    try cluster.commit(.update(from: last, to: last.with("metadata.finalizers", nil)))
    #expect(cluster.current(pod) == nil)
  }

  @Test func `grace holds a pod whose finalizers are gone`() throws {
    var cluster = ClusterHistory()
    let pod = try boundPod(in: &cluster)
    try cluster.commit(.update(from: pod, to: pod.with("metadata.finalizers", ["example.com/a"])))
    try cluster.commit(.delete(#require(cluster.current(pod)), DeleteOptions()))
    let marked = try #require(cluster.current(pod))
    try cluster.commit(.update(from: marked, to: marked.with("metadata.finalizers", nil)))
    let graceful = try #require(cluster.current(pod))
    #expect(graceful.meta.finalizers.isEmpty)
    try cluster.commit(.delete(graceful, DeleteOptions(graceSeconds: 0)))
    #expect(cluster.current(pod) == nil)
  }

  @Test(arguments: [
    (DeleteOptions.Propagation.foreground, ["foregroundDeletion"]), (.orphan, ["orphan"]),
  ])
  func `propagation is kept as a finalizer`(
    propagation: DeleteOptions.Propagation, finalizers: [String]
  ) throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(.pod, podManifest)
    try cluster.commit(.delete(pod, DeleteOptions(propagation: propagation)))
    let held = try #require(cluster.current(pod))
    #expect(held.meta.finalizers == finalizers)
    #expect(held.meta.isBeingDeleted)
    // Another DELETE that says nothing about it changes nothing.
    #expect(try cluster.commit(.delete(held, DeleteOptions())).writes.isEmpty)
    try cluster.commit(.delete(held, DeleteOptions(propagation: .background)))
    #expect(cluster.current(pod) == nil)
  }

  @Test func `a namespace waits for its own finalizer`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "a"])
    let namespace = try #require(cluster.view[ObjectKey(.namespace, name: "a")])
    try cluster.commit(.delete(namespace, DeleteOptions()))
    let leaving = try #require(cluster.current(namespace))
    #expect(leaving.at("status.phase") == "Terminating")
    #expect(
      cluster.rejection(
        of: .create(.pod, podManifest.with("metadata.namespace", "a").members))
        == .namespaceTerminating(.pod, name: "p", namespace: "a"))
    try cluster.commit(.update(from: leaving, to: leaving.with("spec.finalizers", nil)))
    #expect(cluster.current(namespace) == nil)
    let immortal = try #require(cluster.view[ObjectKey(.namespace, name: "default")])
    #expect(
      cluster.rejection(of: .delete(immortal, DeleteOptions()))
        == .forbidden(.namespace, name: "default", reason: "this namespace may not be deleted"))
  }

  @Test func `a pod slips into no namespace on its way out`() throws {
    var cluster = ClusterHistory(namespaces: ["a"])
    let stale = cluster.view
    let namespace = try #require(cluster.view[ObjectKey(.namespace, name: "a")])
    try cluster.commit(.delete(namespace, DeleteOptions()))
    var context = cluster.context
    let late = try cluster.registry.transaction(
      for: Step([.create(.pod, podManifest.with("metadata.namespace", "a").members)]),
      in: stale, context: &context)
    #expect(throws: ClusterView.Refusal.self) { try cluster.view.apply(late, at: 99) }
    #expect(
      cluster.rejection(
        of: .create(.pod, podManifest.with("metadata.namespace", "b").members))
        == .notFound(.namespace, name: "b"))
  }

  @Test func `a name that is taken is refused early`() throws {
    var cluster = ClusterHistory()
    let pod = try cluster.create(
      .pod, podManifest.with("metadata.finalizers", ["example.com/a"]))
    let again = Intent.create(.pod, podManifest.members)
    #expect(cluster.rejection(of: again) == .alreadyExists(.pod, name: "p"))
    try cluster.commit(.delete(pod, DeleteOptions()))
    #expect(cluster.rejection(of: again) == .beingDeleted(.pod, name: "p"))
  }

  @Test func `the longest grace makes no date that cannot be written`() throws {
    var cluster = ClusterHistory()
    let pod = try boundPod(in: &cluster)
    try cluster.commit(.delete(pod, DeleteOptions(graceSeconds: .max)))
    let marked = try #require(cluster.current(pod))
    #expect(marked.meta.deletionTime != nil)
  }
}

#if PLANTED_BUGS
  @Suite struct `Planted in the registry` {
    @Test func `a dropped finalizer lets a held object go`() throws {
      var cluster = ClusterHistory()
      cluster.registry.plantedBug = .droppedFinalizer
      let pod = try cluster.create(
        .pod, podManifest.with("metadata.finalizers", ["example.com/a"]))
      try cluster.commit(.delete(pod, DeleteOptions()))
      #expect(cluster.current(pod) == nil)
    }

    @Test func `two pods in one Txn are let through`() throws {
      var cluster = ClusterHistory()
      cluster.registry.plantedBug = .twoPodsInOneTxn
      let other = podManifest.with("metadata.name", "q")
      let transaction = try cluster.commit(
        .create(.pod, podManifest.members), .create(.pod, other.members))
      #expect(transaction.writes.count == 2)
    }
  }
#endif
