extension Command {
  /// What the store reports of itself on the wire is etcd's version; this is our own.
  static let version = Command("version", summary: "Print the version.") { _ in
    say("keelson \(keelsonVersion)")
    return 0
  }
}

let keelsonVersion = "0.1.0"
