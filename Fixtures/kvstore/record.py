#!/usr/bin/env python3
"""Records what a fresh etcd answers to seeded requests, as etcd-<version>-<seed>.txt.

Usage: record.py ENDPOINT SEED COUNT VERSION > etcd-VERSION-SEED.txt
Needs python3-grpcio, and a fresh single etcd (Debian package etcd-server) at ENDPOINT.
A line: method, request in hexadecimal, `=` and the response in hexadecimal, or `!` and the status
code and text. Requests are encoded by hand, so that nothing but etcd's own bytes is compared.
At the end watches read the history: a watch's line has its WatchCreateRequest and a WatchResponse
of all events that came, joined; or `compacted` and the revision that canceled it.
"""
import queue
import random
import sys
import time

import grpc


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value) if value else b""
    return varint(number << 3 | 2) + varint(len(value)) + value if value else b""


def message(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


endpoint, seed, count, version = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
pick = random.Random(seed)
channel = grpc.insecure_channel(endpoint)
revision = 1
values = 0
compactions = []
KEYS = [b"a", b"a\0", b"a/1", b"a/2", b"a/\xff", b"b", b"b/", b"c", b"\0", b"\xff", b"\xff\xff", b"z" * 130]


def key():
    return pick.choice(KEYS)


def range_end():
    return pick.choice([b"", b"", b"\0", b"b", b"a0", b"\xff", b"a", key() + b"\0"])


def value():
    global values
    values += 1
    return b"v%05d" % values * pick.choice([0, 1, 1, 1, 30])


def some_revision():
    return pick.choice([0, 0, 0, max(0, revision - pick.randrange(12)), revision + pick.randrange(3), -1])


def range_request(inside=False):
    out = field(1, key()) + field(2, range_end()) + field(3, pick.choice([0, 0, 1, 2, 5]))
    out += field(4, pick.choice([0, 0, 0, revision]) if inside else some_revision())
    if pick.random() < 0.4:
        out += field(5, pick.randrange(3))
        out += field(6, pick.choice([0, 0, 4]))
    out += field(7, pick.random() < 0.2)
    out += field(8, pick.random() < 0.2) + field(9, pick.random() < 0.15)
    if pick.random() < 0.2:
        for number in range(10, 14):
            if pick.random() < 0.5:
                out += field(number, max(0, revision - pick.randrange(20)))
    return out


def put_request():
    mode = pick.random()
    out = field(1, key() if pick.random() > 0.02 else b"")
    if mode < 0.1:
        out += field(2, value() if pick.random() < 0.2 else b"")
        out += field(3, pick.choice([0, 11])) + field(4, True) + field(5, True)
    elif mode < 0.2:
        out += field(2, value()) + field(3, pick.choice([0, 0, 11])) + field(6, True)
    else:
        out += field(2, value()) + field(3, pick.choice([0, 0, 0, 11, 12, 99]))
        out += field(4, pick.random() < 0.5)
    return out


def delete_request():
    return field(1, key() if pick.random() > 0.02 else b"") + field(2, range_end()) + field(
        3, pick.random() < 0.5)


def compare():
    target = pick.randrange(5)
    out = field(1, pick.randrange(4)) + field(2, target) + field(3, key())
    if target == 3:
        out += message(7, b"v%05d" % pick.randrange(values + 1))
    elif pick.random() < 0.9:
        number = pick.choice([0, 1, 2, max(0, revision - pick.randrange(6)), 11])
        out += varint((8 if target == 4 else 4 + target) << 3) + varint(number)
    if pick.random() < 0.3:
        out += message(64, range_end() or b"b")
    return out


def operation(depth):
    kind = pick.random()
    if kind < 0.35:
        return message(1, range_request(True))
    if kind < 0.7:
        return message(2, put_request())
    if kind < 0.85 or depth >= 2:
        return message(3, delete_request())
    return message(4, transaction(depth + 1))


def transaction(depth=0):
    out = b""
    for _ in range(pick.choice([0, 1, 1, 2])):
        out += message(1, compare())
    for branch in (2, 3):
        for _ in range(pick.choice([0, 1, 1, 2, 3])):
            out += message(branch, operation(depth))
    return out


def header_revision(response):
    """The revision in the response's header, field 1, if there is one."""
    if not response or response[0] != 0x0A:
        return None
    position, end = 2, 2 + response[1]
    while position < end:
        tag, number, shift = response[position], 0, 0
        position += 1
        while True:
            byte = response[position]
            position += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if tag == 0x18:
            return number
    return None


def ask(method, request):
    global revision
    call = channel.unary_unary("/etcdserverpb." + method)
    try:
        response = call(request)
        print(method, request.hex() or "-", "=", response.hex() or "-")
        if method.startswith("KV/"):
            revision = header_revision(response) or revision
        if method == "KV/Compact" and request:
            compactions.append(request)
    except grpc.RpcError as error:
        print(method, request.hex() or "-", "!", error.code().value[0], error.details())


print("# etcd", version, "seed", seed)
for lease in (11, 12):
    ask("Lease/LeaseGrant", field(1, 1000) + field(2, lease))
for _ in range(count):
    kind = pick.random()
    if kind < 0.3:
        ask("KV/Put", put_request())
    elif kind < 0.55:
        ask("KV/Range", range_request())
    elif kind < 0.65:
        ask("KV/DeleteRange", delete_request())
    elif kind < 0.95:
        ask("KV/Txn", transaction())
    elif kind < 0.97:
        ask("KV/Compact", field(1, pick.choice([max(0, revision - pick.randrange(30)), revision, revision + 1])))
    elif kind < 0.98:
        lease = pick.choice([11, 12, 13])
        ask("Lease/LeaseRevoke", field(1, lease))
    else:
        ask("Lease/LeaseGrant", field(1, 1000) + field(2, pick.choice([11, 12])))


def fields(message):
    """The fields of a message: number to list of values."""
    found, position = {}, 0

    def number():
        nonlocal position
        result, shift = 0, 0
        while True:
            byte = message[position]
            position += 1
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result

    while position < len(message):
        tag = number()
        content = number()
        if tag & 7 == 2:
            position += content
            content = message[position - content:position]
        found.setdefault(tag >> 3, []).append(content)
    return found


def watch(create):
    requests = queue.Queue()
    requests.put(message(1, create))
    call = channel.stream_stream("/etcdserverpb.Watch/Watch")(iter(requests.get, None))
    events, asked = b"", False
    for response in call:
        parts = fields(response)
        if 5 in parts:
            print("Watch/Watch", create.hex(), "=", "compacted", parts[5][0])
            break
        for event in parts.get(11, []):
            events += message(11, event)
        if parts.get(2, [0])[0] == (1 << 64) - 1:
            print("Watch/Watch", create.hex(), "=", events.hex() or "-")
            break
        if not asked:
            # The history comes within 100 ms; progress is told only to who has it all.
            time.sleep(1)
            requests.put(message(3, b""))
            asked = True
    requests.put(None)
    call.cancel()


compacted = fields(compactions[-1])[1][0] if compactions else 0
for start in (compacted - 1, compacted, compacted + 1, revision - 10, 0):
    for key_and_end in ((b"\0", b"\0"), (b"a", b"b"), (b"a/1", b"")):
        create = field(1, key_and_end[0]) + field(2, key_and_end[1])
        create += field(3, max(0, start)) + field(6, pick.random() < 0.7)
        create += pick.choice([b"", b"", field(5, 1), field(5, b"\0")])
        watch(create)
