public import API
import Base
public import Crypto
public import Linux

/// How one API server is run.
public struct APIServerConfiguration: Sendable {
  public var core: APICore.Configuration
  /// Where it listens; port 0 takes a free one.
  public var address: SocketAddress
  /// The server's certificate, and the authority that vouches for clients.
  public var tls: TLSContext
  /// Nil: no service account has a token, and none is believed.
  public var tokens: TokenKeys?
  /// The client's side of connections to agents: nil for a server that reaches none.
  public var agents: TLSContext?

  public init(core: APICore.Configuration, address: SocketAddress, tls: TLSContext) {
    self.core = core
    self.address = address
    self.tls = tls
  }

  /// The settings of the port: clients are asked for certificates where `clients` names an
  /// authority, and need not have one.
  public static func settings(
    _ credentials: TLSCredentials, clients: String?
  ) -> TLSSettings {
    var settings = TLSSettings.server(credentials, trustedFile: clients)
    if clients != nil { settings.verification = .ifGiven }
    return settings
  }
}

/// The keys of service accounts' tokens.
public struct TokenKeys: Sendable {
  /// Nil where this API server gives no tokens.
  public var signer: TokenSigner?
  public var verifier: TokenVerifier

  public init(signer: TokenSigner?, verifier: TokenVerifier) {
    self.signer = signer
    self.verifier = verifier
  }

  /// Carries out one of the core's questions; on any thread.
  func answer(_ token: TokenQuestion) -> ShellAnswer {
    switch token {
    case .verify(let token):
      do throws(TokenError) {
        return .verified(claims: try verifier.claims(of: token))
      } catch {
        return .verified(claims: nil)
      }
    case .sign(let claims):
      guard let signer else { return .failed("this API server has no key to sign tokens with") }
      do throws(CryptoError) {
        return .signed(token: try signer.token(claims: claims))
      } catch {
        return .failed(error.description)
      }
    }
  }
}

/// What workers answer.
enum TokenQuestion: Sendable {
  case verify(String)
  case sign(Bytes)
}
