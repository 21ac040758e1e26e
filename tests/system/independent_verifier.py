#!/usr/bin/env python3
"""Go's own packages accept the log's tiles and checkpoints, and refuse every change of them."""

import base64
import hashlib
import json
import os
import shutil
import subprocess

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from running_provider import BUILD, COMMAND_LINE, SOURCE, CommandFailed, Provider
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


def refuse_missing(provider, copy, verdict):
    """Nobody destroyed anything: what is not there was left out."""
    files = sorted(path for path in (copy / "tile").rglob("*") if path.is_file())
    for file in files:
        kept = file.read_bytes()
        file.unlink()
        assert verdict().returncode == 1, f"{file} is missing, and Go's packages accept it"
        provider.belfry("verify", copy, code=1)
        file.write_bytes(kept)
    return len(files)


class TestProvider:
    """A provider with a key of the test's own, for notes that only time would bring about."""

    def __init__(self, name):
        self.name, self.key = name, Ed25519PrivateKey.generate()
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        typed = b"\x01" + public
        self.id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.verifier_key = f"{name}+{self.id.hex()}+{base64.b64encode(typed).decode()}"

    def note(self, text):
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.name} {signature}\n"


def accept_destroyed(provider, copy, program):
    """What the log's own note covers may be missing, and nothing else."""
    signer = TestProvider("test.example")
    folder = provider.folder / "destroyed"
    shutil.copytree(copy, folder)
    text = (folder / "checkpoint").read_text().split("\n\n")[0] + "\n"
    (folder / "checkpoint").write_text(signer.note(text))
    origin = text.split("\n")[0]
    # The one tile above the bundles begins with the root of the first.
    above = next((folder / "tile/1").rglob("*/1")).read_bytes()
    root = base64.b64encode(above[:32]).decode()

    def verdicts():
        """Of Go's packages and of Belfry, which say the same."""
        ours = subprocess.run([COMMAND_LINE, "verify", folder, "--key", signer.verifier_key,
                               "--lang", "en"], capture_output=True, text=True, timeout=120,
                              check=False)
        go = subprocess.run([program, folder, signer.verifier_key], capture_output=True,
                            text=True, timeout=120, check=False)
        assert ours.returncode == go.returncode, (ours, go)
        return ours
    (folder / "root-proof.json").unlink(missing_ok=True)
    assert verdicts().returncode == 0
    (folder / "tile/entries/000").unlink()
    missing = verdicts()
    assert missing.returncode == 1 and "leaves 0-255" in missing.stderr, missing
    right = f"{origin}/destroyed\n256\n{root}\n1767225600\n"
    other = base64.b64encode(bytes(32)).decode()
    refused = [f"{origin}2/destroyed\n256\n{root}\n1767225600\n",
               f"{origin}/destroyed\n256\n{other}\n1767225600\n",
               f"{origin}/destroyed\n255\n{root}\n1767225600\n",
               f"{origin}/destroyed\n512\n{root}\n1767225600\n", text]
    for wrong in refused:
        (folder / "destroyed").write_text(signer.note(wrong))
        assert verdicts().returncode == 1, wrong
    (folder / "destroyed").write_text(TestProvider("test.example").note(right))
    assert verdicts().returncode == 1, "signed by another key"
    (folder / "destroyed").write_text(signer.note(right))
    whole = verdicts()
    assert whole.returncode == 0, whole
    assert "the first 256 leaves, none written after 2026-01-01" in whole.stdout, whole.stdout
    shutil.rmtree(folder / "tile/entries")
    missing = verdicts()
    assert missing.returncode == 1 and "leaves 256-" in missing.stderr, missing
    return len(refused) + 3


def refuse_reordered(provider, copy, verdict):
    """Two entries, two bundles, two hashes and two tiles that changed places."""
    def exchanged(octets, left, right, width):
        first, second = (octets[at * width:(at + 1) * width] for at in (left, right))
        parts = bytearray(octets)
        parts[left * width:(left + 1) * width] = second
        parts[right * width:(right + 1) * width] = first
        return bytes(parts)

    bundle, hashes = copy / "tile/entries/000", copy / "tile/0/000"
    octets, entries = bundle.read_bytes(), []
    at = 0
    while at < len(octets):
        end = at + 2 + int.from_bytes(octets[at:at + 2], "big")
        entries.append(octets[at:end])
        at = end
    swapped = b"".join([entries[1], entries[0], *entries[2:]])
    both = {bundle: swapped, hashes: exchanged(hashes.read_bytes(), 0, 1, 32)}
    above = next((copy / "tile/1").rglob("*/1"))
    newest = next((copy / "tile/entries").rglob("*.p/*"))
    orders = [{bundle: swapped}, {hashes: both[hashes]}, both,
              {bundle: newest.read_bytes(), newest: octets},
              {hashes: above.read_bytes() * 256}]
    for number, order in enumerate(orders):
        kept = {file: file.read_bytes() for file in order}
        for file, changed in order.items():
            file.write_bytes(changed)
        assert verdict().returncode == 1, f"order {number}, and Go's packages accept it"
        provider.belfry("verify", copy, code=1)
        for file, whole in kept.items():
            file.write_bytes(whole)
    assert verdict().returncode == 0, verdict().stderr
    return len(orders)


