#!/usr/bin/env python3
"""Tries every wall with the compiler: a module's own include folders, as CMake hands them out, find
the headers of those it names in DEPENDS (the control), and of nobody else.

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


def compile_probe(compiler, folders, headers):
    """Compiles a file that includes `headers`; returns (whether it compiles, what was said)."""
    probe = "".join(f'#include "{h}"\n' for h in headers) + "int main() {}\n"
    run = subprocess.run(
        [compiler, "-std=c++23", "-fsyntax-only", "-x", "c++", "-DBOOST_ASIO_SEPARATE_COMPILATION",
         *(f"-I{folder}" for folder in folders), "-"],
        input=probe, capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stderr


def public_headers(tree, module):
    prefix = f"{module.folder}/include/"
    return [p.removeprefix(prefix) for p in tree.under(prefix, ".h")]


def try_module(compiler, tree, module, folders):
    """What is wrong with the walls around `module`, and how many includes were tried."""
    problems, tried = [], 1
    declared = [h for name in module.depends if name in tree.modules
                for h in public_headers(tree, tree.modules[name])]
    compiles, said = compile_probe(compiler, folders, declared)
    if not compiles:
        problems.append(f"{module.name}: what it declares does not compile (the control):\n{said}")
    for other in tree.modules.values():
        if other.name == module.name or other.name in module.depends:
            continue
        for header in public_headers(tree, other)[:1]:
            tried += 1
            compiles, said = compile_probe(compiler, folders, [header])
            if compiles:
                problems.append(f"{module.name} can include {header} of {other.name} undeclared")
            elif f"'{header}' file not found" not in said:
                problems.append(f"{module.name}: {header} fails for another reason:\n{said}")
    return problems, tried


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
    print(f"{len(jobs)} modules, {sum(tried for _, tried in outcomes)} probes, "
          f"{len(problems)} problems")
    return 1 if problems or not jobs else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
