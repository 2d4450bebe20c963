import Base
import Linux
import Testing

@Suite struct `Processes` {
  /// Runs a shell script and gives its output, errors among it, and its end.
  private func run(
    _ script: String, _ change: (inout ProcessSpecification) -> Void = { _ in }
  ) throws -> (output: String, exit: ProcessExit) {
    let pipe = try Pipe()
    var specification = ProcessSpecification("/bin/sh", ["-c", script])
    specification.descriptors = [nil, pipe.writer.rawValue, pipe.writer.rawValue]
    change(&specification)
    let process = try Process.spawn(specification)
    // Our copy of the writing end closes here, so that the reader sees the end.
    let output = try pipe.takeReader().readToEnd()
    return (output.text, try process.wait())
  }

  @Test func `exit codes and signals are told apart`() throws {
    #expect(try run("exit 7").exit == .exited(code: 7))
    #expect(try run("kill -9 $$").exit == .killed(.kill))
    #expect(ProcessExit.killed(.kill).shellCode == 137)
  }

  @Test func `what exec says comes back from spawn`() {
    #expect(throws: Errno.notFound) { try Process.spawn(ProcessSpecification("/no/such")) }
    #expect(throws: Errno.accessDenied) { try Process.spawn(ProcessSpecification("/etc")) }
    var specification = ProcessSpecification("/bin/true")
    specification.folder = "/no/such"
    #expect(throws: Errno.notFound) { try Process.spawn(specification) }
    #expect(throws: Errno.invalid) {
      try Process.spawn(ProcessSpecification("/bin/true", ["a\0b"]))
    }
  }

  @Test func `environment, folder and arguments arrive`() throws {
    let ran = try run("echo $A; pwd; echo \"$0|$1\"") {
      $0.environment = ["A=b c"]
      $0.folder = "/usr"
      $0.arguments += ["zero", "one two"]
    }
    #expect(ran.output == "b c\n/usr\nzero|one two\n")
  }

  @Test func `the child has its descriptors and no other`() throws {
    let extra = try Pipe()
    // The listing itself opens 3 or, where that is taken, the next.
    let plain = try run("ls /proc/self/fd")
    #expect(plain.output == "0\n1\n2\n3\n")
    let more = try run("ls /proc/self/fd; echo hello >&3") {
      $0.descriptors.append(extra.writer.rawValue)
    }
    #expect(more.output == "0\n1\n2\n3\n4\n")
    #expect(try extra.reader.read(100) == "hello\n")
  }

  @Test func `descriptors may cross`() throws {
    let first = try Pipe()
    let second = try Pipe()
    // Sources and targets overlap: 3 and 4 are likely the numbers of pipes in this process too.
    _ = try run("echo a >&3; echo b >&4") {
      $0.descriptors += [second.writer.rawValue, first.writer.rawValue]
    }
    #expect(try second.reader.read(10) == "a\n")
    #expect(try first.reader.read(10) == "b\n")
  }

  @Test func `a session or group of its own has the child's number`() throws {
    // Fields 5 and 6 of /proc/PID/stat.
    let fields = "set -- $(cat /proc/$$/stat); echo $$ $5 $6"
    let session = try run(fields) { $0.newSession = true }.output.split(separator: " ")
    #expect(session[1] == session[0])
    #expect(session[2].dropLast() == session[0])
    let group = try run(fields) { $0.newGroup = true }.output.split(separator: " ")
    #expect(group[1] == group[0])
    #expect(group[2].dropLast() != group[0])
  }

  @Test func `blocked and ignored signals of the parent are not the child's`() throws {
    // SIGPIPE ignored would make `yes | head` run on.
    let ran = try run("grep -E 'Sig(Blk|Ign)' /proc/self/status")
    let masks = ran.output.split(separator: "\n").map { line in
      line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    }
    // 32 and 33 belong to the C library, which lets nobody change them (nptl(7)).
    #expect(masks.map { $0.map { $0 & ~0x1_8000_0000 } } == [0, 0])
  }

  @Test func `a process that is asked to end, ends, and is reaped once`() throws {
    let process = try Process.spawn(ProcessSpecification("/bin/sleep", ["100"]))
    #expect(try process.poll() == nil)
    let descriptor = try ProcessDescriptor(pid: process.pid)
    try descriptor.signal(.terminate)
    #expect(try process.wait() == .killed(.terminate))
    #expect(throws: Errno.noProcess) { try descriptor.signal(.terminate) }
    #expect(throws: Errno.noChild) { _ = try process.poll() }
    #expect(throws: Errno.noProcess) { _ = try ProcessDescriptor(pid: process.pid) }
  }

  @Test func `commands are found along the path`() {
    #expect(Process.find("sh", path: "/nowhere:/bin") == "/bin/sh")
    #expect(Process.find("sh", path: "/nowhere") == nil)
    #expect(Process.find("/bin/sh", path: "") == "/bin/sh")
    #expect(Process.find("passwd", path: "/etc") == nil, "not executable")
  }

  @Test func `a process sees itself`() throws {
    let own = try #require(try ProcessStatus.read(pid: Machine.processID))
    #expect(own.pid == Machine.processID)
    #expect(own.residentBytes > 1 << 20 && own.threadCount >= 1 && !own.isZombie)
    #expect(try ProcessStatus.all().contains { $0.pid == Machine.processID })
    #expect(try ProcessStatus.read(pid: 0x3FFF_FFFF) == nil)
  }

  @Test func `a zombie is known as one`() throws {
    let process = try Process.spawn(ProcessSpecification("/bin/true"))
    let deadline = Machine.now() + .seconds(5)
    while try ProcessStatus.read(pid: process.pid)?.isZombie == false {
      try #require(Machine.now() < deadline)
    }
    #expect(try process.wait() == .exited(code: 0))
  }

  @Test func `the machine's facts agree with its tools`() throws {
    #expect(try run("uname -n").output == Machine.hostName() + "\n")
    #expect(try run("nproc").output == "\(Machine.processorCount)\n")
    #expect(try run("getconf PAGESIZE").output == "\(Machine.pageBytes)\n")
    let variable = Machine.environmentValue("PATH")
    #expect(try run("echo \"$PATH\"").output == (variable ?? "") + "\n")
    #expect(Machine.randomWord() != Machine.randomWord())
    let wall = try run("date +%s").output.dropLast()
    let seconds = try #require(Int64(wall))
    #expect(abs(Machine.wallTime().milliseconds / 1000 - seconds) <= 2)
  }
}

