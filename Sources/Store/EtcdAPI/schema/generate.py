#!/usr/bin/env python3
"""Writes ../*.generated.swift from etcd.txt. Run it without arguments after a change of etcd.txt."""

import os
import re
import subprocess

FOLDER = os.path.dirname(os.path.abspath(__file__))
HEADER = "// Written by schema/generate.py from schema/etcd.txt. Do not edit.\n\n"
SCALARS = {
    "int64": ("Int64", "0"),
    "uint64": ("UInt64", "0"),
    "uint32": ("UInt32", "0"),
    "bool": ("Bool", "false"),
    "bytes": ("Bytes", "Bytes()"),
    "string": ("String", '""'),
}
ACRONYMS = {"id": "ID", "kv": "Kv", "ttl": "TTL"}


def camel(name):
    """cluster_id -> clusterID, TTL -> ttl, NOT_EQUAL -> notEqual, peerURLs -> peerURLs."""
    if name.isupper():
        name = name.lower()
    words = name.split("_")
    if len(words) > 1:
        words = [word.lower() if word.isupper() else word for word in words]
    first, rest = words[0], words[1:]
    return first + "".join(ACRONYMS.get(word, word[:1].upper() + word[1:]) for word in rest)


class Field:
    def __init__(self, text):
        name, number, kind = re.fullmatch(r"(\w+)=(\d+) ([\w.]+\*?)", text.strip()).groups()
        self.number = int(number)
        self.repeated = kind.endswith("*")
        self.kind = kind.rstrip("*").split(".")[-1]
        self.name = camel(name)
        self.proto = name

    def resolve(self, schema, message):
        own = schema.enums.get(f"{message}.{self.kind}") or schema.enums.get(self.kind)
        self.is_enum = own is not None
        self.is_message = not self.is_enum and self.kind not in SCALARS
        if self.is_enum:
            self.type = own.swift_name
            self.zero = f".{camel(own.values[0][0])}"
        elif self.is_message:
            self.type = schema.swift_names[self.kind]
            self.zero = "nil"
        else:
            self.type, self.zero = SCALARS[self.kind]

    @property
    def wire_type(self):
        return 0 if self.is_enum or self.kind in ("int64", "uint64", "uint32", "bool") else 2

    @property
    def tag_length(self):
        tag, length = self.number << 3, 1
        while tag >= 0x80:
            tag, length = tag >> 7, length + 1
        return length

    @property
    def declared_type(self):
        if self.repeated:
            return f"[{self.type}]"
        return f"{self.type}?" if self.is_message else self.type

    @property
    def initial(self):
        return "[]" if self.repeated else self.zero

    def varint(self, value):
        if self.is_enum:
            return f"protobufVarint({value}.rawValue)"
        return {
            "int64": f"UInt64(bitPattern: {value})",
            "uint64": value,
            "uint32": f"UInt64({value})",
            "bool": f"{value} ? 1 : 0",
        }[self.kind]

    def read(self):
        """The expression that reads one value."""
        if self.is_enum:
            return f"{self.type}(rawValue: try reader.readInt32(field))"
        if self.is_message:
            return "try reader.readMessage(field)"
        return f"try reader.read{SCALARS[self.kind][0]}(field)"

    def write(self, value):
        """Writes one value, zero or not."""
        if self.is_message:
            return f"buffer.write(message: {value}, field: {self.number})"
        if self.kind in ("bytes", "string"):
            return f"buffer.write({self.kind}: {value}, field: {self.number})"
        return f"buffer.write(varint: {self.varint(value)}, field: {self.number})"

    def length(self, value):
        """Bytes of one value with its tag, zero or not."""
        if self.is_message:
            return f"{self.tag_length} + prefixedLength({value}.encodedLength)"
        if self.kind == "bytes":
            return f"{self.tag_length} + prefixedLength({value}.count)"
        if self.kind == "string":
            return f"{self.tag_length} + prefixedLength({value}.utf8.count)"
        if self.kind == "bool":
            return f"{self.tag_length + 1}"
        return f"{self.tag_length} + varintLength({self.varint(value)})"

    def is_set(self):
        if self.kind in ("bytes", "string"):
            return f"!{self.name}.isEmpty"
        if self.kind == "bool":
            return self.name
        return f"{self.name} != {self.zero}"


class Oneof:
    def __init__(self, name, body):
        self.name = camel(name)
        self.type = self.name[0].upper() + self.name[1:]
        self.fields = [Field(text) for text in body.split(",")]
        prefix = name.split("_")[0] + "_"
        suffix = "_" + name.split("_")[0]
        for field in self.fields:
            stripped = field.proto.removeprefix(prefix).removesuffix(suffix)
            field.name = camel(stripped)

    def resolve(self, schema, message):
        for field in self.fields:
            field.resolve(schema, message)


