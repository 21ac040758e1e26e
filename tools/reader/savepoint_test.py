"""The independent reader of the journal on savepoints."""

import hashlib
import pathlib
import struct
import unittest

import journal

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden/journal"


class GoldenSavepointRecord(unittest.TestCase):
    def setUp(self):
        self.body = (GOLDEN / "savepoint-record-1").read_bytes()

    def test_says_up_to_where(self):
        self.assertEqual(journal.read_savepoint_record(self.body), (1_767_225_601_000_000, 4711))

    def test_refuses_every_truncation_and_other_versions(self):
        for length in range(len(self.body)):
            with self.subTest(length), self.assertRaises(journal.Malformed):
                journal.read_savepoint_record(self.body[:length])
        with self.assertRaises(journal.Malformed):
            journal.read_savepoint_record(struct.pack("<H", 2) + self.body[2:])


class GoldenSavepoint(unittest.TestCase):
    def setUp(self):
        self.octets = (GOLDEN / "savepoint-1").read_bytes()

    def test_says_what_the_journal_told(self):
        found = journal.read_savepoint(self.octets)
        self.assertEqual((found["sequence"], found["source_complete_up_to"]), (4711, 77))
        self.assertEqual(found["reading"], [2, 9])
        self.assertEqual(found["recent"], [(bytes(range(1, 17)), 2, 258)])
        log = found["logs"][0]
        self.assertEqual((log["tenant"], log["counted"], log["size"]), (2, 258, 259))
        self.assertEqual((log["deleted"], log["removed"]), (1, 0))
        self.assertEqual([len(level) for level in log["partial"]], [3, 1])
        self.assertEqual(log["bundles"], [(1_767_225_600_500_000, 2100)])
        # The hash of the full bundle: of leaves 0, 1, 2 ... of one octet each.
        level = [hashlib.sha256(bytes((0, i))).digest() for i in range(256)]
        while len(level) > 1:
            level = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest()
                     for i in range(0, len(level), 2)]
        self.assertEqual(log["partial"][1], level)

    def test_refuses_every_truncation_and_every_change(self):
        for at in range(len(self.octets)):
            changed = bytearray(self.octets)
            changed[at] ^= 1
            with self.subTest(at), self.assertRaises(journal.Malformed):
                journal.read_savepoint(bytes(changed))
            with self.subTest(at), self.assertRaises(journal.Malformed):
                journal.read_savepoint(self.octets[:at])


if __name__ == "__main__":
    unittest.main()
