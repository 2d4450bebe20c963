"""Two API servers over one store give the same answers: same_answers.py FOLDER

FOLDER is of a cluster of `keelson up --api-servers 2`; standard library only. Asks both for everything
that discovery lists, in every form, at one revision, and compares the answers byte for byte; writes at
one and reads at the other at once; follows both from one revision. Ends with 0 only if all was equal.
"""

import http.client
import json
import sys
from urllib.parse import quote

from cluster import Cluster

cluster = Cluster(sys.argv[1])
assert len(cluster.servers) == 2, cluster.servers
compared = 0
differences = 0

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
PROTOBUF = "application/vnd.kubernetes.protobuf"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
MAPS = "/api/v1/namespaces/same/configmaps"


class Server:
    def __init__(self, address):
        self.connection = http.client.HTTPSConnection(
            *address, context=cluster.context, timeout=30)

    def ask(self, method, path, body=None, accept="application/json", kind="application/json"):
        """Status, what the head says of the body, and the body."""
        data = None if body is None else json.dumps(body)
        self.connection.request(
            method, path, body=data, headers={"Accept": accept, "Content-Type": kind})
        answer = self.connection.getresponse()
        fields = sorted((name.lower(), value) for name, value in answer.getheaders()
                        if name.lower() not in ("date", "audit-id"))
        return answer.status, fields, answer.read()

    def get(self, path, accept="application/json"):
        status, _, body = self.ask("GET", path, accept=accept)
        assert status == 200, f"{path}: {status} {body}"
        return json.loads(body)

    def write(self, method, path, body=None, kind="application/json"):
        status, _, answer = self.ask(method, path, body, kind=kind)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return json.loads(answer)


servers = [Server(address) for address in cluster.servers]


def compare(path, accept="application/json", method="GET", body=None, kind="application/json",
            seen=lambda answer: answer):
    """Both answers, as `seen` shows them; the first one's body."""
    global compared, differences
    answers = [seen(server.ask(method, path, body, accept, kind)) for server in servers]
    compared += 1
    if answers[0] != answers[1]:
        differences += 1
        if differences <= 10:
            print(f"differ: {method} {path} as {accept}:\n  {str(answers[0])[:500]}\n"
                  f"  {str(answers[1])[:500]}")
    return answers[0]


def without_ages(answer):
    """How old an object is depends on when one asks."""
    status, fields, body = answer
    table = json.loads(body)
    ages = [place for place, column in enumerate(table.get("columnDefinitions") or [])
            if column["name"] in ("Age", "Last Seen", "Duration")]
    for row in table.get("rows", []):
        for place in ages:
            row["cells"][place] = ""
    return status, [field for field in fields if field[0] != "content-length"], table