def octets_in(folder):
    return {path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def grow(provider, size):
    """Events, until the log has more leaves than that."""
    while True:
        provider.rest("GET", "/api/v1/audit/keys")
        checkpoint = provider.rest("GET", "/api/v1/audit/checkpoint")
        if checkpoint["size"] > size:
            return checkpoint


def refuse_fork(provider, copy, key, program):
    """An old copy of everything that the provider has runs again and goes on otherwise, with the
    log's own key: nobody who has a checkpoint is shown that history.
    """
    def proof_of(older, newer, hashes=None):
        sizes = [int(note.read_text().split("\n")[1]) for note in (older, newer)]
        if hashes is None:
            hashes = provider.rest("GET", "/api/v1/audit/consistency-proof?"
                                   f"old_size={sizes[0]}&size={sizes[1]}")["hashes"]
        checked = subprocess.run([program, "consistency", key, older, newer, *hashes],
                                 capture_output=True, text=True, timeout=60, check=False)
        return checked.returncode, hashes

    first = provider.folder / "first"
    shutil.copy(copy / "checkpoint", first)
    provider.stop()
    old = provider.folder / "old"
    shutil.copytree(provider.data, old)
    provider.start()
    grow(provider, int(first.read_text().split("\n")[1]) + 20)
    provider.belfry("audit", "fetch", copy)
    report = provider.belfry("verify", copy, "--extends", first)
    assert report["extends"]["size"] < report["size"], report
    code, hashes = proof_of(first, copy / "checkpoint")
    assert code == 0 and hashes, hashes
    for wrong in (hashes[:-1], hashes[1:], [*hashes, hashes[0]], ["00" * 32, *hashes[1:]]):
        assert proof_of(first, copy / "checkpoint", wrong)[0] == 1, wrong
    for query in ("old_size=2&size=1", "old_size=-1&size=1", f"old_size=1&size={10**9}"):
        status, _, _ = provider.request("GET", f"/api/v1/audit/consistency-proof?{query}")
        assert status == 400, (query, status)

    provider.stop()
    provider.data.rename(provider.folder / "newest")
    old.rename(provider.data)
    provider.start()
    provider.rest("GET", "/api/v1/audit/keys")
    before = octets_in(copy)
    size = report["size"]
    # Shorter than what was shown, then longer.
    assert provider.rest("GET", "/api/v1/audit/checkpoint")["size"] < size
    refused_fetch(provider, copy, f"had {size} before")
    grow(provider, size)
    refused_fetch(provider, copy, f"does not go on from the one of {size} leaves")
    assert octets_in(copy) == before, "a refused fetch changed the folder"
    fork = provider.folder / "fork"
    provider.belfry("audit", "fetch", fork)
    provider.belfry("verify", fork)
    provider.belfry("verify", fork, "--extends", first)
    said = subprocess.run([COMMAND_LINE, "verify", fork, "--extends", copy / "checkpoint",
                           "--lang", "en"], capture_output=True, text=True, timeout=120,
                          check=False)
    assert said.returncode == 1 and f"of {size} leaves (root " in said.stderr, said
    assert proof_of(first, fork / "checkpoint")[0] == 0
    assert proof_of(copy / "checkpoint", fork / "checkpoint")[0] == 1
    # A copy that somebody changed is no copy to go on from.
    changed = changed_octet((fork / "checkpoint").read_bytes(), 0.4)
    (fork / "checkpoint").write_bytes(changed)
    provider.belfry("audit", "fetch", fork, code=1)
    assert (fork / "checkpoint").read_bytes() == changed
    # Nor is one of a log that another key signs.
    keys = json.loads((copy / "keys.json").read_text())
    keys["verifier_key"] = TestProvider("test.example").verifier_key
    (copy / "keys.json").write_text(json.dumps(keys))
    before = octets_in(copy)
    refused_fetch(provider, copy, "test.example")
    assert octets_in(copy) == before
    # Nor what lost the checkpoint that tells which log it is of.
    (copy / "checkpoint").unlink()
    refused_fetch(provider, copy, "no checkpoint")


def refused_fetch(provider, copy, why):
    try:
        provider.belfry("audit", "fetch", copy)
    except CommandFailed as refused:
        assert refused.code == 1 and why in refused.said, refused
    else:
        raise AssertionError("another history is fetched over the copy")


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
        refused += refuse_missing(provider, copy, verdict)
        refused += accept_destroyed(provider, copy, program)
        reordered = refuse_reordered(provider, copy, verdict)
        refuse_fork(provider, copy, key, program)
        print(f"{report['size']} leaves accepted, {refused + reordered} changes and a fork refused")


if __name__ == "__main__":
    main()
