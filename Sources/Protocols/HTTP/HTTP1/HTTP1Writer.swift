public import Base

/// Writes the messages of an HTTP/1.1 connection (RFC 9112) into a buffer.
public enum HTTP1Writer {
  /// A request line, `fields` as they are, and the empty line behind them.
  public static func writeRequest(
    method: Bytes, target: Bytes, _ fields: HeaderFields, into buffer: inout ByteBuffer
  ) {
    buffer.write(method)
    buffer.write(UInt8(ascii: " "))
    buffer.write(target)
    buffer.write(" HTTP/1.1\r\n")
    write(fields, into: &buffer)
  }

  /// A status line, `fields` as they are, and the empty line behind them.
  public static func writeResponse(
    _ status: StatusCode, _ fields: HeaderFields, into buffer: inout ByteBuffer
  ) {
    buffer.write("HTTP/1.1 \(status.rawValue) \(status.reason)\r\n")
    write(fields, into: &buffer)
  }

  /// A whole response: `content-length` and, where the connection ends behind it,
  /// `connection: close` are added. For a HEAD request only the head is written.
  public static func writeResponse(
    _ status: StatusCode, _ fields: HeaderFields, body: Bytes, keepAlive: Bool,
    isHead: Bool = false, into buffer: inout ByteBuffer
  ) {
    var all = fields
    if !status.forbidsBody { all.append("content-length", Bytes(String(body.count))) }
    if !keepAlive { all.append("connection", "close") }
    writeResponse(status, all, into: &buffer)
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
      buffer.write(": ")
      writeValue(field.value, into: &buffer)
      buffer.write("\r\n")
    }
    buffer.write("\r\n")
  }

  /// RFC 9110 §5.5: CR, LF and NUL become spaces, so that no value can begin a line of its own.
  private static func writeValue(_ value: Bytes, into buffer: inout ByteBuffer) {
    for offset in 0..<value.count {
      let byte = value[offset]
      buffer.write(byte == 0 || byte == 0x0A || byte == 0x0D ? 0x20 : byte)
    }
  }
}
