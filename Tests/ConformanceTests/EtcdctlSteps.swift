extension Conformance.`Stock etcdctl` {
  /// Steps run in order; later topics see the keys of earlier ones.
  static let topics: [[Step]] = [
    puts, gets, deletions, transactions, compactions, leases, cluster,
  ]

  private static let puts = [
    Step("put a 1"), Step("put a 2 --prev-kv"), Step("put fresh 1 --prev-kv"),
    Step("put b 1 -w json"), Step("put piped", input: "from stdin"), Step("put empty ''"),
    Step("put a --ignore-value --prev-kv"), Step("put nokey --ignore-value"),
    Step("put '' x"), Step("put a 3 --lease=1234"), Step("put a 4 --ignore-lease"),
    Step("put large", input: String(repeating: "x", count: 1_600_000)),
    Step("put c 1 -w fields"), Step("put c 2 -w fields --prev-kv"),
  ]

  private static let gets =
    (0..<6).map { Step("put list/\($0) v\(9 - $0)") } + [
      Step("get a"), Step("get a -w json"), Step("get a -w fields"), Step("get a --hex"),
      Step("get nothing"), Step("get nothing -w json"), Step("get a --print-value-only"),
      Step("get list/ --prefix"), Step("get list/ --prefix --keys-only"),
      Step("get list/ --prefix --limit 2 -w json"), Step("get list/ --prefix --limit 2"),
      Step("get list/ --prefix --count-only -w fields"), Step("get list/3 --from-key"),
      Step("get list/1 list/4"), Step("get list/4 list/1"), Step("get '' --from-key --keys-only"),
      Step("get '' --prefix --keys-only"), Step("get a --rev 2"), Step("get a --rev 3"),
      Step("get a --rev 1"), Step("get a --rev 10000"),
      Step("get list/ --prefix --order DESCEND --keys-only"),
      Step("get list/ --prefix --sort-by VALUE"),
      Step("get list/ --prefix --sort-by VALUE --order DESCEND --limit 3"),
      Step("get '' --prefix --sort-by VERSION --order DESCEND --limit 1"),
      Step("get list/ --prefix --sort-by CREATE --order DESCEND --limit 2"),
      Step("get list/ --prefix --sort-by MODIFY --order ASCEND --limit 2"),
      Step("get a --consistency s"), Step("get a --consistency x"),
    ]

  private static let deletions = [
    Step("del list/0"), Step("del list/0"), Step("del list/1 --prev-kv"),
    Step("del list/2 list/4 --prev-kv"), Step("del list/ --prefix -w json"),
    Step("put z1 1"), Step("put z2 2"), Step("del z --from-key"), Step("get z --from-key"),
    Step("put z1 again"), Step("get z1 -w fields"), Step("del '' --prefix -w fields"),
    Step("get '' --prefix"),
  ]

  private static let transactions = [
    Step("put t1 1"),
    Step("txn", input: "mod(\"t1\") > \"0\"\n\nput t2 then\nget t1\n\nput t2 else\n\n"),
    Step("txn", input: "value(\"t1\") = \"2\"\n\nput t3 then\n\nget t2\ndel t1\nget t1\n\n"),
    Step("txn -w json", input: "version(\"gone\") = \"0\"\ncreate(\"t2\") > \"1\"\n\nget t2\n\n\n"),
    Step("txn -i", input: "mod(\"t2\") < \"1\"\n\n\nput x y\n\n"),
    Step("txn", input: "\nput d 1\nput d 2\n\n\n"),
    Step("txn", input: "\nput q 1\ndel q\n\n\n"),
    Step("txn", input: "lease(\"t2\") = \"0\"\n\nput lf 1\n\n\n"),
    Step("txn", input: "\nget t2 --rev 10000\n\n\n"),
    Step("txn -w fields", input: "\ndel t --prefix --prev-kv\n\n\n"),
    Step("txn", input: "nonsense\n\n\n\n"),
  ]

  private static let compactions = [
    Step("put k 1"), Step("put k 2"), Step("put k 3"), Step("get k -w fields"),
    Step("compact 38"), Step("compact 38"), Step("compact 100000"), Step("get k --rev 5"),
    Step("get k --rev 38"), Step("get k"), Step("compact 40 --physical"),
  ]

  private static let leases = [
    Step("lease grant 100"), Step("put held 1 --lease $LEASE"), Step("put held2 1 --lease $LEASE"),
    Step("lease timetolive $LEASE"), Step("lease timetolive $LEASE --keys"), Step("lease list"),
    Step("get held -w fields"), Step("lease keep-alive --once $LEASE"),
    Step("put held2 moved"), Step("lease timetolive $LEASE --keys"),
    Step("lease revoke $LEASE"), Step("get held"), Step("get held2"),
    Step("lease timetolive $LEASE"), Step("lease revoke $LEASE"),
    Step("lease keep-alive --once $LEASE"), Step("lease grant 10000000000"),
    Step("lease grant 0"), Step("lease revoke $LEASE"), Step("lease list"),
  ]

  private static let cluster = [
    Step("member list"), Step("member list -w json"), Step("alarm list"), Step("alarm disarm"),
    Step("endpoint health"), Step("get final -w json"),
  ]
}
