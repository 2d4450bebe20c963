import Base
import EventLoop
import JSON
import Linux

/// What the node reports of itself.
extension NodeAgent {
  private static let refreshInterval = Duration.seconds(60)

  /// Reads /proc once a minute; the store hears of it only when something has changed.
  func keepNodeReportFresh() async {
    var states: [String: (isTrue: Bool, since: WallTime)] = [:]
    repeat {
      do throws(Errno) {
        let pressures = try Pressures.read(folder: configuration.folder)
        let now = Machine.wallTime()
        for (type, isTrue) in NodeReport.states(pressures) where states[type]?.isTrue != isTrue {
          states[type] = (isTrue, now)
        }
        let report = NodeReport(
          node: configuration.node, address: configuration.address, facts: try HostFacts.read(),
          pressures: pressures, since: states.mapValues(\.since), isolation: try isolation())
        reports.want(Bytes(report.json.text()), at: keys.actualNode)
      } catch {
        logger.error("cannot read the host's state", ["error": error])
      }
    } while await pause(Self.refreshInterval)
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
      cgroupMode: mode, keptLimits: kept.filter { $0.1 }.map(\.0))
  }
}
