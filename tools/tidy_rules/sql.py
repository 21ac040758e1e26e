"""Migrations keep to the portable subset (docs/architecture.md, State)."""

import re

from .tree import Finding, is_test, line_of

TABLE = re.compile(r"CREATE TABLE.*?^\s*\)", re.S | re.M)
NOT_PORTABLE = re.compile(
    r"\b(INTEGER|INT|INT4|INT8|BIGSERIAL|SERIAL|AUTOINCREMENT|BOOLEAN|TIMESTAMPTZ|TIMESTAMP"
    r"|DATETIME|BLOB|BYTEA|NUMERIC|DECIMAL|VARCHAR|JSONB?|REAL|FLOAT)\b")


def check(tree):
    for path in tree.under("src/", ".sql", ".cc", ".h"):
        if is_test(path):
            continue
        text = tree.text(path)
        for table in TABLE.finditer(text):
            statement = re.sub(r"--[^\n]*|'[^'\n]*'", lambda m: " " * len(m.group()), table.group())
            for match in NOT_PORTABLE.finditer(statement):
                yield Finding(path, line_of(text, table.start() + match.start()), "sql-type",
                              f"{match.group()} differs between engines or cuts 64 bits: "
                              "BIGINT, SMALLINT, TEXT or DOUBLE PRECISION")
