"""Each sync has a name, used once, and goes through runtime/disk.h: so the simulation owns it."""

import re

from .tree import Finding, code_only, is_test, line_of

HEADER = "src/foundation/runtime/include/runtime/sync_point.h"
DISK = "src/foundation/runtime/disk.cc"
RAW = re.compile(r"\b(fdatasync|fsync|syncfs|sync_file_range|msync)\s*\(")


def sync_points(tree):
    text = tree.text(HEADER)
    return {m.group(1): line_of(text, m.start()) for m in re.finditer(r"\bX\((k\w+),", text)}


def check(tree):
    uses = {}
    for path in tree.cpp():
        if is_test(path) or "/simulated" in path:
            continue
        code = code_only(tree.text(path))
        if path != DISK:
            for match in RAW.finditer(code):
                yield Finding(path, line_of(code, match.start()), "raw-sync",
                              f"{match.group(1)} out of sight of the simulation: "
                              "use File::sync or Disk::sync_directory")
        if "/sync_point." not in path:
            for match in re.finditer(r"\bSyncPoint::(k\w+)", code):
                uses.setdefault(match.group(1), []).append((path, line_of(code, match.start())))
    if HEADER not in tree.paths:
        return
    for point, line in sync_points(tree).items():
        places = uses.get(point, [])
        if not places:
            yield Finding(HEADER, line, "sync-point", f"{point} is used nowhere: remove it")
        for path, at in places[1:]:
            first = f"{places[0][0]}:{places[0][1]}"
            yield Finding(path, at, "sync-point",
                          f"{point} is used at {first} already: each sync has a point of its own")
