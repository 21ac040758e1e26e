"""The repository as the rules see it: its files, its modules, C++ without comments."""

import dataclasses
import os
import re
import subprocess
from pathlib import Path

GROUPS_ALLOWED = {
    "foundation": {"foundation"},
    "record": {"foundation", "record"},
    "cloud": {"foundation", "record", "cloud"},
    "assurance": {"foundation", "record", "assurance"},
    "edge": {"foundation", "record", "cloud", "assurance", "edge"},
    "app": {"foundation", "record", "cloud", "assurance", "edge", "app"},
}
# A test may bring both sides of the tables together: facts of the one, checks of the other.
TESTS_ALLOWED = GROUPS_ALLOWED["cloud"] | GROUPS_ALLOWED["assurance"]
SKIPPED_FOLDERS = {"build", "var", "node_modules", "dist", "__pycache__", ".git"}


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    advice: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


@dataclasses.dataclass(frozen=True)
class Module:
    name: str
    group: str
    folder: str  # from the root, with `/`
    line: int    # of belfry_module in its CMakeLists.txt
    depends: tuple
    test_depends: tuple
    position: int  # in the order of src/CMakeLists.txt


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.paths = sorted(self._list())
        self._texts = {}
        self.modules = self._find_modules()

    def _list(self):
        listed = subprocess.run(
            ["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard", "-z", "."],
            capture_output=True, text=True, check=False)
        if listed.returncode == 0 and listed.stdout:
            return [p for p in listed.stdout.split("\0") if p and (self.root / p).is_file()]
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
            found += [os.path.relpath(os.path.join(folder, f), self.root) for f in files]
        return found

    def text(self, path):
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            # Octets, not text: pictures, golden files, corpora.
            self._texts[path] = "" if b"\0" in data else data.decode("utf-8", "replace")
        return self._texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def under(self, folder, *endings):
        return [p for p in self.paths if p.startswith(folder) and p.endswith(endings)]

    def cpp(self, folder="src/"):
        return self.under(folder, ".h", ".cc")

    def module_of(self, path):
        found = [m for m in self.modules.values() if path.startswith(m.folder + "/")]
        return max(found, key=lambda m: len(m.folder), default=None)

    def _find_modules(self):
        order = {}
        if "src/CMakeLists.txt" in self.paths:
            listed = re.search(r"set\(BELFRY_MODULES(.*?)\)", self.text("src/CMakeLists.txt"), re.S)
            if listed:
                order = {m: i for i, m in enumerate(listed.group(1).split())}
        modules = {}
        for path in self.under("src/", "CMakeLists.txt"):
            folder = path.rpartition("/")[0]
            for call in re.finditer(r"belfry_module\((.*?)\)", self.text(path), re.S):
                module = parse_module(call.group(1), folder,
                                      1 + self.text(path)[:call.start()].count("\n"),
                                      order.get(folder.removeprefix("src/"), len(order)))
                modules[module.name] = module
        return modules


def parse_module(text, folder, line, position):
    keywords = {"NAME", "GROUP", "SOURCES", "DEPENDS", "EXTERNAL", "TESTS", "TEST_DEPENDS", "FUZZ",
                "TSAN", "COLD"}
    values, current = {}, None
    for word in re.sub(r"#[^\n]*", "", text).split():
        if word in keywords:
            current = word
            values.setdefault(word, [])
        elif current:
            values[current].append(word)
    return Module(name=" ".join(values.get("NAME", ["?"])), group=" ".join(values.get("GROUP", [])),
                  folder=folder, line=line, depends=tuple(values.get("DEPENDS", ())),
                  test_depends=tuple(values.get("TEST_DEPENDS", ())), position=position)


def is_test(path):
    return bool(re.search(r"/(test|testing|fuzz)/", path)) or path.startswith(
        ("sim/", "tests/", "bench/"))


CPP_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.S)


def blank(text):
    """As many lines, nothing else."""
    return "\n" * text.count("\n")


def without_comments(text):
    """C++ with its comments emptied; string literals stay."""
    return CPP_TOKEN.sub(
        lambda m: blank(m.group()) if m.group().startswith(("//", "/*")) else m.group(), text)


def code_only(text):
    """C++ with comments and the contents of literals emptied."""
    return CPP_TOKEN.sub(
        lambda m: blank(m.group()) if m.group().startswith(("//", "/*"))
        else '""' + blank(m.group()), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
