"""Reads the body of a commit record by docs/formats/commit.md and docs/formats/envelope.md alone,
sharing no code with Belfry.

    commit.py FILE      prints what the body says, as JSON
"""

import json
import struct
import sys

WHATS = {1: "put", 2: "remove", 3: "remove by prefix"}
KINDS = {1: "bucket", 2: "object", 3: "upload", 4: "part"}
MUST_KNOW = 0x80


class Malformed(Exception):
    pass


class Fields:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, count):
        if self.at + count > len(self.data):
            raise Malformed("ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))[0]

    def string(self):
        return self.raw(self.number("I"))

    def text(self):
        return self.string().decode()

    def map(self):
        return {self.text(): self.text() for _ in range(self.number("I"))}

    def rest(self):
        return self.raw(len(self.data) - self.at)


def read_blob(fields, area):
    where = fields.number("B")
    if where == 1:
        return {"file": {"set": fields.number("q"), "id": fields.raw(16).hex(),
                         "size": fields.number("Q")}}
    if where == 2:
        names = ("set", "segment", "record_offset", "record_length", "offset", "length")
        return {"record": {name: fields.number(form) for name, form in zip(names, "qIIIII")}}
    if where == 3:
        offset, length = fields.number("I"), fields.number("I")
        if offset + length > len(area):
            raise Malformed("a blob reaches beyond the record")
        return {"inline": area[offset:offset + length].hex()}
    raise Malformed(f"a blob in a place {where} that this reader does not know")


def read_piece(fields):
    return {"number": fields.number("I"), "size": fields.number("Q"), "md5": fields.raw(16).hex(),
            "key": fields.number("q"), "key_version": fields.number("I"),
            "wrapped": fields.raw(60).hex()}


def read_public_access(bits):
    if bits == 128:
        return None
    if bits >> 4:
        raise Malformed(f"settings of public access {bits}")
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy",
             "restrict_public_buckets")
    return {name: bool(bits >> place & 1) for place, name in enumerate(names)}


def read_value(kind, data):
    fields = Fields(data)
    version = fields.number("B")
    if version not in {"upload": (1,), "bucket": (1, 2, 3)}.get(kind, (1, 2)):
        raise Malformed(f"a value of version {version}")
    if kind == "bucket":
        names = ("id", "tenant", "created_us", "placement_default", "copies", "servers_min",
                 "sites_min")
        value = {name: fields.number(form) for name, form in zip(names, "qqqBIII")}
        value["sites_allowed"] = [fields.number("q") for _ in range(fields.number("I"))]
        if version >= 2:
            value["policy"] = fields.text()
        if version == 3:
            value["public_access"] = read_public_access(fields.number("B"))
        return value
    if kind == "upload":
        return {"started_us": fields.number("q"), "content_type": fields.text(),
                "headers": fields.map(), "metadata": fields.map()}
    if kind == "part":
        value = {"modified_us": fields.number("q"), "chunk": fields.number("I"),
                 "piece": read_piece(fields)}
        if version == 2:
            value["part_headers"] = fields.map()
        return value
    value = {"size": fields.number("Q"), "etag": fields.text(), "modified_us": fields.number("q"),
             "content_type": fields.text(), "headers": fields.map(), "metadata": fields.map(),
             "sha256": fields.text(), "parts": fields.number("I"), "upload": fields.string().hex(),
             "chunk": fields.number("I")}
    value["pieces"] = [read_piece(fields) for _ in range(fields.number("I"))]
    if version == 2:
        value["part_headers"] = [fields.map() for _ in value["pieces"]]
    return value


def read_change(block, area):
    fields = Fields(block)
    what, kind, flags = fields.number("B"), fields.number("B"), fields.number("B")
    if what not in WHATS or kind not in KINDS:
        if (what | kind) & MUST_KNOW:
            raise Malformed(f"a change ({what}, {kind}) that must not be skipped")
        return {"skipped": [what, kind]}
    change = {"what": WHATS[what], "kind": KINDS[kind], "keeps_blobs": bool(flags & 1),
              "suffix": fields.string().hex()}
    if what == 1:
        value = fields.string()
        change["value"] = read_value(KINDS[kind], value)
        change["blobs"] = [read_blob(fields, area) for _ in range(fields.number("I"))]
    return change


def read_commit(body):
    fields = Fields(body)
    version, _, length = fields.number("H"), fields.number("H"), fields.number("I")
    if version != 1:
        raise Malformed(f"format version {version} is not known to this reader")
    if length > len(body):
        raise Malformed("the header is longer than the record")
    area = body[length:]
    fields = Fields(body[:length])
    fields.raw(8)
    commit = {"bucket": fields.number("q"), "key": fields.text()}
    commit["changes"] = [read_change(fields.string(), area) for _ in range(fields.number("I"))]
    leaf = Fields(fields.string())
    if leaf.data:
        commit["leaf"] = {"tenant": leaf.number("q"), "id": leaf.raw(16).hex(),
                          "octets": leaf.rest().hex()}
    return commit


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        json.dump(read_commit(file.read()), sys.stdout, indent=1)
    print()
