"""Every message id has its texts in both languages, and every text is used."""

import re

from .tree import Finding, is_test, line_of, without_comments

MADE = re.compile(
    r"\b(?:fail|Error(?:\s+\w+)?)\s*[({]\s*(?:\w+::)*Code::\w+\s*,\s*\"([^\"]*)\"")
ID = re.compile(r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")
PLACEHOLDER = re.compile(r"\{(@?\w+)\}")


def rows_of(tree, path):
    """(line, fields) of each row; a header row and comments are left out."""
    for number, line in enumerate(tree.lines(path), 1):
        if line.strip() and not line.startswith("#") and not line.startswith("id\t"):
            yield number, line.split("\t")


def check_row(path, number, fields):
    if len(fields) != 3 or not all(f.strip() for f in fields):
        yield Finding(path, number, "message", "a row is id, English, French, between tabs")
        return
    if not ID.match(fields[0]):
        yield Finding(path, number, "message", "an id is words in lower case, joined by dots")
    if set(PLACEHOLDER.findall(fields[1])) != set(PLACEHOLDER.findall(fields[2])):
        yield Finding(path, number, "message",
                      f"{fields[0]}: both languages name the same {{arguments}}")


# The command line words all that people read of it; a code of the REST API is one word.
SAID = ("src/app/belfry/",)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
SENTENCE = re.compile(r"\b[A-Za-z]{2,}[ ,:]+[A-Za-z]{2,}")
HEADS = re.compile(r"\bTable \w+\(\{([^}]*)\}\)")


def check_sentences(path, code, known):
    for match in LITERAL.finditer(code):
        if SENTENCE.search(match.group(1)):
            yield Finding(path, line_of(code, match.start()), "message",
                          "words for people are in messages.tsv, in both languages")
    for match in HEADS.finditer(code):
        for head in re.findall(r'"([^"]*)"', match.group(1)):
            if head not in known:
                yield Finding(path, line_of(code, match.start()), "message",
                              f"the head {head} is no message of messages.tsv")


def check(tree):
    known = {}
    for path in tree.under("src/", "messages.tsv"):
        for number, fields in rows_of(tree, path):
            yield from check_row(path, number, fields)
            if fields[0] in known:
                first = "%s:%d" % known[fields[0]]
                yield Finding(path, number, "message", f"{fields[0]} is at {first} already")
            known.setdefault(fields[0], (path, number))
    literals = set()
    for path in tree.cpp():
        code = without_comments(tree.text(path))
        if is_test(path):
            continue
        literals.update(re.findall(r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"', code))
        if path.startswith(SAID):
            yield from check_sentences(path, code, known)
        for match in MADE.finditer(code):
            if match.group(1) not in known:
                yield Finding(path, line_of(code, match.start(1)), "message",
                              f"{match.group(1)} has no row in the module's messages.tsv")
    for identifier, (path, number) in known.items():
        if identifier not in literals:
            yield Finding(path, number, "message", f"{identifier} is used nowhere: remove it")
