internal import Base
internal import COpenSSL
internal import Synchronization

/// A certificate chain and its private key, as PEM files.
public struct TLSCredentials: Hashable, Sendable {
  public var certificateFile: String
  public var privateKeyFile: String

  public init(certificateFile: String, privateKeyFile: String) {
    self.certificateFile = certificateFile
    self.privateKeyFile = privateKeyFile
  }
}

/// How one side of TLS connections is set up.
public struct TLSSettings: Hashable, Sendable {
  public enum Role: Hashable, Sendable {
    case client
    case server
  }

  public enum PeerVerification: Hashable, Sendable {
    /// The peer's chain must lead to `trustedFile`; a client checks the server's name too, and a
    /// server turns away who shows no certificate.
    case required
    /// Server only: who shows a certificate shows a valid one.
    case ifGiven
    /// Server: clients are asked for no certificate. Client: any server is believed; only for a
    /// user who asks for it by name (`--insecure-skip-tls-verify`).
    case none
  }

  public var role: Role
  /// A server has them; a client has them where the server wants to know who it is.
  public var credentials: TLSCredentials?
  /// PEM of the authorities that vouch for peers; nil is the system's own list.
  public var trustedFile: String?
  public var verification: PeerVerification
  /// ALPN, best first: `h2`, `http/1.1`. Empty: not negotiated.
  public var protocols: [String]

  public init(
    role: Role, credentials: TLSCredentials?, trustedFile: String?,
    verification: PeerVerification, protocols: [String]
  ) {
    self.role = role
    self.credentials = credentials
    self.trustedFile = trustedFile
    self.verification = verification
    self.protocols = protocols
  }

  /// A server that asks clients for certificates where `trustedFile` is given.
  public static func server(
    _ credentials: TLSCredentials, trustedFile: String? = nil,
    protocols: [String] = ["h2", "http/1.1"]
  ) -> TLSSettings {
    TLSSettings(
      role: .server, credentials: credentials, trustedFile: trustedFile,
      verification: trustedFile == nil ? .none : .required, protocols: protocols)
  }

  /// A client that checks the server's chain and name.
  public static func client(
    _ credentials: TLSCredentials? = nil, trustedFile: String?, protocols: [String] = ["h2"]
  ) -> TLSSettings {
    TLSSettings(
      role: .client, credentials: credentials, trustedFile: trustedFile, verification: .required,
      protocols: protocols)
  }
}

/// Makes TLS sessions of one set-up. Files that changed are read again for the next session; while
/// they cannot be used, sessions go on with what was read last.
public final class TLSContext: Sendable {
  public let settings: TLSSettings
  private let loaded: Mutex<Loaded>

  private struct Loaded: Sendable {
    var context: ContextHandle
    /// What the files looked like when they were read, or last tried.
    var stamps: [Stamp?]
    var reloadFailure: CryptoError?
    var reloadCount = 0
  }

  private struct Stamp: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: UInt64
    let modifiedNanoseconds: Int64
  }

  /// Reads the files.
  public init(_ settings: TLSSettings) throws(CryptoError) {
    precondition(
      settings.role == .client || settings.credentials != nil, "a server has a certificate")
    precondition(
      settings.role == .server || settings.verification != .ifGiven, "servers show certificates")
    self.settings = settings
    let stamps = TLSContext.stamps(of: settings)
    loaded = Mutex(Loaded(context: try ContextHandle(settings), stamps: stamps))
  }

  /// Why changed files are not in use, or nil.
  public var reloadFailure: CryptoError? { loaded.withLock { $0.reloadFailure } }

  /// How many times changed files came into use.
  public var reloadCount: Int { loaded.withLock { $0.reloadCount } }

  /// A session before its handshake. A verifying client names the server it means: a host name or
  /// an address.
  public func makeSession(serverName: String? = nil) throws(CryptoError) -> TLSSession {
    precondition(
      settings.role == .server || settings.verification == .none || serverName != nil,
      "a client that does not know whom it calls cannot verify")
    return try TLSSession(currentContext(), settings, serverName: serverName)
  }

  private func currentContext() -> ContextHandle {
    let stamps = TLSContext.stamps(of: settings)
    return loaded.withLock { loaded in
      guard loaded.stamps != stamps else { return loaded.context }
      loaded.stamps = stamps
      do throws(CryptoError) {
        loaded.context = try ContextHandle(settings)
        loaded.reloadFailure = nil
        loaded.reloadCount += 1
      } catch {
        loaded.reloadFailure = error
      }
      return loaded.context
    }
  }

  private static func stamps(of settings: TLSSettings) -> [Stamp?] {
    [
      settings.credentials?.certificateFile, settings.credentials?.privateKeyFile,
      settings.trustedFile,
    ].map { path in
      guard let path else { return nil }
      var stamp = copenssl_stamp()
      guard unsafe copenssl_file_stamp(path, &stamp) == 1 else { return nil }
      return Stamp(
        device: stamp.device, inode: stamp.inode, size: stamp.size,
        modifiedNanoseconds: stamp.modified_nanoseconds)
    }
  }
}

