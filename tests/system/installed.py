#!/usr/bin/python3
"""What `make install` and `make package` put in place: a unit that starts the program beside it,
and programs that find their measures and their console there.
"""

import gzip
import json
import os
import re
import shutil
import subprocess

from running_provider import BUILD, SOURCE, Provider


def install(root, prefix):
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, "--component", "belfry"],
                   check=True, capture_output=True, timeout=120,
                   env={**os.environ, "DESTDIR": str(root)})
    return root / prefix.lstrip("/")


def try_unit(installed, prefix):
    unit = (installed / "lib/systemd/system/belfryd.service").read_text()
    program = re.search(r"^ExecStart=(\S+)", unit, re.M).group(1)
    assert program == f"{prefix}/bin/belfryd", program
    assert os.access(installed / "bin/belfryd", os.X_OK)
    document = re.search(r"^Documentation=file:(\S+)", unit, re.M).group(1)
    assert document.startswith(prefix + "/"), document
    assert (installed / document.removeprefix(prefix + "/")).is_file(), document


def paragraphs_of(text):
    """Of Debian's machine-readable copyright format: (fields by name) each."""
    for paragraph in re.split(r"\n\n+", text.strip()):
        fields, name = {}, None
        for line in paragraph.splitlines():
            if line.startswith(" "):
                fields[name] += "\n" + line.strip()
            else:
                name, colon, value = line.partition(":")
                assert colon and re.fullmatch(r"[A-Za-z-]+", name), line
                fields[name] = value.strip()
        yield fields


def try_licences(installed):
    """What is linked, and what the console is built from, is named with a licence whose text or
    place is there.
    """
    text = (installed / "share/doc/belfry/copyright").read_text(encoding="utf-8")
    header, *rest = paragraphs_of(text)
    assert header["Format"].endswith("/copyright-format/1.0/"), header
    files = [p for p in rest if "Files" in p]
    licences = {p["License"].split("\n")[0]: p["License"] for p in rest if "Files" not in p}
    for paragraph in files:
        assert paragraph["Copyright"] and all(
            name in licences for name in paragraph["License"].split(" and ")), paragraph
    assert all(len(words.split("\n")) > 2 for words in licences.values()), licences
    named = {paragraph["Files"] for paragraph in files}
    assert "*" in named, named
    # Tests' libraries are in no program.
    packages = {line for line in (SOURCE / "tools/packages/build.txt").read_text().splitlines()
                if line.endswith("-dev")} - {"libgtest-dev", "libgmock-dev", "libclang-rt-19-dev"}
    locked = json.loads((SOURCE / "console/package-lock.json").read_text())["packages"]
    shipped = {path for path, entry in locked.items() if path and not entry.get("dev")}
    wanted = {f"linked/{name}/*" for name in packages} | {f"console/{path}/*" for path in shipped}
    assert wanted == named - {"*"}, wanted ^ (named - {"*"})


def try_changelog(installed):
    packed = installed / "share/doc/belfry/changelog.gz"
    plain = gzip.decompress(packed.read_bytes())
    shown = subprocess.run(["dpkg-parsechangelog", "--all", "--file", "-"], input=plain, check=True,
                           capture_output=True, timeout=60).stdout.decode()
    version = re.search(r"^project\(belfry VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text(),
                        re.M).group(1)
    assert f"\nVersion: {version}\n" in shown and "warning" not in shown, shown


def try_programs(installed):
    with Provider("installed-provider", programs=installed / "bin") as provider:
        measures = len(list((SOURCE / "annex").glob("*/*.yaml")))
        assert len(provider.belfry("annex")) == measures > 0
        status, _, page = provider.request("GET", "/")
        assert status == 200 and b"<html" in page, (status, page)


def main():
    root = BUILD / "system" / f"installed-{os.getpid()}"
    for prefix in ("/usr", "/opt/belfry"):
        installed = install(root, prefix)
        try_unit(installed, prefix)
    try_licences(installed)
    try_changelog(installed)
    try_programs(installed)
    shutil.rmtree(root)
    print("installed: the unit and the programs find what is theirs")


if __name__ == "__main__":
    main()
