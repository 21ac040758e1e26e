"""Reads a key store file by docs/formats/keystore.md alone, sharing no code with Belfry.

Without a master key only the header is read. With one, and with the Python package `cryptography`,
the keys are listed too (never their secrets); with the month seal also, whether the secrets of
audit months and of holds open under it.
"""

import argparse
import hashlib
import hmac
import json
import struct
import sys

HEADER = struct.Struct("<8sHHIQ8s12s")
RECORD = struct.Struct("<qqHHIqI")
# Purposes whose secrets are sealed once more, by the version of the format.
SEALED = {1: (), 2: (2,), 3: (2, 5)}
PURPOSES = {1: "objects", 2: "audit month", 3: "checkpoint signer", 4: "secrets", 5: "hold"}


class Malformed(Exception):
    pass


def crc32c(data):
    value = 0xFFFFFFFF
    for octet in data:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def hkdf_sha256(key, info, length, salt=b""):
    extracted = hmac.digest(salt or bytes(32), key, hashlib.sha256)
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(extracted, block + info + bytes([counter]), hashlib.sha256)
        out, counter = out + block, counter + 1
    return out[:length]


def read_header(data):
    if len(data) < HEADER.size + 16 + 4:
        raise Malformed("shorter than a header, a tag and a checksum")
    magic, version, _, length, generation, master_id, nonce = HEADER.unpack_from(data)
    if magic != b"belfrykS":
        raise Malformed("this is no key store")
    if version not in SEALED:
        raise Malformed(f"format version {version} is not known to this reader")
    if length != len(data) - HEADER.size - 4:
        raise Malformed("the sealed part is not as long as the header says")
    if crc32c(data[:-4]) != struct.unpack("<I", data[-4:])[0]:
        raise Malformed("the checksum does not match")
    return {"version": version, "generation": generation, "sealed_octets": length,
            "master_key_id": master_id.hex(), "nonce": nonce.hex()}


def month_opens(seals, seal_id, key, sealed):
    """Whether the secret of an audit month or a hold opens under the seal that the file names."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    for seal in seals:
        if hkdf_sha256(seal, b"belfry keystore seal id 1", 8) == seal_id:
            own = hkdf_sha256(seal, b"belfry keystore month 1" + struct.pack("<q", key), 32)
            return len(AESGCM(own).decrypt(bytes(12), sealed, b"")) == 32
    return False


def read_keys(data, master_key, seals=()):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    header = read_header(data)
    if hkdf_sha256(master_key, b"belfry keystore master id 1", 8).hex() != header["master_key_id"]:
        raise Malformed("sealed under another master key")
    seal = AESGCM(hkdf_sha256(master_key, b"belfry keystore seal 1", 32))
    plain = seal.decrypt(bytes.fromhex(header["nonce"]), data[HEADER.size:-4], data[:HEADER.size])
    sealed = header["version"] > 1
    seal_id, plain = (plain[:8], plain[8:]) if sealed else (b"", plain)
    count, = struct.unpack_from("<I", plain)
    offset, keys = 4, []
    for _ in range(count):
        key, tenant, purpose, flags, version, created, length = RECORD.unpack_from(plain, offset)
        secret = plain[offset + RECORD.size:offset + RECORD.size + length]
        offset += RECORD.size + length
        keys.append({"id": key, "tenant": tenant,
                     "purpose": PURPOSES.get(purpose, str(purpose)),
                     "version": version, "created_us": created, "confirmed": bool(flags & 1),
                     "destroyed": bool(flags & 2), "secret_octets": length})
        if purpose in SEALED[header["version"]] and length:
            keys[-1]["opens"] = month_opens(seals, seal_id, key, secret)
    if offset != len(plain):
        raise Malformed("octets are left after the last key")
    return keys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--master-key", help="the master key file: 64 hexadecimal digits")
    parser.add_argument("--month-seal", help="the file of the month seal: a line or two of them")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        data = file.read()
    try:
        found = read_header(data)
        if arguments.master_key:
            with open(arguments.master_key, encoding="ascii") as file:
                master_key = bytes.fromhex(file.read().strip())
            seals = []
            if arguments.month_seal:
                with open(arguments.month_seal, encoding="ascii") as file:
                    seals = [bytes.fromhex(line) for line in file.read().split()]
            found["keys"] = read_keys(data, master_key, seals)
    except Malformed as problem:
        sys.exit(f"{arguments.file}: {problem}")
    except ImportError:
        sys.exit("listing the keys needs the Python package cryptography (python3-cryptography)")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
