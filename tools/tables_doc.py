#!/usr/bin/env python3
"""Makes docs/formats/tables.md of the comments in the migrations.

Usage: tools/tables_doc.py [--check]
Without arguments the page is written; with --check it is only compared. Every table has a comment
above it, every column one above it or behind it: one that lacks it is an error.
Exit code 0: done or current, 1: the page is not current or a comment is missing.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/formats/tables.md"
CREATE = re.compile(r"^CREATE TABLE (\w+) \($")
ADD = re.compile(r"^ALTER TABLE (\w+) ADD COLUMN (\w+) ([A-Z]+(?: PRECISION)?)(.*)$")
RENAME = re.compile(r"^ALTER TABLE (\w+) RENAME COLUMN (\w+) TO (\w+);$")
COLUMN = re.compile(r"^(\w+) (BIGINT|SMALLINT|TEXT|DOUBLE PRECISION)\b(.*)$")
CONSTRAINT = re.compile(r"^(PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK|CONSTRAINT)\b")
REFERENCE = re.compile(r"REFERENCES (\w+)")

HEAD = """# Tables

Made from the comments of the migrations by `tools/tables_doc.py`: change them there. Times are
microseconds since 1970-01-01 UTC (`_us`), flags are 0 or 1, sizes are octets (`_bytes`). What is
*optional* may be null.
"""


class Table:
    def __init__(self, name, module, text):
        self.name, self.module, self.text = name, module, text
        self.columns = []  # (name, type, optional, reference, text)


def split_comment(line):
    """The SQL of a line and its comment. No literal of a migration holds `--`."""
    sql, mark, comment = line.partition("--")
    return sql.strip(), comment.strip() if mark else None


def read_migration(path, tables, problems):
    module = str(path.parent.parent.relative_to(ROOT))
    above, table, column = [], None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        sql, comment = split_comment(line)
        where = f"{path.relative_to(ROOT)}:{number}"
        if not sql:
            if comment is None:
                above, column = [], None
            elif column is not None and not above and column_goes_on(line, column):
                column[4].append(comment)
            else:
                above.append(comment)
                column = None
            continue
        if match := CREATE.match(sql):
            table = tables[match.group(1)] = Table(match.group(1), module, " ".join(above))
            if not above:
                problems.append(f"{where}: table {match.group(1)} has no comment above it")
        elif table is not None and sql.startswith(")"):
            table = None
        elif table is not None and not CONSTRAINT.match(sql):
            column = read_column(COLUMN.match(sql), above, comment, line)
            if column is None:
                # The rest of a column or constraint that takes several lines.
                if comment and table.columns:
                    table.columns[-1][4].append(comment)
            else:
                table.columns.append(column)
        elif match := ADD.match(sql):
            column = read_column(COLUMN.match(" ".join(match.groups()[1:])), above, comment, line)
            if column is not None and match.group(1) in tables:
                tables[match.group(1)].columns.append(column)
        elif match := RENAME.match(sql):
            rename_column(tables[match.group(1)], *match.groups()[1:], " ".join(above))
        above = []


def rename_column(table, before, after, text):
    """The comment above, if there is one, says what the column is from then on."""
    at = next(i for i, column in enumerate(table.columns) if column[0] == before)
    column = table.columns[at]
    table.columns[at] = (after, *column[1:4], [text] if text else column[4], column[5])


def read_column(match, above, comment, line):
    if match is None:
        return None
    name, kind, rest = match.groups()
    reference = REFERENCE.search(rest)
    text = above + ([comment] if comment else [])
    at = line.find("--")
    return (name, kind, "NOT NULL" not in rest and "PRIMARY KEY" not in rest,
            reference.group(1) if reference else None, text, at)


def column_goes_on(line, column):
    """A comment below the one behind a column, in line with it, continues it."""
    return column[5] >= 0 and line.find("--") == column[5]


def page_of(tables):
    modules = {}
    for table in tables.values():
        modules.setdefault(table.module, []).append(table)
    lines = [HEAD]
    for module in sorted(modules):
        lines.append(f"## {module}\n")
        for table in modules[module]:
            lines.append(f"### {table.name}\n\n{table.text}\n")
            lines.append("| column | type | what |\n|---|---|---|")
            for name, kind, optional, reference, text, _ in table.columns:
                notes = ", optional" if optional else ""
                notes += f", → {reference}" if reference else ""
                words = " ".join(text).replace("|", "\\|")
                lines.append(f"| `{name}` | {kind}{notes} | {words} |")
            lines.append("")
    return "\n".join(lines)


def main(arguments):
    tables, problems = {}, []
    for path in sorted(ROOT.glob("src/*/*/migrations/*.sql"), key=lambda p: p.name):
        read_migration(path, tables, problems)
    for table in tables.values():
        for column in table.columns:
            if not any(column[4]):
                problems.append(f"{table.module}: {table.name}.{column[0]} has no comment")
    page = page_of(tables)
    if arguments == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != page:
            problems.append("docs/formats/tables.md is not current: run tools/tables_doc.py")
    elif not arguments:
        PAGE.write_text(page)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
