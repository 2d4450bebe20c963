import Base
import EventLoop
import Linux

extension Command {
  /// Left behind by `keelson up`; not for users.
  static let supervise = Command(
    "supervise", summary: "Keep a cluster's processes running (started by keelson up)."
  ) { arguments in
    var flags = FlagSet(command: "keelson supervise", environmentPrefixes: ["KEELSON_"])
    flags.declare("dir", .text, help: "the cluster's folder")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      do {
        let loop = try EventLoop()
        let folder = try ClusterFolder(clusterPath(values))
        try Supervise(folder: folder, loop: loop, logger: Logger("supervise")).run()
        return 0
      } catch let failure as Supervise.Failure {
        complain("supervise: \(failure.message)")
        if case .locked = failure { return 75 }
        return 1
      } catch {
        complain("supervise: \(error)")
        return 1
      }
    }
  }
}

/// `--dir`, or its default.
func clusterPath(_ values: FlagValues) -> String {
  let given = values.text("dir")
  return given.isEmpty ? ClusterFolder.defaultPath : given
}
