public import Base
public import HTTP

/// Numbers the requests of one API server's life.
public struct RequestID: Hashable, Comparable, Sendable {
  public let number: UInt64

  public init(_ number: UInt64) {
    self.number = number
  }

  public static func < (left: RequestID, right: RequestID) -> Bool { left.number < right.number }
}

/// A whole request as the shell received it.
public struct APIRequest: Sendable {
  /// `GET`, ...
  public let method: String
  /// Path and query as they came, percent-encoded.
  public let target: String
  /// What method and target mean; nil where they mean nothing.
  public let info: RequestInfo?
  public var fields: HeaderFields
  public var body: Bytes
  /// From the client's verified certificate; nil where it showed none.
  public var certificate: ClientCertificate?
  /// The client's address, for logs and warnings.
  public var address: String

  public init(
    method: String, target: String, fields: HeaderFields = HeaderFields(), body: Bytes = Bytes()
  ) {
    self.method = method
    self.target = target
    info = RequestInfo(method: method, target: target)
    self.fields = fields
    self.body = body
    address = ""
  }
}

/// Who a verified client certificate speaks for: user is the CN, groups are the O.
public struct ClientCertificate: Hashable, Sendable {
  public let commonName: String
  public let organizations: [String]
  /// SHA-256 of the certificate in DER, in lower-case hexadecimal digits; empty where it is not
  /// told.
  public let fingerprint: String

  public init(commonName: String, organizations: [String], fingerprint: String = "") {
    self.commonName = commonName
    self.organizations = organizations
    self.fingerprint = fingerprint
  }
}

/// A whole answer.
public struct APIResponse: Hashable, Sendable {
  public var status: StatusCode
  public var fields: HeaderFields
  public var body: Bytes

  public init(_ status: StatusCode, _ fields: HeaderFields = HeaderFields(), body: Bytes = Bytes())
  {
    self.status = status
    self.fields = fields
    self.body = body
  }
}
