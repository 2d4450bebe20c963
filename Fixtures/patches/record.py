#!/usr/bin/env python3
"""Records what kubectl makes of random strategic merge patches, and what `kubectl apply` sends.

    record.py strategic-merge 2 150 > strategic-merge.json
    record.py apply 3 150 > apply.json

The first runs `kubectl patch --local`; the second runs `kubectl apply` against a server of its own
that knows one Deployment and keeps the patch that it is sent. Recorded with kubectl 1.32.4.
"""

import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Maker:
    """Random Deployments of the fields whose lists and objects merge in different ways."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, chance=0.5):
        return self.random.random() < chance

    def pick(self, *choices):
        return self.random.choice(choices)

    def named(self, key, names, make):
        chosen = [name for name in names if self.some(0.45)]
        self.random.shuffle(chosen)
        return [{key: name, **make()} for name in chosen]

    def partly(self, **makers):
        return {name: make() for name, make in makers.items() if self.some(0.4)}

    def words(self):
        return [self.pick("x", "y", "z") for _ in range(self.random.randrange(3))]

    def labels(self):
        return self.partly(a=lambda: self.pick("1", "2"), b=lambda: self.pick("1", "2"))

    def container(self):
        return self.partly(
            image=lambda: self.pick("i:1", "i:2"),
            args=self.words,
            env=lambda: self.named("name", "ABC", lambda: self.partly(value=lambda: self.pick("1", "2"))),
            ports=lambda: self.named("containerPort", [80, 81, 82], lambda: self.partly(name=lambda: self.pick("p", "q"))),
            volumeMounts=lambda: self.named("mountPath", ["/a", "/b"], lambda: {"name": self.pick("v", "w")}),
            resources=lambda: self.partly(limits=lambda: self.partly(cpu=lambda: self.pick("1", "2"))),
            securityContext=lambda: self.partly(runAsUser=lambda: self.pick(1, 2), privileged=lambda: True),
        )

    def volume(self):
        return self.pick(
            {"emptyDir": {}},
            {"emptyDir": {"medium": "Memory"}},
            {"hostPath": {"path": "/x"}},
            {"configMap": {"name": "c", "items": [{"key": "k", "path": "p"}]}},
        )

    def strategy(self):
        return self.pick(
            {"type": "Recreate"},
            {"type": "RollingUpdate"},
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": self.pick(1, "25%")}},
        )

    def pod(self):
        return self.partly(
            containers=lambda: self.named("name", "abcd", self.container),
            initContainers=lambda: self.named("name", "ij", self.container),
            volumes=lambda: self.named("name", "vwx", self.volume),
            tolerations=lambda: [{"key": word} for word in self.words()],
            nodeSelector=self.labels,
            hostAliases=lambda: self.named("ip", ["10.0.0.1", "10.0.0.2"], lambda: {"hostnames": self.words()}),
            imagePullSecrets=lambda: self.named("name", "st", dict),
            topologySpreadConstraints=lambda: self.named("topologyKey", "zh", lambda: {"maxSkew": self.pick(1, 2)}),
            securityContext=lambda: self.partly(fsGroup=lambda: self.pick(1, 2), sysctls=lambda: [{"name": "n", "value": "v"}]),
            hostNetwork=lambda: self.some(),
        )

    def deployment(self):
        spec = self.partly(
            replicas=lambda: self.pick(1, 2, 3),
            paused=lambda: True,
            strategy=self.strategy,
            selector=lambda: {"matchLabels": self.labels()},
        )
        spec["template"] = {"metadata": self.partly(labels=self.labels), "spec": self.pod()}
        # Never without annotations: kubectl keeps its own there, which the record leaves out.
        metadata = {"name": "d", "annotations": {"z": "z", **self.labels()}}
        metadata |= self.partly(labels=self.labels)
        if self.some():
            metadata["finalizers"] = [f"f/{name}" for name in "abc" if self.some()]
            self.random.shuffle(metadata["finalizers"])
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}

    # Patches: a Deployment with nulls and directives strewn in. `$patch` on an object stands only
    # where the target has one: apimachinery drops an object that is new and has a directive.

    def spoil(self, value, target, key=None):
        if isinstance(value, list):
            return self.spoil_list(value, target if isinstance(target, list) else [], key)
        if not isinstance(value, dict):
            return value
        if isinstance(target, dict) and key is None and self.some(0.06):
            return {**value, "$patch": self.pick("replace", "replace", "delete")}
        result = {}
        for name, inner in value.items():
            if name != key and self.some(0.08):
                result[name] = None
                continue
            there = target.get(name) if isinstance(target, dict) else None
            result[name] = self.spoil(inner, there, KEYS.get(name))
            if isinstance(inner, list) and name in KEYS and self.some(0.3):
                result["$setElementOrder/" + name] = self.order(result[name], KEYS[name])
        if isinstance(target, dict) and self.some(0.05):
            result["$retainKeys"] = [name for name in result if not name.startswith("$")] + ["image"]
        return result

    def spoil_list(self, value, target, key):
        result = []
        for element in value:
            if key and self.some(0.25):
                result.append({key: element[key], "$patch": "delete"})
            else:
                there = [e for e in target if key and e.get(key) == element[key]] or [None]
                result.append(self.spoil(element, there[0], key or ""))
        if key and target and self.some(0.05):
            result.insert(0, {"$patch": "replace"})
        return result

    def order(self, elements, key):
        names = [e[key] for e in elements if isinstance(e, dict) and key in e and "$patch" not in e]
        more = [name for name in NAMES[key] if name not in names and self.some(0.4)]
        for name in more:
            names.insert(self.random.randrange(len(names) + 1), name)
        return [{key: name} for name in names]

    def patch(self, target):
        patch = self.deployment()
        patch["spec"] = self.spoil(patch["spec"], target["spec"])
        metadata = self.spoil(patch["metadata"], target["metadata"], "name")
        if self.some(0.3):
            metadata["$deleteFromPrimitiveList/finalizers"] = [f"f/{name}" for name in "ab" if self.some()]
            metadata.pop("finalizers", None)
        patch["metadata"] = metadata
        return patch


KEYS = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "ports": "containerPort",
    "volumeMounts": "mountPath",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
}
NAMES = {
    "name": "abcdvwABCst",
    "containerPort": [80, 81, 82],
    "mountPath": ["/a", "/b"],
    "ip": ["10.0.0.1", "10.0.0.2"],
    "topologyKey": "zh",
}


def write(folder, name, value):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        json.dump(value, file)
    return path


def record_strategic_merge(maker, count, folder):
    for _ in range(count):
        target = maker.deployment()
        patch = maker.patch(target)
        command = ["kubectl", "patch", "--local", "-f", write(folder, "target.json", target)]
        command += ["--type", "strategic", "-o", "json", "-p", json.dumps(patch)]
        ran = subprocess.run(command, capture_output=True, text=True)
        case = {"target": target, "patch": patch}
        if ran.returncode == 0:
            case["result"] = json.loads(ran.stdout)
        elif "no elements in any of the given slices" in ran.stderr:
            continue  # apimachinery fails where both lists are empty; ours are merely empty
        else:
            case["error"] = ran.stderr.strip().removeprefix("error: ")
        yield case


class Server(http.server.BaseHTTPRequestHandler):
    current, patch = {}, None
    RESOURCES = {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": "apps/v1",
        "resources": [
            {
                "name": "deployments",
                "singularName": "deployment",
                "namespaced": True,
                "kind": "Deployment",
                "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"],
            }
        ],
    }
    GROUP = {"groupVersion": "apps/v1", "version": "v1"}
    ANSWERS = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []},
        "/apis": {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [{"name": "apps", "versions": [GROUP], "preferredVersion": GROUP}],
        },
        "/apis/apps/v1": RESOURCES,
    }

    def answer(self, value, code=200):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path in Server.ANSWERS:
            self.answer(Server.ANSWERS[path])
        elif path.endswith("/deployments/d"):
            self.answer(Server.current)
        else:
            self.answer({"kind": "Status", "status": "Failure", "code": 404}, 404)

    def do_PATCH(self):
        Server.patch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(Server.current)

    def log_message(self, *_):
        pass


def record_apply(maker, count, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for _ in range(count):
        original, modified, current = maker.deployment(), maker.deployment(), maker.deployment()
        if maker.some(0.3):
            modified = json.loads(json.dumps(original))
        if maker.some(0.3):
            current = json.loads(json.dumps(original))
        served = json.loads(json.dumps(current))
        served["metadata"]["namespace"] = "default"
        annotations = served["metadata"].setdefault("annotations", {})
        annotations[LAST_APPLIED] = json.dumps(original)
        Server.current, Server.patch = served, None
        command = ["kubectl", "-s", f"http://127.0.0.1:{server.server_port}", "apply"]
        command += ["--validate=false", "--openapi-patch=false", "--cache-dir", folder]
        command += ["-n", "default", "-f", write(folder, "modified.json", modified)]
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(ran.stderr)
        patch = Server.patch or {}
        metadata = patch.get("metadata", {})
        metadata.pop("namespace", None)
        if metadata.get("annotations", {}).pop(LAST_APPLIED, None) and not metadata["annotations"]:
            del metadata["annotations"]
        if metadata == {}:
            patch.pop("metadata", None)
        yield {"original": original, "modified": modified, "current": current, "patch": patch}


def main():
    kind, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    record = {"strategic-merge": record_strategic_merge, "apply": record_apply}[kind]
    with tempfile.TemporaryDirectory() as folder:
        cases = [json.dumps(case, separators=(",", ":")) for case in record(Maker(seed), count, folder)]
    print("[\n" + ",\n".join(cases) + "\n]")


main()
