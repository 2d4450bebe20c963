public import API

/// How one API server is run.
public struct APIServerConfiguration: Sendable {
  public var core: APICore.Configuration

  public init(core: APICore.Configuration) {
    self.core = core
  }
}
