import Base

extension Command {
  /// What the store reports of itself on the wire is etcd's version; this is our own.
  static let version = Command("version", summary: "Print the version.") { _ in
    say("keelson \(ProductVersion.text)")
    return 0
  }
}
