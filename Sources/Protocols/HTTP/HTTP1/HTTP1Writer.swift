public import Base

/// Writes the messages of an HTTP/1.1 connection (RFC 9112) into a buffer.
public enum HTTP1Writer {
  // Made once: a literal allocates at each use.
  private static let okLine = Bytes("HTTP/1.1 200 OK\r\n")
  private static let lengthStart = Bytes("content-length: ")
  private static let nameEnd = Bytes(": ")
  private static let lineEnd = Bytes("\r\n")

  /// A request line, `fields` as they are, and the empty line behind them.
  public static func writeRequest(
    method: Bytes, target: Bytes, _ fields: HeaderFields, into buffer: inout ByteBuffer
  ) {
    buffer.write(method)
    buffer.write(UInt8(ascii: " "))
    buffer.write(target)
    buffer.write(" HTTP/1.1\r\n")
    write(fields, into: &buffer)
    buffer.write(lineEnd)
  }

  /// A status line, `fields` as they are, and the empty line behind them.
  public static func writeResponse(
    _ status: StatusCode, _ fields: HeaderFields, into buffer: inout ByteBuffer
  ) {
    writeStatusLine(status, into: &buffer)
    write(fields, into: &buffer)
    buffer.write(lineEnd)
  }

  private static func writeStatusLine(_ status: StatusCode, into buffer: inout ByteBuffer) {
    buffer.write(status == .ok ? okLine : Bytes("HTTP/1.1 \(status.rawValue) \(status.reason)\r\n"))
  }

  /// A whole response: `content-length` and, where the connection ends behind it,
  /// `connection: close` are added. For a HEAD request only the head is written.
  public static func writeResponse(
    _ status: StatusCode, _ fields: HeaderFields, body: Bytes, keepAlive: Bool,
    isHead: Bool = false, into buffer: inout ByteBuffer
  ) {
    writeStatusLine(status, into: &buffer)
    write(fields, into: &buffer)
    if !status.forbidsBody {
      buffer.write(lengthStart)
      buffer.write(String(body.count))
      buffer.write(lineEnd)
    }
    if !keepAlive { buffer.write("connection: close\r\n") }
    buffer.write(lineEnd)
    if !isHead && !status.forbidsBody { buffer.write(body) }
  }

  /// One chunk (RFC 9112 §7.1); nothing for empty bytes, which would end the body.
  public static func writeChunk(_ bytes: Bytes, into buffer: inout ByteBuffer) {
    guard !bytes.isEmpty else { return }
    buffer.write(String(bytes.count, radix: 16))
    buffer.write("\r\n")
    buffer.write(bytes)
    buffer.write("\r\n")
  }

  public static func writeLastChunk(into buffer: inout ByteBuffer) {
    buffer.write("0\r\n\r\n")
  }

  /// The answer to `Expect: 100-continue`.
  public static func writeContinue(into buffer: inout ByteBuffer) {
    buffer.write("HTTP/1.1 100 Continue\r\n\r\n")
  }

  private static func write(_ fields: HeaderFields, into buffer: inout ByteBuffer) {
    for field in fields {
      buffer.write(field.name)
      buffer.write(nameEnd)
      writeValue(field.value, into: &buffer)
      buffer.write(lineEnd)
    }
  }

  /// RFC 9110 §5.5: CR, LF and NUL become spaces, so that no value can begin a line of its own.
  private static func writeValue(_ value: Bytes, into buffer: inout ByteBuffer) {
    guard value.hasBreak else { return buffer.write(value) }
    for offset in 0..<value.count {
      let byte = value[offset]
      buffer.write(isBreak(byte) ? 0x20 : byte)
    }
  }
}

private func isBreak(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x0A || byte == 0x0D }

extension Bytes {
  fileprivate var hasBreak: Bool { firstOffset(where: isBreak) != nil }
}