@Suite struct `Texts of the proc file system` {
  // The layout of proc_pid_stat(5).
  @Test func `a command may hold spaces and parentheses`() {
    let line =
      "42 (a) R (b) S 1 42 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 987654 1000 25 18446744073709551615\n"
    let process = ProcessStatus.parse(line)
    #expect(process?.command == "a) R (b")
    #expect(process?.state == "S")
    #expect(process?.parent == 1 && process?.group == 42 && process?.session == 7)
    #expect(process?.cpuTime == .seconds(3))
    #expect(process?.startTicks == 987654)
    #expect(process?.threadCount == 3)
    #expect(process?.residentBytes == UInt64(25 * Machine.pageBytes))
  }

  @Test(arguments: ["", "1", "1 (x", "1 x) S", "1 (x) S 1 2", ")(", "x (y) S 1 1 1"])
  func `what is no such line is nothing`(_ line: String) {
    #expect(ProcessStatus.parse(line) == nil)
  }

  // Lines as cgroups(7) and proc_pid_mountinfo(5) lay them out.
  @Test func `cgroup v1 has a folder per controller`() {
    let hierarchy = CgroupHierarchy(
      mountInfo: """
        30 23 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        """,
      groups: "4:memory:/user/a\n3:cpu,cpuacct:/\n1:name=systemd:/init\n", unifiedControllers: "")
    #expect(hierarchy.mode == .v1)
    #expect(hierarchy.ownFolder(controller: "memory") == "/sys/fs/cgroup/memory/user/a")
    #expect(hierarchy.ownFolder(controller: "cpuacct") == "/sys/fs/cgroup/cpu,cpuacct")
    #expect(hierarchy.ownFolder(controller: "pids") == nil)
  }

  @Test func `cgroup v2 has one folder for all`() {
    let hierarchy = CgroupHierarchy(
      mountInfo: "29 23 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
      groups: "0::/system.slice/a.service\n", unifiedControllers: "cpuset cpu io memory pids\n")
    #expect(hierarchy.mode == .v2)
    #expect(
      hierarchy.ownFolder(controller: "memory") == "/sys/fs/cgroup/system.slice/a.service")
    #expect(hierarchy.ownFolder(controller: "hugetlb") == nil)
  }

  @Test func `a hybrid host has both`() {
    let hierarchy = CgroupHierarchy(
      mountInfo: """
        30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        40 23 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """, groups: "4:memory:/\n0::/\n", unifiedControllers: "hugetlb")
    #expect(hierarchy.mode == .hybrid)
    #expect(hierarchy.ownFolder(controller: "memory") == "/sys/fs/cgroup/memory")
    #expect(hierarchy.ownFolder(controller: "hugetlb") == "/sys/fs/cgroup/unified")
  }

  @Test func `this host's own hierarchy exists where it says`() throws {
    let hierarchy = try CgroupHierarchy.discover()
    for (_, folder) in hierarchy.controllerMounts { #expect(Files.exists(folder)) }
    if let unified = hierarchy.unifiedMount {
      #expect(try Files.space(unified).fileSystem == 0x6367_7270)
    }
  }
}
