import Base
import Objects
import Registry

/// The objects that a list or a watch is about: a kind's, all or one namespace's, those selected.
struct ObjectScope: Hashable, Sendable {
  /// In the version that was asked for.
  let kind: Kind
  /// Nil for all namespaces, and for kinds without.
  let namespace: String?
  let selector: ObjectSelector

  /// A namespace that the path does not name may be named by the field selector.
  init(_ kind: Kind, namespace: String?, _ selector: ObjectSelector) {
    self.kind = kind
    let selected = kind.isNamespaced ? selector.fields.namespace : nil
    self.namespace = namespace ?? (selected?.isEmpty == true ? nil : selected)
    self.selector = selector
  }

  /// The one object that can match; nil where more can, or none is named fully.
  var only: ObjectKey? {
    guard let name = selector.fields.name, !name.isEmpty,
      kind.isNamespaced == (namespace != nil)
    else { return nil }
    return ObjectKey(kind, namespace: namespace ?? "", name: name)
  }

  /// What all keys begin with.
  var prefix: String {
    namespace.map { "/registry/\(kind.plural)/\($0)/" } ?? "/registry/\(kind.plural)/"
  }

  /// Those of the view in the order of their keys, behind the key `prefix` + `last`: perhaps more
  /// than the selector selects.
  func candidates(in view: ClusterView, after last: String? = nil) -> ArraySlice<StoredObject> {
    if let only {
      guard let object = view[only], last.map({ only.name > $0 }) ?? true else { return [] }
      return [object]
    }
    var found = view.objects(kind, in: namespace)
    if kind == .pod, namespace == nil,
      let node = selector.fields.required("spec.nodeName", of: kind)
    {
      found = view.pods(onNode: node)
    }
    guard let last else { return found }
    let bound = Bytes(prefix + last)
    var (low, high) = (found.startIndex, found.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if found[middle].key.bytes <= bound { low = middle + 1 } else { high = middle }
    }
    return found[low...]
  }

  /// Whether a change of this object can be the scope's.
  func covers(_ key: ObjectKey) -> Bool {
    key.kind == kind && (namespace.map { $0 == key.namespace } ?? true)
  }
}
