"""Reads what Belfry keeps on a disk by docs/formats/ alone, sharing no code with it.

    belfry_reader.py disk FOLDER       everything below a disk's root
    belfry_reader.py set FOLDER        one replica set: FOLDER is sets/<set>
    belfry_reader.py segment FILE      the records of one segment
    belfry_reader.py file FILE         one large object

Prints JSON. Exit code 1 and a sentence when anything does not match its checksum.
"""

import argparse
import json
import pathlib
import sys

import segment


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["disk", "set", "segment", "file"])
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--bodies", action="store_true",
                        help="with the octets of the records, in hexadecimal")
    arguments = parser.parse_args()
    read = {"disk": segment.read_disk, "set": segment.read_set, "segment": segment.read_segment,
            "file": segment.read_file}[arguments.what]
    try:
        found = read(arguments.path)
    except (segment.Malformed, OSError) as error:
        print(f"{arguments.path}: {error}", file=sys.stderr)
        return 1
    if not arguments.bodies:
        strip_bodies(found)
    json.dump(found, sys.stdout, indent=1)
    print()
    return 0


def strip_bodies(found):
    if isinstance(found, dict):
        found.pop("body", None)
        found = list(found.values())
    for value in found if isinstance(found, list) else []:
        strip_bodies(value)


if __name__ == "__main__":
    sys.exit(main())
