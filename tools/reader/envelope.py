"""Reads values, wrapped keys and sealed octets of objects by docs/formats/envelope.md alone,
sharing no code with Belfry.

    envelope.py value FILE                          the value of an object
    envelope.py part FILE                           the value of a part
    envelope.py open FILE --envelope FILE --bucket ID --key KEY --tenant-key HEXADECIMAL
                                                    the plaintext of a blob, on the standard output

Opening needs the Python package `cryptography`.
"""

import argparse
import json
import struct
import sys

from keystore import Malformed

CHUNK, TAG = 131072, 16
ENVELOPE = struct.Struct("<qI12s48s")
PIECE = struct.Struct("<IQ16s")


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        try:
            values = struct.unpack_from("<" + form, self.data, self.at)
        except struct.error:
            raise Malformed("the value is cut") from None
        self.at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def octets(self, length):
        if self.at + length > len(self.data):
            raise Malformed("the value is cut")
        self.at += length
        return self.data[self.at - length:self.at]

    def string(self):
        return self.octets(self.take("I"))

    def text(self):
        return self.string().decode()

    def map(self):
        return {self.text(): self.text() for _ in range(self.take("I"))}


def read_envelope(data):
    if len(data) != ENVELOPE.size:
        raise Malformed("an envelope has 72 octets")
    key, version, nonce, sealed = ENVELOPE.unpack(data)
    return {"tenant_key": key, "version": version, "nonce": nonce, "sealed": sealed}


def read_object(value):
    cursor = Cursor(value)
    version = read_version(cursor)
    found = {"size": cursor.take("Q"), "etag": cursor.text(), "modified_us": cursor.take("q"),
             "content_type": cursor.text(), "headers": cursor.map(), "metadata": cursor.map(),
             "sha256": cursor.text(), "parts": cursor.take("I"), "upload": cursor.string().hex(),
             "chunk_size": cursor.take("I"), "pieces": []}
    for _ in range(cursor.take("I")):
        found["pieces"].append(read_piece(cursor))
    for piece in found["pieces"] if version == 2 else ():
        piece["headers"] = cursor.map()
    return found


def read_version(cursor):
    version = cursor.take("B")
    if version not in (1, 2):
        raise Malformed("this version of a value is not known to this reader")
    return version


def read_piece(cursor):
    number, size, md5 = PIECE.unpack(cursor.octets(PIECE.size))
    envelope = read_envelope(cursor.octets(ENVELOPE.size))
    return {"part": number, "size": size, "md5": md5.hex(),
            "tenant_key": envelope["tenant_key"], "version": envelope["version"]}


def read_part(value):
    cursor = Cursor(value)
    version = read_version(cursor)
    found = {"modified_us": cursor.take("q"), "chunk_size": cursor.take("I"),
             "piece": read_piece(cursor)}
    found["headers"] = cursor.map() if version == 2 else {}
    return found


def bound_to(label, bucket, key):
    name = key.encode()
    return label + struct.pack("<qI", bucket, len(name)) + name


def opened(secret, nonce, sealed, associated, what):
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    try:
        return AESGCM(secret).decrypt(nonce, sealed, associated)
    except InvalidTag:
        raise Malformed(f"{what} does not open") from None


def unwrap(envelope, tenant_key, bucket, key):
    """The data key of a blob."""
    found = read_envelope(envelope)
    return opened(tenant_key, found["nonce"], found["sealed"],
                  bound_to(b"belfry object key 1", bucket, key), "the envelope")


def open_blob(sealed, data_key, bucket, key):
    """The plaintext of a blob, every chunk of which is checked."""
    label, plain = bound_to(b"belfry object chunk 1", bucket, key), b""
    count = max(1, -(-len(sealed) // (CHUNK + TAG)))
    for number in range(count):
        chunk = sealed[number * (CHUNK + TAG):(number + 1) * (CHUNK + TAG)]
        place = struct.pack("<QB", number, number + 1 == count)
        plain += opened(data_key, struct.pack("<QI", number, 0), chunk, label + place,
                        f"chunk {number}")
    return plain


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["value", "part", "open"])
    parser.add_argument("file")
    parser.add_argument("--envelope", help="the file of the envelope, 72 octets")
    parser.add_argument("--bucket", type=int, help="the id of the bucket")
    parser.add_argument("--key", help="the key of the object")
    parser.add_argument("--tenant-key", help="the secret of the tenant's key, in hexadecimal")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        data = file.read()
    try:
        if arguments.what == "value":
            return print(json.dumps(read_object(data), indent=2))
        if arguments.what == "part":
            return print(json.dumps(read_part(data), indent=2))
        place = arguments.bucket, arguments.key
        if None in (*place, arguments.envelope, arguments.tenant_key):
            parser.error("open needs --envelope, --bucket, --key and --tenant-key")
        with open(arguments.envelope, "rb") as file:
            data_key = unwrap(file.read(), bytes.fromhex(arguments.tenant_key), *place)
        sys.stdout.buffer.write(open_blob(data, data_key, *place))
    except Malformed as problem:
        sys.exit(f"{arguments.file}: {problem}")
    except ImportError:
        sys.exit("opening needs the Python package cryptography (python3-cryptography)")


if __name__ == "__main__":
    main()
