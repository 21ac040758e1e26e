"""Every golden file has a test of its independent reader."""

import pathlib
import unittest

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "docs/formats/golden"


class Golden(unittest.TestCase):
    def test_each_has_a_reader_and_its_test(self):
        found = {path.name.split(".")[0] for path in GOLDEN.iterdir()}
        self.assertGreaterEqual(len(found), 5)
        for name in sorted(found):
            for file in (f"{name}.py", f"{name}_test.py"):
                self.assertTrue((HERE / file).exists(), f"tools/reader/{file} is missing")


if __name__ == "__main__":
    unittest.main()
