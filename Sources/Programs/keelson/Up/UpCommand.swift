import Base
import EventLoop
import Linux
import StoreClient

extension Command {
  static let up = Command(
    "up", aliases: ["start"], summary: "Start a cluster on this host, or what is missing of it."
  ) { arguments in
    var flags = FlagSet(command: "keelson up", environmentPrefixes: ["KEELSON_"])
    flags.declare("dir", .text, help: "the cluster's folder (default \(ClusterFolder.defaultPath))")
    flags.declare("members", .integer, help: "store members: 1, 3 or 5 (default 3)")
    flags.declare(
      "nodes", .integer,
      help: "nodes, each with an agent (default 1); 0 leaves them to keelson agent --hollow")
    flags.declare("api-servers", .integer, help: "API servers, all alike (default 1)")
    flags.declare(
      "merge-kubeconfig", .boolean,
      help: "add the cluster to $KUBECONFIG or ~/.kube/config too, and make it kubectl's choice")
    flags.declare(
      "demo", .boolean, help: "show a Deployment through its life, and lost leaders; adds n2")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      let members = values.isGiven("members") ? Int(values.integer("members")) : nil
      let nodes = values.isGiven("nodes") ? Int(values.integer("nodes")) : nil
      if let members, ![1, 3, 5].contains(members) {
        complain("--members: 1, 3 or 5; an even number survives no more losses")
        return 2
      }
      if let nodes, !(0...ClusterPlan.nodesMax).contains(nodes) {
        complain("--nodes: 0 to \(ClusterPlan.nodesMax)")
        return 2
      }
      let servers = values.isGiven("api-servers") ? Int(values.integer("api-servers")) : nil
      if let servers, !(1...ClusterAPIServer.countMax).contains(servers) {
        complain("--api-servers: 1 to \(ClusterAPIServer.countMax)")
        return 2
      }
      let isDemo = values.boolean("demo")
      return onLoop { loop in
        let folder = try ClusterFolder(clusterPath(values))
        let steps = Steps()
        let start = ClusterStart(
          folder: folder, loop: loop, members: members, nodes: isDemo ? max(nodes ?? 2, 2) : nodes,
          apiServers: servers, steps: steps)
        let users = values.boolean("merge-kubeconfig") ? try KubeconfigFile.users() : nil
        try users?.check()
        let plan = try await start.run()
        if let users {
          steps.done("kubeconfig", try users.merge(Kubeconfig.of(plan, folder: folder)))
        }
        if isDemo {
          try await Demo(plan: plan, folder: folder, loop: loop, steps: steps).run()
        }
        steps.heading("Up after \(seconds(steps.elapsed)) s:")
        let view = try await ClusterStatus.read(plan, folder: folder, loop: loop)
        say(view.text, terminator: "")
        say(try hints(plan, folder))
        guard view.supervisor != nil else {
          throw UpFailure(
            "the supervisor ended: nothing that dies is started again",
            advice: "keelson up starts another; see \(folder.log(of: "supervise"))")
        }
        return 0
      }
    }
  }

  static let status = Command("status", summary: "Show what of the cluster runs.") { arguments in
    var flags = FlagSet(command: "keelson status", environmentPrefixes: ["KEELSON_"])
    flags.declare("dir", .text, help: "the cluster's folder (default \(ClusterFolder.defaultPath))")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      onLoop { loop in
        let folder = try ClusterFolder(clusterPath(values))
        guard let plan = try ClusterPlan.read(folder) else {
          throw UpFailure("no cluster in \(folder.path)", advice: "keelson up makes one")
        }
        let view = try await ClusterStatus.read(plan, folder: folder, loop: loop)
        say(view.text, terminator: "")
        return view.isHealthy ? 0 : 1
      }
    }
  }

  static let down = Command(
    "down", aliases: ["stop"], summary: "Stop the cluster; its data stays unless --purge."
  ) { arguments in
    var flags = FlagSet(command: "keelson down", environmentPrefixes: ["KEELSON_"])
    flags.declare("dir", .text, help: "the cluster's folder (default \(ClusterFolder.defaultPath))")
    flags.declare("purge", .boolean, help: "remove the folder, with all data and keys")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      onLoop { _ in
        let folder = try ClusterFolder(clusterPath(values))
        guard let plan = try ClusterPlan.read(folder) else {
          throw UpFailure("no cluster in \(folder.path)")
        }
        let stop = ClusterStop(plan: plan, folder: folder, steps: Steps())
        try stop.run()
        if values.boolean("purge") { try stop.purge() }
        return 0
      }
    }
  }
}

/// Commands to try, as they can be typed here.
private func hints(_ plan: ClusterPlan, _ folder: ClusterFolder) throws -> String {
  let place = folder.path == ClusterFolder.defaultPath ? "" : "KEELSON_DIR=\(folder.path) "
  let program = place + (try ownName())
  return """

    Try:
      export KUBECONFIG=\(folder.kubeconfig)
      kubectl get nodes
      kubectl create deployment web --image=none --replicas=3 -- sleep 3600
      kubectl get pods -o wide
      kubectl logs deployment/web
    or without kubectl:
      \(program) get pods -o wide
      \(program) apply -f manifest.yaml
      \(program) store get /nodes/ --prefix --keys-only
      \(program) status
      \(program) down
    or with etcd's own client (package etcd-client):
      ETCDCTL_API=3 etcdctl --endpoints \(plan.endpoints.joined(separator: ",")) \\
        --cacert \(folder.certificate("client-ca")) \\
        --cert \(folder.certificate("clients/root")) --key \(folder.key("clients/root")) \\
        get /nodes/ --prefix --keys-only
    """
}

/// How a shell in this folder finds the running program.
private func ownName() throws(Errno) -> String {
  let path = try Machine.executablePath()
  let searched = Machine.environmentValue("PATH") ?? ""
  if Process.find("keelson", path: searched) == path { return "keelson" }
  let here = try Files.linkTarget("/proc/self/cwd") + "/"
  return path.hasPrefix(here) ? "./" + path.dropFirst(here.count) : path
}

/// Runs an async command on a loop of its own; prints what went wrong and what to do about it.
func onLoop(_ body: sending @escaping (EventLoop) async throws -> Int32) -> Int32 {
  do {
    let loop = try EventLoop()
    Signal.pipe.ignore()
    return try loop.runBlocking { try await body(loop) }
  } catch let failure as UpFailure {
    complain("Error: \(failure.message)")
    if !failure.advice.isEmpty { complain("  -> \(failure.advice)") }
    return 1
  } catch {
    complain("Error: \(error)")
    return 1
  }
}
