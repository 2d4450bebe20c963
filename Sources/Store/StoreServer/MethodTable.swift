public import Base
public import EtcdAPI
public import Member

/// What a gRPC path asks for.
public enum StoreCall: Hashable, Sendable {
  /// The core serves it.
  case core(Method)
  /// grpc.health.v1.Health: answered from what the server knows.
  case healthCheck
  /// No such method here; the stream ends with this status.
  case unimplemented(EtcdStatus)
}

/// Finds the call behind a gRPC path.
public struct MethodTable: Sendable {
  private let calls: [Bytes: StoreCall]
  private let services: Set<Substring>

  public init() {
    calls = Dictionary(
      uniqueKeysWithValues: Self.served.map { (Bytes($0.key.rawValue), $0.value) })
    services = Set(
      MethodPath.allCases.compactMap { $0.rawValue.split(separator: "/").first })
  }

  public subscript(path: Bytes) -> StoreCall {
    calls[path] ?? .unimplemented(unknown(path))
  }

  /// Service and method, as metrics label them.
  static func names(of method: Method) -> (service: String, call: String) {
    guard let path = served.first(where: { $0.value == .core(method) })?.key.rawValue else {
      preconditionFailure("\(method) has a path")
    }
    let parts = path.split(separator: "/")
    return (String(parts[0]), String(parts[1]))
  }

  /// grpc-go's words, which clients match when they fall back to older calls.
  private func unknown(_ path: Bytes) -> EtcdStatus {
    let parts = path.text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty else {
      return EtcdStatus(code: 12, text: "malformed method name: \"\(path.text)\"")
    }
    let text =
      services.contains(parts[1])
      ? "unknown method \(parts[2]) for service \(parts[1])" : "unknown service \(parts[1])"
    return EtcdStatus(code: 12, text: text)
  }

  /// etcd's other methods are not served.
  private static let served: KeyValuePairs<MethodPath, StoreCall> = [
    .range: .core(.range),
    .put: .core(.put),
    .deleteRange: .core(.deleteRange),
    .txn: .core(.transaction),
    .compact: .core(.compact),
    .watch: .core(.watch),
    .leaseGrant: .core(.leaseGrant),
    .leaseRevoke: .core(.leaseRevoke),
    .leaseKeepAlive: .core(.leaseKeepAlive),
    .leaseTimeToLive: .core(.leaseTimeToLive),
    .leaseLeases: .core(.leaseLeases),
    .memberList: .core(.memberList),
    .alarm: .core(.alarm),
    .status: .core(.status),
    .hashKV: .core(.hashKV),
    .certificateRolesGet: .core(.certificateRolesGet),
    .certificateRolesApply: .core(.certificateRolesApply),
    .healthCheck: .healthCheck,
  ]
}
