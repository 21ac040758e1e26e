"""The independent reader of leaves on the golden leaves: what it reads, and what it refuses."""

import pathlib
import unittest

import leaf

GOLDEN = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/golden/leaf"
KEY_ID, MONTH_KEY = 24, bytes([3]) * 32


def golden(name):
    return (GOLDEN / name).read_bytes()


class GoldenLeaf(unittest.TestCase):
    def test_header(self):
        for name, kind, first_octet in (("event-1", "event", 0x10), ("segment-1", "segment", 0x50)):
            with self.subTest(name):
                found = leaf.read_header(golden(name))
                self.assertEqual((found["version"], found["type"], found["month_key"]),
                                 (1, kind, KEY_ID))
                self.assertEqual(found["id"],
                                 bytes(range(first_octet, first_octet + 16)).hex())

    def test_opens_to_its_events(self):
        for name, count in (("event-1", 1), ("segment-1", 2)):
            with self.subTest(name):
                events = leaf.describe(golden(name), {KEY_ID: MONTH_KEY})["events"]
                self.assertEqual(len(events), count)
                self.assertTrue(all(event["class_uid"] for event in events))

    def test_stays_closed_under_another_key(self):
        self.assertNotIn("events", leaf.describe(golden("event-1"), {}))
        with self.assertRaises(leaf.Malformed):
            leaf.open_leaf(golden("event-1"), bytes(32))

    def test_refuses_every_changed_octet(self):
        whole = golden("event-1")
        for at in range(2, len(whole)):
            changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]
            with self.subTest(at), self.assertRaises(leaf.Malformed):
                leaf.open_leaf(changed, MONTH_KEY)

    def test_refuses_every_truncation(self):
        whole = golden("segment-1")
        for length in range(len(whole)):
            with self.subTest(length), self.assertRaises(leaf.Malformed):
                leaf.open_leaf(whole[:length], MONTH_KEY)

    def test_passes_over_what_it_does_not_know(self):
        whole = golden("event-1")
        for changed in (b"\x02" + whole[1:], whole[:1] + b"\x09" + whole[2:]):
            found = leaf.describe(changed, {KEY_ID: MONTH_KEY})
            self.assertFalse(found["known"])
            self.assertNotIn("events", found)


if __name__ == "__main__":
    unittest.main()
