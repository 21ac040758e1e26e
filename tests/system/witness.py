#!/usr/bin/python3
"""A daemon and two witnesses, each a process: root checkpoints are cosigned, `belfry verify` and
Go's packages follow the chain offline, a killed witness cosigns on, and an old copy of the whole
provider is found out by them, loudly.
"""

import json
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

from independent_verifier import build_verifier
from running_provider import COMMAND_LINE, Problem, Provider, wait_until

ALARMS = "/api/v1/audit/events?action=audit:WitnessRefused"


class Witness:
    def __init__(self, folder, name, log_key):
        self.folder, self.name, self.log_key = folder, name, log_key
        self.port = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [COMMAND_LINE, "witness", "--listen", f"127.0.0.1:{self.port}", "--data", self.folder,
             "--name", self.name, "--log", self.log_key, "--lang", "en"],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.split("http://127.0.0.1:")[1].split(".")[0])
        self.key = self.process.stdout.readline().strip()
        self.url = f"http://127.0.0.1:{self.port}"

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        self.process.stdout.close()


def name_witnesses(provider, witnesses):
    lines = "".join(f"  - {{url: '{w.url}', verifier_key: '{w.key}'}}\n" for w in witnesses)
    text = provider.config.read_text().split("witnesses:\n")[0]
    provider.config.write_text(text + "witnesses:\n" + lines)


def states(provider):
    return {w["name"]: w for w in provider.rest("GET", "/api/v1/audit/witnesses")["items"]}


def cosigned_by(provider, names):
    """Waits for a root checkpoint that all of them cosigned, newer than now."""
    note = provider.rest("GET", "/api/v1/audit/root-checkpoint")["note"]
    size = max(int(note.split("\n")[1]), *(w["cosigned_size"] for w in states(provider).values()))
    provider.rest("GET", "/api/v1/audit/keys")  # an event, so that there is a round

    def newer():
        found = states(provider)
        return all(found[name]["cosigned_size"] > size and found[name]["problem"] == "none"
                   for name in names) and found
    return wait_until(newer, 60, f"{names} cosign")


def try_nobody(provider):
    assert provider.rest("GET", "/api/v1/audit/witnesses")["items"] == []

    def proof():
        try:
            return provider.rest("GET", "/api/v1/audit/root-proof")
        except Problem as early:
            assert early.status == 404, early
            return None
    assert wait_until(proof, 60, "a first round")["witness_keys"] == []
    copy = provider.folder / "unwitnessed"
    provider.belfry("audit", "fetch", copy)
    report = provider.belfry("verify", copy)
    assert report["root_proof"]["cosigned"] == [], report
    said = subprocess.run([COMMAND_LINE, "verify", copy, "--lang", "en"], capture_output=True,
                          text=True, check=True, timeout=60).stdout
    assert "nobody cosigned" in said, said


