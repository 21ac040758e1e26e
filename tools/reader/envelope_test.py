"""The independent reader of sealed objects: what it opens, and what it refuses."""

import pathlib
import unittest

import envelope

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden/envelope"
TENANT_KEY, BUCKET, KEY = bytes([6]) * 32, 77, "caf\u00e9/menu.txt"
PLAIN = bytes(i % 251 for i in range(131077))


class GoldenEnvelope(unittest.TestCase):
    def setUp(self):
        self.sealed = (GOLDEN / "sealed-1").read_bytes()
        self.wrapped = (GOLDEN / "wrapped-1").read_bytes()
        self.value = (GOLDEN / "object-1").read_bytes()

    def data_key(self):
        return envelope.unwrap(self.wrapped, TENANT_KEY, BUCKET, KEY)

    def test_opens_the_wrapped_key(self):
        self.assertEqual(self.data_key(), bytes(range(0x10, 0x30)))
        found = envelope.read_envelope(self.wrapped)
        self.assertEqual((found["tenant_key"], found["version"]), (31, 4))

    def test_opens_the_sealed_object(self):
        self.assertEqual(envelope.open_blob(self.sealed, self.data_key(), BUCKET, KEY), PLAIN)

    def test_refuses_another_place_or_key(self):
        for bucket, key in ((78, KEY), (BUCKET, "cafe/menu.txt")):
            with self.subTest(bucket=bucket, key=key), self.assertRaises(envelope.Malformed):
                envelope.unwrap(self.wrapped, TENANT_KEY, bucket, key)
            with self.subTest(bucket=bucket, key=key), self.assertRaises(envelope.Malformed):
                envelope.open_blob(self.sealed, self.data_key(), bucket, key)
        with self.assertRaises(envelope.Malformed):
            envelope.unwrap(self.wrapped, bytes(32), BUCKET, KEY)

    def test_refuses_what_was_changed_moved_or_cut(self):
        chunk = envelope.CHUNK + envelope.TAG
        first, last = self.sealed[:chunk], self.sealed[chunk:]
        flipped = bytearray(self.sealed)
        flipped[70000] ^= 1
        for changed in (bytes(flipped), first, last, last + first, self.sealed[:-1],
                        self.sealed + bytes(1), b""):
            with self.subTest(length=len(changed)), self.assertRaises(envelope.Malformed):
                envelope.open_blob(changed, self.data_key(), BUCKET, KEY)

    def test_reads_the_value(self):
        self.assertEqual(envelope.read_object(self.value), {
            "size": 131077, "etag": "0123456789abcdef0123456789abcdef",
            "modified_us": 1767225600123456, "content_type": "text/plain",
            "headers": {"cache-control": "no-store"},
            "metadata": {"colour": "blue", "origin": "Li\u00e8ge"},
            "sha256": "a" * 64, "parts": 0, "upload": "", "chunk_size": 131072,
            "pieces": [{"part": 0, "size": 131077, "md5": bytes(range(16)).hex(),
                        "tenant_key": 31, "version": 4}]})
        for length in range(len(self.value)):
            with self.subTest(length), self.assertRaises(envelope.Malformed):
                envelope.read_object(self.value[:length])
        with self.assertRaises(envelope.Malformed):
            envelope.read_object(b"\x03" + self.value[1:])

    def test_reads_a_value_whose_parts_have_headers(self):
        value = (GOLDEN / "object-2").read_bytes()
        found = envelope.read_object(value)
        self.assertEqual(found["upload"], b"u".hex() * 16)
        self.assertEqual(found["pieces"][0]["headers"], {"x-amz-checksum-crc32": "NhCmhg=="})
        for length in range(len(value)):
            with self.subTest(length), self.assertRaises(envelope.Malformed):
                envelope.read_object(value[:length])

    def test_reads_parts_of_both_versions(self):
        piece = {"part": 3, "size": 131077, "md5": bytes(range(16)).hex(), "tenant_key": 31,
                 "version": 4}
        for version, headers in ((1, {}), (2, {"x-amz-checksum-crc32": "NhCmhg=="})):
            value = (GOLDEN / f"part-{version}").read_bytes()
            with self.subTest(version):
                self.assertEqual(envelope.read_part(value), {
                    "modified_us": 1767225600123456, "chunk_size": 131072, "piece": piece,
                    "headers": headers})
                for length in range(len(value)):
                    with self.assertRaises(envelope.Malformed):
                        envelope.read_part(value[:length])
                with self.assertRaises(envelope.Malformed):
                    envelope.read_part(b"\x03" + value[1:])


if __name__ == "__main__":
    unittest.main()
