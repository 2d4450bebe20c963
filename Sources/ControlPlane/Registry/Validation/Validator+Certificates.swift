import Base
import JSON
import Objects

/// certificates.k8s.io/v1 (apis/certificates/validation).
extension Validator {
  private static let usages = [
    "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign",
    "data encipherment", "decipher only", "digital signature", "email protection",
    "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement",
    "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime",
    "server auth", "signing", "timestamping",
  ]

  mutating func signingRequest(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      let request = Base64.decode(spec["request"]?.string ?? "") ?? Bytes()
      if !request.text.contains("-----BEGIN CERTIFICATE REQUEST-----") {
        let bytes = (0..<request.count).map { index in
          let byte = request[index]
          return "0x\(String(byte >> 4, radix: 16))\(String(byte & 0xF, radix: 16))"
        }
        validator.report(
          .invalid, "request", value: "[]byte{\(bytes.joined(separator: ", "))}",
          "PEM block type must be CERTIFICATE REQUEST")
      }
      if (spec["usages"]?.array ?? []).isEmpty { validator.required("usages") }
      var seen: Set<String> = []
      validator.eachText("usages", of: spec) { validator, usage in
        if !Self.usages.contains(usage) { validator.unsupported(nil, usage, Self.usages) }
        if !seen.insert(usage).inserted { validator.duplicate(nil, usage) }
      }
      validator.signer(spec["signerName"]?.string ?? "")
      if let seconds = spec["expirationSeconds"]?.int64, seconds < 600 {
        validator.invalid(
          "expirationSeconds", seconds,
          "may not specify a duration less than 600 seconds (10 minutes)")
      }
    }
  }

  private mutating func signer(_ name: String) {
    if name.isEmpty { return required("signerName") }
    if name == "kubernetes.io/legacy-unknown" {
      return invalid(
        "signerName", name, "the legacy signerName is not allowed via this API version")
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      return invalid(
        "signerName", name,
        "must be a fully qualified domain and path of the form "
          + "'example.com/signer-name'")
    }
    let domain = NameSyntax.subdomainComplaints(String(parts[0]))
    invalid("signerName", name, domain.map { "validating label \"\(parts[0])\": \($0)" })
  }

  mutating func signingRequestUpdate(_ object: JSONObject, replacing old: JSONObject) {
    guard object["spec"] != old["spec"] else { return }
    report(.invalid, "spec", value: "…", "field is immutable")
  }
}
