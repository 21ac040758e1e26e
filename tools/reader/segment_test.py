"""The independent reader on the golden store: what it reads, and what it refuses."""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import segment

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "docs/formats/golden/segment"


def read(what, path):
    return subprocess.run([sys.executable, HERE / "belfry_reader.py", what, path, "--bodies"],
                          capture_output=True, text=True, check=False)


class GoldenStore(unittest.TestCase):
    def test_every_disk_holds_the_same_records(self):
        found = [json.loads(read("disk", GOLDEN / str(disk)).stdout) for disk in (1, 2, 3)]
        for disk, content in enumerate(found, 1):
            self.assertEqual(content["disk"], disk)
            self.assertEqual(content["sets"], found[0]["sets"])
        held = found[0]["sets"][0]
        self.assertEqual({member["disk"] for member in held["members"]}, {1, 2, 3})
        batches = held["segments"][0]["batches"]
        self.assertEqual([batch["cut"] for batch in batches], [False, False, True, False])
        records = [record for batch in batches for record in batch["records"]]
        self.assertEqual([bytes.fromhex(record["body"]) for record in records],
                         [b"first record", b"", b"after the cut"])
        self.assertEqual([record["type"] for record in records], [1, 2, 0x8003])
        self.assertEqual([record["critical"] for record in records], [False, False, True])
        self.assertEqual([record["sequence"] for record in records], [1, 2, 3])
        self.assertEqual([file["size"] for file in held["files"]], [5000])

    def test_a_changed_octet_is_refused(self):
        paths = [("segment", next(GOLDEN.glob("1/sets/*/segments/*")), 4096 + 64 + 30),
                 ("file", next(GOLDEN.glob("1/sets/*/files/*/*")), 4096 + 4000)]
        for what, path, offset in paths:
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                changed = bytearray(path.read_bytes())
                changed[offset] ^= 1
                copy = pathlib.Path(folder) / "changed"
                copy.write_bytes(changed)
                answer = read(what, copy)
                self.assertEqual(answer.returncode, 1, answer.stdout)
                self.assertIn("does not match", answer.stderr)

    def test_a_descriptor_says_whether_the_set_was_pruned(self):
        octets = next(GOLDEN.glob("1/sets/*/descriptor")).read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "descriptor"
            for version, pruned in ((1, False), (2, True)):
                body = octets[:8] + struct.pack("<H", version) + octets[10:-4]
                path.write_bytes(body + struct.pack("<I", segment.crc32c(body)))
                self.assertEqual(segment.read_descriptor(path)["pruned"], pruned)
            body = octets[:8] + struct.pack("<H", 3) + octets[10:-4]
            path.write_bytes(body + struct.pack("<I", segment.crc32c(body)))
            with self.assertRaises(segment.Malformed):
                segment.read_descriptor(path)


if __name__ == "__main__":
    unittest.main()
