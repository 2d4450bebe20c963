public import Base
internal import COpenSSL

/// One TLS connection between two buffers: ciphertext goes in and comes out, whoever moves it.
///
///     .handshaking --handshake()--> .open --close_notify--> .closed
///
/// Used by one thread at a time; a handshake may run on another thread than the rest.
@safe public final class TLSSession: @unchecked Sendable {
  // Safety: nothing is shared with other sessions but the context, which is read-only. The SSL owns
  // both BIOs and is freed in deinit.
  private let ssl: OpaquePointer
  /// Ciphertext from the peer, owned by `ssl`.
  private let incoming: OpaquePointer
  /// Ciphertext for the peer, owned by `ssl`.
  private let outgoing: OpaquePointer
  private let context: ContextHandle
  private let verifies: Bool
  private let isServer: Bool

  public enum State: Hashable, Sendable {
    case handshaking, open
    /// The peer said that it sends no more.
    case closed
  }

  public private(set) var state = State.handshaking

  private enum Bounds {
    /// Plaintext of one record (RFC 8446 section 5.1).
    static let recordBytes = 16 << 10
  }

  init(
    _ context: ContextHandle, _ settings: TLSSettings, serverName: String?
  ) throws(CryptoError) {
    guard let ssl = unsafe SSL_new(context.pointer) else {
      throw .library(reason: takeLibraryReason())
    }
    guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
    else { preconditionFailure("no memory for a TLS session") }
    unsafe SSL_set_bio(ssl, incoming, outgoing)
    unsafe self.ssl = ssl
    unsafe self.incoming = incoming
    unsafe self.outgoing = outgoing
    self.context = context
    verifies = settings.verification != .none
    isServer = settings.role == .server
    switch settings.role {
    case .server: unsafe SSL_set_accept_state(ssl)
    case .client:
      unsafe SSL_set_connect_state(ssl)
      try prepareClient(settings, serverName: serverName)
    }
  }

  deinit {
    unsafe SSL_free(ssl)
  }

  private func prepareClient(
    _ settings: TLSSettings, serverName: String?
  ) throws(CryptoError) {
    let list = TLSSession.protocolList(settings.protocols)
    // Answers 0 for success, unlike its neighbours.
    if !list.isEmpty, unsafe SSL_set_alpn_protos(ssl, list, UInt32(list.count)) != 0 {
      throw .library(reason: takeLibraryReason())
    }
    guard let serverName else { return }
    guard !serverName.isEmpty, !serverName.utf8.contains(0) else {
      throw .invalidProfile(reason: "a server's name is empty or holds a zero byte")
    }
    // An address is compared with the certificate's addresses and never sent as a name (RFC 6066).
    if unsafe copenssl_expect_address(ssl, serverName) == 1 { return }
    forgetErrors()
    guard unsafe copenssl_expect_host(ssl, serverName) == 1,
      unsafe copenssl_set_server_name(ssl, serverName) == 1
    else { throw .invalidProfile(reason: "\(serverName): \(takeLibraryReason())") }
  }

  /// ALPN's wire format (RFC 7301 section 3.1): names behind their lengths.
  static func protocolList(_ protocols: [String]) -> [UInt8] {
    protocols.flatMap { name in
      precondition((1...255).contains(name.utf8.count), "a protocol's name has 1...255 bytes")
      return [UInt8(name.utf8.count)] + Array(name.utf8)
    }
  }

  // MARK: - Ciphertext

  /// Takes over what the transport received.
  public func receive(_ ciphertext: Bytes) {
    guard !ciphertext.isEmpty else { return }
    // Safety: OpenSSL copies the borrowed bytes during the call.
    let written = unsafe ciphertext.withUnsafeBytes {
      unsafe BIO_write(incoming, $0.baseAddress, Int32($0.count))
    }
    precondition(written == ciphertext.count, "no memory for ciphertext")
  }

  /// Ciphertext that waits to be sent.
  public var hasOutput: Bool { unsafe copenssl_pending(outgoing) > 0 }

  /// Moves the waiting ciphertext behind what `buffer` holds.
  public func takeOutput(into buffer: inout ByteBuffer) {
    var start: UnsafePointer<CChar>?
    let count = unsafe copenssl_memory(outgoing, &start)
    guard count > 0 else { return }
    // Safety: OpenSSL answers how many bytes lie there; they are copied before the reset.
    unsafe buffer.write(unsafe: UnsafeRawBufferPointer(start: start, count: count))
    unsafe BIO_ctrl(outgoing, BIO_CTRL_RESET, 0, nil)
  }

  // MARK: - Handshake