def discovery():
    for path in ("/api", "/apis"):
        compare(path)
        compare(path, AGGREGATED)
    versions = ["/api/v1"]
    for group in servers[0].get("/apis")["groups"]:
        compare(f"/apis/{group['name']}")
        versions += [f"/apis/{version['groupVersion']}" for version in group["versions"]]
    for path in versions:
        compare(path)
    for path in ("/version", "/openapi/v2", "/openapi/v3"):
        compare(path)
    compare("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
    for version in servers[0].get("/openapi/v3")["paths"].values():
        compare(version["serverRelativeURL"])
    return versions


def lists(versions):
    """Everything that can be listed, as it was at one revision."""
    revision = servers[0].get("/api/v1/namespaces?limit=1")["metadata"]["resourceVersion"]
    exact = f"resourceVersion={revision}&resourceVersionMatch=Exact"
    kinds = 0
    for version in versions:
        for resource in servers[0].get(version)["resources"]:
            if "list" not in resource["verbs"]:
                continue
            kinds += 1
            path = f"{version}/{resource['name']}"
            for accept in ("application/json", "application/yaml", PARTIAL):
                compare(f"{path}?{exact}", accept)
            compare(f"{path}?{exact}", TABLE, seen=without_ages)
            if "get" in resource["verbs"]:
                gets(path, resource, exact)
    assert kinds > 40, kinds
    for accept in ("application/json", PROTOBUF):
        compare(f"/api/v1/pods?{exact}", accept)
        compare(f"/apis/rbac.authorization.k8s.io/v1/clusterroles?{exact}", accept)
    chunks(f"/apis/rbac.authorization.k8s.io/v1/clusterroles?{exact}&limit=7")


def chunks(path):
    """Page by page; a token that one gave is good at the other."""
    token, pages = "", 0
    while True:
        _, _, body = compare(path + (f"&continue={quote(token)}" if token else ""))
        page = json.loads(body)
        pages += 1
        token = page["metadata"].get("continue")
        if not token:
            break
        path = path.split("?")[0] + "?limit=7"
    assert pages > 3, pages


def gets(path, resource, exact):
    """Each object by itself."""
    status, _, body = servers[0].ask("GET", f"{path}?{exact}")
    items = json.loads(body)["items"] if status == 200 else []
    for item in items[:20]:
        meta = item["metadata"]
        place = path
        if resource["namespaced"]:
            version, name = path.rsplit("/", 1)
            place = f"{version}/namespaces/{meta['namespace']}/{name}"
        compare(f"{place}/{quote(meta['name'])}", seen=stable)


def stable(answer):
    """Leases and nodes are renewed all the time: there, what does not tell of that."""
    status, fields, body = answer
    value = json.loads(body)
    if value.get("kind") not in ("Lease", "Node"):
        return answer
    value["metadata"].pop("resourceVersion", None)
    value["metadata"].pop("managedFields", None)
    value.pop("status", None)
    value.get("spec", {}).pop("renewTime", None)
    return status, value


def refusals():
    wrong = {"metadata": {"name": "Not Valid"}}
    for path in (
        f"{MAPS}/none", "/api/v1/nothings", "/apis/none/v1", "/none", f"{MAPS}?labelSelector=a%21%21b",
        f"{MAPS}?resourceVersion=x", f"{MAPS}?limit=-1", f"{MAPS}?continue=x",
        f"{MAPS}?fieldSelector=data.a%3D1", f"{MAPS}?resourceVersion=99999999",
    ):
        compare(path)
    compare(MAPS, method="POST", body=wrong)
    compare(MAPS, method="POST", body={"metadata": {"name": "old"}, "data": 1})
    compare(f"{MAPS}/old", method="PATCH", body={}, kind="application/json")
    compare(f"{MAPS}/old", method="PATCH", body={"data": 1}, kind="application/merge-patch+json")
    compare(f"{MAPS}/old", method="PUT", body={"metadata": {"name": "new"}})
    compare(MAPS, method="PATCH", body={})
    compare(MAPS, "application/xml")


def writes_are_seen():
    """What one has acknowledged the other one shows at once."""
    for number in range(100):
        here, there = servers[number % 2], servers[1 - number % 2]
        name = f"{MAPS}/turn"
        if number == 0:
            made = here.write("POST", MAPS, {"metadata": {"name": "turn"}, "data": {"n": "0"}})
        else:
            made = here.write("PATCH", name, {"data": {"n": str(number)}},
                              "application/merge-patch+json")
        assert there.get(name) == made, number
        listed = there.get(f"{MAPS}?fieldSelector=metadata.name%3Dturn")["items"]
        assert [item["metadata"]["resourceVersion"] for item in listed] == [
            made["metadata"]["resourceVersion"]], number
    servers[0].write("DELETE", name)
    assert servers[1].ask("GET", name)[0] == 404


def watches():
    """From one revision on, both tell the same."""
    start = servers[0].get(MAPS)["metadata"]["resourceVersion"]
    for number in range(20):
        servers[number % 2].write(
            "POST", MAPS, {"metadata": {"name": f"seen-{number}"}, "data": {"n": "1"}})
        if number % 3 == 0:
            servers[0].write("DELETE", f"{MAPS}/seen-{number}")
    where = f"{MAPS}?watch=true&timeoutSeconds=1&resourceVersion={start}"
    for accept in ("application/json", PROTOBUF + ";stream=watch"):
        status, _, body = compare(where, accept)
        assert status == 200 and len(body) > 20 * 200, body
    lines = [json.loads(line) for line in servers[0].ask("GET", where)[2].splitlines()]
    assert [line["type"] for line in lines].count("ADDED") == 20, lines
    assert [line["type"] for line in lines].count("DELETED") == 7, lines


servers[0].write("POST", "/api/v1/namespaces", {"metadata": {"name": "same"}})
servers[0].write("POST", MAPS, {"metadata": {"name": "old"}, "data": {"a": "1"}})
groups = discovery()
for part in (lambda: lists(groups), refusals, writes_are_seen, watches):
    part()
servers[0].write("DELETE", "/api/v1/namespaces/same")
print(f"ok {compared} answers compared, {differences} differ")
sys.exit(1 if differences else 0)
