"""The independent reader of commit records: what it reads, and what it refuses."""

import json
import pathlib
import struct
import unittest

import commit

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden"


class GoldenCommit(unittest.TestCase):
    def setUp(self):
        self.body = (GOLDEN / "commit.bin").read_bytes()

    def test_says_what_is_written_down(self):
        for name in "commit", "commit.second_values", "commit.third_values":
            meant = json.loads((GOLDEN / f"{name}.json").read_text())
            self.assertEqual(commit.read_commit((GOLDEN / f"{name}.bin").read_bytes()), meant)

    def test_refuses_every_truncation(self):
        for length in range(len(self.body)):
            with self.subTest(length), self.assertRaises((commit.Malformed, UnicodeDecodeError)):
                commit.read_commit(self.body[:length])

    def test_skips_or_refuses_what_it_does_not_know(self):
        def with_kind(kind):
            block = struct.pack("<BBBI", 1, kind, 0, 0)
            header = struct.pack("<qI1sII", 7, 1, b"k", 1, len(block)) + block + bytes(4)
            return struct.pack("<HHI", 1, 0, 8 + len(header)) + header
        self.assertEqual(commit.read_commit(with_kind(0x30))["changes"], [{"skipped": [1, 0x30]}])
        with self.assertRaises(commit.Malformed):
            commit.read_commit(with_kind(0xB0))


if __name__ == "__main__":
    unittest.main()
