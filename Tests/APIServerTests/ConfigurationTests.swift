import API
import APIServer
import Testing

@Suite struct `API server configuration` {
  @Test func `requests have a minute by default`() {
    let configuration = APIServerConfiguration(core: APICore.Configuration(entropy: 1))
    #expect(configuration.core.requestTimeout == .seconds(60))
  }
}
