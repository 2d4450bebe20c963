import Base
import HTTP
import JSON
import Objects
import Registry

/// One of the patches that change what an object has, read from its body.
enum PatchBody: Hashable, Sendable {
  case json(JSONPatch)
  case merge(JSONObject, duplicates: [String])
  case strategic(JSONObject, duplicates: [String])

  static let apply = "application/apply-patch+yaml"

  init(_ request: APIRequest) throws(APIStatus) {
    let type = BodyFormat.name(in: request.fields) ?? ""
    switch type {
    case "application/json-patch+json": self = try .json(Self.jsonPatch(request.body))
    case "application/merge-patch+json":
      var duplicates: [String] = []
      let patch = try Self.object(request.body, "error decoding patch: ", &duplicates)
      self = .merge(patch, duplicates: duplicates)
    case "application/strategic-merge-patch+json":
      var duplicates: [String] = []
      let patch = try Self.object(request.body, "", &duplicates)
      self = .strategic(patch, duplicates: duplicates)
    default: throw Self.unsupported
    }
  }

  /// As the server's router words it before a handler is asked.
  private static let unsupported = APIStatus(
    415, "UnsupportedMediaType", "415: Unsupported Media Type", APIStatus.Details())

  private static func jsonPatch(_ body: Bytes) throws(APIStatus) -> JSONPatch {
    var duplicates: [String] = []
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: body, duplicates: &duplicates)
    } catch {
      throw .badRequest("error decoding patch: \(GoJSON.text(of: error, in: body))")
    }
    do throws(JSONPatchError) {
      return try JSONPatch(document)
    } catch {
      switch error {
      case .notAnArray:
        throw .badRequest(
          "error decoding patch: json: cannot unmarshal \(GoJSON.kind(of: document)) "
            + "into Go value of type []handlers.jsonPatchOp")
      case .tooManyOperations(let count):
        throw APIStatus(
          413, "RequestEntityTooLarge",
          "Request entity too large: The allowed maximum operations in a JSON patch is "
            + "\(JSONPatch.operationsMax), got \(count)")
      case .malformed, .unknownOperation, .failed: throw unfit
      }
    }
  }

  private static func object(
    _ body: Bytes, _ prefix: String, _ duplicates: inout [String]
  ) throws(APIStatus) -> JSONObject {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body, duplicates: &duplicates)
    } catch {
      throw .badRequest(prefix + GoJSON.text(of: error, in: body))
    }
    guard let object = value.object else {
      throw .badRequest(
        "\(prefix)json: cannot unmarshal \(GoJSON.kind(of: value)) "
          + "into Go value of type map[string]interface {}")
    }
    return object
  }

  /// A JSON patch that does not fit the object; its reason is not told.
  private static let unfit = APIStatus(
    422, "Invalid", "the server rejected our request due to an error in our request",
    APIStatus.Details())

  // MARK: - Applying

  /// The object as the patch makes it; it may be anything that is JSON.
  func applied(
    to object: JSONObject, type: TypeSchema?
  ) throws(APIStatus) -> JSONValue {
    switch self {
    case .json(let patch):
      do throws(JSONPatchError) {
        return try patch.apply(to: .object(object))
      } catch {
        throw Self.unfit
      }
    case .merge(let patch, _): return .object(JSONMergePatch.apply(patch, to: object))
    case .strategic(let patch, _):
      do throws(StrategicMergeError) {
        return .object(try StrategicMerge.apply(patch, to: object, type: type))
      } catch {
        throw Self.status(of: error)
      }
    }
  }

  /// As apiserver interpretStrategicMergePatchError has it: 500 for what it does not know.
  private static func status(of error: StrategicMergeError) -> APIStatus {
    switch error {
    case .retainKeysMalformed, .elementOrderMalformed, .deletionsMalformed:
      .badRequest("\(error)")
    case .unknownDirective, .noMergeKey, .listWithoutMergeKey, .mixedList, .elementOrderDiffers:
      APIStatus(500, "", "\(error)")
    }
  }

  /// Members that come twice in the patch itself.
  var duplicates: [String] {
    switch self {
    case .json: []
    case .merge(_, let duplicates), .strategic(_, let duplicates): duplicates
    }
  }

  /// What an error about the patched object shows of it (patcher.applyJSPatch,
  /// strategicPatchObject).
  func shown(_ patched: JSONValue) -> String {
    switch self {
    case .json, .merge: "\"\(patched.sorted.text())\""
    case .strategic(let patch, _): "\"\(JSONValue.object(patch).goText)\""
    }
  }
}
