"""The independent reader of the vault on the golden files: what it reads, and what it refuses."""

import pathlib
import unittest

import vault

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden/vault"
HOLD_KEY = bytes(range(32))


class GoldenVault(unittest.TestCase):
    def setUp(self):
        self.hold = (GOLDEN / "hold-1").read_bytes()
        self.piece = (GOLDEN / "piece-1").read_bytes()

    def test_header(self):
        found = vault.read_header(self.piece)
        self.assertEqual((found["kind"], found["tenant"], found["hold"]), ("piece", 7, 42))

    def test_says_what_is_held(self):
        found = vault.read_hold(self.hold, HOLD_KEY)
        self.assertEqual((found["by_tenant"], found["by_user"], found["by_name"], found["why"]),
                         (1, 5, "berta", "court order 12"))
        self.assertEqual((found["from_us"], found["until_us"]), (1_767_000_000_000_000, None))
        self.assertEqual((found["actor"], found["action"], found["resource"]),
                         ("ada", "", "arn:aws:s3:::photos/"))
        self.assertEqual((found["outcome"], found["class"], found["details"]),
                         (2, 6003, [("policy", "none")]))

    def test_lists_the_leaves(self):
        found = vault.read_piece(self.piece, HOLD_KEY)
        self.assertEqual((found["from"], found["until"], found["events_before"]),
                         ([3, 0], [300, 2], 9))
        self.assertEqual([(held["index"], held["parts"]) for held in found["leaves"]],
                         [(17, [0, 4]), (299, [0])])
        self.assertEqual(found["leaves"][0]["octets"], bytes(range(1, 101)))
        self.assertEqual(found["leaves"][1]["key"], bytes(range(96, 128)))

    def test_refuses_another_key(self):
        with self.assertRaises(vault.Malformed):
            vault.read_hold(self.hold, bytes(32))

    def test_refuses_every_changed_octet(self):
        for at in range(len(self.piece)):
            changed = self.piece[:at] + bytes([self.piece[at] ^ 1]) + self.piece[at + 1:]
            with self.subTest(at), self.assertRaises(vault.Malformed):
                vault.read_header(changed)

    def test_refuses_every_truncation(self):
        for length in range(len(self.piece)):
            with self.subTest(length), self.assertRaises(vault.Malformed):
                vault.read_header(self.piece[:length])


if __name__ == "__main__":
    unittest.main()
