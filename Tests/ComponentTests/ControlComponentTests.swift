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

  @Test func `a tick that comes early is asked for again`() {
    var component = ControlComponent(
      ControlComponent.Configuration(identity: "p", reconcilers: [], entropy: 1))
    var effects: [ControlComponent.Effect] = []
    func moment(_ milliseconds: Int64) -> Moment {
      Moment(
        instant: Instant(nanoseconds: milliseconds * 1_000_000),
        wall: WallTime(milliseconds: milliseconds))
    }
    component.step(.start, at: moment(0), into: &effects)
    guard case .store(.call(let list, .range))? = effects.first else {
      return #expect(Bool(false), "a list")
    }
    effects = []
    component.step(
      .store(.answered(list, .refused(.permissionDenied))), at: moment(0), into: &effects)
    guard case .wake(let due)? = effects.last else { return #expect(Bool(false), "a wake") }
    effects = []
    component.step(.tick, at: moment(1), into: &effects)
    #expect(effects == [.wake(at: due)])
    effects = []
    // Nothing else is news before that.
    component.step([], at: moment(2), into: &effects)
    #expect(effects == [])
  }
}
