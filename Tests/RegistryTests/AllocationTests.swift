import Base
import JSON
import Objects
import Registry
import Testing

/// Expected behaviour: kubernetes.io/docs/reference/networking/virtual-ips and KEP-3070.
@Suite struct `Addresses and ports of services` {
  private func service(
    _ name: String = "s", _ spec: [(String, JSONValue)] = []
  ) -> JSONValue {
    spec.reduce(
      [
        "metadata": ["name": .string(name), "namespace": "default"],
        "spec": ["selector": ["a": "b"], "ports": [["port": 80]]],
      ]
    ) { $0.with("spec.\($1.0)", $1.1) }
  }

  private func allocations(_ cluster: ClusterHistory) -> [String] {
    cluster.view.objects(in: .allocations).map(\.key.bytes.text)
  }

  @Test func `what a service holds has its keys, and they go with it`() throws {
    var cluster = ClusterHistory()
    let made = try cluster.create(.service, service("s", [("type", "NodePort")]))
    let address = try #require(made.at("spec.clusterIP")?.string)
    let port = try #require(made.at("spec.ports.0.nodePort")?.int64)
    #expect(
      allocations(cluster) == [
        "/allocations/clusterip/\(address)", "/allocations/nodeport/\(port)",
      ])
    let owner = try #require(cluster.view[.allocation(.clusterAddress, name: address)])
    #expect(owner.json["name"] == "s" && owner.json["uid"]?.string == made.meta.uid)
    let removal = try cluster.commit(.delete(made, DeleteOptions()))
    #expect(removal.writes.count == 3 && allocations(cluster).isEmpty)
  }

  @Test func `a service held by a finalizer holds its address until it goes`() throws {
    var cluster = ClusterHistory()
    let made = try cluster.create(
      .service, service().with("metadata.finalizers", ["a.example/f"]))
    try cluster.commit(.delete(made, DeleteOptions()))
    #expect(allocations(cluster).count == 1)
    let leaving = try #require(cluster.current(made))
    try cluster.commit(.update(from: leaving, to: leaving.with("metadata.finalizers", [])))
    #expect(allocations(cluster).isEmpty && cluster.current(made) == nil)
  }

  /// What the stored Services say that they hold.
  private func held(_ cluster: ClusterHistory) -> [String] {
    var names: [String] = []
    for service in cluster.view.objects(.service) where service.at("spec.type") != "ExternalName" {
      for address in service.at("spec.clusterIPs")?.array ?? [] {
        if let text = address.string, text != "None" { names.append("clusterip/\(text)") }
      }
      let ports = service.at("spec.ports")?.array ?? []
      for port in ports.map({ $0["nodePort"]?.int64 }) + [
        service.at("spec.healthCheckNodePort")?.int64
      ] {
        if let port, port > 0 { names.append("nodeport/\(port)") }
      }
    }
    return Set(names.map { "/allocations/\($0)" }).sorted()
  }

  @Test(arguments: UInt64(1)...12)
  func `no history leaves a key without its Service, or a Service without its keys`(
    seed: UInt64
  ) throws {
    var random = PRNG(seed: seed)
    var cluster = ClusterHistory(seed: seed)
    var refused = 0
    for _ in 0..<120 {
      let name = ["a", "b", "c"][random.below(3)]
      let key = ObjectKey(.service, namespace: "default", name: name)
      let type = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"][random.below(4)]
      let ports = (0..<1 + random.below(3)).map { place -> JSONValue in
        ["name": .string("p\(place)"), "port": .number(80 + Int64(place))]
      }
      var wanted: [(String, JSONValue)] = [("type", .string(type)), ("ports", .array(ports))]
      if type == "ExternalName" { wanted.append(("externalName", "a.example")) }
      if type == "LoadBalancer", random.below(2) == 0 {
        wanted.append(("externalTrafficPolicy", "Local"))
      }
      if random.below(6) == 0 {
        wanted.append(("clusterIP", ["None", "10.96.0.77", "10.96.0.78"][random.below(3)]))
      }
      let manifest = service(name, wanted)
        .with("metadata.finalizers", random.below(5) == 0 ? ["a.example/f"] : [])
      do {
        if let current = cluster.view[key] {
          switch random.below(4) {
          case 0: try cluster.commit(.delete(current, DeleteOptions()))
          case 1: try cluster.commit(.update(from: current, to: manifest.members))
          default:
            var changed = JSONValue.object(current.json)
            for (field, value) in wanted { changed = changed.with("spec.\(field)", value) }
            if random.below(2) == 0 { changed = changed.with("metadata.finalizers", []) }
            try cluster.commit(.update(from: current, to: changed.members))
          }
        } else {
          try cluster.commit(.create(.service, manifest.members))
        }
      } catch is Rejection {
        refused += 1
      }
      #expect(allocations(cluster) == held(cluster))
    }
    #expect(refused < 100)
  }

  @Test func `a change of type adds and releases`() throws {
    var cluster = ClusterHistory()
    var made = try cluster.create(.service, service())
    let address = try #require(made.at("spec.clusterIP"))
    try cluster.commit(.update(from: made, to: made.with("spec.type", "NodePort")))
    made = try #require(cluster.current(made))
    #expect(made.at("spec.clusterIP") == address && allocations(cluster).count == 2)
    try cluster.commit(.update(from: made, to: made.with("spec.type", "ClusterIP")))
    made = try #require(cluster.current(made))
    #expect(made.at("spec.ports.0.nodePort") == nil && allocations(cluster).count == 1)
    #expect(made.at("spec.externalTrafficPolicy") == nil)
    let external = JSONValue.object(made.with("spec.type", "ExternalName"))
      .with("spec.externalName", "e.example")
    try cluster.commit(.update(from: made, to: external.members))
    made = try #require(cluster.current(made))
    #expect(made.at("spec.clusterIP") == nil && allocations(cluster).isEmpty)
  }

  @Test func `what an update leaves out is kept`() throws {
    var cluster = ClusterHistory()
    let made = try cluster.create(.service, service("s", [("type", "NodePort")]))
    let again = service("s", [("type", "NodePort")]).members
    #expect(try cluster.commit(.update(from: made, to: again)).writes.isEmpty)
  }

  @Test func `two who take one address meet at its key`() throws {
    var cluster = ClusterHistory()
    var stale = cluster
    let explicit = [("clusterIP", JSONValue.string("10.96.7.7"))]
    _ = try cluster.create(.service, service("one", explicit))
    // Another server does not see the first Service yet.
    let late = try stale.commit(.create(.service, service("two", explicit).members))
    #expect(throws: ClusterView.Refusal.self) { try cluster.view.apply(late, at: 100) }
  }

  @Test func `a nearly full range is used to its end, then nothing is left`() throws {
    var cluster = ClusterHistory()
    cluster.registry.serviceRanges = ServiceRanges(
      network: "10.96.0.0/27", nodePorts: 30000...30003)
    // 30 addresses, of which the first is the API server's.
    for number in 0..<29 { _ = try cluster.create(.service, service("s\(number)")) }
    let addresses = Set(cluster.view.objects(.service).compactMap { $0.at("spec.clusterIP") })
    #expect(addresses.count == 29 && !addresses.contains("10.96.0.1"))
    let rejection = cluster.rejection(of: .create(.service, service("last").members))
    #expect(
      rejection?.message
        == "Internal error occurred: failed to allocate a serviceIP: range is full")
    let headless = service("ports", [("type", "NodePort")])
    try cluster.commit(
      .delete(try #require(cluster.view.objects(.service).first), DeleteOptions()))
    let ports: JSONValue = .array(
      (0..<5).map { ["name": .string("p\($0)"), "port": .number(80 + $0)] })
    let full = cluster.rejection(
      of: .create(.service, headless.with("spec.ports", ports).members))
    #expect(
      full?.message == "Internal error occurred: failed to allocate a nodePort: range is full")
  }

  @Test func `a first address is drawn beyond those that people choose`() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      var cluster = ClusterHistory(seed: seed)
      let made = try cluster.create(.service, service())
      let parts = (made.at("spec.clusterIP")?.string ?? "").split(separator: ".")
      // 10.96.0.1 to 10.96.1.0 are the first 256.
      #expect(parts.count == 4 && (Int(parts[2]) ?? 0) * 256 + (Int(parts[3]) ?? 0) > 256)
    }
  }

  @Test func `ports with one number share a node port only when told to`() throws {
    var cluster = ClusterHistory()
    let both: JSONValue = [
      ["name": "t", "port": 53, "protocol": "TCP", "nodePort": 30053],
      ["name": "u", "port": 53, "protocol": "UDP", "nodePort": 30053],
    ]
    _ = try cluster.create(.service, service("s", [("type", "NodePort"), ("ports", both)]))
    #expect(allocations(cluster).contains("/allocations/nodeport/30053"))
    #expect(allocations(cluster).count == 2)
  }
}
