/// Whether no name runs twice at once: two pods of one namespace and name, on one node or on two.
struct IdentityChecker {
  static let name = "identity"
  /// By node, then by uid: what each one is called.
  private var running: [String: [String: String]] = [:]

  /// `pods`: the pods whose containers run on the node now, each uid with its namespace and name.
  mutating func take(_ pods: [String: String], on node: String) -> String? {
    running[node] = pods
    var homes: [String: String] = [:]
    for (node, pods) in running.sorted(by: { $0.key < $1.key }) {
      for (uid, name) in pods.sorted(by: { $0.key < $1.key }) {
        let home = "\(uid) on \(node)"
        if let other = homes.updateValue(home, forKey: name) {
          return "\(name) runs as \(other) and as \(home)"
        }
      }
    }
    return nil
  }
}
