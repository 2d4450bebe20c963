import Linux
import NodeAgent

/// Stops a cluster: first who would start things again, then the pods, then the store.
struct ClusterStop {
  let plan: ClusterPlan
  let folder: ClusterFolder
  let steps: Steps

  func run() throws {
    let processes = try ClusterProcesses(folder: folder)
    if let supervisor = try processes.supervisor() {
      _ = try processes.end([supervisor], grace: .seconds(5))
      steps.done("supervisor", "stopped")
    }
    let servers = try plan.apiServers.compactMap { try processes.process($0.name) }
    // Longer than they give requests to be answered.
    try end("API servers", servers, grace: .seconds(15), processes)
    // Before the agents: nobody is there to take a silent node for a lost one.
    let components = try plan.components.compactMap { try processes.process($0.name) }
    try end("components", components, grace: .seconds(5), processes)
    let agents = try plan.nodes.compactMap { try processes.process($0) }
    try end("agents", agents, grace: .seconds(5), processes)
    let pods = try plan.nodes.flatMap { try processes.podSupervisors(of: $0) }
    // They give their processes 10 s between SIGTERM and SIGKILL.
    try end("pods", pods, grace: .seconds(20), processes)
    let members = try plan.members.compactMap { try processes.process($0.name) }
    try end("members", members, grace: .seconds(10), processes)
    let names =
      plan.nodes + plan.members.map(\.name) + plan.components.map(\.name)
      + plan.apiServers.map(\.name)
    for name in names {
      try Files.removeTree(folder.identity(of: name))
    }
  }

  private func end(
    _ what: String, _ found: [ProcessStatus], grace: Duration, _ processes: ClusterProcesses
  ) throws {
    let killed = try processes.end(found, grace: grace)
    steps.done(what, "\(found.count) stopped" + (killed == 0 ? "" : ", \(killed) by SIGKILL"))
  }

  /// Removes the folder; it is a cluster's, as `cluster.json` in it tells.
  func purge() throws {
    try Files.removeTree(folder.path)
    steps.done("purge", "\(folder.path) removed")
  }
}
