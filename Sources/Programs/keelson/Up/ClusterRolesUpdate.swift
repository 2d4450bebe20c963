import Base
import EtcdAPI
import EventLoop
import JSON
import Linux
import StoreClient

/// Brings the roles of an earlier version's cluster up to this one's. What an administrator has
/// written stays: then only roles that are missing are added.
struct ClusterRolesUpdate {
  let plan: ClusterPlan
  let folder: ClusterFolder
  let loop: EventLoop
  let steps: Steps

  func run() async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(plan.endpoints)
    let present = try roles(try await client.certificateRoles().document)
    let seeded = try roles(try Files.read(folder.rolesFile))
    let own = try roles(ClusterRoles.document)
    let wanted = Self.wanted(own, present: present, seeded: seeded)
    if wanted != present {
      let document: JSONValue = ["roles": .array(wanted)]
      let text = Bytes(document.text(.indented) + "\n")
      // The file tells what `up` wrote last: only after the store has it.
      _ = try await client.applyCertificateRoles(document: text)
      if wanted == own { try Files.replace(folder.rolesFile, with: text) }
      steps.done("certificate roles", "brought up to this version")
    }
    await client.close()
  }

  /// This version's where nobody else has changed them; else the present ones and what they lack.
  static func wanted(
    _ own: [JSONValue], present: [JSONValue], seeded: [JSONValue]
  ) -> [JSONValue] {
    if present == seeded { return own }
    let names = Set(present.compactMap { $0["name"]?.string })
    return present + own.filter { !names.contains($0["name"]?.string ?? "") }
  }

  private func roles(_ document: Bytes) throws -> [JSONValue] {
    if document.isEmpty { return [] }
    do throws(JSONError) {
      return try JSONValue(parsing: document)["roles"]?.array ?? []
    } catch {
      throw UpFailure(
        "the certificate roles are no JSON: \(error)",
        advice: "restore \(folder.rolesFile) from a backup")
    }
  }
}
