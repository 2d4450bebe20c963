/// How a call ended: a gRPC status code and etcd's text, which clients match.
public struct EtcdStatus: Error, Hashable, Sendable {
  /// grpc/status codes 0...16.
  public let code: UInt32
  public let text: String

  public init(code: UInt32, text: String) {
    self.code = code
    self.text = text
  }

  public static let ok = EtcdStatus(code: 0, text: "")
}
