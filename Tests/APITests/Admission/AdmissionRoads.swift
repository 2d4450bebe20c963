import Base
import Component
import EtcdAPI
import HTTP
import JSON
import Objects
import Registry
import Testing

@testable import API

/// The ways on which an object comes into the store. Admission is to be the same on each.
enum AdmissionRoad: CaseIterable, Sendable {
  /// An HTTP request to an API server.
  case user
  /// A reconciler's intent, committed from its own informers.
  case controller
  /// `keelson apply`: no API server, only what the command reads for it.
  case command
}

/// What became of a write.
enum AdmissionOutcome: Hashable, Sendable {
  case refused(code: Int, reason: String, message: String)
  /// The object as the store has it, without what differs from write to write.
  case written(JSONValue)
}

/// A cluster whose one store all roads lead to.
struct AdmissionStage {
  let harness: APIHarness
  private var context: PlanContext

  init(_ state: [JSONValue], seed: UInt64 = 1) {
    var settings = APISettings()
    settings.hasServiceAccounts = true
    harness = APIHarness(settings: settings)
    context = PlanContext(
      now: WallTime(milliseconds: APIHarness.epoch), random: PRNG(seed: seed))
    make(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "v"]])
    make([
      "apiVersion": "v1", "kind": "ServiceAccount",
      "metadata": ["name": "default", "namespace": "v"],
    ])
    for object in state { make(object) }
    countQuotas()
  }

  /// As the administrator.
  func make(_ object: JSONValue, source: SourceLocation = #_sourceLocation) {
    let answer = harness.send("POST", Self.collection(of: object), body: object)
    #expect(answer.code == 201, "\(answer.body.text)", sourceLocation: source)
  }

  static func collection(of object: JSONValue) -> String {
    let kind = Kind(of: object)
    let root = kind.group.isEmpty ? "/api/v1" : "/apis/\(kind.apiVersion)"
    return root + (kind.isNamespaced ? "/namespaces/v" : "") + "/\(kind.plural)"
  }

  /// What informers that have caught up hold.
  var view: ClusterView {
    var view = ClusterView()
    for object in harness.objects { _ = view.put(object) }
    return view
  }

  func stored(_ object: JSONValue) -> StoredObject? { view[Self.key(of: object)] }

  func used(_ quota: String) -> JSONValue? {
    view[ObjectKey(.resourceQuota, namespace: "v", name: quota)]?.json["status"]?["used"]
  }

  private static func key(of object: JSONValue) -> ObjectKey {
    let kind = Kind(of: object)
    return ObjectKey(
      kind, namespace: kind.isNamespaced ? "v" : "", name: object["metadata"]?["name"]?.string ?? ""
    )
  }

  /// What the reconciler of quotas does.
  mutating func countQuotas() {
    let view = view
    for quota in view.objects(.resourceQuota) {
      guard let counted = QuotaCount.counted(quota, in: view) else { continue }
      let answer = commit(.updateStatus(from: quota, to: counted), in: view)
      #expect(answer == nil)
    }
  }

  // MARK: - Writing

  /// Creates the object, or gives it these fields where it is there.
  mutating func write(_ object: JSONValue, on road: AdmissionRoad) -> AdmissionOutcome {
    let current = stored(object)
    let rejection: AdmissionOutcome?
    switch road {
    case .user: rejection = request(object, current)
    case .controller:
      let intent: Intent
      if let current {
        intent = .update(from: current, to: Self.overlaid(object, on: current))
      } else {
        intent = .create(Kind(of: object), object.object ?? JSONObject())
      }
      rejection = commit(intent, in: view)
    case .command: rejection = apply(object)
    }
    if let rejection { return rejection }
    guard let written = stored(object) else {
      Issue.record("it was not written: \(object.text())")
      return .written(nil)
    }
    return .written(Self.comparable(written.json))
  }

  private func request(_ object: JSONValue, _ current: StoredObject?) -> AdmissionOutcome? {
    let collection = Self.collection(of: object)
    let answer: APIResponse
    if let current {
      let name = current.meta.name
      answer = harness.send(
        "PUT", "\(collection)/\(name)", body: .object(Self.overlaid(object, on: current)))
    } else {
      answer = harness.send("POST", collection, body: object)
    }
    guard answer.code != 200, answer.code != 201 else { return nil }
    let status = answer.json
    return .refused(
      code: answer.code, reason: status["reason"]?.string ?? "",
      message: status["message"]?.string ?? "")
  }

  /// A controller's; nil where the store has taken it.
  mutating func commit(_ intent: Intent, in view: ClusterView) -> AdmissionOutcome? {
    var registry = ObjectRegistry(writer: "replicaset-controller")
    registry.hasServiceAccounts = true
    do throws(Rejection) {
      return send(try registry.transaction(for: Step([intent]), in: view, context: &context))
    } catch {
      return Self.outcome(error)
    }
  }

  private mutating func apply(_ object: JSONValue) -> AdmissionOutcome? {
    var reader = ManifestReader(namespace: "v")
    reader.read(Bytes(object.text()), file: "-")
    #expect(reader.problems == [])
    var registry = ObjectRegistry(writer: "keelson")
    registry.hasServiceAccounts = true
    let application = ManifestApply(registry: registry)
    let read = view(
      of: ManifestApply.keys(of: reader.manifests),
      below: application.admissionPrefixes(of: reader.manifests))
    do throws(Rejection) {
      for manifest in reader.manifests {
        let (transaction, _) = try application.transaction(
          for: manifest, in: read, context: &context)
        if let refusal = send(transaction) { return refusal }
      }
      return nil
    } catch {
      return Self.outcome(error)
    }
  }

  /// No more than what `keelson apply` reads.
  private func view(of keys: [ObjectKey], below prefixes: [Bytes]) -> ClusterView {
    var view = ClusterView()
    for entry in prefixes.flatMap(harness.store.keys)
      + keys.compactMap({ harness.store[StoreKey.object($0).bytes] })
    {
      do throws(UndecodableObject) {
        _ = view.put(try StoredObject(decoding: entry))
      } catch {
        Issue.record("\(entry.key) holds no object: \(error)")
      }
    }
    return view
  }

  private func send(_ transaction: ObjectTransaction) -> AdmissionOutcome? {
    guard !transaction.writes.isEmpty else { return nil }
    let answer = harness.store.answer(.txn(transaction.request(eventLease: 0)))
    harness.settle()
    if case .txn(let response) = answer, response.succeeded { return nil }
    return .refused(code: 409, reason: "Compare", message: "\(answer)")
  }

  private static func outcome(_ rejection: Rejection) -> AdmissionOutcome {
    .refused(code: rejection.code, reason: rejection.reason, message: rejection.message)
  }

  // MARK: - Comparing

  /// The fields of the manifest over those that there are; lists are replaced.
  private static func overlaid(_ manifest: JSONValue, on current: StoredObject) -> JSONObject {
    func over(_ value: JSONValue, _ old: JSONValue?) -> JSONValue {
      guard case .object(let object) = value, var merged = old?.object else { return value }
      for member in object.members {
        merged[member.name] = over(member.value, merged[member.name])
      }
      return .object(merged)
    }
    return over(manifest, .object(current.json)).object ?? JSONObject()
  }

  /// Without the writer's marks and what is drawn.
  private static func comparable(_ json: JSONObject) -> JSONValue {
    var json = json
    guard var meta = json["metadata"]?.object else { return .object(json) }
    for name in ["uid", "creationTimestamp", "managedFields", "resourceVersion"] {
      meta[name] = nil
    }
    var annotations = meta["annotations"]?.object ?? JSONObject()
    annotations[ManifestApply.annotation] = nil
    meta["annotations"] = annotations.isEmpty ? Optional.none : .object(annotations)
    json["metadata"] = .object(meta)
    return named(JSONValue.object(json).sorted)
  }

  /// Names of volumes with tokens end in five letters that are drawn, and so are ports of nodes.
  private static func named(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text) where text.hasPrefix("kube-api-access-"): "kube-api-access-<5 chars>"
    case .null, .bool, .number, .string: value
    case .array(let elements): .array(elements.map(named))
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { member in
            let isDrawn = member.name == "nodePort"
            return JSONObject.Member(
              name: member.name, value: isDrawn ? "<drawn>" : named(member.value))
          }))
    }
  }
}
