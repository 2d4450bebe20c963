import Base
import EtcdAPI
import JSON

extension StoreCommand {
  static let certificateRolesCommands: [StoreCommand] = [rolesGet, rolesApply]

  private static let rolesGet = StoreCommand(
    "certificate-roles", "get", summary: "Print the certificate roles in force."
  ) { (_, session) async throws(CommandFailure) in
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.certificateRoles()
    }
    if response.document.isEmpty {
      session.console.writeError("no certificate roles: any client may read and write any key\n")
    }
    switch session.printer.style.format {
    case .simple where response.document.isEmpty: return
    case .simple:
      let kv = KeyValue(value: response.document)
      var style = session.printer.style
      style.valueOnly = true
      var out = ByteBuffer()
      ResponsePrinter(style).renderSimple(kv, into: &out)
      session.console.write(out.take())
    case .json:
      try session.emit { (out) throws(CommandFailure) in
        out.writeLine(goJSON: try response.json)
      }
    case .fields, .table, .protobuf: throw session.printer.style.format.unsupported
    }
  }

  private static let rolesApply = StoreCommand(
    "certificate-roles", "apply", operands: "<file, or - for standard input>",
    summary: "Replace the certificate roles (administrator only)."
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.count == 1, let path = values.operands.first else {
      throw CommandFailure(.badArguments, "certificate-roles apply command needs a file")
    }
    let document = try session.readDocument(path)
    do throws(JSONError) {
      _ = try JSONValue(parsing: document)
    } catch {
      throw CommandFailure(.invalidInput, "\(path): \(error)")
    }
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.applyCertificateRoles(document: document)
    }
    let revision = response.revision
    session.console.write(Bytes("certificate roles applied at revision \(revision)\n"))
  }
}

extension CommandSession {
  fileprivate func readDocument(_ path: String) throws(CommandFailure) -> Bytes {
    if path == "-" { return console.readAll() }
    guard let document = try console.readFile(path) else {
      throw CommandFailure(.badArguments, "open \(path): no such file or directory")
    }
    return document
  }
}

extension CertificateRolesGetResponse {
  fileprivate var json: JSONValue {
    get throws(CommandFailure) {
      if document.isEmpty { return ["revision": .number(JSONNumber(revision)), "roles": nil] }
      do throws(JSONError) {
        return [
          "revision": .number(JSONNumber(revision)), "roles": try JSONValue(parsing: document),
        ]
      } catch {
        throw CommandFailure(.error, "the store's certificate roles are no JSON: \(error)")
      }
    }
  }
}
