"""What code and documents do not say."""

import re

from .tree import Finding, code_only, is_test, line_of

# This file and its tests name what they look for.
OWN = ("tools/tidy_rules/", "tools/tidy_test/")
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Folders of one machine, and servers that packages come from: neither is the project's to name.
PLACE = re.compile(r"(?<![\w.}\-])/(?:root|work|home/\w+)/(?=\w)")
REGISTRY = re.compile(r"\b(?:registry\.(?:npmjs|yarnpkg)\.\w+|deb\.debian\.org|pypi\.org|crates\.io"
                      r"|proxy\.golang\.org)\b")
THROW = re.compile(r"\bthrow\b")


def check(tree):
    for path in tree.paths:
        if path.startswith(OWN):
            continue
        text = tree.text(path)
        for pattern, rule, advice in (
                (LATER, "later", "do it now, or file an issue and say here what holds today"),
                (PLACE, "machine-path", "the path exists on one machine only: make it relative"),
                (REGISTRY, "registry-host", "name packages, not the servers they come from")):
            if rule == "later" and path.endswith(("lock.json", ".svg")):
                continue
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), rule, advice)
    for path in tree.cpp():
        if is_test(path):
            continue
        code = code_only(tree.text(path))
        for match in THROW.finditer(code):
            yield Finding(path, line_of(code, match.start()), "throw",
                          "return an Error; a library's exception is caught where it is called")
