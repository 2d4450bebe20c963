#!/usr/bin/env python3
"""Records how kubectl prints random quantities, and which texts it refuses (null).

    record.py SEED COUNT > kubectl.json

Asks `kubectl set resources --local`, which reads limits and prints them in their canonical form.
Recorded with kubectl 1.32.4.
"""

import json
import random
import subprocess
import sys
import tempfile

SUFFIXES = ["", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
POWERS = ["e3", "E3", "e-3", "e0", "e6", "E-9", "e1", "e2", "e+2", "e10"]
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d"},
    "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}},
}


def text(draw):
    if draw.random() < 0.15:
        return "".join(draw.choice("0123456789.+-eEinumkKMGTPx") for _ in range(draw.randrange(1, 7)))
    number = str(draw.choice([draw.randrange(10), draw.randrange(5000), 1024 * draw.randrange(9), 10 ** draw.randrange(12)]))
    if draw.random() < 0.4:
        number += "." + "".join(draw.choice("0125") for _ in range(draw.randrange(0, 8)))
    sign = draw.choice(["", "", "", "", "-", "+"])
    return sign + number + draw.choice(SUFFIXES + POWERS)


def canonical(texts, path):
    """The canonical forms, or None where kubectl refuses one of the texts."""
    limits = ",".join(f"q{index}={text}" for index, text in enumerate(texts))
    command = ["kubectl", "set", "resources", "--local", "-f", path, "-o", "json", f"--limits={limits}"]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        return None
    container = json.loads(ran.stdout)["spec"]["template"]["spec"]["containers"][0]
    return [container["resources"]["limits"][f"q{index}"] for index in range(len(texts))]


def record(texts, path):
    """Halves what is refused until single texts are left."""
    forms = canonical(texts, path)
    if forms is not None:
        return list(zip(texts, forms))
    if len(texts) == 1:
        return [(texts[0], None)]
    middle = len(texts) // 2
    return record(texts[:middle], path) + record(texts[middle:], path)


def main():
    draw, count = random.Random(int(sys.argv[1])), int(sys.argv[2])
    texts = sorted({text(draw) for _ in range(count)})
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(DEPLOYMENT, file)
        file.flush()
        pairs = record(texts, file.name)
    print("[\n" + ",\n".join(json.dumps(pair) for pair in pairs) + "\n]")


main()
