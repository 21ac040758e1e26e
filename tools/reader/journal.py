"""Reads bodies of the journal's records by docs/formats/journal.md alone, sharing no code with
Belfry."""

import argparse
import json
import struct
import sys

from keystore import Malformed
from leaf import describe, parse_month_keys

LEAVES, CLOSED = 0x8001, 2
HEAD = struct.Struct("<HHqQII")
CLOSED_BODY = struct.Struct("<Hq")


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
