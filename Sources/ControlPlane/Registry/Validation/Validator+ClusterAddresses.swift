import JSON
import Objects

/// What a Service says of its cluster addresses and families
/// (ValidateServiceClusterIPsRelatedFields).
extension Validator {
  mutating func clusterAddresses(_ spec: ServiceSpec) {
    guard spec.type != "ExternalName" else { return }
    let address = spec.json["clusterIP"]?.string ?? ""
    let value = Self.goList(spec.addresses)
    if address.isEmpty {
      if !spec.addresses.isEmpty {
        report(
          .invalid, "clusterIPs", value: value,
          "must be empty when `clusterIP` is not specified")
      }
    } else if spec.addresses.isEmpty {
      required("clusterIPs")
    } else if spec.addresses[0] != address {
      report(.invalid, "clusterIPs", value: value, "first value must match `clusterIP`")
    }
    families(spec)
    oneOf(
      ["PreferDualStack", "RequireDualStack", "SingleStack"], "ipFamilyPolicy", of: spec.json)
    guard addressTexts(spec, value) else { return }
    let parsed = spec.addresses.compactMap(IPAddress.init)
    if spec.addresses.count == 2, parsed.count == 2, parsed[0].isIPv4 == parsed[1].isIPv4 {
      report(
        .invalid, "clusterIPs", value: value,
        "may specify no more than one IP for each IP family")
    }
    guard !spec.isHeadless else { return }
    for (place, pair) in zip(parsed, spec.families).enumerated()
    where pair.0.isIPv4 != (pair.1 == "IPv4") {
      invalid(
        "clusterIPs[\(place)]", spec.addresses[place],
        "expected an \(pair.1) value as indicated by `ipFamilies[\(place)]`")
    }
  }

  private mutating func families(_ spec: ServiceSpec) {
    var seen: Set<String> = []
    eachText("ipFamilies", of: spec.json) { validator, family in
      if family != "IPv4", family != "IPv6" {
        validator.unsupported(nil, family, ["IPv4", "IPv6"])
      }
      if !seen.insert(family).inserted { validator.duplicate(nil, family) }
    }
  }

  /// False where one is no address: then nothing more is said of them.
  private mutating func addressTexts(_ spec: ServiceSpec, _ value: String) -> Bool {
    var areGood = true
    for (place, address) in spec.addresses.enumerated() {
      if place == 0, address == "None" {
        if spec.addresses.count > 1 {
          areGood = false
          report(
            .invalid, "clusterIPs", value: value, "'None' must be the first and only value")
        }
      } else if !AddressSyntax.isAddress(address) {
        areGood = false
        badAddress(address, "clusterIPs[\(place)]")
      }
    }
    if spec.addresses.count > 2 {
      areGood = false
      report(.invalid, "clusterIPs", value: value, "may only hold up to 2 values")
    }
    return areGood
  }
}

/// What a Service's spec says, as its rules ask again and again.
struct ServiceSpec {
  let json: JSONObject

  init(_ json: JSONObject) { self.json = json }

  var type: String { json["type"]?.string ?? "" }
  var ports: [JSONValue] { json["ports"]?.array ?? [] }
  /// `clusterIPs`
  var addresses: [String] { (json["clusterIPs"]?.array ?? []).compactMap(\.string) }
  var families: [String] { (json["ipFamilies"]?.array ?? []).compactMap(\.string) }

  /// Names its pods and has no address of its own.
  var isHeadless: Bool { addresses == ["None"] }

  var needsAddress: Bool { type != "ExternalName" }
  var needsNodePorts: Bool {
    type == "NodePort"
      || type == "LoadBalancer" && json["allocateLoadBalancerNodePorts"]?.bool != false
  }
  var needsHealthPort: Bool {
    type == "LoadBalancer" && json["externalTrafficPolicy"] == "Local"
  }
  var isReachedFromOutside: Bool {
    type == "NodePort" || type == "LoadBalancer"
      || type == "ClusterIP" && !(json["externalIPs"]?.array ?? []).isEmpty
  }
}

/// An address as numbers.
struct IPAddress {
  /// 4 or 16 bytes.
  let bytes: [UInt8]

  /// Nil for a text that is no address.
  init?(_ text: String) {
    guard let bytes = AddressSyntax.bytes(of: text) else { return nil }
    self.bytes = bytes
  }

  var isIPv4: Bool { bytes.count == 4 }
  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
  var isLoopback: Bool {
    isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }
  var isLinkLocal: Bool {
    isIPv4
      ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
  }
  var isLinkLocalMulticast: Bool {
    isIPv4
      ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0
      : bytes[0] == 0xFF && bytes[1] & 0x0F == 0x02
  }
}

/// A network: `10.9.8.0/24`.
struct IPNetwork {
  let base: IPAddress
  let length: Int

  /// Nil for a text that is no network.
  init?(_ text: String) {
    guard AddressSyntax.isNetwork(text), let slash = text.firstIndex(of: "/"),
      let base = IPAddress(String(text[..<slash])),
      let length = Int(text[text.index(after: slash)...])
    else { return nil }
    self.base = base
    self.length = length
  }

  func contains(_ address: IPAddress) -> Bool {
    guard address.bytes.count == base.bytes.count else { return false }
    for (place, pair) in zip(address.bytes, base.bytes).enumerated() {
      let bits = min(max(length - place * 8, 0), 8)
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
      if pair.0 & mask != pair.1 & mask { return false }
    }
    return true
  }
}

extension String {
  /// Without spaces at either end.
  var trimmingSpaces: String {
    guard let first = firstIndex(where: { $0 != " " }),
      let last = lastIndex(where: { $0 != " " })
    else { return "" }
    return String(self[first...last])
  }
}
