import Base
import EtcdAPI

extension StoreCommand {
  static let alarmCommands: [StoreCommand] = [alarmList, alarmDisarm]
  static let endpointCommands: [StoreCommand] = [endpointStatus, endpointHealth, endpointHashKV]

  private static let alarmList = StoreCommand(
    "alarm", "list", summary: "List all alarms."
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.isEmpty else {
      throw CommandFailure(.badArguments, "alarm list command accepts no arguments")
    }
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.alarm(AlarmRequest(action: .get))
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  private static let alarmDisarm = StoreCommand(
    "alarm", "disarm", summary: "Disarm all alarms."
  ) { (values, session) async throws(CommandFailure) in
    guard values.operands.isEmpty else {
      throw CommandFailure(.badArguments, "alarm disarm command accepts no arguments")
    }
    // Member 0 and alarm NONE name nothing: every alarm that is on is disarmed by its own request.
    let response = try await session.ask { (client) async throws(StoreError) in
      var all = AlarmResponse()
      for alarm in try await client.alarm(AlarmRequest(action: .get)).alarms {
        let disarmed = try await client.alarm(
          AlarmRequest(action: .deactivate, memberID: alarm.memberID, alarm: alarm.alarm))
        all.alarms += disarmed.alarms
      }
      return all
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  static let memberList = StoreCommand(
    "member", "list", summary: "List all members of the cluster."
  ) { (_, session) async throws(CommandFailure) in
    let response = try await session.ask { (client) async throws(StoreError) in
      try await client.memberList()
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(response, into: &out)
    }
  }

  // MARK: - Endpoints

  private static let endpointStatus = StoreCommand(
    "endpoint", "status", summary: "Print each endpoint's status.", flags: declareCluster
  ) { (values, session) async throws(CommandFailure) in
    let (answers, failures) = try await session.askEach(values) {
      (client) async throws(StoreError) in try await client.status()
    }
    for (endpoint, error) in failures {
      session.complain("Failed to get the status of endpoint \(endpoint) (\(error))")
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(answers, into: &out)
    }
    // etcdctl ends with 1 and says no more.
    if !failures.isEmpty { throw CommandFailure(.error, "") }
  }

  private static let endpointHashKV = StoreCommand(
    "endpoint", "hashkv", summary: "Print the hash of each endpoint's history of keys.",
    flags: {
      declareCluster(&$0)
      $0.declare("rev", .integer, default: "0", help: "The revision to hash up to")
    }
  ) { (values, session) async throws(CommandFailure) in
    let revision = values.integer("rev")
    let (answers, failures) = try await session.askEach(values) {
      (client) async throws(StoreError) in try await client.hashKV(revision: revision)
    }
    for (endpoint, error) in failures {
      session.complain("Failed to get the hash of endpoint \(endpoint) (\(error))")
    }
    try session.emit { (out) throws(CommandFailure) in
      try session.printer.render(answers, into: &out)
    }
    if let (_, error) = failures.last { throw CommandFailure(error) }
  }

  private static let endpointHealth = StoreCommand(
    "endpoint", "health", summary: "Check whether each endpoint can reach a quorum.",
    flags: declareCluster
  ) { (values, session) async throws(CommandFailure) in
    let endpoints = try await session.endpoints(values)
    let health = await session.concurrently(endpoints) { await session.health(of: $0) }
    var (out, errors) = (ByteBuffer(), ByteBuffer())
    try session.printer.render(health, into: &out, errors: &errors)
    session.console.write(out.take())
    session.console.writeError(errors.take())
    if health.contains(where: { $0.error != nil }) {
      throw CommandFailure(.error, "unhealthy cluster")
    }
  }

  @Sendable private static func declareCluster(_ flags: inout FlagSet) {
    flags.declare("cluster", .boolean, help: "Ask all endpoints of the cluster's member list")
  }
}

extension CommandSession {
  fileprivate func complain(_ line: String) {
    console.writeError(Bytes(line + "\n"))
  }

  /// The endpoints given, or with `--cluster` those that the members advertise.
  fileprivate func endpoints(_ values: FlagValues) async throws(CommandFailure) -> [String] {
    guard values.boolean("cluster") else { return configuration.endpoints }
    let response = try await ask { (client) async throws(StoreError) in
      try await client.memberList()
    }
    return response.members.flatMap(\.clientURLs)
  }

  /// `body` for every endpoint at once; what it gives, in the endpoints' order.
  fileprivate func concurrently<Value: Sendable>(
    _ endpoints: [String], _ body: @escaping @Sendable (String) async -> Value
  ) async -> [Value] {
    await withTaskGroup(of: (Int, Value).self) { group in
      for (place, endpoint) in endpoints.enumerated() {
        group.addTask { (place, await body(endpoint)) }
      }
      var values: [(place: Int, value: Value)] = []
      for await (place, value) in group { values.append((place, value)) }
      return values.sorted { $0.place < $1.place }.map(\.value)
    }
  }

  fileprivate func askEach<Response: Hashable & Sendable>(
    _ values: FlagValues,
    _ body: @escaping @Sendable (StoreClient) async throws(StoreError) -> Response
  ) async throws(CommandFailure) -> (
    answers: [EndpointAnswer<Response>], failures: [(endpoint: String, error: StoreError)]
  ) {
    let endpoints = try await endpoints(values)
    let results = await concurrently(endpoints) { endpoint in await ask(endpoint, body) }
    var answers: [EndpointAnswer<Response>] = []
    var failures: [(endpoint: String, error: StoreError)] = []
    for (endpoint, result) in zip(endpoints, results) {
      switch result {
      case .success(let response):
        answers.append(EndpointAnswer(endpoint: endpoint, response: response))
      case .failure(let error): failures.append((endpoint, error))
      }
    }
    return (answers, failures)
  }

  private func ask<Response: Sendable>(
    _ endpoint: String, _ body: @Sendable (StoreClient) async throws(StoreError) -> Response
  ) async -> Result<Response, StoreError> {
    var single = configuration
    single.endpoints = [endpoint]
    do throws(StoreError) {
      return .success(try await body(try console.connect(single)))
    } catch {
      return .failure(error)
    }
  }

  /// A linearizable read of one key; that it may not be read is an answer too.
  fileprivate func health(of endpoint: String) async -> EndpointHealth {
    let started = ContinuousClock.now
    let result = await ask(endpoint) { (client) async throws(StoreError) in
      try await client.get("health")
    }
    let took = ContinuousClock.now - started
    switch result {
    case .success, .failure(.status(.permissionDenied)):
      return EndpointHealth(endpoint: endpoint, took: took, error: nil)
    case .failure(let error):
      return EndpointHealth(endpoint: endpoint, took: took, error: error.description)
    }
  }
}
