"""Reads bodies of the journal's records by docs/formats/journal.md alone, sharing no code with
Belfry."""

import argparse
import hashlib
import json
import struct
import sys

from keystore import Malformed
from leaf import describe, parse_month_keys

LEAVES, CLOSED, SAVEPOINT = 0x8001, 2, 0x8003
HEAD = struct.Struct("<HHqQII")
CLOSED_BODY = struct.Struct("<Hq")
SAVEPOINT_BODY = struct.Struct("<HqQ")
SAVEPOINT_HEAD = struct.Struct("<8sHHQqQIII")


def read_record(body):
    """(written_us, source sequence or None, reading tenants, [(tenant, leaf)])."""
    if len(body) < HEAD.size:
        raise Malformed("shorter than a record's head")
    version, flags, written, source, reading_count, leaf_count = HEAD.unpack_from(body)
    if version != 1:
        raise Malformed(f"record version {version} is not known to this reader")
    at = HEAD.size
    reading, leaves = [], []
    try:
        for _ in range(reading_count):
            reading.append(struct.unpack_from("<q", body, at)[0])
            at += 8
        for _ in range(leaf_count):
            tenant, length = struct.unpack_from("<qI", body, at)
            at += 12
            if at + length > len(body):
                raise Malformed("a leaf is cut")
            leaves.append((tenant, body[at:at + length]))
            at += length
    except struct.error:
        raise Malformed("the record is cut") from None
    if at != len(body):
        raise Malformed("octets are left after the last leaf")
    return written, source if flags & 1 else None, reading, leaves


def read_closed(body):
    """When the run that ends here was closed, in microseconds."""
    if len(body) < CLOSED_BODY.size:
        raise Malformed("shorter than a closed record")
    version, written = CLOSED_BODY.unpack_from(body)
    if version != 1:
        raise Malformed(f"record version {version} is not known to this reader")
    return written


def read_savepoint_record(body):
    """(written_us, the sequence up to which records may be missing)."""
    if len(body) != SAVEPOINT_BODY.size:
        raise Malformed("not as long as a savepoint record")
    version, written, sequence = SAVEPOINT_BODY.unpack_from(body)
    if version != 1:
        raise Malformed(f"record version {version} is not known to this reader")
    return written, sequence


def read_savepoint(octets):
    """What the file audit/savepoint says, as a dictionary."""
    body, digest = octets[:-32], octets[-32:]
    if len(body) < SAVEPOINT_HEAD.size or hashlib.sha256(body).digest() != digest:
        raise Malformed("the savepoint does not end with its digest")
    magic, version, _, sequence, written, source, reading, recent, logs = (
        SAVEPOINT_HEAD.unpack_from(body))
    if magic != b"BELFRYSP":
        raise Malformed("this is no savepoint")
    if version != 1:
        raise Malformed(f"savepoint version {version} is not known to this reader")
    at = SAVEPOINT_HEAD.size

    def take(layout):
        nonlocal at
        values = struct.unpack_from(layout, body, at)
        at += struct.calcsize(layout)
        return values

    try:
        found = {"sequence": sequence, "written_us": written, "source_complete_up_to": source,
                 "reading": [take("<q")[0] for _ in range(reading)],
                 "recent": [take("<16sqQ") for _ in range(recent)], "logs": []}
        for _ in range(logs):
            tenant, counted, size, deleted, removed, levels = take("<qQQQQH")
            partial = [[take("<32s")[0] for _ in range(size >> 8 * level & 255)]
                       for level in range(levels)]
            bundles = [take("<qI") for _ in range(deleted, (size + 255) // 256)]
            found["logs"].append({"tenant": tenant, "counted": counted, "size": size,
                                  "deleted": deleted, "removed": removed, "partial": partial,
                                  "bundles": bundles})
    except struct.error:
        raise Malformed("the savepoint is cut") from None
    if at != len(body):
        raise Malformed("octets are left after the last log")
    return found


class Indices:
    """Gives each leaf its index, in the order of the journal; a duplicate gets None."""

    WINDOW = 131072

    def __init__(self):
        self.recent = {}
        self.sizes = {}

    def add(self, tenant, leaf):
        leaf_id = leaf[2:18]
        if leaf_id in self.recent:
            return None
        self.recent[leaf_id] = True
        if len(self.recent) > self.WINDOW:
            del self.recent[next(iter(self.recent))]
        index = self.sizes.get(tenant, 0)
        self.sizes[tenant] = index + 1
        return index


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*",
                        help="bodies of records of type 0x8001, in the order of their sequences")
    parser.add_argument("--closed", action="append", default=[], metavar="FILE",
                        help="the body of a record of type 2, as often as needed")
    parser.add_argument("--month-key", action="append", default=[],
                        help="id:hexadecimal, as often as needed")
    arguments = parser.parse_args()
    keys, indices = parse_month_keys(arguments.month_key), Indices()
    for name in arguments.closed:
        with open(name, "rb") as file:
            body = file.read()
        try:
            print(json.dumps({"file": name, "closed_us": read_closed(body)}))
        except Malformed as problem:
            sys.exit(f"{name}: {problem}")
    for name in arguments.files:
        with open(name, "rb") as file:
            body = file.read()
        try:
            written, source, reading, leaves = read_record(body)
            print(json.dumps({"file": name, "written_us": written,
                              "source_complete_up_to": source, "reading": reading}))
            for tenant, leaf in leaves:
                place = {"tenant": tenant, "index": indices.add(tenant, leaf)}
                print(json.dumps({**place, **describe(leaf, keys)}))
        except Malformed as problem:
            sys.exit(f"{name}: {problem}")
        except ImportError:
            sys.exit("opening leaves needs the Python package cryptography")


if __name__ == "__main__":
    main()
