"""The independent reader of search indexes on the golden file: what it reads, what it refuses."""

import pathlib
import unittest

import search_index

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent \
    / "docs/formats/golden/search_index/two-months"
KEYS = {24: bytes([3]) * 32, 25: bytes([4]) * 32}


class GoldenIndex(unittest.TestCase):
    whole = GOLDEN.read_bytes() if GOLDEN.exists() else b""

    def test_directory(self):
        found = search_index.describe(self.whole, {})
        self.assertEqual((found["tenant"], found["from"], found["until"]), (2, 256, 768))
        self.assertEqual([place["key"] for place in found["sections"]], [24, 25])
        self.assertNotIn("rows", found["sections"][0])

    def test_rows_and_terms(self):
        first, second = search_index.describe(self.whole, KEYS)["sections"]
        self.assertEqual(first["rows"][:4], [(256, 0, 1_767_225_600_000),
                                             (257, 0, 1_767_225_600_010),
                                             (257, 1, 1_767_225_600_011),
                                             (300, 0, 1_767_225_599_000)])
        self.assertEqual(len(first["rows"]), 5004)
        self.assertEqual(first["terms"]["aada"], [0, 2])
        self.assertEqual(first["terms"]["abob"], [1, 3])
        self.assertEqual(first["terms"]["s1"], list(range(5004)))
        self.assertEqual(second["rows"], [(700, 0, 0)])
        self.assertEqual(second["terms"], {"aada": [0]})

    def test_opens_under_no_other_key(self):
        with self.assertRaises(search_index.Malformed):
            search_index.describe(self.whole, {24: bytes(32)})

    def test_refuses_what_is_cut(self):
        for length in range(0, len(self.whole), 97):
            with self.subTest(length), self.assertRaises(search_index.Malformed):
                search_index.describe(self.whole[:length], KEYS)


if __name__ == "__main__":
    unittest.main()
