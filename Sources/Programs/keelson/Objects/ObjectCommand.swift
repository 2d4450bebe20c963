import Base
import EventLoop
import Linux
import Objects
import Registry
import StoreClient

/// Flags that the commands about objects share, and how such a command runs.
enum ObjectCommand {
  static func flags(_ name: String, operands: String) -> FlagSet {
    var flags = FlagSet(
      command: "keelson \(name)", operands: operands,
      environmentPrefixes: ["KEELSON_", "ETCDCTL_"])
    flags.declare(
      "namespace", letter: "n", .text, default: "default",
      help: "the namespace of objects that name none")
    ClientConfiguration.declareFlags(&flags)
    return flags
  }

  /// Files of manifests, as `apply` and `delete` take them.
  static func declareFiles(_ flags: inout FlagSet) {
    flags.declare(
      "filename", letter: "f", .repeated,
      help: "a manifest, YAML or JSON; a folder of them; - for the standard input")
    flags.declare("recursive", letter: "R", .boolean, help: "folders within folders too")
  }

  /// Parses the flags, connects and runs `body`; gives kubectl's exit code: 1 for anything wrong.
  static func run(
    _ flags: FlagSet, _ arguments: [String],
    _ body: @escaping @Sendable (FlagValues, ObjectAccess) async throws -> Int32
  ) -> Int32 {
    if arguments.contains("--help") || arguments.contains("-h") {
      say(flags.usage, terminator: "")
      return 0
    }
    do {
      let values = try flags.parse(arguments, environment: settings(of: flags))
      let path = ClientFile.path(
        environment: environmentVariables(), isRoot: Machine.userID == 0)
      let configuration = try ClientConfiguration(values) { () throws(CommandFailure) in
        try clientFile(path)
      }
      let loop = try EventLoop()
      Signal.pipe.ignore()
      return try loop.runBlocking {
        let client = try StoreClient(
          endpoints: configuration.endpoints, credentials: configuration.credentials,
          options: configuration.options, loop: loop)
        let code = try await body(values, ObjectAccess(client: client))
        await client.close()
        return code
      }
    } catch let error as FlagError {
      complain("error: \(error)\nSee '\(flags.command) --help' for usage.")
    } catch let failure as ObjectFailure {
      complain(failure.message)
    } catch let failure as CommandFailure {
      complain("error: \(failure.message)")
      if let hint = failure.hint { complain(hint) }
    } catch let rejection as Rejection {
      complain("Error from server (\(rejection.reason)): \(rejection.message)")
    } catch let error as StoreError {
      complain("error: the store does not answer: \(error)")
      complain("Is the cluster up? See 'keelson status', or give --endpoints.")
    } catch {
      complain("error: \(error)")
    }
    return 1
  }

  /// Only what concerns the connection comes from the environment: `KEELSON_NAMESPACE` must not
  /// move a delete.
  private static func settings(of flags: FlagSet) -> [String: String] {
    let environment = environmentVariables()
    var settings: [String: String] = [:]
    for flag in ClientConfiguration.environmentFlags {
      for name in flags.environmentNames(of: flag) { settings[name] = environment[name] }
    }
    return settings
  }

  private static func clientFile(_ path: String) throws(CommandFailure) -> ClientFile? {
    let document: Bytes
    do throws(Errno) {
      document = try Files.read(path)
    } catch {
      if error == .notFound { return nil }
      throw CommandFailure(.badArguments, "open \(path): \(error)")
    }
    return try ClientFile(parsing: document, path: path)
  }
}
