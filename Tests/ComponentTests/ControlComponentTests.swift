import Base
import Component
import EtcdAPI
import JSON
import Objects
import Registry
import Testing

@Suite struct `A component` {
  @Test func `lists, leads, plans and commits`() {
    let stage = Stage()
    stage.want(3)
    let process = stage.start()
    stage.settle()
    #expect(stage.pods().count == 3)
    #expect(process.component.status.isReady)
    let status = process.component.status.reconcilers[0]
    #expect(status.isLeading && status.isActing)
    #expect(status.tally.commits == 3)
    stage.want(1)
    stage.settle()
    #expect(stage.pods().count == 1)
    #expect(stage.podsMade == 3)
  }

  @Test func `reads nothing while nothing changes`() {
    let stage = Stage()
    stage.want(3)
    _ = stage.start()
    _ = stage.start()
    stage.pass(.seconds(5))
    let (ranges, revision) = (stage.store.ranges, stage.store.revision)
    stage.pass(.seconds(3600))
    #expect(stage.store.ranges == ranges)
    #expect(stage.store.revision == revision)
  }
}