  /// Goes as far as the received ciphertext allows; true once the session is open. Output may wait
  /// afterwards in any case, also an alert behind an error. Costs about a millisecond of CPU.
  public func handshake() throws(TLSError) -> Bool {
    guard state == .handshaking else { return true }
    forgetErrors()
    let outcome = unsafe SSL_do_handshake(ssl)
    if outcome == 1 {
      state = .open
      return true
    }
    let reason = unsafe SSL_get_error(ssl, outcome)
    if reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE { return false }
    throw handshakeError()
  }

  private func handshakeError() -> TLSError {
    let code = unsafe SSL_get_verify_result(ssl)
    let text = takeLibraryReason()
    if code != X509_V_OK, verifies {
      return .certificateRejected(
        code: code, reason: unsafe String(cString: X509_verify_cert_error_string(code)))
    }
    if isServer && text.contains("peer did not return a certificate") { return .noPeerCertificate }
    return .protocolFailure(reason: text)
  }

  /// The protocol that ALPN chose, or nil.
  public var negotiatedProtocol: String? {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &name, &count)
    guard count > 0 else { return nil }
    // Safety: OpenSSL answers how many bytes lie there; they are copied at once.
    return unsafe String(
      decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
  }

  /// Who the peer is: from its certificate, where that was verified.
  public var peer: CertificateIdentity? {
    guard verifies, state != .handshaking, unsafe SSL_get_verify_result(ssl) == X509_V_OK,
      let pointer = unsafe SSL_get1_peer_certificate(ssl)
    else { return nil }
    return unsafe Certificate(owning: pointer).identity
  }

  /// `TLSv1.3` and the like.
  public var version: String { unsafe String(cString: SSL_get_version(ssl)) }

  // MARK: - Plaintext

  /// Moves decrypted bytes behind what `buffer` holds, at most about `count`; false where more
  /// ciphertext is needed first. Sets `state` to closed at the peer's close_notify.
  public func read(into buffer: inout ByteBuffer, upTo count: Int) throws(TLSError) -> Bool {
    guard state == .open else { return false }
    var moved = 0
    while moved < count {
      let got = readRecord(into: &buffer)
      if got > 0 {
        moved += Int(got)
        // To ask again would cost as much as the record did, and tell what is known.
        if unsafe SSL_pending(ssl) == 0 && copenssl_pending(incoming) == 0 { return false }
        continue
      }
      switch unsafe SSL_get_error(ssl, got) {
      case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
      case SSL_ERROR_ZERO_RETURN:
        state = .closed
        return false
      default: throw handshakeError()
      }
    }
    return true
  }

  /// What SSL_read answers; more than 0: so many bytes were moved.
  private func readRecord(into buffer: inout ByteBuffer) -> Int32 {
    forgetErrors()
    // Safety: OpenSSL writes at most the room's length and answers how many; no other is read.
    return unsafe withUnsafeTemporaryAllocation(
      byteCount: Bounds.recordBytes, alignment: 16
    ) { room in
      let got = unsafe SSL_read(ssl, room.baseAddress, Int32(room.count))
      if got > 0 {
        unsafe buffer.write(unsafe: UnsafeRawBufferPointer(rebasing: room[..<Int(got)]))
      }
      return got
    }
  }

  /// Encrypts all of `plaintext`, in records as large as they may be.
  public func write(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
    precondition(state != .handshaking, "a session carries bytes once it is open")
    var offset = 0
    while offset < plaintext.count {
      forgetErrors()
      // Safety: OpenSSL reads within the buffer's bounds during the call.
      let count = min(plaintext.count - offset, 1 << 30)
      let written = unsafe SSL_write(ssl, plaintext.baseAddress?.advanced(by: offset), Int32(count))
      guard written > 0 else { throw handshakeError() }
      offset += Int(written)
    }
  }

  /// Encrypts all of `plaintext`.
  public func write(_ plaintext: Bytes) throws(TLSError) {
    let outcome: Result<Void, TLSError> = unsafe plaintext.withUnsafeBytes { bytes in
      do throws(TLSError) {
        return .success(try unsafe write(bytes))
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  /// Says that this side sends no more (close_notify).
  public func close() {
    guard state != .handshaking else { return }
    forgetErrors()
    _ = unsafe SSL_shutdown(ssl)
  }

  /// Tells what the end of the transport means: an error where the peer had not said goodbye.
  public func transportEnded() throws(TLSError) {
    guard state == .closed else { throw .truncated }
  }
}

/// Errors that an earlier call has left would be taken for the next one's. To clear what is empty
/// costs more than to look.
private func forgetErrors() {
  if ERR_peek_error() != 0 { ERR_clear_error() }
}
