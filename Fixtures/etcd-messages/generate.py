#!/usr/bin/env python3
"""Writes vectors.txt: seeded messages of every type, encoded by Google's protobuf library.

Needs PyPI's protobuf. The types come from Sources/Store/EtcdAPI/schema/etcd.txt.
"""

import os
import random
import re

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(FOLDER, "../../Sources/Store/EtcdAPI/schema/etcd.txt")
KINDS = {"int64": 3, "uint64": 4, "uint32": 13, "bool": 8, "bytes": 12, "string": 9}
NUMBERS = [0, 1, 127, 128, 300, 2**31, 2**53, 2**63 - 1]


def read_schema():
    messages, enums, package = {}, {}, None
    for line in open(SCHEMA):
        keyword, _, rest = line.rstrip("\n").partition(" ")
        head, _, body = rest.partition(":")
        head = head.split(" as ")[0]
        if keyword == "package":
            package = rest.split()[0]
        elif keyword == "message":
            messages[head] = (package, body.strip())
        elif keyword == "enum":
            enums[head] = (package, body.strip())
    return messages, enums


def build_pool():
    messages, enums = read_schema()
    file = descriptor_pb2.FileDescriptorProto(name="all.proto", package="all", syntax="proto3")
    for name, (_, body) in enums.items():
        item = file.enum_type.add(name="E_" + name.replace(".", "_"))
        for value in body.split(","):
            label, number = value.strip().split("=")
            item.value.add(name=item.name + "_" + label, number=int(number))
    for name, (_, body) in messages.items():
        add_message(file, name, body, messages, enums)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool, messages


def add_message(file, name, body, messages, enums):
    message = file.message_type.add(name=name)
    oneof = re.search(r"oneof (\w+)\{([^}]*)\}", body)
    if oneof:
        message.oneof_decl.add(name=oneof[1])
        body = body.replace(oneof[0], oneof[2])
    for text in filter(None, (part.strip() for part in body.split(","))):
        label, number, kind = re.fullmatch(r"(\w+)=(\d+) ([\w.]+\*?)", text).groups()
        field = message.field.add(name=label, number=int(number), label=1)
        if kind.endswith("*"):
            field.label = 3
        kind = kind.rstrip("*").split(".")[-1]
        enum = f"{name}.{kind}" if f"{name}.{kind}" in enums else kind
        if kind in KINDS:
            field.type = KINDS[kind]
        elif enum in enums:
            field.type, field.type_name = 14, ".all.E_" + enum.replace(".", "_")
        else:
            field.type, field.type_name = 11, ".all." + kind
        if oneof and text in [part.strip() for part in oneof[2].split(",")]:
            field.oneof_index = 0


def value_of(field, dice, depth):
    if field.type in (3, 4):
        return dice.choice(NUMBERS) * (dice.choice([1, -1]) if field.type == 3 else 1)
    if field.type == 13:
        return dice.choice([0, 1, 2**32 - 1])
    if field.type == 8:
        return dice.random() < 0.5
    if field.type == 12:
        return bytes(dice.randrange(256) for _ in range(dice.choice([0, 1, 5, 130])))
    if field.type == 9:
        return "".join(dice.choice("aZ0/\u00e9\u20ac\U0001f600") for _ in range(dice.choice([0, 1, 9])))
    if field.type == 14:
        return dice.choice([0, 1, 2, 77])
    raise AssertionError(field.name)


def fill(message, dice, depth):
    for field in message.DESCRIPTOR.fields:
        if dice.random() < 0.3:
            continue
        if field.type == 11:
            if depth == 0:
                continue
            for _ in range(dice.randrange(3) if field.is_repeated else 1):
                target = getattr(message, field.name)
                target = target.add() if field.is_repeated else target
                target.SetInParent() if not field.is_repeated else None
                fill(target, dice, depth - 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(
                value_of(field, dice, depth) for _ in range(dice.randrange(4)))
        else:
            setattr(message, field.name, value_of(field, dice, depth))


def main():
    pool, messages = build_pool()
    dice = random.Random(2026)
    with open(os.path.join(FOLDER, "vectors.txt"), "w") as out:
        out.write("# Written by generate.py with Google's protobuf: a message's name and its encoding.\n")
        for name, (package, _) in messages.items():
            kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("all." + name))
            seen = set()
            for _ in range(4):
                message = kind()
                fill(message, dice, 3)
                encoded = message.SerializeToString(deterministic=True).hex()
                if encoded not in seen:
                    seen.add(encoded)
                    out.write(f"{package}.{name} {encoded}\n")


main()
