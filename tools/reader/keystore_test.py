"""The independent reader of key stores on the golden file: what it reads, and what it refuses."""

import pathlib
import unittest

from cryptography.exceptions import InvalidTag

import keystore

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden/keystore"
MASTER_KEY = bytes(range(32))
CREATED_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z


SEAL = bytes(range(0x40, 0x60))


class GoldenKeyStore(unittest.TestCase):
    def setUp(self):
        self.file = (GOLDEN / "keystore-3").read_bytes()

    def test_header(self):
        found = keystore.read_header(self.file)
        self.assertEqual((found["version"], found["generation"]), (3, 5))
        self.assertEqual(found["nonce"], bytes(range(0xA0, 0xAC)).hex())

    def test_lists_the_keys(self):
        keys = keystore.read_keys(self.file, MASTER_KEY)
        self.assertEqual([(k["id"], k["purpose"], k["version"]) for k in keys],
                         [(1, "objects", 1), (2, "audit month", 24312), (3, "objects", 2),
                          (4, "hold", 1)])
        self.assertEqual([(k["confirmed"], k["destroyed"]) for k in keys],
                         [(True, False), (False, False), (True, True), (True, False)])
        self.assertEqual({(k["tenant"], k["created_us"]) for k in keys}, {(7, CREATED_US)})
        self.assertEqual([k["secret_octets"] for k in keys], [32, 48, 0, 48])
        self.assertFalse(keys[1]["opens"], "without the seal")

    def test_months_and_holds_open_under_their_seal_alone(self):
        for seals, opens in (([SEAL], True), ([bytes(32), SEAL], True), ([bytes(32)], False)):
            keys = keystore.read_keys(self.file, MASTER_KEY, seals)
            self.assertEqual((keys[1]["opens"], keys[3]["opens"]), (opens, opens))

    def test_reads_the_first_format(self):
        keys = keystore.read_keys((GOLDEN / "keystore-1").read_bytes(), MASTER_KEY)
        self.assertEqual([k["secret_octets"] for k in keys][:2], [32, 32])

    def test_reads_the_second_format(self):
        keys = keystore.read_keys((GOLDEN / "keystore-2").read_bytes(), MASTER_KEY, [SEAL])
        self.assertEqual([k["secret_octets"] for k in keys], [32, 48, 0])
        self.assertTrue(keys[1]["opens"])

    def test_refuses_another_master_key(self):
        with self.assertRaises(keystore.Malformed):
            keystore.read_keys(self.file, bytes(32))

    def test_refuses_every_changed_octet(self):
        for at in range(len(self.file)):
            changed = self.file[:at] + bytes([self.file[at] ^ 1]) + self.file[at + 1:]
            with self.subTest(at), self.assertRaises((keystore.Malformed, InvalidTag)):
                keystore.read_keys(changed, MASTER_KEY)

    def test_refuses_every_truncation(self):
        for length in range(len(self.file)):
            with self.subTest(length), self.assertRaises(keystore.Malformed):
                keystore.read_header(self.file[:length])


if __name__ == "__main__":
    unittest.main()