def try_chain(provider, witnesses, program):
    names = [w.name for w in witnesses]
    cosigned_by(provider, names)
    copy = provider.folder / "copy"
    provider.belfry("audit", "fetch", copy)
    report = provider.belfry("verify", copy, *(x for w in witnesses for x in ("--witness", w.key)))
    assert [c["witness"] for c in report["root_proof"]["cosigned"]] == names, report
    assert report["root_proof"]["witness_keys_given"] and not report["verifier_key_given"], report
    # Witnesses that the copy alone names are its provider's word.
    assert not provider.belfry("verify", copy)["root_proof"]["witness_keys_given"]
    said = subprocess.run([COMMAND_LINE, "verify", copy, "--lang", "en"], capture_output=True,
                          text=True, check=True, timeout=60).stdout
    assert said.count("by a key that the provider names") == len(names), said
    proof = json.loads((copy / "root-proof.json").read_text())
    key = provider.rest("GET", "/api/v1/audit/keys")["verifier_key"]
    # The whole root log is a log of its own, which anybody may verify.
    root = provider.folder / "root"
    fetch_root_log(provider, root)
    for arguments in ((copy, key), (root, proof["root_verifier_key"]),
                      ("root-proof", copy, key, *(w.key for w in witnesses))):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                              check=False)
        assert done.returncode == 0, (arguments, done.stderr)
    refused = 0
    for change in changed_proofs(proof):
        (copy / "root-proof.json").write_text(json.dumps(change))
        done = subprocess.run([program, "root-proof", copy, key, witnesses[0].key],
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1, f"Go's packages accept {change}"
        provider.belfry("verify", copy, "--witness", witnesses[0].key, code=1)
        refused += 1
    (copy / "root-proof.json").write_text(json.dumps(proof))
    return copy, refused


def changed_proofs(proof):
    def flipped(text):
        return text[:10] + ("0" if text[10] != "0" else "1") + text[11:]
    yield {**proof, "salt": flipped(proof["salt"])}
    yield {**proof, "leaf": flipped(proof["leaf"])}
    yield {**proof, "slot": proof["slot"] ^ 1}
    yield {**proof, "slot_path": [flipped(proof["slot_path"][0]), *proof["slot_path"][1:]]}
    yield {**proof, "index": proof["index"] + 1}
    lines = proof["root_checkpoint"].split("\n")
    yield {**proof, "root_checkpoint": "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])}
    yield {**proof, "root_checkpoint": "\n".join(lines[:5]) + "\n"}  # without its cosignatures


def fetch_root_log(provider, folder):
    note = provider.rest("GET", "/api/v1/audit/root-checkpoint")["note"]
    size = int(note.split("\n")[1])
    folder.mkdir()
    (folder / "checkpoint").write_text(note)
    names, level, count = [], 0, size
    while count > 0:
        for kind in ((str(level), "entries") if level == 0 else (str(level),)):
            names += [f"tile/{kind}/{number:03}" for number in range(count // 256)]
            if count % 256:
                names.append(f"tile/{kind}/{count // 256:03}.p/{count % 256}")
        level, count = level + 1, count // 256
    for name in names:
        status, _, octets = provider.request("GET", "/api/v1/audit/root-tiles/" + name)
        assert status == 200, (name, status)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(octets)


def try_kills(provider, witnesses):
    """A witness that is killed again and again goes on where it was, with its key."""
    first = witnesses[0]
    key, size = first.key, 0
    for _ in range(5):
        first.kill()
        first.start()
        assert first.key == key
        found = cosigned_by(provider, [first.name])
        assert found[first.name]["alarms"] == 0 and found[first.name]["cosigned_size"] > size
        size = found[first.name]["cosigned_size"]


def try_protocol(witness):
    """What comes to its port from elsewhere."""
    def send(path, body, method="POST"):
        request = urllib.request.Request(witness.url + path, data=body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
    note = b"nobody.example\n1\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 nobody.example AAAAAAA=\n"
    assert send("/add-checkpoint", b"old 0\n\n" + note) == 404
    for body in (b"", b"old 0", b"\x00" * 1000, b"old 0\n\n", b"x" * 200_000):
        assert send("/add-checkpoint", body) == 400, body[:20]
    assert send("/add-checkpoint", None, "GET") == 405
    assert send("/", b"") == 404


def try_rollback(provider, witnesses):
    """An old copy of everything that the provider has, SQL included, is run again."""
    provider.stop()
    old = provider.folder / "old"
    shutil.copytree(provider.data, old)
    provider.start()
    cosigned_by(provider, [w.name for w in witnesses])
    provider.stop()
    newest = provider.folder / "newest"
    provider.data.rename(newest)
    old.rename(provider.data)
    provider.start()

    def found_out():
        found = states(provider)
        return all(w["alarms"] > 0 for w in found.values()) and found
    found = wait_until(found_out, 60, "the witnesses find the old copy")
    assert all(w["problem"] in ("rollback", "fork") for w in found.values()), found
    events = wait_until(lambda: provider.rest("GET", ALARMS)["items"], 30, "the alarm is logged")
    assert all(e["outcome"] == "failure" and "root log" in e["reason"] for e in events), events
    _, _, metrics = provider.request("GET", "/metrics", token="")
    assert b'belfry_witness_alarms{witness="127.0.0.1/w1"} 1' in metrics, metrics.decode()[-2000:]
    assert "refuses the ledger's root checkpoint" in provider.log.read_text()

    # It grows beyond what they know: still another history.
    def forked():
        provider.rest("GET", "/api/v1/audit/keys")
        return all(w["problem"] == "fork" for w in states(provider).values())
    wait_until(forked, 120, "a fork")
    provider.restart()
    assert all(w["alarms"] > 0 for w in states(provider).values()), "an alarm stays"


def main():
    with Provider("witness") as provider:
        program = build_verifier(provider.folder)
        try_nobody(provider)
        root_key = provider.rest("GET", "/api/v1/audit/root-checkpoint")["verifier_key"]
        witnesses = [Witness(provider.folder / name, f"127.0.0.1/{name}", root_key)
                     for name in ("w1", "w2")]
        try:
            name_witnesses(provider, witnesses)
            provider.restart()
            _, refused = try_chain(provider, witnesses, program)
            try_protocol(witnesses[0])
            try_kills(provider, witnesses)
            try_rollback(provider, witnesses)
        finally:
            for witness in witnesses:
                witness.stop()
    print(f"two witnesses cosign, {refused} changed proofs refused, the old copy found out")


if __name__ == "__main__":
    main()
