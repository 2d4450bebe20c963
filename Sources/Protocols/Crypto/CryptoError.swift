internal import COpenSSL

/// Why a key, a certificate or a TLS session is refused.
public enum CryptoError: Error, Hashable, Sendable {
  /// A file of this kind is missing or is not what it should be; the reason is OpenSSL's.
  case file(path: String, FileRole, reason: String)
  /// The certificate does not belong to the private key.
  case keyMismatch(certificate: String, key: String)
  /// Text is no PEM of what was asked for.
  case notPEM(reason: String)
  /// What a certificate should hold cannot be put into one.
  case invalidProfile(reason: String)
  /// OpenSSL refused to do something that depends on no input: memory, its own set-up.
  case library(reason: String)

  public enum FileRole: String, Hashable, Sendable {
    case certificate, privateKey, trustedCertificates
  }
}

/// Why a TLS session ended.
public enum TLSError: Error, Hashable, Sendable {
  /// The peer's certificate is not trusted: X509_V_ERR number and OpenSSL's reason.
  case certificateRejected(code: Int, reason: String)
  /// A client that must show a certificate showed none.
  case noPeerCertificate
  /// Bytes that are no TLS, an alert from the peer, no protocol or cipher in common.
  case protocolFailure(reason: String)
  /// The transport ended without the peer's close_notify: what came may be cut short.
  case truncated
}

/// Takes the oldest reason from the thread's queue of OpenSSL errors, and empties it.
func takeLibraryReason() -> String {
  let code = ERR_get_error()
  defer { ERR_clear_error() }
  guard code != 0 else { return "no reason given" }
  var buffer = [CChar](repeating: 0, count: 256)
  // Safety: the call writes at most 256 bytes and ends them with a zero.
  unsafe buffer.withUnsafeMutableBufferPointer { pointer in
    unsafe ERR_error_string_n(code, pointer.baseAddress, pointer.count)
  }
  let end = buffer.firstIndex(of: 0) ?? buffer.count
  let text = String(decoding: buffer[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  // error:0A000086:SSL routines::certificate verify failed
  guard let colon = text.lastIndex(of: ":") else { return text }
  return String(text[text.index(after: colon)...])
}

extension CryptoError: CustomStringConvertible {
  /// What, where and why, for a log or a terminal.
  public var description: String {
    switch self {
    case .file(let path, .certificate, let reason): "certificate \(path): \(reason)"
    case .file(let path, .privateKey, let reason): "private key \(path): \(reason)"
    case .file(let path, .trustedCertificates, let reason): "trusted CA \(path): \(reason)"
    case .keyMismatch(let certificate, let key): "\(key) is not the key of \(certificate)"
    case .notPEM(let reason): "not PEM: \(reason)"
    case .invalidProfile(let reason): reason
    case .library(let reason): "OpenSSL: \(reason)"
    }
  }
}

extension TLSError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .certificateRejected(_, let reason): "the peer's certificate is refused: \(reason)"
    case .noPeerCertificate: "the client showed no certificate"
    case .protocolFailure(let reason): "TLS failed: \(reason)"
    case .truncated: "the connection ended within a TLS session"
    }
  }
}
