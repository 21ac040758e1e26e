"""Reads the files of a legal hold by docs/formats/vault.md alone, sharing no code with Belfry.

Without the hold's key only the header is read. With one, and with the Python package
`cryptography`, what the hold says, or the leaves that a piece keeps, are listed, and what they
open to.
"""

import argparse
import json
import struct
import sys

from keystore import Malformed, crc32c, hkdf_sha256
import leaf as leaf_reader

HEADER = struct.Struct("<8sHHIqq12s")
KINDS = {1: "hold", 2: "piece"}
TEXTS = ("actor", "action", "resource", "source_ip", "reason")


class Fields:
    """The fields of a sealed part, one after another."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        form = struct.Struct("<" + form)
        if self.at + form.size > len(self.data):
            raise Malformed("the sealed part ends early")
        values = form.unpack_from(self.data, self.at)
        self.at += form.size
        return values if len(values) > 1 else values[0]

    def octets(self):
        length = self.take("I")
        if self.at + length > len(self.data):
            raise Malformed("the sealed part ends early")
        self.at += length
        return self.data[self.at - length:self.at]

    def text(self):
        return self.octets().decode()

    def time(self):
        there, time = self.take("Bq")
        return time if there else None

    def end(self):
        if self.at != len(self.data):
            raise Malformed("octets are left at the end")


def read_header(data):
    if len(data) < HEADER.size + 16 + 4:
        raise Malformed("shorter than a header, a tag and a checksum")
    magic, version, kind, length, tenant, hold, nonce = HEADER.unpack_from(data)
    if magic != b"belfryvt":
        raise Malformed("this is no file of a vault")
    if crc32c(data[:-4]) != struct.unpack("<I", data[-4:])[0]:
        raise Malformed("the checksum does not match")
    if version != 1 or kind not in KINDS:
        raise Malformed(f"version {version}, kind {kind}: not known to this reader")
    if length != len(data) - HEADER.size - 4:
        raise Malformed("the sealed part is not as long as the header says")
    return {"version": version, "kind": KINDS[kind], "tenant": tenant, "hold": hold,
            "nonce": nonce.hex()}


def open_file(data, hold_key):
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    header = read_header(data)
    key = hkdf_sha256(hold_key, b"belfry vault 1", 32)
    try:
        return Fields(AESGCM(key).decrypt(bytes.fromhex(header["nonce"]), data[HEADER.size:-4],
                                          data[:HEADER.size]))
    except InvalidTag:
        raise Malformed("it is of another key, or changed") from None


def read_hold(data, hold_key):
    fields = open_file(data, hold_key)
    found = {"placed_us": fields.take("q")}
    found["by_tenant"], found["by_user"] = fields.take("qq")
    found["by_name"], found["why"] = fields.text(), fields.text()
    found["from_us"], found["until_us"] = fields.time(), fields.time()
    for name in TEXTS:
        found[name] = fields.text()
    found["outcome"], found["class"], details = fields.take("BII")
    found["details"] = [(fields.text(), fields.text()) for _ in range(details)]
    fields.end()
    return found


def read_piece(data, hold_key):
    fields = open_file(data, hold_key)
    found = {"from": list(fields.take("QI")), "until": list(fields.take("QI"))}
    found["events_before"], count = fields.take("QI")
    found["leaves"] = []
    for _ in range(count):
        index, parts = fields.take("QI")
        held = {"index": index, "parts": [fields.take("I") for _ in range(parts)]}
        held["octets"], held["key"] = fields.octets(), fields.octets()
        found["leaves"].append(held)
    fields.end()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--hold-key", help="64 hexadecimal digits")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        data = file.read()
    try:
        found = read_header(data)
        if arguments.hold_key:
            key = bytes.fromhex(arguments.hold_key)
            found |= (read_hold if found["kind"] == "hold" else read_piece)(data, key)
            for held in found.get("leaves", []):
                events = leaf_reader.open_alone(held["octets"], held["key"])
                held["events"] = [events[part] for part in held["parts"]]
                held["octets"], held["key"] = held["octets"].hex(), held["key"].hex()
    except Malformed as problem:
        sys.exit(f"{arguments.file}: {problem}")
    except ImportError:
        sys.exit("opening it needs the Python package cryptography (python3-cryptography)")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
