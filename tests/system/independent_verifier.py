#!/usr/bin/env python3
"""Go's own packages accept the log's tiles and checkpoints, and refuse every change of them."""

import base64
import os
import shutil
import subprocess

from running_provider import BUILD, SOURCE, Provider
from signed_requests import Signer

# Debian's packages lie in a GOPATH, without modules.
GO = {**os.environ, "PATH": "/usr/bin:/bin", "GOPATH": "/usr/share/gocode", "GO111MODULE": "off",
      "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOROOT": "", "GOCACHE": str(BUILD / "go-cache")}


def build_verifier(folder):
    program = folder / "verifier"
    environment = {name: value for name, value in GO.items() if value or name != "GOROOT"}
    subprocess.run(["/usr/bin/go", "build", "-o", program,
                    *sorted((SOURCE / "tests/verifier").glob("*.go"))],
                   check=True, env=environment, cwd=folder, timeout=300)
    return program


def changed_octet(data, fraction):
    at = int(len(data) * fraction)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def other_root(note):
    lines = note.split(b"\n")
    root = bytearray(base64.b64decode(lines[2]))
    root[0] ^= 1
    lines[2] = base64.b64encode(bytes(root))
    return b"\n".join(lines)


def smaller_size(note):
    lines = note.split(b"\n")
    lines[1] = str(int(lines[1]) - 1).encode()
    return b"\n".join(lines)


def changes(copy):
    """(what, file, new octets) of each change that must be refused."""
    note = copy / "checkpoint"
    yield "another root", note, other_root(note.read_bytes())
    yield "a smaller size", note, smaller_size(note.read_bytes())
    yield "the signature", note, changed_octet(note.read_bytes().rstrip(b"\n"), 0.97) + b"\n"
    for tile in sorted((copy / "tile").rglob("*")):
        if tile.is_file():
            yield str(tile.relative_to(copy)), tile, changed_octet(tile.read_bytes(), 0.6)


def main():
    with Provider("independent-verifier") as provider:
        signer = Signer.of(provider)
        signer.ok("PUT", "/verified")
        connection = signer.connect()
        for number in range(300):
            signer.request("PUT", f"/verified/{number}", b"x" * number, connection=connection)
        connection.close()
        copy = provider.folder / "log"
        provider.belfry("audit", "fetch", copy)
        report = provider.belfry("verify", copy)
        key = provider.rest("GET", "/api/v1/audit/keys")["verifier_key"]
        program = build_verifier(provider.folder)

        def verdict():
            return subprocess.run([program, copy, key], capture_output=True, text=True, timeout=120,
                                  check=False)
        whole = verdict()
        assert whole.returncode == 0, whole.stderr
        assert whole.stdout.startswith(f"{report['size']} leaves"), whole.stdout
        refused = 0
        for what, file, octets in list(changes(copy)):
            kept = file.read_bytes()
            file.write_bytes(octets)
            outcome = verdict()
            assert outcome.returncode == 1, f"{what} changed, and Go's packages accept it"
            file.write_bytes(kept)
            refused += 1
        # As when its month is destroyed: the hashes are proved all the same.
        (copy / "tile/entries/000").unlink()
        assert verdict().returncode == 0, verdict().stderr
        assert provider.belfry("verify", copy)["leaves_deleted"] == 256
        for what, file, octets in list(changes(copy)):
            kept = file.read_bytes()
            file.write_bytes(octets)
            assert verdict().returncode == 1, f"{what} changed behind a deleted bundle"
            file.write_bytes(kept)
            refused += 1
        shutil.rmtree(copy / "tile/entries")
        assert verdict().returncode == 1, "the newest entries are missing"
        shutil.rmtree(copy)
        print(f"{report['size']} leaves accepted, {refused} changes refused")


if __name__ == "__main__":
    main()
