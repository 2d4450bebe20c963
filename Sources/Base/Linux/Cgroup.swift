internal import Base

/// Where the host's control groups are mounted: v1, v2, or both at once (hybrid).
public struct CgroupHierarchy: Hashable, Sendable {
  public enum Mode: Hashable, Sendable { case none, v1, hybrid, v2 }

  /// v1 controllers (`memory`, `cpu`, `pids`, ...) and where each is mounted.
  public let controllerMounts: [String: String]
  /// Where the v2 tree is mounted.
  public let unifiedMount: String?
  /// Controllers that the v2 tree offers.
  public let unifiedControllers: [String]
  /// The group of this process in each v1 controller's tree, and in v2 under the empty name.
  public let ownGroups: [String: String]

  public var mode: Mode {
    switch (controllerMounts.isEmpty, unifiedMount) {
    case (true, nil): .none
    case (true, .some): .v2
    case (false, nil): .v1
    case (false, .some): .hybrid
    }
  }

  /// The folder of this process' own group for a controller, v1 before v2; nil where the host does
  /// not offer it.
  public func ownFolder(controller: String) -> String? {
    if let mount = controllerMounts[controller], let group = ownGroups[controller] {
      return mount + (group == "/" ? "" : group)
    }
    if let unifiedMount, unifiedControllers.contains(controller), let group = ownGroups[""] {
      return unifiedMount + (group == "/" ? "" : group)
    }
    return nil
  }

  /// Reads /proc/self/mountinfo, /proc/self/cgroup and the v2 root's cgroup.controllers.
  public static func discover() throws(Errno) -> CgroupHierarchy {
    let mounts = try Files.read("/proc/self/mountinfo").text
    let groups = try Files.read("/proc/self/cgroup").text
    let unified = unifiedMount(in: mounts)
    var controllers = ""
    if let unified {
      do {
        controllers = try Files.read(unified + "/cgroup.controllers").text
      } catch .notFound {
        controllers = ""
      }
    }
    return CgroupHierarchy(mountInfo: mounts, groups: groups, unifiedControllers: controllers)
  }

  /// From the texts of mountinfo (proc_pid_mountinfo(5)), cgroup (cgroups(7)) and
  /// cgroup.controllers.
  public init(mountInfo: String, groups: String, unifiedControllers: String) {
    var own: [String: String] = [:]
    var known: Set<String> = []
    for line in groups.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        own[String(controller)] = String(parts[2])
        known.insert(String(controller))
      }
    }
    var mounts: [String: String] = [:]
    for mount in CgroupHierarchy.mounts(in: mountInfo) where mount.type == "cgroup" {
      for option in mount.options where known.contains(option) && !option.hasPrefix("name=") {
        mounts[option] = mounts[option] ?? mount.folder
      }
    }
    controllerMounts = mounts
    ownGroups = own
    unifiedMount = CgroupHierarchy.unifiedMount(in: mountInfo)
    self.unifiedControllers = unifiedControllers.split(whereSeparator: \.isWhitespace)
      .map(String.init)
  }

  private static func unifiedMount(in mountInfo: String) -> String? {
    mounts(in: mountInfo).first { $0.type == "cgroup2" }?.folder
  }

  private static func mounts(
    in mountInfo: String
  ) -> [(type: String, folder: String, options: [String])] {
    mountInfo.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else {
        return nil
      }
      return (
        String(fields[dash + 1]), String(fields[4]),
        fields[dash + 3].split(separator: ",").map(String.init)
      )
    }
  }
}