class Message:
    def __init__(self, package, name, swift_name, body):
        self.package, self.name, self.swift_name = package, name, swift_name
        self.members = []
        while body:
            match = re.match(r"oneof (\w+)\{([^}]*)\},?\s*", body)
            if match:
                self.members.append(Oneof(match[1], match[2]))
            else:
                match = re.match(r"([^,]+),?\s*", body)
                self.members.append(Field(match[1]))
            body = body[match.end():]

    def resolve(self, schema):
        for member in self.members:
            member.resolve(schema, self.name)

    def swift(self):
        declared = [
            (m.name, f"{m.type}?", "nil") if isinstance(m, Oneof)
            else (m.name, m.declared_type, m.initial)
            for m in self.members
        ]
        out = [f"/// {self.package}.{self.name}"]
        out += [f"public struct {self.swift_name}: ProtobufMessage {{"]
        for name, kind, _ in declared:
            out += [f"public var {name}: {kind}"]
        out += [""]
        for member in self.members:
            if isinstance(member, Oneof):
                out += [f"public enum {member.type}: Hashable, Sendable {{"]
                out += [f"case {f.name}({f.type})" for f in member.fields]
                out += ["}", ""]
        if declared:
            out += ["public init() {"]
            out += [f"{name} = {initial}" for name, _, initial in declared]
            out += ["}", ""]
            # Each parameter but the first has its default: `init()` stands on its own.
            parameters = [
                f"{name}: {kind}" + (f" = {initial}" if len(declared) > 1 else "")
                for name, kind, initial in declared
            ]
            line = ", ".join(parameters)
            if len(line) > 70:
                line = "\n" + ",\n".join(parameters) + "\n"
            out += [f"public init({line}) {{"]
            out += [f"self.{name} = {name}" for name, _, _ in declared]
            out += ["}"]
        else:
            out += ["public init() {}"]
        out += [""] + self.merge() + [""] + self.encoded_length() + [""] + self.encode() + ["}", ""]
        return out

    def merge(self):
        out = ["public mutating func merge("]
        out += ["from reader: inout ProtobufReader", ") throws(ProtobufError) {"]
        out += ["while let field = try reader.nextField() {"]
        if not self.members:
            return out + ["try reader.skip(field)", "}", "}"]
        out += ["switch field.number {"]
        for member in self.members:
            if isinstance(member, Oneof):
                for f in member.fields:
                    out += [f"case {f.number}: {member.name} = .{f.name}({f.read()})"]
            elif member.repeated and member.is_enum:
                out += [f"case {member.number}:", "var raw: [Int32] = []"]
                out += ["try reader.readInt32s(field, appendingTo: &raw)"]
                out += [f"{member.name} += raw.map({member.type}.init(rawValue:))"]
            elif member.repeated:
                out += [f"case {member.number}: {member.name}.append({member.read()})"]
            elif member.is_message:
                out += [f"case {member.number}: try reader.readMessage(field, into: &{member.name})"]
            else:
                out += [f"case {member.number}: {member.name} = {member.read()}"]
        return out + ["default: try reader.skip(field)", "}", "}", "}"]

    def encoded_length(self):
        if not self.members:
            return ["public var encodedLength: Int { 0 }"]
        out = ["public var encodedLength: Int {", "var length = 0"]
        for member in self.members:
            if isinstance(member, Oneof):
                out += [f"switch {member.name} {{", "case nil: break"]
                for f in member.fields:
                    pattern = "(_)" if f.kind == "bool" else "(let value)"
                    out += [f"case .{f.name}{pattern}: length += {f.length('value')}"]
                out += ["}"]
            elif member.repeated and member.is_enum:
                out += [f"if !{member.name}.isEmpty {{"]
                out += [f"let packed = packedLength({member.name}.map(\\.rawValue))"]
                out += [f"length += {member.tag_length} + prefixedLength(packed)", "}"]
            elif member.repeated:
                out += [f"for value in {member.name} {{ length += {member.length('value')} }}"]
            elif member.is_message:
                out += [f"if let {member.name} {{ length += {member.length(member.name)} }}"]
            else:
                out += [f"if {member.is_set()} {{ length += {member.length(member.name)} }}"]
        return out + ["return length", "}"]

    def encode(self):
        if not self.members:
            return ["public func encode(into buffer: inout ByteBuffer) {}"]
        out = ["public func encode(into buffer: inout ByteBuffer) {"]
        for member in sorted(self.members, key=first_number):
            if isinstance(member, Oneof):
                out += [f"switch {member.name} {{", "case nil: break"]
                for f in member.fields:
                    out += [f"case .{f.name}(let value): {f.write('value')}"]
                out += ["}"]
            elif member.repeated and member.is_enum:
                out += [f"buffer.write(packed: {member.name}.map(\\.rawValue), field: {member.number})"]
            elif member.repeated:
                out += [f"for value in {member.name} {{ {member.write('value')} }}"]
            elif member.is_message:
                out += [f"if let {member.name} {{ {member.write(member.name)} }}"]
            else:
                line = member.write(member.name)
                if member.kind == "bool":
                    line = f"buffer.write(varint: 1, field: {member.number})"
                out += [f"if {member.is_set()} {{ {line} }}"]
        return out + ["}"]


