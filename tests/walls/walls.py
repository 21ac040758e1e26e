#!/usr/bin/env python3
"""Tries every wall with the compiler: a module's own include folders, as CMake hands them out, find
the headers of those it names in DEPENDS, with what these include (the control), and of nobody else.

Usage: walls.py COMPILER include_folders.tsv
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tools"))

from tidy_rules.tree import Tree  # noqa: E402


def compile_probe(compiler, folders, lines):
    """Whether the compiler takes what includes nothing beyond `lines`, and what it says. What it
    includes is read and not translated: the build does that."""
    run = subprocess.run(
        [compiler, "-std=c++23", "-E", "-o", "/dev/null", "-x", "c++",
         *(f"-I{folder}" for folder in folders), "-"],
        input="".join(f"{line}\n" for line in lines), capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stderr


def include(header):
    return f'#include "{header}"'


def public_headers(tree, module):
    prefix = f"{module.folder}/include/"
    return [p.removeprefix(prefix) for p in tree.under(prefix, ".h")]


def try_module(compiler, tree, module, folders):
    """What is wrong with the walls around `module`, and how many headers were tried."""
    problems = []
    declared = [header for name in module.depends if name in tree.modules
                for header in public_headers(tree, tree.modules[name])]
    compiles, said = compile_probe(compiler, folders, map(include, declared))
    if not compiles:
        problems.append(f"{module.name}: what it declares does not compile (the control):\n{said}")

    foreign = [header for other in tree.modules.values()
               if other.name != module.name and other.name not in module.depends
               for header in public_headers(tree, other)]
    for header in foreign[:1]:
        compiles, said = compile_probe(compiler, folders, [include(header)])
        if compiles or f"'{header}' file not found" not in said:
            problems.append(f"{module.name}: an include of {header}, undeclared, is not refused as "
                            f"not there:\n{said}")
    # The rest at once, for there are many: the first include that is not found ends a compilation.
    compiles, said = compile_probe(compiler, folders, (
        f'#if __has_include("{header}")\n#error {header} is found\n#endif' for header in foreign))
    if not compiles:
        problems.append(f"{module.name} can include what it does not declare:\n{said}")
    return problems, len(declared) + len(foreign)


def main(compiler, table):
    tree = Tree(SOURCE)
    jobs = []
    for line in Path(table).read_text().splitlines():
        name, *folders = line.split("\t")
        jobs.append((compiler, tree, tree.modules[name], [f for f in folders if f]))
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda job: try_module(*job), jobs))
    problems = [problem for found, _ in outcomes for problem in found]
    for problem in problems:
        print(problem)
    print(f"{len(jobs)} modules, {sum(tried for _, tried in outcomes)} headers, "
          f"{len(problems)} problems")
    return 1 if problems or not jobs else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
