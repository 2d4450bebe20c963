import Reconcilers

extension Command {
  static let controllerManager = Command(
    "controller-manager", summary: "Run the reconcilers; any number of copies, one of each acts."
  ) { arguments in
    ComponentCommand(
      name: "controller-manager", metricsAddress: "127.0.0.1:10257",
      reconcilers: { ReconcilerTable.controllerManager(rootCertificates: $0) },
      isControllerManager: true
    ).run(arguments)
  }
}
