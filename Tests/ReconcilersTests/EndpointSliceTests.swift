import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Expected behaviour: kubernetes.io/docs/concepts/services-networking/endpoint-slices and KEP-752.
@Suite struct `The endpoint reconcilers` {
  let service = ObjectKey(.service, namespace: "a", name: "web")

  private func world(_ spec: [(String, JSONValue)] = [], seed: UInt64 = 1) -> World {
    var world = World([EndpointSliceReconciler(), EndpointsReconciler()], seed: seed)
    world.create([
      "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a"], "spec": [:],
    ])
    world.create(
      spec.reduce(
        [
          "apiVersion": "v1", "kind": "Service",
          "metadata": ["name": "web", "namespace": "a", "labels": ["tier": "x"]],
          "spec": ["selector": ["app": "web"], "ports": [["port": 80, "targetPort": 8080]]],
        ]
      ) { $0.setting(["spec", $1.0], $1.1) })
    return world
  }

  private func addPod(
    _ number: Int, to world: inout World, ready: Bool = true, named port: Int64? = nil
  ) {
    var container: JSONValue = ["name": "c", "image": "i"]
    if let port {
      container = container.setting(["ports"], [["name": "http", "containerPort": .number(port)]])
    }
    world.create([
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string("p\(number)"), "namespace": "a", "labels": ["app": "web"],
      ],
      "spec": ["containers": [container], "nodeName": "n1"],
    ])
    let key = ObjectKey(.pod, namespace: "a", name: "p\(number)")
    world.edit(key, ["status", "podIP"], .string("10.1.\(number / 250).\(number % 250 + 1)"))
    guard let pod = world.truth[key] else { return }
    world.setReady(pod, ready)
  }

  private func slices(_ world: World) -> [StoredObject] {
    Array(world.truth.objects(.endpointSlice, in: "a"))
  }

  private func endpoints(_ slice: StoredObject?) -> [JSONValue] {
    slice?.json["endpoints"]?.array ?? []
  }

  @Test func `a service without pods has one empty slice`() throws {
    var world = world()
    world.settle(nodes: false)
    let slice = try #require(slices(world).first)
    #expect(slices(world).count == 1 && endpoints(slice).isEmpty)
    #expect(slice.meta.labels["kubernetes.io/service-name"] == "web")
    #expect(slice.meta.labels["tier"] == "x")
    #expect(
      slice.meta.labels["endpointslice.kubernetes.io/managed-by"]
        == "endpointslice-controller.k8s.io")
    #expect(slice.meta.controller?.uid == world.truth[service]?.meta.uid)
    #expect(world.truth[ObjectKey(.endpoints, namespace: "a", name: "web")] != nil)
  }

  @Test func `an endpoint says what its pod is`() throws {
    var world = world()
    addPod(1, to: &world)
    addPod(2, to: &world, ready: false)
    world.settle(nodes: false)
    let all = endpoints(slices(world).first)
    try #require(slices(world).count == 1 && all.count == 2)
    let first = try #require(all.first { $0["targetRef"]?["name"] == "p1" })
    let second = try #require(all.first { $0["targetRef"]?["name"] == "p2" })
    #expect(first["conditions"] == ["ready": true, "serving": true, "terminating": false])
    #expect(second["conditions"] == ["ready": false, "serving": false, "terminating": false])
    #expect(first["addresses"] == ["10.1.0.2"] && first["nodeName"] == "n1")
    #expect(slices(world)[0].json["ports"] == [["name": "", "protocol": "TCP", "port": 8080]])
    let key = ObjectKey(.endpoints, namespace: "a", name: "web")
    let subset = try #require(world.truth[key]?.json["subsets"]?[0])
    #expect(subset["addresses"]?[0]?["ip"] == "10.1.0.2")
    #expect(subset["notReadyAddresses"]?[0]?["ip"] == "10.1.0.3")
    #expect(subset["ports"] == [["protocol": "TCP", "port": 8080]])
  }

  @Test func `a pod on its way out serves and is not ready`() throws {
    var world = world()
    addPod(1, to: &world)
    world.delete(ObjectKey(.pod, namespace: "a", name: "p1"))
    world.settle(nodes: false)
    let endpoint = try #require(endpoints(slices(world).first).first)
    #expect(endpoint["conditions"] == ["ready": false, "serving": true, "terminating": true])
  }

  @Test func `who publishes all addresses publishes them as ready`() throws {
    var world = world([("publishNotReadyAddresses", true)])
    addPod(1, to: &world, ready: false)
    world.settle(nodes: false)
    let endpoint = try #require(endpoints(slices(world).first).first)
    #expect(endpoint["conditions"] == ["ready": true, "serving": false, "terminating": false])
  }

  @Test func `a named port has each pod's own number`() throws {
    var world = world([("ports", [["port": 80, "targetPort": "http"]])])
    addPod(1, to: &world, named: 8080)
    addPod(2, to: &world, named: 9090)
    world.settle(nodes: false)
    let ports = slices(world).compactMap { $0.json["ports"]?[0]?["port"]?.int64 }
    #expect(ports.sorted() == [8080, 9090])
    #expect(slices(world).allSatisfy { endpoints($0).count == 1 })
  }

  @Test(arguments: 1...2 as ClosedRange<UInt64>)
  func `no slice holds more than a hundred, and no pod is in two`(seed: UInt64) {
    var world = world(seed: seed)
    for number in 0..<120 { addPod(number, to: &world) }
    world.settle(nodes: false)
    check(world, pods: 120, slicesMax: 3)
    for number in stride(from: 0, to: 120, by: 3) {
      world.delete(
        ObjectKey(.pod, namespace: "a", name: "p\(number)"), DeleteOptions(graceSeconds: 0))
    }
    world.settle(nodes: false)
    check(world, pods: 80, slicesMax: 3)
  }

  private func check(_ world: World, pods: Int, slicesMax: Int) {
    let all = slices(world)
    let names = all.flatMap { endpoints($0).compactMap { $0["targetRef"]?["name"]?.string } }
    #expect(all.allSatisfy { endpoints($0).count <= 100 })
    #expect(names.count == pods && Set(names).count == pods)
    #expect(all.count <= slicesMax)
  }

  @Test func `slices of others and services without a selector are left alone`() throws {
    var world = world([("selector", [:])])
    world.create([
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
      "metadata": [
        "name": "mine", "namespace": "a", "labels": ["kubernetes.io/service-name": "web"],
      ],
      "addressType": "IPv4", "endpoints": [["addresses": ["10.2.0.1"]]], "ports": [],
    ])
    let before = try #require(slices(world).first)
    world.settle(nodes: false)
    #expect(slices(world) == [before])
    world.edit(service, ["spec", "selector"], ["app": "web"])
    addPod(1, to: &world)
    world.settle(nodes: false)
    #expect(slices(world).contains(before) && slices(world).count == 2)
  }

  @Test func `endpoints go with their service`() {
    var world = world()
    addPod(1, to: &world)
    world.settle(nodes: false)
    world.delete(service)
    world.settle(nodes: false)
    #expect(world.truth[ObjectKey(.endpoints, namespace: "a", name: "web")] == nil)
  }

  @Test func `one more pod is one more write of each kind`() {
    var world = world()
    for number in 0..<20 { addPod(number, to: &world) }
    world.settle(nodes: false)
    let before = Set(slices(world).map(\.modRevision))
    addPod(20, to: &world)
    world.settle(nodes: false)
    let after = Set(slices(world).map(\.modRevision))
    #expect(after.subtracting(before).count == 1)
  }

  // kubernetes.io/docs/tasks/run-application/access-api-from-pod
  @Test func `the service of the api server is there and comes back`() throws {
    var world = World([KubernetesServiceReconciler()])
    world.create([
      "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "default"], "spec": [:],
    ])
    world.settle(nodes: false)
    let key = ObjectKey(.service, namespace: "default", name: "kubernetes")
    let service = try #require(world.truth[key])
    #expect(service.json["spec"]?["clusterIP"] == "10.96.0.1")
    #expect(service.json["spec"]?["ports"]?[0]?["port"] == 443)
    world.delete(key)
    world.settle(nodes: false)
    let again = try #require(world.truth[key])
    #expect(again.meta.uid != service.meta.uid && again.json["spec"]?["clusterIP"] == "10.96.0.1")
  }
}