/// OpenSSL's SSL_CTX with what it refers to.
@safe final class ContextHandle: @unchecked Sendable {
  // Safety: set up in init only and shared read-only afterwards, which OpenSSL allows; freed in
  // deinit, when no session refers to it any more.
  let pointer: OpaquePointer
  private let protocols: UnsafeMutableRawPointer?

  init(_ settings: TLSSettings) throws(CryptoError) {
    let method =
      switch settings.role {
      case .client: unsafe TLS_client_method()
      case .server: unsafe TLS_server_method()
      }
    guard let pointer = unsafe SSL_CTX_new(method) else {
      throw .library(reason: takeLibraryReason())
    }
    unsafe self.pointer = pointer
    unsafe protocols =
      settings.role == .server ? ContextHandle.offer(settings.protocols) : nil
    unsafe copenssl_require_tls12(pointer)
    unsafe copenssl_set_usual_options(pointer)
    if let protocols = unsafe protocols { unsafe copenssl_offer_protocols(pointer, protocols) }
    if let credentials = settings.credentials { try load(credentials) }
    try trust(settings)
  }

  deinit {
    unsafe SSL_CTX_free(pointer)
    if let protocols = unsafe protocols { unsafe copenssl_free(protocols) }
  }

  private func load(_ credentials: TLSCredentials) throws(CryptoError) {
    let certificate = credentials.certificateFile
    let key = credentials.privateKeyFile
    guard unsafe SSL_CTX_use_certificate_chain_file(pointer, certificate) == 1 else {
      throw .file(path: certificate, .certificate, reason: takeLibraryReason())
    }
    let keyLoaded = unsafe SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM)
    guard keyLoaded == 1, unsafe SSL_CTX_check_private_key(pointer) == 1 else {
      let reason = takeLibraryReason()
      if reason.contains("mismatch") { throw .keyMismatch(certificate: certificate, key: key) }
      throw .file(path: key, .privateKey, reason: reason)
    }
  }

  private func trust(_ settings: TLSSettings) throws(CryptoError) {
    let mode: Int32 =
      switch settings.verification {
      case .required: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
      case .ifGiven: SSL_VERIFY_PEER
      case .none: SSL_VERIFY_NONE
      }
    unsafe SSL_CTX_set_verify(pointer, mode, nil)
    guard mode != SSL_VERIFY_NONE else { return }
    guard let file = settings.trustedFile else {
      guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
        throw .library(reason: takeLibraryReason())
      }
      return
    }
    guard unsafe SSL_CTX_load_verify_locations(pointer, file, nil) == 1 else {
      throw .file(path: file, .trustedCertificates, reason: takeLibraryReason())
    }
    guard settings.role == .server, let names = unsafe SSL_load_client_CA_file(file) else { return }
    // Tells a client which of its certificates can help.
    unsafe SSL_CTX_set_client_CA_list(pointer, names)
  }

  /// The list behind its length, in memory that the context refers to; see COpenSSL.h.
  private static func offer(_ protocols: [String]) -> UnsafeMutableRawPointer? {
    let list = TLSSession.protocolList(protocols)
    guard !list.isEmpty else { return nil }
    let memory = unsafe copenssl_allocate(list.count + 2)
    guard let memory = unsafe memory else { preconditionFailure("no memory") }
    let bytes = [UInt8(list.count >> 8), UInt8(list.count & 0xFF)] + list
    // Safety: exactly as many bytes as were allocated.
    unsafe UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
    return unsafe memory
  }
}
