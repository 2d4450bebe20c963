public import Base

/// The answers of a gRPC server on one stream.
extension HTTP2Connection {
  /// A unary call's whole answer: headers, the message, status OK.
  public mutating func sendAnswer(stream: UInt32, _ message: Bytes) {
    sendHeaders(stream: stream, encoded: GRPCResponse.headersBlock, endStream: false)
    sendMessage(stream: stream, message)
    sendTrailers(stream: stream, encoded: GRPCResponse.okBlock)
  }

  /// Response headers of a call; once, before the first message.
  public mutating func sendResponseHeaders(stream: UInt32) {
    sendHeaders(stream: stream, encoded: GRPCResponse.headersBlock, endStream: false)
  }

  /// Ends a call: by trailers, or as "Trailers-Only" where no headers were sent before.
  public mutating func sendStatus(stream: UInt32, _ status: GRPCStatus) {
    if hasSentHeaders(stream: stream) {
      if status == .ok {
        sendTrailers(stream: stream, encoded: GRPCResponse.okBlock)
      } else {
        sendTrailers(stream: stream, status.trailers)
      }
    } else {
      var fields = GRPCResponse.headers
      for field in status.trailers { fields.append(field.name, field.value) }
      sendHeaders(stream: stream, fields, endStream: true)
    }
  }
}

/// Header blocks that every successful call sends, encoded once.
public enum GRPCResponse {
  public static let headers: HeaderFields = [
    ":status": "200", "content-type": "application/grpc",
  ]
  static let headersBlock = HPACKEncoder.encode(headers)
  static let okBlock = HPACKEncoder.encode(GRPCStatus.ok.trailers)
}
