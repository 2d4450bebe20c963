// swift-tools-version: 6.2
import PackageDescription

// The manifest is a table. A row names a target, its layer, whether it is pure, and what it may
// import. The checks below refuse an upward edge, an impure edge and a row that nothing defines,
// so that the layering of README.md cannot rot. TidyTests check what a manifest cannot see.

/// Folders under `Sources/`, lowest first: imports go down or sideways, never up.
let layers = [
  "Base", "Protocols", "Runtime", "Store", "ControlPlane", "DataPlane", "Simulation", "Programs",
]

enum Kind {
  /// No Foundation, Glibc, Dispatch, clock, random, log or I/O; imports only pure targets.
  case pure
  /// Shells: may do I/O through `Linux` and `EventLoop`.
  case shell
  /// C sources or a system library: what Swift cannot reach.
  case c
  case systemLibrary
  case program
  /// A program under `Bench/`: measures, and is no part of the product.
  case bench
  /// What those programs share, under `Bench/` too.
  case benchParts
}

struct Row {
  let name: String
  let layer: String
  let kind: Kind
  let imports: [String]
  /// Folders within the target's that the compiler is not to see.
  let excluded: [String]

  init(
    _ name: String, _ layer: String, _ kind: Kind, _ imports: [String] = [],
    excluded: [String] = []
  ) {
    self.name = name
    self.layer = layer
    self.kind = kind
    self.imports = imports
    self.excluded = excluded
  }
}

let table = [
  Row("Base", "Base", .pure),
  Row("CLinux", "Base", .c),
  Row("Linux", "Base", .shell, ["Base", "CLinux"]),

  Row("JSON", "Protocols", .pure, ["Base"]),
  Row("Protobuf", "Protocols", .pure, ["Base"]),
  Row("HTTP", "Protocols", .pure, ["Base"]),
  Row("COpenSSL", "Protocols", .systemLibrary),
  Row("Crypto", "Protocols", .shell, ["Base", "JSON", "COpenSSL"]),

  Row("EventLoop", "Runtime", .shell, ["Base", "Linux"]),
  Row("Transport", "Runtime", .shell, ["Base", "Linux", "HTTP", "Crypto", "EventLoop"]),

  Row("Raft", "Store", .pure, ["Base"]),
  Row("WAL", "Store", .pure, ["Base", "Raft"]),
  Row("EtcdAPI", "Store", .pure, ["Base", "Protobuf"], excluded: ["schema"]),
  Row("KVStore", "Store", .pure, ["Base", "JSON", "Protobuf", "EtcdAPI"]),
  Row("Member", "Store", .pure, ["Base", "Protobuf", "Raft", "WAL", "EtcdAPI", "KVStore"]),
  Row(
    "StoreServer", "Store", .shell,
    [
      "Base", "Linux", "Protobuf", "HTTP", "Crypto", "EventLoop", "Transport", "Raft", "WAL",
      "EtcdAPI", "KVStore", "Member",
    ]),
  Row(
    "StoreClient", "Store", .shell,
    ["Base", "Linux", "JSON", "Protobuf", "HTTP", "Crypto", "EventLoop", "Transport", "EtcdAPI"]),

  Row("Objects", "ControlPlane", .pure, ["Base", "JSON", "Protobuf"], excluded: ["schema"]),
  Row("Registry", "ControlPlane", .pure, ["Base", "JSON", "Objects"]),
  Row("Reconcilers", "ControlPlane", .pure, ["Base", "JSON", "Objects", "Registry"]),
  Row("Component", "ControlPlane", .pure, ["Base", "JSON", "EtcdAPI", "Objects", "Registry"]),
  Row(
    "ReconcilerRuntime", "ControlPlane", .shell,
    [
      "Base", "Linux", "HTTP", "EventLoop", "Transport", "EtcdAPI", "StoreClient", "Objects",
      "Component",
    ]),

  Row(
    "API", "ControlPlane", .pure,
    [
      "Base", "JSON", "Protobuf", "HTTP", "EtcdAPI", "Objects", "Registry", "Component",
    ]),
  Row(
    "APIServer", "ControlPlane", .shell,
    ["Base", "Linux", "HTTP", "Crypto", "EventLoop", "Transport", "StoreClient", "API"]),

  Row("Node", "DataPlane", .pure, ["Base", "JSON", "EtcdAPI", "Objects"]),
  Row(
    "NodeAgent", "DataPlane", .shell,
    [
      "Base", "Linux", "JSON", "HTTP", "Crypto", "EventLoop", "Transport", "EtcdAPI",
      "StoreClient", "Node",
    ]),

  Row(
    "Simulator", "Simulation", .shell,
    [
      "Base", "JSON", "Protobuf", "Raft", "WAL", "EtcdAPI", "KVStore", "Member", "Objects",
      "Registry", "Reconcilers", "Component", "Node",
    ]),

  Row(
    "keelson", "Programs", .program,
    [
      "Base", "Linux", "JSON", "HTTP", "Crypto", "EventLoop", "Transport", "EtcdAPI",
      "StoreServer", "StoreClient", "Objects", "Registry", "Reconcilers", "Component",
      "ReconcilerRuntime", "API", "APIServer",
      "Node", "NodeAgent", "Simulator",
    ]),
  Row("Benchmark", "Programs", .benchParts, ["Base", "Linux", "EventLoop"]),
  Row(
    "apibench", "Programs", .bench,
    ["Base", "Linux", "JSON", "HTTP", "Crypto", "EventLoop", "Transport", "Benchmark"]),
  Row(
    "controlbench", "Programs", .bench,
    [
      "Base", "Linux", "JSON", "EventLoop", "EtcdAPI", "StoreClient", "Objects", "Registry",
      "Benchmark",
    ]),
  Row("httpbench", "Programs", .bench, ["Base", "Linux", "HTTP", "Benchmark"]),
  Row(
    "registrybench", "Programs", .bench,
    ["Base", "Linux", "JSON", "Objects", "Registry", "Benchmark"]),
  Row(
    "storebench", "Programs", .bench,
    ["Base", "Linux", "Protobuf", "HTTP", "EventLoop", "EtcdAPI", "Benchmark"]),
]

