import Base
import EventLoop
import StoreServer

extension Command {
  static let storeServe = Command(
    "serve", summary: "Run one member of the store, with etcd's flags."
  ) { arguments in
    if arguments.contains("--help") || arguments.contains("-h") {
      say(StoreConfiguration.flags.usage, terminator: "")
      return 0
    }
    let configuration: StoreConfiguration
    do {
      let values = try StoreConfiguration.flags.parse(
        arguments, environment: environmentVariables())
      configuration = try StoreConfiguration(values)
    } catch {
      complain("error verifying flags, \(error). See 'keelson store serve --help'.")
      return 2
    }
    guard let level = LogLevel(name: configuration.logLevel) else {
      complain(
        "error verifying flags, --log-level \"\(configuration.logLevel)\": debug, info, "
          + "warn or error. See 'keelson store serve --help'.")
      return 2
    }
    return StoreProcess.run(configuration, logger: Logger("store", minimum: level))
  }
}
