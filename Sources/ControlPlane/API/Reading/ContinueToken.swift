import Base
import JSON
import Registry

/// Where a list that is read in chunks goes on: opaque to clients.
struct ContinueToken: Hashable, Sendable {
  /// All chunks are of it; nil where it is gone, and the rest is of whatever is there now.
  let revision: Int64?
  /// Below the list's own prefix: the last object that was told, `web` or `ns/web`.
  let last: String

  private static let version = "keelson/v1"
  private static let bytesMax = 4096

  init(revision: Int64?, last: String) {
    self.revision = revision
    self.last = last
  }

  /// Nil for what is no token of ours.
  init?(_ text: String) {
    guard text.utf8.count <= Self.bytesMax, let bytes = Base64.decode(Self.padded(text)) else {
      return nil
    }
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: bytes)
    } catch {
      return nil
    }
    guard json["v"]?.string == Self.version, let revision = json["rv"]?.int64,
      let last = json["after"]?.string, revision == -1 || revision > 0,
      Self.isPlace(last)
    else { return nil }
    self.revision = revision > 0 ? revision : nil
    self.last = last
  }

  /// One or two parts as names are: nothing that leads out of the list's prefix.
  private static func isPlace(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
  }

  /// Base64 of the alphabet for URLs, without padding (RFC 4648 §5).
  var text: String {
    let json: JSONValue = [
      "v": .string(Self.version), "rv": .number(revision ?? -1), "after": .string(last),
    ]
    let encoded = Base64.encode(Bytes(json.text())).utf8.compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="): nil
      default: byte
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func padded(_ text: String) -> String {
    var bytes = text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    while bytes.count % 4 != 0 { bytes.append(UInt8(ascii: "=")) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
