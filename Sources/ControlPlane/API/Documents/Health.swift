import Base
import HTTP

/// `/livez`, `/readyz` and the older `/healthz`, with kube-apiserver's checks that there are here:
/// `ping` (the process answers) and `informer-sync` (the view holds every object).
///
/// The store is no check: while it cannot write, reads that name any revision are served still, and
/// a restart of the API server would mend nothing.
enum Health {
  /// Nil for a path that is none of theirs.
  static func response(to exchange: Exchange, isSynced: Bool) -> APIResponse? {
    let parts = exchange.info.target.parts
    guard let name = parts.first, let checks = checks(of: name, isSynced: isSynced) else {
      return nil
    }
    if parts.count == 2 {
      guard let check = checks.first(where: { $0.name == parts[1] }) else { return nil }
      return check.isGood
        ? text(.ok, "ok")
        : text(.internalServerError, "internal server error: \(check.name) failed\n")
    }
    guard parts.count == 1 else { return nil }
    return summary(of: checks, under: name, exchange)
  }

  private struct Check {
    let name: String
    let isGood: Bool
  }

  /// Before its view is filled a server lives and is not ready.
  private static func checks(of name: String, isSynced: Bool) -> [Check]? {
    let ping = Check(name: "ping", isGood: true)
    switch name {
    case "livez", "healthz": return [ping]
    case "readyz": return [ping, Check(name: "informer-sync", isGood: isSynced)]
    default: return nil
    }
  }

  /// As k8s.io/apiserver/pkg/server/healthz writes it: `ok` alone, each check where something is
  /// wrong or `verbose` is asked for; `exclude` leaves checks out.
  private static func summary(
    of checks: [Check], under name: String, _ exchange: Exchange
  ) -> APIResponse {
    let excluded = exchange.info.target.values(of: "exclude")
    var lines = ""
    var isGood = true
    for check in checks {
      if excluded.contains(check.name) {
        lines += "[+]\(check.name) excluded: ok\n"
      } else {
        lines += report(check)
        if !check.isGood { isGood = false }
      }
    }
    let unknown = excluded.filter { name in !checks.contains { $0.name == name } }
    if !unknown.isEmpty {
      let names = unknown.map { "\"\($0)\"" }.joined(separator: ",")
      lines += "warn: some health checks cannot be excluded: no matches for \(names)\n"
    }
    guard isGood else {
      return text(.internalServerError, "\(lines)\(name) check failed\n")
    }
    let isVerbose = exchange.info.target["verbose"] != nil
    return text(.ok, isVerbose ? "\(lines)\(name) check passed\n" : "ok")
  }

  private static func report(_ check: Check) -> String {
    check.isGood ? "[+]\(check.name) ok\n" : "[-]\(check.name) failed: reason withheld\n"
  }

  private static func text(_ status: StatusCode, _ text: String) -> APIResponse {
    APIResponse(status, ["content-type": "text/plain; charset=utf-8"], body: Bytes(text))
  }
}