/// Test targets: what each imports beside the target of its own name.
let tests: [(name: String, imports: [String])] = [
  (
    "APIServerTests",
    [
      "Base", "Linux", "HTTP", "Crypto", "EventLoop", "Transport", "StoreClient", "API",
      "APIServer",
    ]
  ),
  (
    "APITests",
    [
      "Base", "JSON", "Protobuf", "HTTP", "EtcdAPI", "KVStore", "Objects", "Registry",
      "Component", "API",
    ]
  ),
  ("BaseTests", ["Base"]),
  ("ComponentTests", ["Base", "JSON", "EtcdAPI", "Objects", "Registry", "Component"]),
  (
    "ConformanceTests",
    [
      "Base", "Linux", "HTTP", "JSON", "Crypto", "EventLoop", "Transport", "StoreClient", "Node",
      "NodeAgent", "API", "APIServer",
    ]
  ),
  ("CryptoTests", ["Base", "Linux", "JSON", "Crypto"]),
  ("EtcdAPITests", ["Base", "Linux", "Protobuf", "EtcdAPI"]),
  ("EventLoopTests", ["Base", "Linux", "EventLoop"]),
  ("FuzzTests", ["Base", "HTTP"]),
  ("HTTPTests", ["Base", "HTTP"]),
  ("JSONTests", ["Base", "JSON"]),
  ("KVStoreTests", ["Base", "Protobuf", "EtcdAPI", "KVStore"]),
  ("LinuxTests", ["Base", "Linux"]),
  ("MemberTests", ["Base", "Protobuf", "Raft", "WAL", "EtcdAPI", "KVStore", "Member"]),
  ("NodeAgentTests", ["Base", "Linux", "NodeAgent"]),
  ("NodeTests", ["Base", "JSON", "EtcdAPI", "Node"]),
  ("ObjectsTests", ["Base", "JSON", "Protobuf", "Objects"]),
  ("ProtobufTests", ["Base", "Protobuf"]),
  ("RaftTests", ["Base", "Raft"]),
  ("ReconcilersTests", ["Base", "JSON", "Objects", "Registry", "Reconcilers"]),
  ("RegistryTests", ["Base", "JSON", "Objects", "Registry"]),
  ("SimulationTests", ["Base", "EtcdAPI", "JSON", "Objects", "Raft", "Registry", "Simulator"]),
  ("StoreClientTests", ["Base", "JSON", "Protobuf", "EventLoop", "EtcdAPI", "StoreClient"]),
  (
    "StoreServerTests",
    ["Base", "Linux", "Crypto", "EventLoop", "EtcdAPI", "KVStore", "Member", "StoreServer"]
  ),
  ("TidyTests", []),
  ("TransportTests", ["Base", "Linux", "HTTP", "Crypto", "EventLoop", "Transport"]),
  ("WALTests", ["Base", "Raft", "WAL"]),
]

