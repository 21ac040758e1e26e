"""A file fits 500 lines, a function 70, a line 100 characters."""

import ast
import re

from .tree import Finding, code_only, line_of

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
LINE_LENGTH_MAX = 100

CODE = (".h", ".cc", ".py", ".ts", ".tsx", ".mjs", ".js", ".css", ".sql", ".sh", ".cmake",
        "CMakeLists.txt")
# Tables of data, which are as long as what they list.
DATA = re.compile(r"^(annex/|docs/|.*/(locales?|messages|fixtures|corpus|golden)/)")

NOT_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern)\b|=\s*$")
CLASS_LIKE = re.compile(r"\b(namespace|class|struct|union|extern)\b")


# A text or a path of a drawing, which the console's formatter leaves whole.
LONG_TEXT = re.compile(r"(['\"`]).{50,}\1|>[^<]{50,}<|\sd=\".{30,}\"")


def breaks_nowhere(path, line):
    if "://" in line:
        return True
    return path.startswith("console/") and bool(LONG_TEXT.search(line))


def is_script(tree, path):
    if not path.startswith(("tools/", ".ci/", "tests/", "bench/")):
        return False
    return "." not in path.split("/")[-1] and tree.text(path).startswith("#!")


def code_files(tree):
    return [p for p in tree.paths
            if (p.endswith(CODE) or is_script(tree, p)) and not DATA.match(p)]


def cpp_functions(text):
    """(first line, lines) of each function body's whole extent, lambdas inside it included."""
    code = code_only(text)
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: "\n" * m.group().count("\n"), code,
                  flags=re.M)
    stack, found, start = [], [], 0
    for match in re.finditer(r"[{};]", code):
        sign, at = match.group(), match.start()
        if sign == "{":
            head = code[start:at]
            inside = any(kind == "function" for kind, _ in stack)
            if inside:
                kind = "block"
            elif ")" in head and not NOT_FUNCTION.search(head.strip()):
                kind = "function"
            else:
                kind = "scope" if CLASS_LIKE.search(head) else "block"
            first = start + len(head) - len(head.lstrip())
            stack.append((kind, first))
        elif sign == "}" and stack:
            kind, first = stack.pop()
            if kind == "function":
                line = line_of(code, first)
                found.append((line, line_of(code, at) - line + 1))
        start = at + 1
    return found


def python_functions(text):
    try:
        parsed = ast.parse(text)
    except SyntaxError:
        return []
    return [(node.lineno, node.end_lineno - node.lineno + 1) for node in ast.walk(parsed)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def shell_functions(text):
    found = []
    for match in re.finditer(r"^[a-z_]+\(\) \{$.*?^\}$", text, re.M | re.S):
        found.append((line_of(text, match.start()), match.group().count("\n") + 1))
    return found


def functions_of(tree, path):
    text = tree.text(path)
    if path.endswith((".h", ".cc")):
        return cpp_functions(text)
    if path.endswith(".py") or text.startswith("#!/usr/bin/env python3"):
        return python_functions(text)
    if text.startswith("#!/bin/bash"):
        return shell_functions(text)
    return []


def check(tree):
    for path in code_files(tree):
        lines = tree.lines(path)
        if len(lines) > FILE_LINES_MAX:
            yield Finding(path, FILE_LINES_MAX + 1, "file-size",
                          f"{len(lines)} lines, at most {FILE_LINES_MAX}: one concept a file")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LENGTH_MAX and not breaks_nowhere(path, line):
                yield Finding(path, number, "line-length",
                              f"{len(line)} characters, at most {LINE_LENGTH_MAX}: break it")
        for first, count in functions_of(tree, path):
            if count > FUNCTION_LINES_MAX:
                yield Finding(path, first, "function-size",
                              f"{count} lines, at most {FUNCTION_LINES_MAX}: split it")
