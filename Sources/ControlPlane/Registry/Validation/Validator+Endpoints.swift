import JSON
import Objects

/// core/v1 Endpoints and discovery/v1 EndpointSlice.
extension Validator {
  mutating func endpoints(_ object: JSONObject) {
    each("subsets", of: object) { validator, subset, _ in
      if (subset["addresses"]?.array ?? []).isEmpty,
        (subset["notReadyAddresses"]?.array ?? []).isEmpty
      {
        validator.required(nil, "must specify `addresses` or `notReadyAddresses`")
      }
      for list in ["addresses", "notReadyAddresses"] {
        validator.each(list, of: subset) { validator, address, _ in
          let text = address["ip"]?.string ?? ""
          if !AddressSyntax.isAddress(text) { validator.badAddress(text, "ip") }
          if let host = address["hostname"]?.string, !host.isEmpty {
            validator.invalid("hostname", host, NameSyntax.plainLabelComplaints(host))
          }
          validator.subdomain("nodeName", of: address)
          validator.specialAddress(text, "ip", isOnNode: address["nodeName"]?.string != nil)
        }
      }
      let isNamed = (subset["ports"]?.array ?? []).count > 1
      validator.each("ports", of: subset) { validator, port, _ in
        let name = port["name"]?.string ?? ""
        if name.isEmpty {
          if isNamed { validator.required("name") }
        } else {
          validator.invalid("name", name, NameSyntax.plainLabelComplaints(name))
        }
        validator.portNumber("port", port["port"]?.int64 ?? 0)
        validator.requiredOneOf(Self.protocols, "protocol", of: port)
        validator.qualifiedName("appProtocol", of: port)
      }
    }
  }

  mutating func subdomain(_ field: String, of parent: JSONObject) {
    guard let name = parent[field]?.string else { return }
    invalid(field, name, NameSyntax.subdomainComplaints(name))
  }

  // MARK: - Slices

  private static let endpointsMax = 1000
  private static let slicePortsMax = 20_000
  private static let addressesMax = 100

  mutating func endpointSlice(_ object: JSONObject) {
    let type = object["addressType"]?.string ?? ""
    requiredOneOf(["FQDN", "IPv4", "IPv6"], "addressType", of: object)
    if tooMany("endpoints", of: object, Self.endpointsMax) { return }
    each("endpoints", of: object) { validator, endpoint, _ in
      validator.sliceAddresses(
        endpoint["addresses"]?.array ?? [], type, isOnNode: endpoint["nodeName"]?.string != nil)
      validator.subdomain("nodeName", of: endpoint)
      if let host = endpoint["hostname"]?.string {
        validator.invalid("hostname", host, NameSyntax.plainLabelComplaints(host))
      }
      validator.labels("deprecatedTopology", of: endpoint)
    }
    slicePorts(of: object)
  }

  /// True where there are more than that: then they are not looked at.
  mutating func tooMany(_ field: String, of parent: JSONObject, _ max: Int) -> Bool {
    let count = (parent[field]?.array ?? []).count
    guard count > max else { return false }
    report(.tooMany, field, value: String(count), "must have at most \(max) items")
    return true
  }

  private mutating func sliceAddresses(
    _ addresses: [JSONValue], _ type: String, isOnNode: Bool
  ) {
    within("addresses") { validator in
      if addresses.isEmpty {
        validator.required(nil, "must contain at least 1 address")
      } else if addresses.count > Self.addressesMax {
        validator.report(
          .tooMany, value: String(addresses.count),
          "must have at most \(Self.addressesMax) items")
      }
      // As Kubernetes has it: errors name the list.
      for address in addresses {
        let text = address.string ?? ""
        switch type {
        case "IPv4", "IPv6":
          let isGood =
            type == "IPv4"
            ? AddressSyntax.isIPv4(text[...]) : AddressSyntax.isIPv6(text[...])
          if !isGood { validator.invalid(nil, text, "must be an \(type) address") }
          if AddressSyntax.isAddress(text) {
            validator.specialAddress(text, isOnNode: isOnNode)
          }
        case "FQDN":
          validator.invalid(nil, text, NameSyntax.subdomainComplaints(text))
        default: break
        }
      }
    }
  }

  private mutating func slicePorts(of object: JSONObject) {
    if tooMany("ports", of: object, Self.slicePortsMax) { return }
    var names: Set<String> = []
    each("ports", of: object) { validator, port, _ in
      let name = port["name"]?.string ?? ""
      if !name.isEmpty {
        validator.invalid("name", name, NameSyntax.plainLabelComplaints(name))
      }
      if !names.insert(name).inserted { validator.duplicate("name", name) }
      validator.requiredOneOf(Self.protocols, "protocol", of: port)
      validator.qualifiedName("appProtocol", of: port)
    }
  }
}
