"""A tree of files for real clients: made once from a seed, compared octet by octet."""

import hashlib
import os
import random

MIB = 1024 * 1024
# What trips clients and servers: blanks, signs of URLs, letters beyond ASCII, a long name.
AWKWARD = ("with blank.txt", "plus+sign&and=.txt", "percent%41.txt", "caf\u00e9/cr\u00e8me.txt",
           "\u65e5\u672c\u8a9e.txt", "quote'(1).txt", "tilde~.txt", "hash#1.txt", "comma,semi;.txt",
           "at@colon:.txt", "n" * 200 + ".txt", "deep/a/b/c/d/e/f/g/h.txt")


def sizes_of(files, total, largest):
    """Sizes from 0 to `largest` that make `total` together: many small, a few large."""
    chance = random.Random(7)
    large = [largest, largest // 2, largest // 2 + 1, largest // 4, 8 * MIB, 8 * MIB + 1, 5 * MIB,
             8 * MIB - 1] if total >= 4 * largest else []
    small = [0, 0, 1, 4095, 4096, 4097, 65536, 131072, MIB, MIB + 1]
    rest = files - len(large) - len(small) - 1
    middle = [int(2 ** chance.uniform(0, 19)) for _ in range(rest)]
    left = total - sum(large) - sum(small) - sum(middle)
    sizes = large + small + middle
    while left > largest:
        sizes[sizes.index(min(sizes[len(large) + len(small):]))] = largest // 2
        left = total - sum(sizes)
    return sizes + [max(left, 0)]


def write_file(path, size, seed):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    block = random.Random(seed).randbytes(min(size, MIB))
    with open(path, "wb") as file:
        left, number = size, 0
        while left > 0:
            # Each MiB differs, so that exchanged parts show.
            piece = (number.to_bytes(8, "little") + block[8:])[:left]
            file.write(piece)
            left -= len(piece)
            number += 1


def make_tree(folder, files=2000, total=1024 * MIB, largest=200 * MIB):
    """Returns {path below folder: size}."""
    made = {}
    for number, size in enumerate(sizes_of(files, total, largest)):
        name = (AWKWARD[number % len(AWKWARD)] if number >= files - len(AWKWARD)
                else f"d{number % 17}/e{number % 5}/file-{number:05}.bin")
        write_file(os.path.join(folder, name), size, number)
        made[name] = size
    return made


def digests_of(folder):
    found = {}
    for place, _, names in os.walk(folder):
        for leaf in names:
            path = os.path.join(place, leaf)
            with open(path, "rb") as file:
                name = os.path.relpath(path, folder)
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def differences(expected, found):
    """At most ten lines on what differs; none when all is equal."""
    lines = [f"missing: {name}" for name in sorted(expected.keys() - found.keys())]
    lines += [f"unexpected: {name}" for name in sorted(found.keys() - expected.keys())]
    lines += [f"differs: {name}: {expected[name]} became {found[name]}"
              for name in sorted(expected.keys() & found.keys()) if expected[name] != found[name]]
    return lines[:10]
