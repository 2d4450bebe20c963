import Benchmark

/// The processes that are measured.
final class ControlCluster: Sendable {
  let servers: ServerGroup
  let endpoints: [String]

  init(_ plan: BenchPlan) throws {
    let folder = try ServerGroup.makeFolder("controlbench", in: plan.folder)
    let members = try StoreMembers(3)
    endpoints = members.endpoints
    let store = ["--endpoints", endpoints.joined(separator: ",")]
    let anyPort = ["--metrics-address", "127.0.0.1:0"]
    let others = [
      ("controller-manager", anyPort), ("scheduler", anyPort),
      ("agent", ["--hollow", "\(plan.nodes)"]),
    ]
    servers = try ServerGroup(
      members.commands(keelson: plan.keelson, folder: folder)
        + others.map { ServerGroup.Command($0, plan.keelson, [$0] + store + $1) },
      folder: folder)
  }
}
