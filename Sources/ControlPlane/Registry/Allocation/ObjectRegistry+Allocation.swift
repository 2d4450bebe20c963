import Base
import JSON
import Objects

extension ObjectRegistry {
  /// Gives a new or changed Service its families, address and ports, each taken by a key of its own
  /// in the same Txn: of two who take the same, the store refuses one. What the Service holds no
  /// longer is released (kube-apiserver registry/core/service/storage). Gives the writes that
  /// belong after the Service's.
  ///
  /// Kubernetes repairs allocations that lost their Service, as it writes the two one after the
  /// other. Here no such key can arise: what a Service holds is a function of its spec
  /// (`ServiceHoldings`), and every Txn that makes, changes or removes a spec compares the Service
  /// and writes just what that function gains and loses.
  func allocate(
    for key: ObjectKey, _ object: inout JSONObject, replacing old: JSONObject? = nil,
    in view: ClusterView, _ context: inout PlanContext, _ transaction: inout ObjectTransaction
  ) throws(Rejection) -> [ObjectTransaction.Write] {
    guard key.kind == .service else { return [] }
    let before = old?["spec"]?.object ?? JSONObject()
    guard old == nil || object["spec"] != old?["spec"] else { return [] }
    var allocation = ServiceAllocation(
      ranges: serviceRanges, key: key, spec: object["spec"]?.object ?? JSONObject(),
      held: ServiceHoldings(before), view: view)
    let errors = try allocation.fill(&context.random)
    guard errors.isEmpty else { throw .invalid(.service, name: key.name, errors) }
    object["spec"] = .object(allocation.spec)
    let holdings = ServiceHoldings(allocation.spec)
    let held = ServiceHoldings(before)
    let value: JSONValue = [
      "kind": "Service", "namespace": .string(key.namespace), "name": .string(key.name),
      "uid": object["metadata"]?["uid"] ?? .null,
    ]
    var writes: [ObjectTransaction.Write] = []
    for taken in holdings.keys where !held.keys.contains(taken) {
      transaction.expect(taken, modRevision: 0)
      writes.append(.put(key: taken, value: Bytes(value.text())))
    }
    for left in held.keys where !holdings.keys.contains(left) {
      writes.append(.delete(key: left))
    }
    return writes
  }

  /// What a Service holds is free when it goes.
  func release(_ object: JSONObject, of kind: Kind, into transaction: inout ObjectTransaction) {
    guard kind == .service else { return }
    for key in ServiceHoldings(object["spec"]?.object ?? JSONObject()).keys {
      transaction.writes.append(.delete(key: key))
    }
  }
}

/// What a Service holds of the cluster's addresses and ports.
struct ServiceHoldings {
  private(set) var addresses: [String] = []
  private(set) var ports: [Int64] = []

  init(_ json: JSONObject) {
    let spec = ServiceSpec(json)
    if spec.needsAddress, !spec.isHeadless {
      for address in spec.addresses where !addresses.contains(address) {
        addresses.append(address)
      }
    }
    let numbers =
      spec.ports.map { $0["nodePort"]?.int64 ?? 0 } + [json["healthCheckNodePort"]?.int64 ?? 0]
    for number in numbers where number != 0 && !ports.contains(number) { ports.append(number) }
  }

  var keys: [StoreKey] {
    addresses.map { .allocation(.clusterAddress, name: $0) }
      + ports.map { .allocation(.nodePort, name: String($0)) }
  }
}

/// One Service on its way to what it asks for.
struct ServiceAllocation {
  let ranges: ServiceRanges
  let key: ObjectKey
  private(set) var spec: JSONObject
  let held: ServiceHoldings
  let view: ClusterView

  init(
    ranges: ServiceRanges, key: ObjectKey, spec: JSONObject, held: ServiceHoldings,
    view: ClusterView
  ) {
    self.ranges = ranges
    self.key = key
    self.spec = spec
    self.held = held
    self.view = view
  }

  /// What is wrong with what it asks for; throws where nothing is left.
  mutating func fill(_ random: inout PRNG) throws(Rejection) -> [FieldError] {
    var errors = families()
    guard errors.isEmpty else { return errors }
    var others = Others()
    errors += try address(&others, &random)
    guard errors.isEmpty else { return errors }
    return try nodePorts(&others, &random)
  }

  /// What all other Services of the view hold, read once and only when it is needed.
  private struct Others {
    var addresses: Set<String> = []
    var ports: Set<Int64> = []
    var areRead = false

    mutating func read(_ view: ClusterView, but key: ObjectKey) {
      guard !areRead else { return }
      areRead = true
      for service in view.objects(.service) where service.objectKey != key {
        let holdings = ServiceHoldings(service.json["spec"]?.object ?? JSONObject())
        addresses.formUnion(holdings.addresses)
        ports.formUnion(holdings.ports)
      }
      for object in view.objects(in: .allocations) {
        guard case .allocation(let pool, let name) = object.key, !Self.isOf(object, key) else {
          continue
        }
        switch pool {
        case .clusterAddress: addresses.insert(name)
        case .nodePort: if let port = Int64(name) { ports.insert(port) }
        }
      }
    }

    private static func isOf(_ object: StoredObject, _ key: ObjectKey) -> Bool {
      object.json["namespace"]?.string == key.namespace
        && object.json["name"]?.string == key.name
    }
  }

