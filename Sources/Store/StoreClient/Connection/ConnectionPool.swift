import EtcdAPI
import Synchronization

/// One connection to one endpoint at a time, and the choice of the next when it fails.
actor ConnectionPool {
  /// A connection and the turn it was given in: complaints about an older turn come too late.
  struct Loan: Sendable {
    let connection: any MemberConnection
    fileprivate let turn: Int
  }

  private let endpoints: [StoreEndpoint]
  private let connector: any MemberConnector
  /// Which endpoint is in use: counts up for ever, the place is its remainder.
  private var turn: Int
  private var connection: (any MemberConnection)? {
    didSet {
      let loan = connection.map { Loan(connection: $0, turn: turn) }
      current.withLock { $0 = loan }
    }
  }
  /// `connection`, for who cannot wait.
  private nonisolated let current = Mutex<Loan?>(nil)
  private var dialling: Task<Loan, any Error>?
  private var isClosed = false

  /// `first` spreads clients over the endpoints: any number from 0 on.
  init(endpoints: [StoreEndpoint], connector: any MemberConnector, first: Int) {
    precondition(!endpoints.isEmpty && first >= 0, "a pool needs endpoints")
    self.endpoints = endpoints
    self.connector = connector
    turn = first
  }

  deinit {
    dialling?.cancel()
    connection?.close()
  }

  /// The connection in use; dials where there is none, once for all who ask meanwhile.
  func borrow() async throws(CallFailure) -> Loan {
    if isClosed { throw .closed }
    if let connection { return Loan(connection: connection, turn: turn) }
    let dial = dialling ?? startDial()
    do {
      return try await dial.value
    } catch let failure as CallFailure {
      throw failure
    } catch {
      throw .cancelled
    }
  }

  /// The connection in use; nil where there is none yet. On any thread.
  nonisolated var loan: Loan? { current.withLock { $0 } }

  private func startDial() -> Task<Loan, any Error> {
    let (endpoint, turn) = (endpoints[turn % endpoints.count], turn)
    let dial = Task { [connector] in
      let result: Result<Loan, CallFailure>
      do throws(CallFailure) {
        result = .success(Loan(connection: try await connector.connect(to: endpoint), turn: turn))
      } catch {
        result = .failure(error)
      }
      return try finishDial(result, turn: turn).get()
    }
    dialling = dial
    return dial
  }

  private func finishDial(
    _ result: Result<Loan, CallFailure>, turn: Int
  ) -> Result<Loan, CallFailure> {
    dialling = nil
    if isClosed { return .failure(.closed) }
    switch result {
    case .success(let loan): connection = loan.connection
    case .failure(let failure): if failure.blamesMember, self.turn == turn { self.turn += 1 }
    }
    return result
  }

  /// A call on the loan's connection failed: another endpoint is next where the member is to blame.
  func report(_ failure: CallFailure, on loan: Loan) {
    guard loan.turn == turn, failure.blamesMember else { return }
    turn += 1
    // Not closed: what else is under way on it may still be answered.
    connection = nil
  }

  func close() {
    isClosed = true
    dialling?.cancel()
    connection?.close()
    connection = nil
  }
}
