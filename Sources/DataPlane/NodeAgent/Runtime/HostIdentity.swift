import Base
import Linux

/// What names this host's present life.
enum HostIdentity {
  /// The kernel's random name of this boot, proc_sys_kernel(5).
  static func boot() throws(Errno) -> String {
    let text = try Files.read("/proc/sys/kernel/random/boot_id").text
    return String(text.split(separator: "\n").first ?? "")
  }
}
