#!/usr/bin/env python3
"""Writes ../KubernetesSchema.generated.swift from resources.txt and types.txt.

Run it without arguments after a change of either. Both are checked first: a type that is named must
be there, no type or field may come twice, and every kind that is kept must have its type.
"""

import os
import re
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCALARS = {"string", "bytes", "int32", "int64", "double", "boolean", "any"}
HEADER = """\
// Written by schema/generate.py from schema/resources.txt and schema/types.txt. Do not edit.
// swift-format-ignore-file

/// Resources, an empty line, types: one literal that is parsed at start, since a literal compiles in
/// a second and the same table as expressions in minutes.
let kubernetesSchemaText: StaticString = #\"\"\"
"""


def lines(name):
    with open(os.path.join(FOLDER, name)) as file:
        return [line.rstrip("\n") for line in file if not line.startswith("#")]


def check(resources, types):
    names, kinds = set(), set()
    for line in types:
        if not line.startswith(" "):
            name = line.split(" ")[0]
            if name in names:
                sys.exit(f"types.txt: {name} comes twice")
            names.add(name)
            kinds.update(re.findall(r" kind=(\S+)", line))
    owner, fields = "", set()
    for line in types:
        if not line.startswith(" "):
            owner, fields = line.split(" ")[0], set()
            continue
        field, kind = line.split(" ")[1:3]
        if field in fields:
            sys.exit(f"types.txt: {owner}.{field} comes twice")
        fields.add(field)
        while kind.startswith(("[]", "map[]")):
            kind = kind[kind.index("]") + 1 :]
        if kind not in SCALARS and kind not in names:
            sys.exit(f"types.txt: {owner}.{field} is of the unknown type {kind}")
    for line in resources:
        words = line.split(" ")
        if words[0] and "kept" in words and f"{words[1]}/{words[2]}" not in kinds:
            sys.exit(f"resources.txt: {words[0]} is kept, and types.txt lacks its kind")


def main():
    resources, types = lines("resources.txt"), lines("types.txt")
    check(resources, types)
    text = "\n".join(resources) + "\n\n" + "\n".join(types) + "\n"
    if '"""' in text or "\\#" in text:
        sys.exit("the text would end the literal")
    with open(os.path.join(FOLDER, "..", "KubernetesSchema.generated.swift"), "w") as file:
        file.write(HEADER + text + '"""#\n')


main()
