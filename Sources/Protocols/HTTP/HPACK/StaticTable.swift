import Base

/// The fields that every HPACK decoder knows (RFC 7541, appendix A): indices 1...61.
enum StaticTable {
  static let count = 61

  /// Index 1 stands at place 0.
  static let fields: [HeaderField] = [
    HeaderField(":authority", ""), HeaderField(":method", "GET"), HeaderField(":method", "POST"),
    HeaderField(":path", "/"), HeaderField(":path", "/index.html"), HeaderField(":scheme", "http"),
    HeaderField(":scheme", "https"), HeaderField(":status", "200"), HeaderField(":status", "204"),
    HeaderField(":status", "206"), HeaderField(":status", "304"), HeaderField(":status", "400"),
    HeaderField(":status", "404"), HeaderField(":status", "500"), HeaderField("accept-charset", ""),
    HeaderField("accept-encoding", "gzip, deflate"), HeaderField("accept-language", ""),
    HeaderField("accept-ranges", ""), HeaderField("accept", ""),
    HeaderField("access-control-allow-origin", ""), HeaderField("age", ""),
    HeaderField("allow", ""), HeaderField("authorization", ""), HeaderField("cache-control", ""),
    HeaderField("content-disposition", ""), HeaderField("content-encoding", ""),
    HeaderField("content-language", ""), HeaderField("content-length", ""),
    HeaderField("content-location", ""), HeaderField("content-range", ""),
    HeaderField("content-type", ""), HeaderField("cookie", ""), HeaderField("date", ""),
    HeaderField("etag", ""), HeaderField("expect", ""), HeaderField("expires", ""),
    HeaderField("from", ""), HeaderField("host", ""), HeaderField("if-match", ""),
    HeaderField("if-modified-since", ""), HeaderField("if-none-match", ""),
    HeaderField("if-range", ""), HeaderField("if-unmodified-since", ""),
    HeaderField("last-modified", ""), HeaderField("link", ""), HeaderField("location", ""),
    HeaderField("max-forwards", ""), HeaderField("proxy-authenticate", ""),
    HeaderField("proxy-authorization", ""), HeaderField("range", ""), HeaderField("referer", ""),
    HeaderField("refresh", ""), HeaderField("retry-after", ""), HeaderField("server", ""),
    HeaderField("set-cookie", ""), HeaderField("strict-transport-security", ""),
    HeaderField("transfer-encoding", ""), HeaderField("user-agent", ""), HeaderField("vary", ""),
    HeaderField("via", ""), HeaderField("www-authenticate", ""),
  ]

  /// The lowest index of each name.
  static let indexOfName: [Bytes: Int] = {
    var indices: [Bytes: Int] = [:]
    for (place, field) in fields.enumerated() where indices[field.name] == nil {
      indices[field.name] = place + 1
    }
    return indices
  }()

  /// The index of a name, and whether the value under it is the same too.
  static func index(of field: HeaderField) -> (index: Int, valueMatches: Bool)? {
    guard let first = indexOfName[field.name] else { return nil }
    var index = first
    while index <= count && fields[index - 1].name == field.name {
      if !field.value.isEmpty && fields[index - 1].value == field.value { return (index, true) }
      index += 1
    }
    return (first, false)
  }
}
