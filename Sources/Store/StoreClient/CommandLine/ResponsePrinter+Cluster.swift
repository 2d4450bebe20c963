import Base
import EtcdAPI
import JSON
import Protobuf

/// One endpoint's answer among those of several.
struct EndpointAnswer<Response: Hashable & Sendable>: Hashable, Sendable {
  /// As the user wrote it.
  let endpoint: String
  let response: Response
}

/// Whether an endpoint could read a key with a quorum.
struct EndpointHealth: Hashable, Sendable {
  let endpoint: String
  let took: Duration
  /// nil: healthy.
  let error: String?
}

extension ResponsePrinter {
  func render(_ response: AlarmResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      // Go prints the message in its text form, with a space at the end.
      for alarm in response.alarms {
        out.writeLine("memberID:\(alarm.memberID) alarm:\(alarm.alarm.goText) ")
      }
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields:
      renderHeader(response.header, into: &out)
      for alarm in response.alarms {
        field("MemberID", alarm.memberID, into: &out)
        field("AlarmType", alarm.alarm.goText, into: &out)
        out.writeLine("")
      }
    case .protobuf: out.write(response.encoded)
    case .table: throw style.format.unsupported
    }
  }

  func render(_ response: MemberListResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      for member in response.members { out.writeLine(cells(member).joined(separator: ", ")) }
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields: renderFields(response, into: &out)
    case .table:
      var table = TextTable(["ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"])
      for member in response.members { table.add(cells(member)) }
      out.write(table.text)
    case .protobuf: out.write(response.encoded)
    }
  }

  private func cells(_ member: Member) -> [String] {
    [
      GoText.hex(member.id), member.name.isEmpty ? "unstarted" : "started", member.name,
      member.peerURLs.joined(separator: ","), member.clientURLs.joined(separator: ","),
      "\(member.isLearner)",
    ]
  }

  private func renderFields(_ response: MemberListResponse, into out: inout ByteBuffer) {
    renderHeader(response.header, into: &out)
    for member in response.members {
      field("ID", member.id, into: &out)
      field("Name", GoText.quoted(member.name), into: &out)
      for url in member.peerURLs { field("PeerURL", GoText.quoted(url), into: &out) }
      for url in member.clientURLs { field("ClientURL", GoText.quoted(url), into: &out) }
      field("IsLearner", member.isLearner, into: &out)
      out.writeLine("")
    }
  }

  // MARK: - Endpoints

  func render(
    _ answers: [EndpointAnswer<StatusResponse>], into out: inout ByteBuffer
  ) throws(CommandFailure) {
    switch style.format {
    case .simple:
      for answer in answers { out.writeLine(cells(answer).joined(separator: ", ")) }
    case .json:
      out.writeLine(
        goJSON: .array(
          answers.map { ["Endpoint": .string($0.endpoint), "Status": $0.response.goJSON] }))
    case .fields: for answer in answers { renderFields(answer, into: &out) }
    case .table:
      var table = TextTable([
        "endpoint", "ID", "version", "db size", "is leader", "is learner", "raft term",
        "raft index", "raft applied index", "errors",
      ])
      for answer in answers { table.add(cells(answer)) }
      out.write(table.text)
    case .protobuf: throw style.format.unsupported
    }
  }

  private func cells(_ answer: EndpointAnswer<StatusResponse>) -> [String] {
    let status = answer.response
    let member = status.header?.memberID ?? 0
    return [
      answer.endpoint, GoText.hex(member), status.version, GoText.humanized(status.dbSize),
      "\(status.leader == member)", "\(status.isLearner)", "\(status.raftTerm)",
      "\(status.raftIndex)", "\(status.raftAppliedIndex)", status.errors.joined(separator: ", "),
    ]
  }

  private func renderFields(
    _ answer: EndpointAnswer<StatusResponse>, into out: inout ByteBuffer
  ) {
    let status = answer.response
    renderHeader(status.header, into: &out)
    field("Version", GoText.quoted(status.version), into: &out)
    field("DBSize", status.dbSize, into: &out)
    field("Leader", status.leader, into: &out)
    field("IsLearner", status.isLearner, into: &out)
    field("RaftIndex", status.raftIndex, into: &out)
    field("RaftTerm", status.raftTerm, into: &out)
    field("RaftAppliedIndex", status.raftAppliedIndex, into: &out)
    field("Errors", "[\(status.errors.joined(separator: " "))]", into: &out)
    field("Endpoint", GoText.quoted(answer.endpoint), into: &out)
    out.writeLine("")
  }

  func render(
    _ answers: [EndpointAnswer<HashKVResponse>], into out: inout ByteBuffer
  ) throws(CommandFailure) {
    switch style.format {
    case .simple:
      for answer in answers { out.writeLine("\(answer.endpoint), \(answer.response.hash)") }
    case .json:
      out.writeLine(
        goJSON: .array(
          answers.map { ["Endpoint": .string($0.endpoint), "HashKV": $0.response.goJSON] }))
    case .fields:
      for answer in answers {
        renderHeader(answer.response.header, into: &out)
        field("Endpoint", GoText.quoted(answer.endpoint), into: &out)
        field("Hash", answer.response.hash, into: &out)
        out.writeLine("")
      }
    case .table:
      var table = TextTable(["endpoint", "hash"])
      for answer in answers { table.add([answer.endpoint, "\(answer.response.hash)"]) }
      out.write(table.text)
    case .protobuf: throw style.format.unsupported
    }
  }

  /// In the simple format the unhealthy ones go to standard error, as etcdctl 3.6 does it.
  func render(
    _ health: [EndpointHealth], into out: inout ByteBuffer, errors: inout ByteBuffer
  ) throws(CommandFailure) {
    switch style.format {
    case .simple: for one in health { renderSimple(one, into: &out, errors: &errors) }
    case .json: out.writeLine(goJSON: .array(health.map(\.goJSON)))
    case .fields:
      for one in health {
        field("Endpoint", GoText.quoted(one.endpoint), into: &out)
        field("Health", one.error == nil, into: &out)
        field("Took", GoText.duration(one.took), into: &out)
        field("Error", one.error ?? "", into: &out)
        out.writeLine("")
      }
    case .table:
      var table = TextTable(["endpoint", "health", "took", "error"])
      for one in health {
        table.add([
          one.endpoint, "\(one.error == nil)", GoText.duration(one.took), one.error ?? "",
        ])
      }
      out.write(table.text)
    case .protobuf: throw style.format.unsupported
    }
  }

  private func renderSimple(
    _ health: EndpointHealth, into out: inout ByteBuffer, errors: inout ByteBuffer
  ) {
    if let error = health.error {
      errors.writeLine("\(health.endpoint) is unhealthy: failed to commit proposal: \(error)")
    } else {
      let took = GoText.duration(health.took)
      out.writeLine(
        "\(health.endpoint) is healthy: successfully committed proposal: took = \(took)")
    }
  }
}

extension EndpointHealth {
  fileprivate var goJSON: JSONValue {
    var object = GoObject()
    object.add("endpoint", .string(endpoint))
    object.add("health", .bool(error == nil))
    object.add("took", .string(GoText.duration(took)))
    object.add("error", nonempty: error ?? "")
    return object.value
  }
}
