public import Base

/// Encodes header sections (RFC 7541) without ever using the dynamic table.
///
/// So a block may be encoded before its time, sent again and in any order: trailers queue behind
/// data, and equal responses are the same bytes. What it costs is some bytes on the wire.
public enum HPACKEncoder {
  /// The block of `fields`: static table where name and value match, else a literal without indexing.
  public static func encode(_ fields: HeaderFields) -> Bytes {
    fatalError()
  }
}
