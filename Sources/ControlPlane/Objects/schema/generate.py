#!/usr/bin/env python3
"""Writes ../KubernetesSchema.generated.swift from resources.txt and types.txt, and
../KubernetesDescriptions.generated.swift from descriptions.txt.

Run it without arguments after a change of any. All are checked first: a type that is named must be
there, no type or field may come twice, every kind that is kept must have its type, and what is
described must exist.
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
DESCRIPTIONS_HEADER = """\
// Written by schema/generate.py from schema/descriptions.txt. Do not edit.
// swift-format-ignore-file

/// Types, each followed by its fields: one literal, read when the first document needs it.
let kubernetesDescriptionsText: StaticString = #\"\"\"
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


def check_descriptions(descriptions, types):
    fields, owner = {"*": set()}, ""
    for line in types:
        if line.startswith(" "):
            fields[owner].add(line.split(" ")[1])
            fields["*"].add(line.split(" ")[1])
        else:
            owner = line.split(" ")[0]
            fields[owner] = set()
    owner, seen = "", set()
    for line in descriptions:
        words = line.split(" ")
        place = (owner, words[1]) if line.startswith(" ") else (words[0],)
        if not line.startswith(" "):
            owner = words[0]
        if place in seen:
            sys.exit(f"descriptions.txt: {' '.join(place)} comes twice")
        seen.add(place)
        if owner not in fields or len(place) == 2 and place[1] not in fields[owner]:
            sys.exit(f"descriptions.txt: there is no {' '.join(place)}")
        if owner != "*" and not line.endswith("."):
            sys.exit(f"descriptions.txt: {' '.join(place)} is no sentence")


def write(name, header, text):
    if '"""' in text or "\\#" in text:
        sys.exit("the text would end the literal")
    with open(os.path.join(FOLDER, "..", name), "w") as file:
        file.write(header + text + '"""#\n')


def main():
    resources, types = lines("resources.txt"), lines("types.txt")
    check(resources, types)
    descriptions = lines("descriptions.txt")
    check_descriptions(descriptions, types)
    text = "\n".join(resources) + "\n\n" + "\n".join(types) + "\n"
    write("KubernetesSchema.generated.swift", HEADER, text)
    text = "\n".join(descriptions) + "\n"
    write("KubernetesDescriptions.generated.swift", DESCRIPTIONS_HEADER, text)


main()
