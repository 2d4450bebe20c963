import JSON
import Objects
import Registry

/// A Service that selects pods, and what of them stands behind it. Both reconcilers of endpoints
/// read pods through this.
struct ServicePods {
  let service: StoredObject
  let key: ObjectKey
  private let spec: JSONObject
  private let selector: [(name: String, value: String)]

  static let headlessLabel = "service.kubernetes.io/headless"

  /// Nil for what is no Service with a selector: others say where such a one leads.
  init?(_ service: StoredObject) {
    guard let key = service.objectKey, key.kind == .service,
      let spec = service.json["spec"]?.object, spec["type"]?.string != "ExternalName"
    else { return nil }
    selector = (spec["selector"]?.object?.members ?? []).compactMap { member in
      member.value.string.map { (member.name, $0) }
    }
    guard !selector.isEmpty else { return nil }
    self.service = service
    self.key = key
    self.spec = spec
  }

  var publishesNotReady: Bool { spec["publishNotReadyAddresses"]?.bool == true }
  var isHeadless: Bool { spec["clusterIP"]?.string == "None" }
  var ports: [JSONValue] { spec["ports"]?.array ?? [] }

  /// `IPv4`, `IPv6`; IPv4 where the Service does not say.
  var families: [String] {
    let families = (spec["ipFamilies"]?.array ?? []).compactMap(\.string)
    return families.isEmpty ? ["IPv4"] : families
  }

  func selects(_ labels: [String: String]) -> Bool {
    selector.allSatisfy { labels[$0.name] == $0.value }
  }

  /// The pods that it selects, which have an address and have not ended, by name.
  func pods(in view: ClusterView) -> [StoredObject] {
    view.objects(.pod, in: key.namespace).filter { pod in
      guard selects(pod.meta.labels), let facts = pod.pod, !facts.hasEnded else { return false }
      return !Self.addresses(of: pod).isEmpty
    }
  }

  static func addresses(of pod: StoredObject) -> [String] {
    let status = pod.json["status"]
    let all = (status?["podIPs"]?.array ?? []).compactMap { $0["ip"]?.string }
    if !all.isEmpty { return all }
    return status?["podIP"]?.string.map { [$0] }?.filter { !$0.isEmpty } ?? []
  }

  /// The pod's first address of a family.
  static func address(of pod: StoredObject, _ family: String) -> String? {
    addresses(of: pod).first { ($0.contains(":") ? "IPv6" : "IPv4") == family }
  }

  /// The numbers that the Service's ports have on a pod: a port with a name that the pod does not
  /// know is left out (endpoint-slice-controller FindPort).
  func ports(on pod: StoredObject) -> [EndpointPort] {
    ports.compactMap { port in
      let transport = port["protocol"]?.string ?? "TCP"
      let number: Int64?
      switch IntOrString(json: port["targetPort"]) {
      case .int(let value) where value != 0: number = Int64(value)
      case .string(let name): number = Self.port(named: name, transport, of: pod)
      case .int, nil: number = port["port"]?.int64
      }
      return number.map {
        EndpointPort(
          name: port["name"]?.string ?? "", number: $0, transport: transport,
          application: port["appProtocol"]?.string)
      }
    }
  }

  private static func port(
    named name: String, _ transport: String, of pod: StoredObject
  ) -> Int64? {
    let spec = pod.json["spec"]
    let sidecars = (spec?["initContainers"]?.array ?? []).filter {
      $0["restartPolicy"]?.string == "Always"
    }
    for container in (spec?["containers"]?.array ?? []) + sidecars {
      for port in container["ports"]?.array ?? []
      where port["name"]?.string == name && port["protocol"]?.string ?? "TCP" == transport {
        return port["containerPort"]?.int64
      }
    }
    return nil
  }

  /// Labels of what is made for the Service: its own, and whether it has an address.
  func labels(_ own: [(String, String)]) -> JSONObject {
    var labels = JSONObject()
    for (name, value) in service.meta.labels.sorted(by: { $0.key < $1.key })
    where name != Self.headlessLabel {
      labels[name] = .string(value)
    }
    if isHeadless { labels[Self.headlessLabel] = "" }
    for (name, value) in own { labels[name] = .string(value) }
    return labels
  }

  // MARK: - What matters

  /// The Services whose endpoints a change of a pod can change.
  static func keys(
    ofPod old: StoredObject?, _ new: StoredObject?, in view: ClusterView
  ) -> [WorkKey] {
    guard let pod = new ?? old, let namespace = pod.objectKey?.namespace else { return [] }
    if let old, let new, looksSame(old, new) { return [] }
    return view.objects(.service, in: namespace).compactMap { object in
      guard let service = ServicePods(object) else { return nil }
      let isConcerned = [old, new].contains { $0.map { service.selects($0.meta.labels) } ?? false }
      return isConcerned ? .key(object.key) : nil
    }
  }

  private static func looksSame(_ old: StoredObject, _ new: StoredObject) -> Bool {
    old.meta.uid == new.meta.uid && old.meta.labels == new.meta.labels
      && old.meta.isBeingDeleted == new.meta.isBeingDeleted
      && old.pod?.isReady == new.pod?.isReady && old.pod?.node == new.pod?.node
      && old.pod?.hasEnded == new.pod?.hasEnded && addresses(of: old) == addresses(of: new)
  }
}

/// One port of an endpoint.
struct EndpointPort: Hashable {
  let name: String
  let number: Int64
  let transport: String
  let application: String?

  /// discovery/v1 EndpointPort.
  var json: JSONValue {
    var port: JSONObject = JSONObject([
      .init(name: "name", value: .string(name)),
      .init(name: "protocol", value: .string(transport)),
      .init(name: "port", value: .number(number)),
    ])
    if let application { port["appProtocol"] = .string(application) }
    return .object(port)
  }

  /// Nil for one that says no number.
  init?(_ json: JSONValue) {
    guard let number = json["port"]?.int64 else { return nil }
    self.init(
      name: json["name"]?.string ?? "", number: number,
      transport: json["protocol"]?.string ?? "TCP", application: json["appProtocol"]?.string)
  }

  init(name: String, number: Int64, transport: String, application: String?) {
    self.name = name
    self.number = number
    self.transport = transport
    self.application = application
  }
}

/// The ports of a slice, in an order that does not depend on the Service's.
struct EndpointPorts: Hashable, Comparable {
  let ports: [EndpointPort]

  init(_ ports: [EndpointPort]) {
    self.ports = ports.sorted { Self.rank($0) < Self.rank($1) }
  }

  private static func rank(_ port: EndpointPort) -> (String, String, Int64, String) {
    (port.name, port.transport, port.number, port.application ?? "")
  }

  static func < (left: EndpointPorts, right: EndpointPorts) -> Bool {
    for (one, other) in zip(left.ports, right.ports) where one != other {
      return rank(one) < rank(other)
    }
    return left.ports.count < right.ports.count
  }
}
