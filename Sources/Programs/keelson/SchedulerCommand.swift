import Reconcilers

extension Command {
  static let scheduler = Command(
    "scheduler", summary: "Put pods on nodes; any number of copies, one acts."
  ) { arguments in
    ComponentCommand(
      name: "scheduler", metricsAddress: "127.0.0.1:10259",
      reconcilers: { _ in ReconcilerTable.scheduler }, isControllerManager: false
    ).run(arguments)
  }
}
