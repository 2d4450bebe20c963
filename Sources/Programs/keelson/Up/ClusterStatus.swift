import Base
import EtcdAPI
import EventLoop
import JSON
import Linux
import Node
import NodeAgent
import StoreClient

/// What of a cluster runs, as seen now.
struct ClusterStatus {
  var supervisor: ProcessStatus?
  var members: [Member] = []
  var nodes: [Node] = []
  var components: [Component] = []
  var apiServers: [APIServer] = []

  struct APIServer {
    let plan: ClusterAPIServer
    let process: ProcessStatus?
    let state: APIServerAccess.State
  }

  struct Member {
    let plan: ClusterPlan.Member
    let process: ProcessStatus?
    /// What it answered, or why it did not.
    let status: Result<StatusResponse, StoreError>
  }

  struct Node {
    let name: String
    let process: ProcessStatus?
    /// Nil where the store could not be asked.
    let hasHeartbeat: Bool?
    /// Where its agent serves logs; nil where it does not say.
    let port: Int64?
    let pods: [Pod]
    let supervisors: [ProcessStatus]
  }

  struct Component {
    let name: String
    let process: ProcessStatus?
    /// The reconcilers that it leads; nil where the store could not be asked.
    let leads: [String]?
    let stands: Bool
  }

  struct Pod {
    let uid: String
    let name: String
    let isDesired: Bool
    /// As the node reports it; empty where it reports nothing.
    let phase: String
    let restarts: Int64
  }

  static func read(
    _ plan: ClusterPlan, folder: ClusterFolder, loop: EventLoop
  ) async throws -> ClusterStatus {
    let processes = try ClusterProcesses(folder: folder)
    let access = StoreAccess(folder: folder, loop: loop)
    var view = ClusterStatus(supervisor: try processes.supervisor())
    for member in plan.members {
      let client = try access.client([member.clientURL], timeout: .seconds(1))
      let status: Result<StatusResponse, StoreError>
      do throws(StoreError) {
        status = .success(try await client.status())
      } catch {
        status = .failure(error)
      }
      await client.close()
      view.members.append(
        Member(plan: member, process: try processes.process(member.name), status: status))
    }
    let client = try access.client(plan.endpoints, timeout: .seconds(2))
    for node in plan.nodes {
      let entries = await entries(of: node, client)
      view.nodes.append(
        Node(
          name: node, process: try processes.process(node),
          hasHeartbeat: entries.map { known in
            known.contains { $0.key == NodeKeys(node: node).heartbeat }
          },
          port: port(entries ?? [], NodeKeys(node: node)),
          pods: pods(entries ?? [], NodeKeys(node: node)),
          supervisors: try processes.podSupervisors(of: node)))
    }
    let elections = await elections(client)
    for component in plan.components {
      let process = try processes.process(component.name)
      view.components.append(
        Component(
          name: component.name, process: process,
          leads: process.flatMap { elections?.leads(component, $0) },
          stands: process.flatMap { elections?.stands(component, $0) } ?? false))
    }
    await client.close()
    let servers = try APIServerAccess(folder: folder, loop: loop)
    for server in plan.apiServers {
      view.apiServers.append(
        APIServer(
          plan: server, process: try processes.process(server.name),
          state: await servers.state(of: server)))
    }
    return view
  }

  var isHealthy: Bool {
    let areMembersHealthy = members.allSatisfy { member in
      switch member.status {
      case .success(let status): status.leader != 0
      case .failure: false
      }
    }
    return supervisor != nil && areMembersHealthy && nodes.allSatisfy { $0.hasHeartbeat == true }
      && components.allSatisfy { $0.process != nil && $0.stands }
      && apiServers.allSatisfy { $0.state == .ready }
  }

  /// More reconcilers are counted: their names would break the table.
  private static let namedMax = 3

  /// The member that leads; nil where none answers so.
  var leader: Member? {
    members.first { member in
      switch member.status {
      case .success(let status): status.leader == status.header?.memberID
      case .failure: false
      }
    }
  }

  private static func elections(_ client: StoreClient) async -> Elections? {
    do throws(StoreError) {
      return try await Elections.read(client)
    } catch {
      return nil
    }
  }

  // MARK: - Nodes

