"""Who may see whom: the arrows of docs/architecture.md, in CMake and in #include."""

import re

from .tree import (GROUPS_ALLOWED, TESTS_ALLOWED, Finding, is_test, line_of,
                   without_comments)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
BEHIND_THE_WALL = re.compile(
    r"^(boost/beast|soci|rocksdb|openssl|nlohmann/(?!json_fwd)|yaml-cpp|pugi|CLI/|spdlog|fmt/"
    r"|sqlite3|libpq|postgresql|argon2|fido|cbor|rados|bpf)")
FOREIGN_TYPE = re.compile(
    r"\b(boost::beast|soci::|rocksdb::|EVP_\w+|SSL_CTX|SSL\s*\*|X509|YAML::|pugi::|sqlite3\w*"
    r"|PGconn|nlohmann::json(?!_)|spdlog::|CLI::)")
LINK = re.compile(r"target_(?:link_libraries|include_directories|compile_options)\s*\(([^)]*)\)")


def check(tree):
    for module in tree.modules.values():
        yield from check_module(tree, module)
        yield from check_folder(tree, module)
    for path in tree.under("src/", "CMakeLists.txt"):
        yield from check_cmake(tree, path)
    for path in tree.cpp():
        yield from check_includes(tree, path)
        if "/include/" in path:
            yield from check_public_header(tree, path)
    for path in tree.cpp("sim/") + tree.cpp("tests/") + tree.cpp("bench/"):
        yield from check_includes(tree, path)


def check_module(tree, module):
    path = f"{module.folder}/CMakeLists.txt"
    if module.group not in GROUPS_ALLOWED:
        yield Finding(path, module.line, "arrows", f"no such group: '{module.group}'")
        return
    if module.group != module.folder.split("/")[1]:
        yield Finding(path, module.line, "arrows", f"the folder is not in src/{module.group}")
    for name in module.depends + module.test_depends:
        other = tree.modules.get(name)
        if other is None:
            continue  # CMake says so better
        allowed = GROUPS_ALLOWED[module.group]
        if name not in module.depends:
            allowed = allowed | TESTS_ALLOWED
        if other.group not in allowed:
            yield Finding(path, module.line, "arrows",
                          f"{module.group} does not know {other.group}: {module.name} may not "
                          f"depend on {name}")
        elif name in module.depends and other.position > module.position:
            yield Finding(path, module.line, "arrows",
                          f"{name} stands below {module.name} in src/CMakeLists.txt: "
                          "the dependency would go round")


def check_folder(tree, module):
    path = f"{module.folder}/CMakeLists.txt"
    if f"{module.folder}/README.md" not in tree.paths and not is_test(path):
        yield Finding(path, module.line, "readme",
                      "write README.md: what it is for, main types, invariants, tables")
    for file in tree.under(f"{module.folder}/include/", ""):
        rest = file.removeprefix(f"{module.folder}/include/")
        if not rest.startswith(f"{module.name}/") or not rest.endswith(".h"):
            yield Finding(file, 1, "public-folder",
                          f"include/{module.name}/ holds public headers and nothing else")


def check_cmake(tree, path):
    text = re.sub(r"#[^\n]*", "", tree.text(path))
    for match in LINK.finditer(text):
        words = match.group(1).split()
        if len(words) > 1 and ("PUBLIC" in words or "INTERFACE" in words or (
                "PRIVATE" not in words and "SYSTEM" not in words)):
            yield Finding(path, line_of(text, match.start()), "leak",
                          "what a module links or includes is PRIVATE: nothing comes transitively")


def check_includes(tree, path):
    text = without_comments(tree.text(path))
    module = tree.module_of(path)
    for match in INCLUDE.finditer(text):
        quote, name = match.groups()
        line = line_of(text, match.start())
        if ".." in name.split("/"):
            yield Finding(path, line, "include", "no `..`: include by the module's name")
        if name.startswith("boost/beast") and not path.startswith(("src/edge/http/", "bench/")):
            yield Finding(path, line, "include", "only edge/http sees Beast: use http/server.h")
        if module is None or quote == "<" or "/" not in name:
            continue
        other = tree.modules.get(name.split("/")[0])
        if other is None or other.name == module.name:
            continue
        known = module.depends + (module.test_depends if is_test(path) else ())
        if other.name not in known:
            yield Finding(path, line, "include",
                          f"{module.name} does not name {other.name} in DEPENDS")
        elif other.group not in GROUPS_ALLOWED.get(module.group, set()) | (
                TESTS_ALLOWED if is_test(path) else set()):
            yield Finding(path, line, "arrows", f"{module.group} does not know {other.group}")


def check_public_header(tree, path):
    text = without_comments(tree.text(path))
    for match in INCLUDE.finditer(text):
        if BEHIND_THE_WALL.match(match.group(2)):
            yield Finding(path, line_of(text, match.start()), "public-type",
                          f"<{match.group(2)}> belongs in a .cc file: hide it behind an interface")
    for match in FOREIGN_TYPE.finditer(text):
        yield Finding(path, line_of(text, match.start()), "public-type",
                      f"{match.group().strip()} in a public header: hide it behind an interface")
