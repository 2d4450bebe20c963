import JSON
import Objects

/// How a pod and its containers are held apart from their host (pkg/apis/core/validation).
extension Validator {
  private static let profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"]

  /// Profiles, of a pod or of a container.
  mutating func profiles(of context: JSONObject) {
    ifObject("seccompProfile", of: context) { validator, profile in
      validator.profileType(profile, "seccompProfile")
      let path = profile["localhostProfile"]?.string
      if profile["type"]?.string == "Localhost" {
        if let path {
          validator.descendingPath("localhostProfile", path)
        } else {
          validator.required("localhostProfile", "must be set when seccomp type is Localhost")
        }
      } else if let path {
        validator.invalid(
          "localhostProfile", path, "can only be set when seccomp type is Localhost")
      }
    }
    ifObject("appArmorProfile", of: context) { validator, profile in
      validator.profileType(profile, "appArmorProfile")
      let name = profile["localhostProfile"]?.string
      switch profile["type"]?.string ?? "" {
      case "Localhost":
        let trimmed = (name ?? "").trimmingSpaces
        if trimmed.isEmpty {
          validator.required("localhostProfile", "must be set when AppArmor type is Localhost")
        } else if let name, trimmed != name {
          validator.invalid("localhostProfile", name, "must not be padded with whitespace")
        }
      case "RuntimeDefault", "Unconfined":
        if let name {
          validator.invalid(
            "localhostProfile", name, "can only be set when AppArmor type is Localhost")
        }
      default: break
      }
    }
  }

  private mutating func profileType(_ profile: JSONObject, _ field: String) {
    if (profile["type"]?.string ?? "").isEmpty {
      required("type", "type is required when \(field) is set")
    } else {
      oneOf(Self.profileTypes, "type", of: profile)
    }
  }

  /// What of a pod's security context no container has.
  mutating func podOnlySecurity(_ context: JSONObject) {
    oneOf(["Always", "OnRootMismatch"], "fsGroupChangePolicy", of: context)
    oneOf(["Merge", "Strict"], "supplementalGroupsPolicy", of: context)
    var names: Set<String> = []
    each("sysctls", of: context) { validator, sysctl, _ in
      let name = sysctl["name"]?.string ?? ""
      if name.isEmpty {
        validator.required("name")
      } else if !SysctlSyntax.isName(name) {
        validator.invalid(
          "name", name,
          "must have at most \(SysctlSyntax.bytesMax) characters and match regex "
            + SysctlSyntax.pattern)
      } else if !names.insert(name).inserted {
        validator.duplicate("name", name)
      }
    }
  }

  mutating func hostNamespaces(of spec: JSONObject) {
    guard spec["shareProcessNamespace"]?.bool == true, spec["hostPID"]?.bool == true else { return }
    // Kubernetes keeps the field in the security context.
    report(
      .invalid, "securityContext.shareProcessNamespace", value: "true",
      "ShareProcessNamespace and HostPID cannot both be enabled")
  }

  mutating func operatingSystem(of spec: JSONObject) {
    guard let system = spec["os"]?.object else { return }
    let name = system["name"]?.string ?? ""
    let supported = ["linux", "windows"]
    if name.isEmpty {
      required("os.name", "cannot be empty")
    } else if !supported.contains(name) {
      unsupported("os", name, supported)
    }
  }

  /// Which resources change without a restart. Kubernetes names the list, not the element.
  mutating func resizePolicy(of container: JSONObject) {
    var names: Set<String> = []
    for (place, policy) in (container["resizePolicy"]?.array ?? []).enumerated() {
      let name = policy["resourceName"]?.string ?? ""
      if !names.insert(name).inserted { duplicate("resizePolicy[\(place)]", name) }
      listed(name, ["cpu", "memory"], "resizePolicy")
      listed(
        policy["restartPolicy"]?.string ?? "", ["NotRequired", "RestartContainer"], "resizePolicy")
    }
  }

  private mutating func listed(_ text: String, _ supported: [String], _ field: String) {
    if text.isEmpty {
      required(field)
    } else if !supported.contains(text) {
      unsupported(field, text, supported)
    }
  }
}

/// Names of kernel settings: segments of lower-case letters, digits, `-` and `_`, held together by
/// dots or slashes.
enum SysctlSyntax {
  static let bytesMax = 253
  static let pattern =
    #"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"#

  static func isName(_ name: String) -> Bool {
    guard name.utf8.count <= bytesMax else { return false }
    let isEdge = { (byte: UInt8?) in
      byte.map { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) } ?? false
    }
    return name.utf8.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/")
    }.allSatisfy { segment in
      isEdge(segment.first) && isEdge(segment.last)
        && segment.allSatisfy {
          isEdge($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }
  }
}
