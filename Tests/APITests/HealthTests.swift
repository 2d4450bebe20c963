import Base
import HTTP
import JSON
import Testing

@testable import API

/// The texts of k8s.io/apiserver/pkg/server/healthz.
@Suite struct `Health of an API server` {
  private func answer(_ path: String, isFilled: Bool = true) -> (code: Int, text: String) {
    let harness = APIHarness()
    let server = isFilled ? harness.server : harness.startServer(isHeld: true)
    let answer = server.send("GET", path)
    return (answer.code, answer.body.text)
  }

  @Test(arguments: ["/healthz", "/livez", "/readyz", "/readyz/ping", "/readyz/informer-sync"])
  func `good is ok`(_ path: String) {
    #expect(answer(path) == (200, "ok"))
  }

  @Test func `verbose tells each check`() {
    #expect(
      answer("/readyz?verbose") == (200, "[+]ping ok\n[+]informer-sync ok\nreadyz check passed\n"))
    #expect(answer("/livez?verbose") == (200, "[+]ping ok\nlivez check passed\n"))
    #expect(
      answer("/readyz?verbose&exclude=ping&exclude=etcd")
        == (
          200,
          "[+]ping excluded: ok\n[+]informer-sync ok\n"
            + "warn: some health checks cannot be excluded: no matches for \"etcd\"\n"
            + "readyz check passed\n"
        ))
  }

  @Test func `a server without its view lives and is not ready`() {
    #expect(answer("/livez", isFilled: false) == (200, "ok"))
    #expect(
      answer("/readyz", isFilled: false)
        == (500, "[+]ping ok\n[-]informer-sync failed: reason withheld\nreadyz check failed\n"))
    #expect(answer("/readyz?exclude=informer-sync", isFilled: false) == (200, "ok"))
  }

  @Test func `a check that is none is not found`() {
    #expect(answer("/readyz/nope").code == 404)
    #expect(answer("/readyz/ping/more").code == 404)
  }

  @Test func `the root lists what there is to read`() {
    let paths = APIHarness().send("GET", "/").json["paths"]?.array?.compactMap(\.string) ?? []
    #expect(paths.contains("/api/v1") && paths.contains("/apis/apps") && paths.contains("/livez"))
    #expect(paths == paths.sorted())
  }
}
