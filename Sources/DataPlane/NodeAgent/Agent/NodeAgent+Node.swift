import Base
import EventLoop
import JSON
import Linux
import Node

/// What the node reports of itself.
extension NodeAgent {
  static let nodeReportInterval = Duration.seconds(60)

  /// Reads /proc; the store hears of it only when something has changed.
  func reportNode() {
    do throws(Errno) {
      let pressures = try Pressures.read(folder: configuration.folder)
      let now = Machine.wallTime()
      for (type, isTrue) in NodeReport.states(pressures) where conditions[type]?.isTrue != isTrue {
        conditions[type] = (isTrue, now)
      }
      var report = NodeReport(
        node: configuration.node, address: configuration.address, facts: try HostFacts.read(),
        pressures: pressures, isolation: try isolation())
      report.port = logPort.map { Int($0.address.port) }
      report.since = conditions.mapValues(\.since)
      feed([.nodeReport(Bytes(report.json.text()))])
    } catch {
      logger.error("cannot read the host's state", ["error": error])
    }
  }

  private func isolation() throws(Errno) -> NodeReport.Isolation {
    let hierarchy = try CgroupHierarchy.discover()
    let cgroups = PodCgroups(hierarchy: hierarchy)
    let kept = [("cpu", cgroups.keepsProcessor), ("memory", cgroups.keepsMemory)]
    let mode =
      switch hierarchy.mode {
      case .none: "none"
      case .v1: "v1"
      case .hybrid: "hybrid"
      case .v2: "v2"
      }
    return NodeReport.Isolation(
      runtime: "process", cgroupMode: mode, keptLimits: kept.filter { $0.1 }.map(\.0))
  }
}
