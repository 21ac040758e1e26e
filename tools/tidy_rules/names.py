"""Files and folders are snake_case, and no name says that it is a drawer for anything."""

import re

from .tree import Finding

DRAWERS = {"util", "utils", "utility", "utilities", "common", "helper", "helpers", "misc",
           "miscellaneous", "manager", "managers", "stuff"}
SNAKE = re.compile(r"^[a-z0-9_]+$")


def check(tree):
    for path in tree.paths:
        for part in path.split("/"):
            words = set(re.split(r"[_\-.]", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).lower()))
            for word in sorted(words & DRAWERS):
                yield Finding(path, 1, "name",
                              f"'{word}' says nothing: name what it holds by the field's own term")
        if path.startswith(("src/", "sim/", "tests/", "bench/")) and path.endswith((".h", ".cc")):
            for part in path.rpartition(".")[0].split("/"):
                if not SNAKE.match(part):
                    yield Finding(path, 1, "name", f"'{part}': files and folders are snake_case")
    yield from check_identifiers(tree)


def check_identifiers(tree):
    declared = re.compile(
        r"^\s*(?:class|struct|enum class|enum)\s+(\w*(?:Utils?|Helpers?|Manager))\b", re.M)
    for path in tree.cpp():
        for match in declared.finditer(tree.text(path)):
            yield Finding(path, tree.text(path).count("\n", 0, match.start(1)) + 1, "name",
                          f"'{match.group(1)}' says nothing: name what it is")
