extension Command {
  static let store = Command(
    CommandTable(
      program: "keelson store",
      summary: "Serve the store, or ask it.",
      rows: [.storeServe] + StoreVerbs.rows),
    name: "store")
}
