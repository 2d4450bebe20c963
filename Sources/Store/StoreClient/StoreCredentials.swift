/// What a client shows and trusts: paths of PEM files, read again for every connection.
public struct StoreCredentials: Hashable, Sendable {
  /// Certificates of the CAs that may have signed a member's.
  public var trustedCAs: String?
  /// The client's certificate and key: both or neither.
  public var certificate: String?
  public var key: String?
  /// Takes any certificate: for tests of broken set-ups only.
  public var skipsVerification: Bool

  public init(
    trustedCAs: String? = nil, certificate: String? = nil, key: String? = nil,
    skipsVerification: Bool = false
  ) {
    self.trustedCAs = trustedCAs
    self.certificate = certificate
    self.key = key
    self.skipsVerification = skipsVerification
  }
}

/// Times that a client keeps.
public struct StoreClientOptions: Hashable, Sendable {
  /// For a unary request, all attempts together. etcdctl's `--command-timeout`.
  public var requestTimeout: Duration
  /// For one TCP and TLS handshake. etcdctl's `--dial-timeout`.
  public var dialTimeout: Duration
  /// A silent connection is asked for a sign of life this often, and given up after
  /// `keepaliveTimeout`. Servers refuse less than 5 s.
  public var keepaliveTime: Duration
  public var keepaliveTimeout: Duration

  public init(
    requestTimeout: Duration = .seconds(5), dialTimeout: Duration = .seconds(2),
    keepaliveTime: Duration = .seconds(10), keepaliveTimeout: Duration = .seconds(3)
  ) {
    self.requestTimeout = requestTimeout
    self.dialTimeout = dialTimeout
    self.keepaliveTime = keepaliveTime
    self.keepaliveTimeout = keepaliveTimeout
  }
}
