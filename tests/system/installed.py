#!/usr/bin/python3
"""What `make install` and `make package` put in place: a unit that starts the program beside it,
and programs that find their measures and their console there.
"""

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
    try_programs(installed)
    shutil.rmtree(root)
    print("installed: the unit and the programs find what is theirs")


if __name__ == "__main__":
    main()
