"""A document that is named exists."""

import re

from .tree import Finding, line_of
from .words import OWN

# docs/a.md, docs/decisions/, docs/formats/{leaf,journal}.md. A pattern (`*`, NNNN) names no file.
NAMED = re.compile(r"(?<![\w./\-])docs/(?:[\w.{},*/\-]*[\w}*/])?")
BRACES = re.compile(r"\{([^{}]*)\}")


def written_out(path):
    """docs/{a,b}.md names two."""
    braces = BRACES.search(path)
    if not braces:
        return [path]
    return [whole for choice in braces.group(1).split(",")
            for whole in written_out(path[:braces.start()] + choice + path[braces.end():])]


def check(tree):
    there = set(tree.paths)
    for path in tree.paths:
        there.update(path[:at + 1] for at, letter in enumerate(path) if letter == "/")
    for path in tree.paths:
        if path.startswith(OWN):
            continue
        text = tree.text(path)
        for match in NAMED.finditer(text):
            for named in written_out(match.group()):
                is_pattern = "*" in named or "NNNN" in named
                if not is_pattern and named not in there and named + "/" not in there:
                    yield Finding(path, line_of(text, match.start()), "document",
                                  f"there is no {named}: write it, or name what there is")