/// `ONLY_TARGETS=Raft,RaftTests` narrows the package to these targets and what they import: a
/// change in one leaf then compiles nothing else.
let only = Context.environment["ONLY_TARGETS"].map {
  Set($0.split(separator: ",").map(String.init))
}

// MARK: - Checks

var rows: [String: Row] = [:]
for row in table {
  precondition(layers.contains(row.layer), "\(row.name): unknown layer \(row.layer)")
  precondition(rows.updateValue(row, forKey: row.name) == nil, "\(row.name): two rows")
}
precondition(Set(tests.map(\.name)).count == tests.count, "a test target has two rows")
for row in table {
  for name in row.imports {
    guard let imported = rows[name], let ownLevel = layers.firstIndex(of: row.layer),
      let importedLevel = layers.firstIndex(of: imported.layer)
    else { fatalError("\(row.name) imports \(name): no such row") }
    precondition(importedLevel <= ownLevel, "\(row.name) imports \(name): an upward edge")
    if row.kind == .pure {
      precondition(imported.kind == .pure, "\(row.name) is pure and imports \(name), which is not")
    }
  }
}

// MARK: - Settings

// `KEELSON_PLANTED_BUGS=1` compiles in the mistakes that the simulation must find, each chosen at
// run time. No release has them.
let planted: [SwiftSetting] =
  Context.environment["KEELSON_PLANTED_BUGS"] == "1" ? [.define("PLANTED_BUGS")] : []

let common: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ] + planted

// Without cross-module optimization: other modules would then know a class's properties, and more
// uses of them are checked for exclusive access at run time.
let shellSettings = common + [.strictMemorySafety()]

// Without the implicit import, `Task` and `ContinuousClock` do not exist in a pure target.
let pureSettings =
  shellSettings + [
    // Generic containers are 5-14 times slower across a module border without it.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    .unsafeFlags(["-Xfrontend", "-disable-implicit-concurrency-module-import"]),
  ]

// MARK: - Targets

var wanted = Set(table.map(\.name)).union(tests.map(\.name))
if let only {
  wanted = []
  var pending = Array(only)
  while let name = pending.popLast() {
    guard wanted.insert(name).inserted else { continue }
    pending += rows[name]?.imports ?? tests.first { $0.name == name }?.imports ?? []
  }
}

func isBench(_ row: Row) -> Bool { row.kind == .bench || row.kind == .benchParts }

let targets: [Target] = table.filter { wanted.contains($0.name) }.map { row in
  let dependencies = row.imports.map { Target.Dependency.target(name: $0) }
  let path = isBench(row) ? "Bench/\(row.name)" : "Sources/\(row.layer)/\(row.name)"
  switch row.kind {
  case .systemLibrary:
    return .systemLibrary(name: row.name, path: path, providers: [.apt(["libssl-dev"])])
  case .c:
    return .target(name: row.name, path: path)
  case .pure:
    return .target(
      name: row.name, dependencies: dependencies, path: path, exclude: row.excluded,
      swiftSettings: pureSettings)
  case .shell, .benchParts:
    return .target(
      name: row.name, dependencies: dependencies, path: path, exclude: row.excluded,
      swiftSettings: shellSettings)
  case .program, .bench:
    return .executableTarget(
      name: row.name, dependencies: dependencies, path: path, swiftSettings: shellSettings,
      linkerSettings: [
        // Conversions of floating point numbers call it in debug; nothing else may bring it in.
        .linkedLibrary("m"),
        .unsafeFlags(["-static-stdlib"], .when(configuration: .release)),
      ])
  }
}

let testTargets: [Target] = tests.filter { wanted.contains($0.name) }.map { test in
  .testTarget(
    name: test.name, dependencies: test.imports.map { .target(name: $0) },
    path: "Tests/\(test.name)", swiftSettings: common)
}

let package = Package(name: "keelson", targets: targets + testTargets)
