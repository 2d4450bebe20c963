import Base
import Member

extension ControlCluster {
  func injectFault() {
    guard !isCalm, !plan.faults.isEmpty else { return }
    counters.faults += 1
    inject(plan.faults[world.random.below(plan.faults.count)])
    plan(.fault, after: .milliseconds(world.random.below(2 * plan.pauseBetweenFaults)))
  }

  private func inject(_ fault: ControlPlan.Fault) {
    let process = processes[world.random.below(processes.count)]
    let node = nodes[world.random.below(nodes.count)]
    note("fault", "\(fault)", [["process", "\(process.number)"], ["node", node.name]])
    switch fault {
    case .killProcess: process.kill(in: self)
    case .killBehindWrites: process.writesBeforeKill = world.random.below(5)
    case .pauseProcess: pause(process.number)
    case .pauseBehindWrites: process.writesBeforePause = world.random.below(5)
    case .stopProcess: process.stopOrderly(in: self)
    case .breakConnections:
      process.caller?.breakConnection()
      node.breakConnection()
    case .stallConnections:
      process.caller?.stall(for: .milliseconds(500 + world.random.below(15_000)))
    case .handOver:
      for host in world.hosts { world.give(host, .handOver) }
    case .storeCrash: world.crash(world.random.below(world.hosts.count))
    case .compaction: compact()
    case .nodeReboots: node.reboot(in: self)
    case .agentKilled: node.killAgent(in: self)
    case .agentPaused:
      node.pause()
      plan(.nodeResume(node.number), after: .milliseconds(500 + world.random.below(20_000)))
    case .nodeSlow: node.slowDown(for: .milliseconds(1_000 + world.random.below(5_000)))
    case .supervisorKilled: node.killSupervisor(in: self)
    }
  }

  /// Everything behind the observer is history that no watch may need.
  private func compact() {
    let revision = observer.revision - Int64(world.random.below(5))
    guard revision > 1 else { return }
    world.compact(at: revision)
    counters.compactions += 1
  }

  /// The faults end: what is down starts, what stands still goes on.
  func heal() {
    setCalm()
    world.heal()
    for process in processes {
      process.writesBeforeKill = nil
      process.writesBeforePause = nil
      process.resume(in: self)
      if !process.isRunning { plan(.start(process: process.number), after: .milliseconds(200)) }
    }
    for node in nodes {
      node.resume(in: self)
      if !node.isAgentRunning { planNodeStart(of: node.number, after: .zero) }
    }
  }
}
