import Base
import HTTP
import Objects
import Registry

/// Who asks: a client certificate, else a bearer token, else nobody; then, whom they speak for.
enum Authentication {
  /// Sets the exchange's user; a verdict where that takes an answer from the shell, or a view that
  /// holds what a token names.
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict? {
    let user: UserInfo
    if let certificate = exchange.request.certificate {
      user = UserInfo(certificate)
    } else if let token = bearerToken(exchange.request.fields) {
      switch TokenAuthentication.verdict(token, serving.settings.audiences, exchange, serving) {
      case .user(let found, _): user = found
      case .verdict(let verdict): return verdict
      case .refused: throw unauthorized
      }
    } else {
      user = .anonymous
    }
    exchange.user = try Impersonation.user(asked: exchange.request, by: user, serving)
    return nil
  }

  static let unauthorized = APIStatus(401, "Unauthorized", "Unauthorized")

  /// RFC 6750 section 2.1. Another scheme counts as nothing, as kube-apiserver has it.
  private static func bearerToken(_ fields: HeaderFields) -> String? {
    guard let text = fields["authorization"]?.utf8 else { return nil }
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return String(words[1])
  }
}

extension UserInfo {
  /// User is the CN, groups are the O.
  init(_ certificate: ClientCertificate) {
    self.init(
      name: certificate.commonName,
      groups: certificate.organizations.filter { $0 != Self.authenticated }
        + [Self.authenticated])
    if !certificate.fingerprint.isEmpty {
      extra = [
        Extra(
          name: "authentication.kubernetes.io/credential-id",
          values: ["X509SHA256=\(certificate.fingerprint)"])
      ]
    }
  }

  static let authenticated = "system:authenticated"
  static let unauthenticated = "system:unauthenticated"
}
