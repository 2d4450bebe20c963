/// What the names of resources tell (pkg/apis/core/helper).
enum ResourceNames {
  private static let container = ["cpu", "memory", "ephemeral-storage"]
  private static let standard: Set<String> = [
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory",
    "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
    "persistentvolumeclaims", "storage", "requests.storage", "services.nodeports",
    "services.loadbalancers",
  ]

  static func isHugePages(_ name: String) -> Bool { name.hasPrefix("hugepages-") }

  /// What containers may ask for without a domain.
  static func isStandardForContainers(_ name: String) -> Bool {
    container.contains(name) || isHugePages(name)
  }

  static func isStandard(_ name: String) -> Bool {
    standard.contains(name) || isHugePages(name) || name.hasPrefix("requests.hugepages-")
  }

  /// What a ResourceQuota may bound without a domain.
  static func isStandardForQuota(_ name: String) -> Bool {
    standard.contains(name) && name != "storage" || name.hasPrefix("requests.hugepages-")
      || isHugePages(name) || name.hasPrefix("count/")
  }

  static func isQualified(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: "/")) }

  /// Kubernetes' own, not a device plugin's.
  static func isNative(_ name: String) -> Bool {
    !isQualified(name) || name.contains("kubernetes.io/")
  }

  /// A node may promise more of it than it has.
  static func mayOvercommit(_ name: String) -> Bool { isNative(name) && !isHugePages(name) }

  /// Whole numbers only: things, not amounts.
  static func isCounted(_ name: String) -> Bool {
    !isNative(name) || name == "pods"
  }
}
