"""The independent reader of the journal on the record of a run's end."""

import pathlib
import struct
import unittest

import journal

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden/journal"


class GoldenClosedRecord(unittest.TestCase):
    def setUp(self):
        self.body = (GOLDEN / "closed-1").read_bytes()

    def test_says_when(self):
        self.assertEqual(journal.read_closed(self.body), 1_767_225_600_750_000)

    def test_refuses_every_truncation_and_other_versions(self):
        for length in range(len(self.body)):
            with self.subTest(length), self.assertRaises(journal.Malformed):
                journal.read_closed(self.body[:length])
        with self.assertRaises(journal.Malformed):
            journal.read_closed(struct.pack("<H", 2) + self.body[2:])


if __name__ == "__main__":
    unittest.main()