  /// As the agent reports it.
  private static func port(_ entries: [KeyValue], _ keys: NodeKeys) -> Int64? {
    let report = object(entries.first { $0.key == keys.actualNode })
    return report["status"]?["daemonEndpoints"]?["kubeletEndpoint"]?["Port"]?.int64
  }

  // MARK: - Pods

  private static func entries(of node: String, _ client: StoreClient) async -> [KeyValue]? {
    let prefix = NodeKeys(node: node).prefix
    // Behind `/nodes/n1/` comes `/nodes/n10`: the slash's successor ends the range.
    let end = Bytes(prefix.array.dropLast() + [UInt8(ascii: "/") + 1])
    do throws(StoreError) {
      return try await client.range(RangeRequest(key: prefix, rangeEnd: end)).kvs
    } catch {
      return nil
    }
  }

  static func pods(_ entries: [KeyValue], _ keys: NodeKeys) -> [Pod] {
    var names: [String: (desired: KeyValue?, actual: KeyValue?)] = [:]
    for entry in entries {
      for (prefix, isDesired) in [(keys.desiredPods, true), (keys.actualPods, false)]
      where entry.key.hasPrefix(prefix) {
        let uid = entry.key.dropFirst(prefix.count).text
        if isDesired {
          names[uid, default: (nil, nil)].desired = entry
        } else {
          names[uid, default: (nil, nil)].actual = entry
        }
      }
    }
    return names.keys.sorted().map { uid in
      let desired = object(names[uid]?.desired)
      let actual = object(names[uid]?.actual)
      let restarts = actual["status"]?["containerStatuses"]?.array?
        .compactMap { $0["restartCount"]?.int64 }.reduce(0, +)
      let name = desired["metadata"]?["name"] ?? actual["metadata"]?["name"]
      return Pod(
        uid: uid, name: name?.string ?? "", isDesired: names[uid]?.desired != nil,
        phase: actual["status"]?["phase"]?.string ?? "", restarts: restarts ?? 0)
    }
  }

  private static func object(_ entry: KeyValue?) -> JSONValue {
    guard let entry else { return .null }
    do {
      return try JSONValue(parsing: entry.value)
    } catch {
      // What is no JSON shows as a pod without a name.
      return .null
    }
  }

  // MARK: - Text

  var text: String {
    var rows = [["PROCESS", "PID", "MEMORY", "STATE"]]
    rows.append(row("supervise", supervisor, supervisor == nil ? "not running" : "watches"))
    for member in members {
      let state: String =
        switch member.status {
        case .failure(let error): "not serving: \(error)"
        case .success(let status):
          (status.leader == status.header?.memberID ? "leader" : "follower")
            + ", \(member.plan.clientURL), revision \(status.header?.revision ?? 0)"
        }
      rows.append(row("member \(member.plan.name)", member.process, state))
    }
    for server in apiServers {
      rows.append(row(server.plan.name, server.process, "\(server.state.text), \(server.plan.url)"))
    }
    for component in components {
      let state: String =
        switch component.leads {
        case nil: component.process == nil ? "not running" : "store not reachable"
        case []?: component.stands ? "stands by" : "stands in no election"
        case let names? where names.count <= Self.namedMax:
          "leads \(names.joined(separator: ", "))"
        case let names?: "leads \(names.count) reconcilers"
        }
      rows.append(row(component.name, component.process, state))
    }
    for node in nodes {
      let heartbeat: String =
        switch node.hasHeartbeat {
        case true?: "heartbeat"
        case false?: "no heartbeat"
        case nil: "store not reachable"
        }
      let running = node.pods.count { $0.phase == "Running" }
      let desired = node.pods.count { $0.isDesired }
      let port = node.port.map { ", logs at port \($0)" } ?? ""
      rows.append(
        row(
          "agent \(node.name)", node.process,
          "\(heartbeat), \(running) of \(desired) pods run\(port)"))
      if !node.supervisors.isEmpty {
        let memory = node.supervisors.reduce(0) { $0 + $1.residentBytes }
        rows.append(
          ["  pod supervisors", "\(node.supervisors.count)", mebibytes(memory), ""])
      }
    }
    return columns(rows)
  }

  private func row(_ name: String, _ process: ProcessStatus?, _ state: String) -> [String] {
    guard let process else { return [name, "-", "-", state] }
    return [name, "\(process.pid)", mebibytes(process.residentBytes), state]
  }
}
