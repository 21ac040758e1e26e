"""Reads leaves by docs/formats/leaf.md alone, sharing no code with Belfry.

Without a month key only the header is read. With one, and with the Python package `cryptography`,
the leaf is opened and its commitment verified.
"""

import argparse
import hashlib
import json
import struct
import sys

from keystore import Malformed, hkdf_sha256

HEADER = struct.Struct("<BB16sq32s12s")
TYPES = {1: "event", 2: "segment"}
SALT = 32


def read_header(leaf):
    if not 18 <= len(leaf) <= 65535:
        raise Malformed("too short or too long for a leaf")
    version, kind, leaf_id = leaf[0], leaf[1], leaf[2:18]
    if version != 1 or kind not in TYPES:
        return {"version": version, "type": kind, "id": leaf_id.hex(), "known": False}
    if len(leaf) < HEADER.size + SALT + 16:
        raise Malformed("shorter than a header, a salt and a tag")
    _, _, _, key, commitment, nonce = HEADER.unpack_from(leaf)
    return {"version": version, "type": TYPES[kind], "id": leaf_id.hex(), "known": True,
            "month_key": key, "commitment": commitment.hex(), "nonce": nonce.hex(),
            "octets": len(leaf)}


def open_leaf(leaf, month_key):
    """The events, once tag and commitment hold."""
    return open_alone(leaf, hkdf_sha256(month_key, leaf[2:18], 32))


def open_alone(leaf, key):
    """The same with the key of this leaf alone, as a legal hold has it."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    header = read_header(leaf)
    nonce = bytes.fromhex(header["nonce"])
    try:
        salted = AESGCM(key).decrypt(nonce, leaf[HEADER.size:], leaf[:HEADER.size])
    except InvalidTag:
        raise Malformed("the leaf does not open under this key") from None
    if hashlib.sha256(salted).hexdigest() != header["commitment"]:
        raise Malformed("the leaf opens to another event than it committed to")
    plain = salted[SALT:]
    if header["type"] == "event":
        return [json.loads(plain)]
    events, at = [], 0
    while at < len(plain):
        length, = struct.unpack_from("<I", plain, at)
        if at + 4 + length > len(plain):
            raise Malformed("a segment's event is cut")
        events.append(json.loads(plain[at + 4:at + 4 + length]))
        at += 4 + length
    return events


def describe(leaf, month_keys):
    found = read_header(leaf)
    if found["known"] and found["month_key"] in month_keys:
        found["events"] = open_leaf(leaf, month_keys[found["month_key"]])
    return found


def parse_month_keys(texts):
    return {int(text.split(":")[0]): bytes.fromhex(text.split(":")[1]) for text in texts}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="one leaf")
    parser.add_argument("--month-key", action="append", default=[],
                        help="id:hexadecimal, as often as needed")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        leaf = file.read()
    try:
        print(json.dumps(describe(leaf, parse_month_keys(arguments.month_key)), indent=2))
    except Malformed as problem:
        sys.exit(f"{arguments.file}: {problem}")
    except ImportError:
        sys.exit("opening leaves needs the Python package cryptography (python3-cryptography)")


if __name__ == "__main__":
    main()