def first_number(member):
    return member.fields[0].number if isinstance(member, Oneof) else member.number


class Enum:
    def __init__(self, package, name, body):
        self.package, self.name = package, name
        self.values = [
            (value.strip().split("=")[0], int(value.split("=")[1])) for value in body.split(",")
        ]

    def swift(self):
        parent, _, name = self.swift_name.rpartition(".")
        out = []
        if parent:
            out += [f"extension {parent} {{"]
        out += [f"/// {self.package}.{self.name}. A number that this list lacks is kept."]
        out += [f"public enum {name}: Hashable, Sendable {{"]
        out += ["case " + ", ".join(camel(value) for value, _ in self.values)]
        out += ["case unrecognized(Int32)", "", "public init(rawValue: Int32) {"]
        out += ["switch rawValue {"]
        out += [f"case {number}: self = .{camel(value)}" for value, number in self.values]
        out += ["default: self = .unrecognized(rawValue)", "}", "}", ""]
        out += ["public var rawValue: Int32 {", "switch self {"]
        out += [f"case .{camel(value)}: {number}" for value, number in self.values]
        out += ["case .unrecognized(let number): number", "}", "}", "}"]
        if parent:
            out += ["}"]
        return out + [""]


class Schema:
    def __init__(self, path):
        self.files, self.enums, self.swift_names, self.services = {}, {}, {}, []
        self.messages = []
        package = file = None
        for line in open(path):
            line = line.rstrip("\n")
            keyword, _, rest = line.partition(" ")
            if not line or keyword == "#":
                continue
            head, _, body = rest.partition(":")
            body = body.strip()
            if keyword == "package":
                package, file = rest.split()
            elif keyword == "service":
                self.services.append((package, head, body))
            elif keyword == "message":
                name, _, swift_name = head.partition(" as ")
                message = Message(package, name, swift_name or name, body)
                self.swift_names[name] = message.swift_name
                self.messages.append(message)
                self.files.setdefault(file, []).append(message)
            elif keyword == "enum":
                head, _, swift_name = head.partition(" as ")
                item = Enum(package, head, body)
                item.swift_name = swift_name or head.rpartition(".")[2]
                self.enums[head] = item
                self.files.setdefault(file, []).append(item)
            else:
                raise SystemExit(f"etcd.txt: what is this? {line}")
        for name, item in self.enums.items():
            parent = name.rpartition(".")[0]
            if parent:
                item.swift_name = f"{self.swift_names[parent]}.{item.swift_name}"
        for message in self.messages:
            message.resolve(self)


def method_paths(services):
    cases, client, server = [], [], []
    for package, service, body in services:
        cases += ["", f"// {package}.{service}"]
        for method in body.split(", "):
            name, request, response = re.fullmatch(r"(\w+)\(([^)]*)\) -> (.*)", method).groups()
            case = name[0].lower() + name[1:]
            if package != "etcdserverpb":
                case = service[0].lower() + service[1:] + name
            cases += [f'case {case} = "/{package}.{service}/{name}"']
            if request.startswith("stream "):
                client.append(case)
            if response.startswith("stream "):
                server.append(case)
    out = ["/// The gRPC methods by their paths.", "public enum MethodPath: String, CaseIterable, Sendable {"]
    out += cases[1:]
    for name, doc, streams in [
        ("isClientStreaming", "The client may send several messages.", client),
        ("isServerStreaming", "The server may send several messages.", server),
    ]:
        out += ["", f"/// {doc}", f"public var {name}: Bool {{", "switch self {"]
        out += ["case " + ", ".join(f".{case}" for case in streams) + ": true", "default: false"]
        out += ["}", "}"]
    return out + ["}"]


def message_types(messages):
    """The list by which tests find a message's type by its name."""
    out = ["/// Every message by its protobuf name.", "let messageTypes: [String: any ProtobufMessage.Type] = ["]
    out += [f'"{m.package}.{m.name}": {m.swift_name}.self,' for m in messages]
    return out + ["]"]


def write(file, lines, imports, folder=".."):
    path = os.path.join(FOLDER, folder, f"{file}.generated.swift")
    with open(path, "w") as out:
        out.write(HEADER + imports + "\n".join(lines).rstrip() + "\n")
    subprocess.run(["swift", "format", "-i", path], check=True)


schema = Schema(os.path.join(FOLDER, "etcd.txt"))
for file, items in schema.files.items():
    lines = [line for item in items for line in item.swift()]
    write(file, lines, "public import Base\npublic import Protobuf\n\n")
write("MethodPath", method_paths(schema.services), "")
write(
    "MessageTypes", message_types(schema.messages), "import EtcdAPI\nimport Protobuf\n\n",
    "../../../../Tests/EtcdAPITests")
