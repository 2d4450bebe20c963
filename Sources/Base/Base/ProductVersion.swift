/// Keelson's own version, as `keelson version` and every Node's `kubeletVersion` tell it. What the
/// store reports on the wire is etcd's.
public enum ProductVersion {
  public static let text = "0.1.0"
}
