"""Reads a search index file by docs/formats/search_index.md alone, sharing no code with Belfry.

Without a month key only the directory is read. With one, and with the Python package
`cryptography`, rows and terms of its sections.
"""

import argparse
import hashlib
import json
import struct
import sys

from keystore import Malformed, hkdf_sha256
from leaf import parse_month_keys

FOOTER_NUMBER, DIRECTORY_NUMBER = 2**64 - 1, 2**64 - 2


class Octets:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def raw(self, count):
        if self.at + count > len(self.octets):
            raise Malformed("it ends too soon")
        self.at += count
        return self.octets[self.at - count:self.at]

    def take(self, form):
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))

    def varint(self):
        value = shift = 0
        while True:
            octet = self.raw(1)[0]
            value |= (octet & 127) << shift
            if octet < 128:
                return value
            shift += 7

    def signed(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def more(self):
        return self.at < len(self.octets)


def read_directory(whole):
    if len(whole) < 8 or whole[-4:] != b"BIDX":
        raise Malformed("no search index")
    length, = struct.unpack_from("<I", whole, len(whole) - 8)
    if length > len(whole) - 8:
        raise Malformed("its directory is cut")
    octets = Octets(whole[len(whole) - 8 - length:-8])
    version, tenant, first, until, count = octets.take("HqQQI")
    if version != 1:
        raise Malformed("a later version")
    sections = [dict(zip(("key", "id", "at", "length"), octets.take("q16sQI")))
                for _ in range(count)]
    digest = hashlib.sha256(octets.octets[:octets.at]).digest()
    for section in sections:
        section["digest"], section["seal"] = digest, octets.raw(48)
    if octets.more():
        raise Malformed("more behind its directory")
    return {"tenant": tenant, "from": first, "until": until, "sections": sections}


class Section:
    def __init__(self, whole, place, month_key):
        self.whole = whole
        self.key = hkdf_sha256(month_key, b"belfry search index 1" + place["id"], 32)
        if self.open(DIRECTORY_NUMBER, place["seal"]) != place["digest"]:
            raise Malformed("its directory was changed")
        footer = Octets(self.page(FOOTER_NUMBER, place["at"], place["length"]))
        self.tenant, self.first, self.until = footer.take("qQQ")
        self.leaves = footer.raw(32)
        self.count, self.least_ms, self.greatest_ms, row_pages, term_pages = footer.take("IqqII")
        self.row_pages = [footer.take("IIQqqQI") for _ in range(row_pages)]
        self.term_pages = [(footer.raw(footer.take("I")[0]), *footer.take("QI"))
                           for _ in range(term_pages)]
        if footer.more():
            raise Malformed("more behind a footer")

    def page(self, number, at, length):
        return self.open(number, self.whole[at:at + length])

    def open(self, number, sealed):
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        nonce = struct.pack("<Q", number) + bytes(4)
        try:
            return AESGCM(self.key).decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError):
            raise Malformed("a page does not open under this key") from None

    def rows(self):
        """(leaf, part, milliseconds), in the order of the log."""
        rows = []
        for number, (_, count, leaf, _, _, at, length) in enumerate(self.row_pages):
            octets, time = Octets(self.page(number, at, length)), 0
            part = octets.varint()
            for row in range(count):
                step = octets.varint()
                if row:
                    part = part + 1 if step == 0 else 0
                leaf, time = leaf + step, time + octets.signed()
                rows.append((leaf, part, time))
            if octets.more():
                raise Malformed("more rows than its footer says")
        return rows

    def terms(self):
        found = {}
        for number, (first, at, length) in enumerate(self.term_pages, len(self.row_pages)):
            octets, term = Octets(self.page(number, at, length)), b""
            while octets.more():
                term = term[:octets.varint()] + octets.raw(octets.varint())
                if not found.keys() & {first} and term != first:
                    raise Malformed("a page begins with another term than its footer says")
                found[term] = self.list(Octets(octets.raw(octets.varint())))
        return found

    @staticmethod
    def list(octets):
        rows, row = [], 0
        if octets.raw(1) == b"\0":
            while octets.more():
                row += octets.varint()
                rows.append(row)
            return rows
        row = octets.varint()
        while octets.more():
            bits = octets.raw(1)[0]
            rows += [row + bit for bit in range(8) if bits >> bit & 1]
            row += 8
        return rows


def describe(whole, month_keys):
    found = read_directory(whole)
    for place in found["sections"]:
        if place["key"] in month_keys:
            section = Section(whole, place, month_keys[place["key"]])
            place["rows"] = section.rows()
            place["terms"] = {term.decode(errors="backslashreplace"): rows
                              for term, rows in section.terms().items()}
        place["id"] = place["id"].hex()
        del place["seal"], place["digest"]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--month-key", action="append", default=[],
                        help="id:hexadecimal, as often as needed")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        whole = file.read()
    try:
        print(json.dumps(describe(whole, parse_month_keys(arguments.month_key)), indent=2))
    except Malformed as error:
        sys.exit(f"{arguments.file}: {error}")


if __name__ == "__main__":
    main()
