import Base
import EventLoop
import Linux
import NodeAgent

extension Command {
  /// Started by the node agent, one per pod; not for users.
  static let podSupervisor = Command(
    "pod-supervisor", summary: "Watch over one pod's processes (started by the node agent)."
  ) { arguments in
    var flags = FlagSet(command: "keelson pod-supervisor")
    flags.declare("folder", .text, help: "the pod's folder")
    return runCommand(flags, arguments) { values in
      guard !values.text("folder").isEmpty else {
        complain("--folder is missing: the agent names the pod's folder")
        return 2
      }
      return supervisePod(folder: PodFolder(values.text("folder")))
    }
  }
}

private func supervisePod(folder: PodFolder) -> Int32 {
  do {
    let loop = try EventLoop()
    let logger = Logger("pod-supervisor")
    try PodSupervisor(folder: folder, loop: loop, logger: logger).run()
    return 0
  } catch let failure as PodSupervisor.Failure {
    complain("pod-supervisor: \(failure.message)")
    return failure.exitCode
  } catch {
    complain("pod-supervisor: \(error)")
    return 74
  }
}
