import Base
import JSON

/// The name of a pod template: `pod-template-hash`, and the end of a ReplicaSet's name.
///
/// Kubernetes hashes a dump of Go's memory, which nobody else can repeat. Ours is FNV-1a of 32 bits
/// over the template's canonical JSON, written in Kubernetes' safe alphabet.
enum TemplateHash {
  static let label = "pod-template-hash"
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

  /// `collisions`: how often the name was taken already (`status.collisionCount`).
  static func text(of template: JSONValue, collisions: Int64) -> String {
    var hash: UInt32 = 2_166_136_261
    func mix(_ byte: UInt8) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    for byte in canonical(template).text().utf8 { mix(byte) }
    if collisions > 0 {
      for shift in stride(from: 0, to: 64, by: 8) {
        mix(UInt8(truncatingIfNeeded: collisions >> shift))
      }
    }
    let letters = String(hash).utf8.map { alphabet[Int($0) % alphabet.count] }
    return String(decoding: letters, as: UTF8.self)
  }

  /// Whether two templates ask for the same pods, whatever their hash labels
  /// (deploymentutil.EqualIgnoreHash).
  static func areAlike(_ left: JSONValue, _ right: JSONValue) -> Bool {
    left == right || canonical(left) == canonical(right)
  }

  /// The template without its own hash label, members in the order of their names, and without what
  /// says nothing: null, empty lists, empty labels and annotations.
  static func canonical(_ template: JSONValue) -> JSONValue {
    guard var object = template.object else { return template }
    if var meta = object["metadata"]?.object {
      if var labels = meta["labels"]?.object {
        labels[label] = nil
        meta["labels"] = labels.isEmpty ? nil : .object(labels)
      }
      if meta["annotations"]?.object?.isEmpty == true { meta["annotations"] = nil }
      object["metadata"] = .object(meta)
    }
    return sorted(.object(object))
  }

  private static func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      let members = object.members.filter { member in
        !member.value.isNull && member.value.array?.isEmpty != true
      }
      .map { JSONObject.Member(name: $0.name, value: sorted($0.value)) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      return .object(JSONObject(members))
    case .array(let elements): return .array(elements.map(sorted))
    case .null, .bool, .number, .string: return value
    }
  }
}