  // MARK: - Families

  /// One family, IPv4, as the range has; a Service without selector and address may be of both,
  /// because others say where it leads.
  private mutating func families() -> [FieldError] {
    let read = ServiceSpec(spec)
    guard read.needsAddress else { return [] }
    let isOpen = read.isHeadless && (spec["selector"]?.object ?? JSONObject()).isEmpty
    if isOpen {
      if read.families.isEmpty {
        let policy = spec["ipFamilyPolicy"]?.string ?? "RequireDualStack"
        spec["ipFamilies"] = .strings(policy == "SingleStack" ? ["IPv4"] : ["IPv4", "IPv6"])
        spec["ipFamilyPolicy"] = .string(policy)
      } else if spec["ipFamilyPolicy"]?.string == nil {
        let isSingle = read.families.count == 1
        spec["ipFamilyPolicy"] = .string(isSingle ? "SingleStack" : "RequireDualStack")
      }
      return []
    }
    var errors: [FieldError] = []
    for (place, family) in read.families.enumerated() where family != "IPv4" {
      errors.append(
        Self.error("spec.ipFamilies[\(place)]", "\"\(family)\"", "not configured on this cluster"))
    }
    if spec["ipFamilyPolicy"] == "RequireDualStack" {
      errors.append(
        Self.error(
          "spec.ipFamilyPolicy", "\"RequireDualStack\"",
          "this cluster is not configured for dual-stack services"))
    }
    if read.families.isEmpty { spec["ipFamilies"] = ["IPv4"] }
    if spec["ipFamilyPolicy"]?.string == nil { spec["ipFamilyPolicy"] = "SingleStack" }
    return errors
  }

  private static func error(_ path: String, _ value: String, _ detail: String) -> FieldError {
    FieldError(path: path, type: .invalid, value: value, detail: detail)
  }

  // MARK: - Address

  private mutating func address(
    _ others: inout Others, _ random: inout PRNG
  ) throws(Rejection) -> [FieldError] {
    let read = ServiceSpec(spec)
    guard read.needsAddress, !read.isHeadless else { return [] }
    var errors: [FieldError] = []
    for address in read.addresses where !held.addresses.contains(address) {
      var reason: String?
      if IPAddress(address).map(ranges.contains) != true {
        reason =
          "the provided IP (\(address)) is not in the valid range. "
          + "The range of valid IPs is \(ranges.network)"
      } else {
        others.read(view, but: key)
        if others.addresses.contains(address) { reason = "provided IP is already allocated" }
      }
      guard let reason else { continue }
      errors.append(
        Self.error(
          "spec.clusterIPs", Validator.goList(read.addresses),
          "failed to allocate IP \(address): \(reason)"))
    }
    guard read.addresses.isEmpty else { return errors }
    others.read(view, but: key)
    guard let free = ranges.freeAddress(others.addresses, &random) else {
      throw .failed("Internal error occurred: failed to allocate a serviceIP: range is full")
    }
    spec["clusterIP"] = .string(free)
    spec["clusterIPs"] = .strings([free])
    return []
  }

  // MARK: - Ports

  private mutating func nodePorts(
    _ others: inout Others, _ random: inout PRNG
  ) throws(Rejection) -> [FieldError] {
    let read = ServiceSpec(spec)
    var errors: [FieldError] = []
    var own = Set(ServiceHoldings(spec).ports)
    var ports = read.ports
    for (place, port) in read.ports.enumerated() {
      if let number = port["nodePort"]?.int64, number != 0 {
        guard let reason = refusal(of: number, &others) else { continue }
        errors.append(
          Self.error("spec.ports[\(place)].nodePort", String(number), reason))
      } else if read.needsNodePorts, var object = port.object {
        object["nodePort"] = .number(try freePort(&own, &others, &random))
        ports[place] = .object(object)
      }
    }
    if ports != read.ports { spec["ports"] = .array(ports) }
    guard read.needsHealthPort else { return errors }
    if let number = spec["healthCheckNodePort"]?.int64, number != 0 {
      if let reason = refusal(of: number, &others) {
        errors.append(Self.error("spec.healthCheckNodePort", String(number), reason))
      }
    } else {
      spec["healthCheckNodePort"] = .number(try freePort(&own, &others, &random))
    }
    return errors
  }

  /// Why a port that the Service asks for is not to be had.
  private func refusal(of port: Int64, _ others: inout Others) -> String? {
    if held.ports.contains(port) { return nil }
    guard ranges.nodePorts.contains(port) else {
      let range = "\(ranges.nodePorts.lowerBound)-\(ranges.nodePorts.upperBound)"
      return "provided port is not in the valid range. The range of valid ports is \(range)"
    }
    others.read(view, but: key)
    return others.ports.contains(port) ? "provided port is already allocated" : nil
  }

  private func freePort(
    _ own: inout Set<Int64>, _ others: inout Others, _ random: inout PRNG
  ) throws(Rejection) -> Int64 {
    others.read(view, but: key)
    guard let port = ranges.freePort(others.ports.union(own), &random) else {
      throw .failed("Internal error occurred: failed to allocate a nodePort: range is full")
    }
    own.insert(port)
    return port
  }
}
