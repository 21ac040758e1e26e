#!/usr/bin/env python3
"""Tests of tools/tidy: each lays out a small tree, breaks one rule, expects that one finding."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tidy_rules import (documents, durability, messages, names, sizes, sql, walls,  # noqa: E402
                        words)
from tidy_rules.tree import Tree, code_only  # noqa: E402

RULES = (sizes, names, words, walls, durability, messages, sql, documents)
ORDER = "foundation/base record/audit cloud/iam assurance/measures edge/http app"

# A tree that breaks nothing.
GOOD = {
    "src/CMakeLists.txt": f"set(BELFRY_MODULES {ORDER})",
    "src/foundation/base/CMakeLists.txt": "belfry_module(NAME base GROUP foundation SOURCES a.cc)",
    "src/foundation/base/README.md": "# base",
    "src/foundation/base/include/base/a.h": "#pragma once\n#include <vector>\n",
    "src/foundation/base/a.cc": '#include "base/a.h"\nvoid f() {}\n',
    "src/cloud/iam/CMakeLists.txt": "belfry_module(NAME iam GROUP cloud\n  DEPENDS base)",
    "src/cloud/iam/README.md": "# iam",
    "src/cloud/iam/include/iam/iam.h": '#include "base/a.h"\n',
    "src/cloud/iam/messages.tsv": "id\tEnglish\tFrench\niam.gone\t{who} left\t{who} est parti\n",
    "src/cloud/iam/iam.cc":
        '#include "iam/iam.h"\nauto f() { return fail(Code::kDenied, "iam.gone"); }\n',
    "src/assurance/measures/CMakeLists.txt":
        "belfry_module(NAME measures GROUP assurance DEPENDS base)",
    "src/assurance/measures/README.md": "# measures",
}


class TidyTest(unittest.TestCase):
    def findings(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**GOOD, **changes}.items():
                if text is not None:
                    file = Path(folder) / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text)
            tree = Tree(folder)
            return [(f.rule, f.path, f.line) for rule in RULES for f in rule.check(tree)]

    def expect(self, changes, *expected):
        self.assertEqual(sorted(self.findings(changes)), sorted(expected))


class SizeTest(TidyTest):
    def test_good_tree(self):
        self.expect({})

    def test_file(self):
        self.expect({"src/foundation/base/b.cc": "int a;\n" * 500})
        self.expect({"src/foundation/base/b.cc": "int a;\n" * 501},
                    ("file-size", "src/foundation/base/b.cc", 501))

    def test_line(self):
        self.expect({"src/foundation/base/b.cc": "//" + "a" * 99},
                    ("line-length", "src/foundation/base/b.cc", 1))

    def test_function(self):
        long = "namespace a {\nint f(int b) {\n" + "  b++;\n" * 68 + "}\n}\n"
        self.expect({"src/foundation/base/b.cc": long})
        self.expect({"src/foundation/base/b.cc": long.replace("b++;", "b++;\n", 1)},
                    ("function-size", "src/foundation/base/b.cc", 2))

    def test_method_and_braces_in_literals(self):
        text = "class A {\n  void f() {\n" + '    g("}}", \'}\');  // }\n' * 69 + "  }\n};\n"
        self.expect({"src/foundation/base/b.cc": text},
                    ("function-size", "src/foundation/base/b.cc", 2))

    def test_python_and_shell(self):
        self.expect({"tests/b.py": "def f():\n" + "    g()\n" * 70},
                    ("function-size", "tests/b.py", 1))
        self.expect({"tools/b": "#!/bin/bash\nf() {\n" + "  g\n" * 70 + "}\n"},
                    ("function-size", "tools/b", 2))


class NameTest(TidyTest):
    def test_drawers(self):
        for path in ("src/foundation/base/utils/a.cc", "tests/http_helpers.py", "src/misc.cc",
                     "console/src/accountManager.ts"):
            self.expect({path: ""}, ("name", path, 1))

    def test_snake_case(self):
        self.expect({"src/foundation/base/diskFile.cc": ""},
                    ("name", "src/foundation/base/diskFile.cc", 1))

    def test_type(self):
        self.expect({"src/foundation/base/b.cc": "\nclass DiskManager {};\n"},
                    ("name", "src/foundation/base/b.cc", 2))


class WordTest(TidyTest):
    def test_words(self):
        for text, rule in (("// TODO later", "later"), ("see /root/notes", "machine-path"),
                           ("get it from deb.debian.org", "registry-host")):
            self.expect({"docs/a.md": text}, (rule, "docs/a.md", 1))

    def test_paths_that_are_fine(self):
        self.expect({"docs/a.md": "tree/root/leaf, ${root}/work/a, /var/lib/b, https://a/work/b"})

    def test_throw(self):
        path = "src/foundation/base/b.cc"
        self.expect({path: "void f() {\n  throw 1;\n}\n"}, ("throw", path, 2))
        self.expect({path: '// what we throw away\nauto a = "throw";\n'})


class WallTest(TidyTest):
    def test_group_arrows(self):
        cmake = "src/cloud/iam/CMakeLists.txt"
        self.expect({cmake: "belfry_module(NAME iam GROUP cloud DEPENDS base measures)"},
                    ("arrows", cmake, 1))

    def test_order_within_a_group(self):
        cmake = "src/foundation/base/CMakeLists.txt"
        folder = "src/foundation/runtime"
        self.expect({"src/CMakeLists.txt": "set(BELFRY_MODULES foundation/base foundation/runtime)",
                     f"{folder}/CMakeLists.txt": "belfry_module(NAME runtime GROUP foundation)",
                     f"{folder}/README.md": "# runtime",
                     cmake: "belfry_module(NAME base GROUP foundation DEPENDS runtime)"},
                    ("arrows", cmake, 1))

    def test_cloud_and_assurance(self):
        cmake = "src/assurance/measures/CMakeLists.txt"
        self.expect({cmake: "belfry_module(NAME measures GROUP assurance DEPENDS base iam)"},
                    ("arrows", cmake, 1))

    def test_undeclared_include(self):
        path = "src/assurance/measures/a.cc"
        self.expect({path: '\n#include "iam/iam.h"\n'}, ("include", path, 2))

    def test_dots(self):
        path = "src/cloud/iam/b.cc"
        self.expect({path: '#include "../iam/iam.h"\n'}, ("include", path, 1))

    def test_beast(self):
        path = "src/cloud/iam/b.cc"
        self.expect({path: "#include <boost/beast/http.hpp>\n"}, ("include", path, 1))

    def test_foreign_types(self):
        path = "src/cloud/iam/include/iam/b.h"
        self.expect({path: "#include <soci/soci.h>\n"}, ("public-type", path, 1))
        self.expect({path: "void f(\n  rocksdb::DB* db);\n"}, ("public-type", path, 2))
        self.expect({path: "#include <nlohmann/json_fwd.hpp>\n"})

    def test_public_folder(self):
        for path in ("src/cloud/iam/include/iam/b.cc", "src/cloud/iam/include/other/b.h"):
            self.expect({path: ""}, ("public-folder", path, 1))

    def test_leak(self):
        cmake = "src/cloud/iam/CMakeLists.txt"
        for keyword in ("PUBLIC", "INTERFACE", ""):
            self.expect({cmake: GOOD[cmake] + f"\ntarget_link_libraries(belfry_iam {keyword} x)\n"},
                        ("leak", cmake, 3))

    def test_readme(self):
        self.expect({"src/cloud/iam/README.md": None},
                    ("readme", "src/cloud/iam/CMakeLists.txt", 1))


class DurabilityTest(TidyTest):
    header = "src/foundation/base/include/base/b.h"

    def test_raw_sync(self):
        path = "src/cloud/iam/b.cc"
        self.expect({path: "void f() {\n  ::fdatasync(3);\n}\n"}, ("raw-sync", path, 2))

    def test_sync_points(self):
        folder = "src/foundation/runtime"
        module = {
            f"{folder}/CMakeLists.txt": "belfry_module(NAME runtime GROUP foundation)",
            f"{folder}/README.md": "# runtime",
            durability.HEADER: '#define A(X) X(kOne, "a") \\\n  X(kTwo, "b")\n',
        }
        use = "auto a = SyncPoint::kOne;\n"
        self.expect({**module, "src/cloud/iam/b.cc": use}, ("sync-point", durability.HEADER, 2))
        self.expect({**module, "src/cloud/iam/b.cc": use + use + "auto b = SyncPoint::kTwo;\n"},
                    ("sync-point", "src/cloud/iam/b.cc", 2))


class MessageTest(TidyTest):
    table = "src/cloud/iam/messages.tsv"

    def test_missing_row(self):
        path = "src/cloud/iam/b.cc"
        self.expect({path: 'auto f() {\n  return fail(Code::kInvalid,\n    "iam.new");\n}\n'},
                    ("message", path, 3))

    def test_unused_row(self):
        self.expect({self.table: GOOD[self.table] + "iam.unused\ta\tb\n"},
                    ("message", self.table, 3))

    def test_row_shape(self):
        self.expect({self.table: "iam.gone\tonly English\n"}, ("message", self.table, 1))
        self.expect({self.table: "iam.gone\t{who} left\test parti\n"}, ("message", self.table, 1))


    def test_sentence_of_the_command_line(self):
        path = "src/app/belfry/a.cc"
        self.expect({path: 'void f() {\n  say("cli.said");\n  print_line("All is well");\n}\n'},
                    ("message", path, 3))
        self.expect({path: 'void f() {\n  Table table({"DISK", "iam.gone"});\n}\n'},
                    ("message", path, 2))


class SqlTest(TidyTest):
    def test_types(self):
        path = "src/cloud/iam/migrations/0001.sql"
        self.expect({path: "CREATE TABLE a (\n  id BIGINT, -- an INTEGER once\n  b TEXT\n);\n"})
        self.expect({path: "CREATE TABLE a (\n  id INTEGER\n);\n"}, ("sql-type", path, 2))


class DocumentTest(TidyTest):
    def test_document_that_is_not_there(self):
        there = {"docs/formats/leaf.md": "# leaf", "docs/formats/journal.md": "# journal"}
        path = "src/foundation/base/b.cc"
        for text in ("docs/formats/leaf.md", "docs/formats/{leaf,journal}.md", "docs/formats/",
                     "docs/formats", "(docs/formats/leaf.md).", "docs/decisions/NNNN-title.md",
                     "docs/formats/*.md", "https://example.org/docs/other.md"):
            self.expect({**there, path: f"// {text}\n"})
        for text in ("docs/formats/lost.md", "docs/formats/{leaf,lost}.md.", "docs/lost/",
                     "docs/lost"):
            self.expect({**there, path: f"\n// {text}\n"}, ("document", path, 2))

    def test_document_that_names_another(self):
        self.expect({"README.md": "See `docs/style.md`."}, ("document", "README.md", 1))


class LexerTest(unittest.TestCase):
    def test_code_only_keeps_lines(self):
        text = 'a /* {\n */ "x{" R"sql(\n}\n)sql" 1\'000 \'{\' // {\nb'
        code = code_only(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertNotIn("{", code)
        self.assertIn("1'000", code)


if __name__ == "__main__":
    unittest.main()
