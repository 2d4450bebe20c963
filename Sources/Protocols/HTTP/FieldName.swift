public import Base

/// Names and values that every request meets, made once: a literal allocates at each use.
public enum FieldName {
  public static let method = Bytes(":method")
  public static let scheme = Bytes(":scheme")
  public static let authority = Bytes(":authority")
  public static let path = Bytes(":path")
  public static let status = Bytes(":status")
  public static let contentType = Bytes("content-type")
  public static let contentLength = Bytes("content-length")
  public static let te = Bytes("te")
  public static let userAgent = Bytes("user-agent")
  public static let authorization = Bytes("authorization")
  public static let grpcTimeout = Bytes("grpc-timeout")
  public static let grpcEncoding = Bytes("grpc-encoding")
  public static let grpcStatus = Bytes("grpc-status")
  public static let grpcMessage = Bytes("grpc-message")
  static let post = Bytes("POST")
  static let identity = Bytes("identity")
  static let applicationGRPC = Bytes("application/grpc")
  static let trailers = Bytes("trailers")
}
