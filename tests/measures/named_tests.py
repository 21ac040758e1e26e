#!/usr/bin/env python3
"""Every negative test that the annex names, as program:Suite.Name, is one of a program that the
tests run: the name cannot lie.
"""

import os
import re
import subprocess
from pathlib import Path

SOURCE = Path(os.environ.get("BELFRY_SOURCE", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("BELFRY_BUILD", SOURCE / "build/release"))
NAMED = re.compile(r"^negative_test: *([a-z_]+):([A-Za-z]+)\.([A-Za-z]+)$", re.M)
BOUND = 10  # measures of the annex that have a check, at least


def tests_of(program):
    """Suite.Name of each test; what is instantiated for parameters has neither prefix nor index."""
    path = BUILD / "test" / f"{program}_test"
    listed = subprocess.run([path, "--gtest_list_tests"], capture_output=True, text=True,
                            timeout=60, check=True).stdout
    suite, found = "", set()
    for line in listed.splitlines():
        name = line.split("#")[0].strip()
        if line.startswith("  "):
            found.add(f"{suite}.{name.split('/')[0]}")
        elif name.endswith("."):
            suite = name[:-1].split("/")[-1]
    return found


def main():
    listed = subprocess.run(["ctest", "--test-dir", BUILD, "-N"], capture_output=True, text=True,
                            timeout=60, check=True).stdout
    run = set(re.findall(r"Test +#\d+: (\S+)", listed))
    programs, faults, bound = {}, [], 0
    for path in sorted((SOURCE / "annex").glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        has_check = re.search(r"^check:", text, re.M) is not None
        named = NAMED.search(text)
        bound += has_check
        if has_check != (named is not None):
            faults.append(f"{path.name}: a check and its negative test go together")
        if not named:
            continue
        program, test = named[1], f"{named[2]}.{named[3]}"
        if program not in run:
            faults.append(f"{path.name}: ctest runs no {program}")
        elif test not in programs.setdefault(program, tests_of(program)):
            faults.append(f"{path.name}: {program} has no test {test}")
    assert bound >= BOUND, f"only {bound} measures have a check"
    assert not faults, "\n".join(faults)
    print(f"{bound} negative tests are what they are called")


if __name__ == "__main__":
    main()
