import Base
import JSON
import Objects

/// The rows of the network.
extension TableRows {
  static let network: [String: TableRows] = [
    "services": service, "endpoints": endpoints, "endpointslices": endpointSlice,
    "ingresses": ingress, "ingressclasses": ingressClass, "ipaddresses": ipAddress,
    "networkpolicies": networkPolicy, "servicecidrs": serviceCIDR,
  ]

  // MARK: - Services

  private static let service = TableRows([
    .name, .init("Type", "How the service is reached."),
    .init("Cluster-IP", "Its address within the cluster."),
    .init("External-IP", "Its addresses from outside."),
    .init("Port(s)", "Its ports, each with the node's port where it has one."), .age, .selector,
  ]) { row in
    let address = row.spec?["clusterIPs"]?[0]?.string ?? row.spec?["clusterIP"]?.string
    return [
      row.name, .string(row.spec?["type"]?.string ?? ""), Absent.orNone(address),
      .string(externalAddress(of: row)), Absent.orNone(ports(of: row)), row.age,
      .string(CellList.labels(row.spec?["selector"])),
    ]
  }

  private static func externalAddress(of row: TableRow) -> String {
    let external = CellList.texts(row.spec?["externalIPs"])
    switch row.spec?["type"]?.string {
    case "ClusterIP", "NodePort":
      return external.isEmpty ? Absent.none : external.joined(separator: ",")
    case "LoadBalancer":
      let all = balancers(row.status) + external
      return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    case "ExternalName": return row.spec?["externalName"]?.string ?? ""
    default: return Absent.unknown
    }
  }

  /// Each address or name once, in the order of their texts.
  private static func balancers(_ status: JSONValue?) -> [String] {
    let entries = status?["loadBalancer"]?["ingress"]?.array ?? []
    let texts = entries.compactMap { entry in
      let address = entry["ip"]?.string ?? ""
      return address.isEmpty ? entry["hostname"]?.string : address
    }
    return Set(texts.filter { !$0.isEmpty }).sorted()
  }

  private static func ports(of row: TableRow) -> String {
    (row.spec?["ports"]?.array ?? []).map { port in
      let node = port["nodePort"]?.int64 ?? 0
      return "\(port["port"]?.int64 ?? 0)\(node > 0 ? ":\(node)" : "")/"
        + (port["protocol"]?.string ?? "")
    }.joined(separator: ",")
  }

  // MARK: - Endpoints

  private static let endpoints = TableRows([
    .name, .init("Endpoints", "Addresses and ports behind the service."), .age,
  ]) { row in
    var texts: [String] = []
    for subset in row.json["subsets"]?.array ?? [] {
      let addresses = (subset["addresses"]?.array ?? []).compactMap { $0["ip"]?.string }
      guard let ports = subset["ports"]?.array, !ports.isEmpty else {
        texts += addresses
        continue
      }
      for port in ports {
        let number = port["port"]?.int64 ?? 0
        texts += addresses.map { $0.utf8.contains(0x3A) ? "[\($0)]:\(number)" : "\($0):\(number)" }
      }
    }
    return [row.name, Absent.orNone(CellList.text(texts)), row.age]
  }

  private static let endpointSlice = TableRows([
    .name, .init("AddressType", "What its addresses are."),
    .init("Ports", "Ports behind the service."),
    .init("Endpoints", "Addresses behind the service."), .age,
  ]) { row in
    let ports = (row.json["ports"]?.array ?? []).map { port in
      port["port"]?.int64.map { "\($0)" } ?? port["name"]?.string ?? "*"
    }
    let addresses = (row.json["endpoints"]?.array ?? []).flatMap {
      CellList.texts($0["addresses"])
    }
    func orUnset(_ text: String) -> JSONValue { .string(text.isEmpty ? Absent.unset : text) }
    return [
      row.name, .string(row.json["addressType"]?.string ?? ""), orUnset(CellList.text(ports)),
      orUnset(CellList.text(addresses)), row.age,
    ]
  }

  // MARK: - Ingress and policies

  private static let ingress = TableRows([
    .name, .init("Class", "Who serves it."), .init("Hosts", "The names that it answers to."),
    .init("Address", "Where it is reached."), .init("Ports", "Ports that it listens on."), .age,
  ]) { row in
    let hosts = (row.spec?["rules"]?.array ?? []).compactMap { $0["host"]?.string }
      .filter { !$0.isEmpty }
    let hasTLS = !(row.spec?["tls"]?.array ?? []).isEmpty
    return [
      row.name, .string(row.spec?["ingressClassName"]?.string ?? Absent.none),
      .string(hosts.isEmpty ? "*" : CellList.text(hosts)),
      .string(balancers(row.status).joined(separator: ",")), .string(hasTLS ? "80, 443" : "80"),
      row.age,
    ]
  }

  private static let ingressClass = TableRows([
    .name, .init("Controller", "Who serves ingresses of the class."),
    .init("Parameters", "Where the controller's settings are."), .age,
  ]) { row in
    var parameters = Absent.none
    if let reference = row.spec?["parameters"]?.object {
      let group = reference["apiGroup"]?.string.map { $0.isEmpty ? "" : ".\($0)" } ?? ""
      parameters = (reference["kind"]?.string ?? "") + group + "/"
      if let namespace = reference["namespace"]?.string { parameters += "\(namespace)/" }
      parameters += reference["name"]?.string ?? ""
    }
    return [
      row.name, .string(row.spec?["controller"]?.string ?? ""), .string(parameters), row.age,
    ]
  }

  private static let ipAddress = TableRows([
    .name, .init("ParentRef", "What the address belongs to."),
  ]) { row in
    let parent = row.spec?["parentRef"]
    let resource = ["resource", "group"].compactMap { parent?[$0]?.string }
      .filter { !$0.isEmpty }.joined(separator: ".")
    let parts = ["namespace", "name"].compactMap { parent?[$0]?.string }.filter { !$0.isEmpty }
    return [row.name, .string(([resource] + parts).joined(separator: "/"))]
  }

  private static let networkPolicy = TableRows([
    .name, .init("Pod-Selector", "Which pods it is about."), .age,
  ]) { [$0.name, .string(LabelTerms.text($0.spec?["podSelector"])), $0.age] }

  private static let serviceCIDR = TableRows([
    .name, .init("CIDRs", "Networks that services have their addresses from."), .age,
  ]) { row in
    [row.name, .string(CellList.texts(row.spec?["cidrs"]).joined(separator: ",")), row.age]
  }
}
