import Base
import Linux
import Node

/// Control groups for one container at a time, under `keelson` at the root of each hierarchy that
/// this process may write; on a host that lets it write none, containers run without.
struct PodCgroups {
  private let root: Root

  private enum Root {
    case none
    /// A folder per controller; controllers that cannot be written are left out.
    case v1([String: String])
    case v2(String)
  }

  /// One container's group.
  struct Group {
    /// Innermost folders, one per hierarchy.
    let folders: [String]

    var processFiles: [String] { folders.map { $0 + "/cgroup.procs" } }

    static let none = Group(folders: [])
  }

  /// What limits can be kept on this host.
  let keepsMemory: Bool
  let keepsProcessor: Bool

  /// Tries by making the folders: permissions, read-only mounts and delegation all tell themselves.
  init(hierarchy: CgroupHierarchy) {
    switch hierarchy.mode {
    case .none:
      root = .none
    case .v1, .hybrid:
      var folders: [String: String] = [:]
      for controller in ["memory", "cpu", "pids"] {
        guard let mount = hierarchy.controllerMounts[controller] else { continue }
        if Self.make(mount + "/keelson") { folders[controller] = mount + "/keelson" }
      }
      root = folders.isEmpty ? .none : .v1(folders)
    case .v2:
      let folder = (hierarchy.unifiedMount ?? "/sys/fs/cgroup") + "/keelson"
      root = Self.make(folder) ? .v2(folder) : .none
    }
    switch root {
    case .none:
      keepsMemory = false
      keepsProcessor = false
    case .v1(let folders):
      keepsMemory = folders["memory"] != nil
      keepsProcessor = folders["cpu"] != nil
    case .v2(let folder):
      let offered = Self.delegate(folder)
      keepsMemory = offered.contains("memory")
      keepsProcessor = offered.contains("cpu")
    }
  }

  /// Makes the group of a container and sets its limits. `name` is unique on the host.
  func make(_ name: String, limits: ResourceLimits) throws(Errno) -> Group {
    switch root {
    case .none:
      return .none
    case .v1(let folders):
      var made: [String] = []
      for controller in folders.keys.sorted() {
        guard let parent = folders[controller] else { continue }
        let folder = "\(parent)/\(name)"
        try Files.makeFolders(folder)
        made.append(folder)
        if controller == "memory", let bytes = limits.memoryBytes {
          try Self.set(folder + "/memory.limit_in_bytes", "\(bytes)")
        }
        if controller == "cpu", let quota = Self.quotaMicroseconds(limits) {
          try Self.set(folder + "/cpu.cfs_period_us", "\(Self.periodMicroseconds)")
          try Self.set(folder + "/cpu.cfs_quota_us", "\(quota)")
        }
      }
      return Group(folders: made)
    case .v2(let parent):
      let folder = "\(parent)/\(name)"
      try Files.makeFolders(folder)
      if keepsMemory, let bytes = limits.memoryBytes {
        try Self.set(folder + "/memory.max", "\(bytes)")
      }
      if keepsProcessor, let quota = Self.quotaMicroseconds(limits) {
        try Self.set(folder + "/cpu.max", "\(quota) \(Self.periodMicroseconds)")
      }
      return Group(folders: [folder])
    }
  }

  /// The group as an earlier supervisor made it.
  func existing(_ name: String) -> Group {
    switch root {
    case .none: .none
    case .v1(let folders):
      Group(folders: folders.keys.sorted().map { "\(folders[$0] ?? "")/\(name)" })
    case .v2(let parent): Group(folders: ["\(parent)/\(name)"])
    }
  }

  /// Removes a group whose processes are all dead.
  func remove(_ group: Group) throws(Errno) {
    for folder in group.folders {
      do throws(Errno) {
        try Files.removeFolder(folder)
      } catch {
        if error != .notFound { throw error }
      }
    }
  }

  /// How often the kernel killed a process of the group for want of memory.
  func outOfMemoryKills(_ group: Group) -> Int {
    for folder in group.folders {
      for file in ["memory.events", "memory.oom_control"] {
        guard let kills = Self.count("oom_kill", in: "\(folder)/\(file)") else { continue }
        return kills
      }
    }
    return 0
  }

  private static let periodMicroseconds: Int64 = 100_000

  /// At least the kernel's least quota, 1 ms.
  private static func quotaMicroseconds(_ limits: ResourceLimits) -> Int64? {
    guard let millicores = limits.cpuMillicores else { return nil }
    let (product, overflow) = millicores.multipliedReportingOverflow(by: 100)
    return overflow ? nil : max(1000, product)
  }

  private static func count(_ name: String, in path: String) -> Int? {
    do {
      for line in try Files.read(path).text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2, words[0] == name { return Int(words[1]) }
      }
      return nil
    } catch {
      // A host without that file counts nothing.
      return nil
    }
  }

  private static func make(_ folder: String) -> Bool {
    do {
      try Files.makeFolders(folder)
      return try Files.open(folder + "/cgroup.procs", .write).rawValue >= 0
    } catch {
      return false
    }
  }

  /// Hands controllers down to the groups below and answers those that took.
  private static func delegate(_ folder: String) -> [String] {
    ["memory", "cpu", "pids"].filter { controller in
      do {
        try set(folder + "/cgroup.subtree_control", "+\(controller)")
        return true
      } catch {
        return false
      }
    }
  }

  private static func set(_ path: String, _ value: String) throws(Errno) {
    try Files.open(path, .write).write(Bytes(value))
  }
}
