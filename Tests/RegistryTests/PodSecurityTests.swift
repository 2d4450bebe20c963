import JSON
import Objects
import Registry
import Testing

/// What the API reference of PodSecurityContext, SecurityContext, PodOS and ContainerResizePolicy
/// asks of their fields.
@Suite struct `Pods and their host` {
  private func errors(_ path: String, _ value: JSONValue) -> [String] {
    let pod = podManifest.with(path, value)
    let rejection = ClusterHistory().rejection(of: .create(.pod, pod.members))
    guard case .invalid(_, _, let errors)? = rejection else { return [] }
    return errors.map { "\($0.path): \($0.message)" }
  }

  @Test(arguments: ["spec", "spec.containers.0"])
  func `profiles say their type, and where they lie`(place: String) {
    func complaints(_ field: String, _ profile: JSONValue) -> [String] {
      errors("\(place).securityContext", .object(JSONObject([.init(name: field, value: profile)])))
        .map { error in
          let parts = error.split(separator: "\(field).", maxSplits: 1)
          return String(parts.last ?? "")
        }
    }
    let types = "supported values: \"Localhost\", \"RuntimeDefault\", \"Unconfined\""
    for (field, name) in [("seccompProfile", "seccomp"), ("appArmorProfile", "AppArmor")] {
      for good: JSONValue in [
        ["type": "RuntimeDefault"], ["type": "Unconfined"],
        ["type": "Localhost", "localhostProfile": "a/b.json"],
      ] {
        #expect(complaints(field, good) == [])
      }
      #expect(
        complaints(field, ["type": "runtime/default"])
          == ["type: Unsupported value: \"runtime/default\": \(types)"])
      #expect(
        complaints(field, [:]) == ["type: Required value: type is required when \(field) is set"])
      #expect(
        complaints(field, ["type": "Localhost"])
          == ["localhostProfile: Required value: must be set when \(name) type is Localhost"])
      #expect(
        complaints(field, ["type": "Unconfined", "localhostProfile": "a"])
          == [
            "localhostProfile: Invalid value: \"a\": can only be set when \(name) type is Localhost"
          ])
    }
    #expect(
      complaints("seccompProfile", ["type": "Localhost", "localhostProfile": "../a"])
        == ["localhostProfile: Invalid value: \"../a\": must not contain '..'"])
    #expect(
      complaints("appArmorProfile", ["type": "Localhost", "localhostProfile": " a"])
        == ["localhostProfile: Invalid value: \" a\": must not be padded with whitespace"])
  }

  @Test func `a pod's own settings are checked`() {
    #expect(
      errors("spec.securityContext", ["fsGroupChangePolicy": "Never"]) == [
        "spec.securityContext.fsGroupChangePolicy: Unsupported value: \"Never\": "
          + "supported values: \"Always\", \"OnRootMismatch\""
      ])
    #expect(
      errors("spec.securityContext", ["supplementalGroupsPolicy": "All"]) == [
        "spec.securityContext.supplementalGroupsPolicy: Unsupported value: \"All\": "
          + "supported values: \"Merge\", \"Strict\""
      ])
    #expect(
      errors(
        "spec.securityContext",
        [
          "sysctls": [
            ["name": "kernel.shm_rmid_forced", "value": "0"], ["name": "net/ipv4/ip_forward"],
            ["name": "Kernel", "value": "1"], ["value": "1"], ["name": "net/ipv4/ip_forward"],
          ]
        ]) == [
          "spec.securityContext.sysctls[2].name: Invalid value: \"Kernel\": must have at most 253 "
            + "characters and match regex "
            + #"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"#,
          "spec.securityContext.sysctls[3].name: Required value",
          "spec.securityContext.sysctls[4].name: Duplicate value: \"net/ipv4/ip_forward\"",
        ])
    let shared = podManifest.with("spec.hostPID", true).with("spec.shareProcessNamespace", true)
    #expect(
      ClusterHistory().rejection(of: .create(.pod, shared.members))?.message.hasSuffix(
        "ShareProcessNamespace and HostPID cannot both be enabled") == true)
    #expect(
      errors("spec.os", ["name": "darwin"]) == [
        "spec.os: Unsupported value: \"darwin\": supported values: \"linux\", \"windows\""
      ])
    #expect(errors("spec.os", ["name": "linux"]) == [])
  }

  @Test func `resize policies name a resource and what it takes`() {
    let path = "spec.containers.0.resizePolicy"
    #expect(errors(path, [["resourceName": "cpu", "restartPolicy": "NotRequired"]]) == [])
    #expect(
      errors(path, [["resourceName": "disk", "restartPolicy": "Maybe"]]) == [
        "spec.containers[0].resizePolicy: Unsupported value: \"disk\": "
          + "supported values: \"cpu\", \"memory\"",
        "spec.containers[0].resizePolicy: Unsupported value: \"Maybe\": "
          + "supported values: \"NotRequired\", \"RestartContainer\"",
      ])
  }
}
