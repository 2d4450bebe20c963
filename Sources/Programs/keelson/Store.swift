import StoreClient

extension Command {
  static let store = Command("store", summary: storeTable.summary) { arguments in
    storeTable.run(StoreCommand.verbFirst(StoreVerbs.exact(arguments)))
  }

  private static let storeTable = CommandTable(
    program: "keelson store",
    summary: "Serve the store, or ask it.",
    rows: [.storeServe] + StoreVerbs.rows)
}
