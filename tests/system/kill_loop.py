#!/usr/bin/env python3
"""`kill -9` of the daemon under rclone's load, again and again: what rclone was told is stored
is there, whole; nothing half-written shows; nothing deleted is back.

Usage: kill_loop.py [ROUNDS]    50 by default
"""

import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import time
import urllib.parse
from xml.etree import ElementTree

from file_tree import differences, digests_of, write_file
from running_provider import Provider
from s3_clients import Rclone
from signed_requests import Signer

FILES = 400
SECONDS = (0.15, 1.2)  # of load before each kill


def make_source(folder):
    chance = random.Random(11)
    for number in range(FILES):
        size = chance.choice((0, 100, 4096, 30_000, 300_000, 3_000_000))
        write_file(os.path.join(folder, f"{number:04}.bin"), size, number)


def load_and_kill(provider, source, name, seconds):
    """The files of which rclone said, before or after the kill, that they are copied."""
    client = Rclone(provider, False, provider.folder)
    log = provider.folder / f"{name}.log"
    rclone = subprocess.Popen(
        ["/usr/bin/rclone", "copy", "--retries", "1", "--low-level-retries", "1",
         "--transfers", "8", "--use-json-log", "--log-level", "INFO", "--log-file", log,
         "--s3-no-check-bucket",
         source, f"b:load/{name}"],
        env=client.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    provider.kill()
    # What was acknowledged was so before the kill; rclone would go on for minutes, pausing between
    # the files that fail.
    try:
        rclone.wait(1)
    except subprocess.TimeoutExpired:
        rclone.terminate()
        rclone.wait(30)
    copied = set()
    for line in log.read_text().splitlines():
        if not line.startswith("{"):  # its last words, when the kill came before the listing
            continue
        entry = json.loads(line)
        if entry.get("msg", "").startswith("Copied ("):
            copied.add(entry["object"])
    return copied


def listed(signer, prefix):
    """The names under a round's prefix, at most one page: a round has fewer files."""
    _, octets = signer.ok("GET", "/load", query={"list-type": "2", "prefix": prefix + "/"})
    page = ElementTree.fromstring(octets)
    assert page.findtext("{*}IsTruncated") == "false", page
    return {key.text.split("/", 1)[1] for key in page.iterfind("{*}Contents/{*}Key")}


def wrong_in(provider, name, acknowledged, expected):
    """Reads everything that shows under a round's prefix."""
    signer = Signer.of(provider)
    shown, wrong = listed(signer, name), []
    wrong += [f"acknowledged and gone: {f}" for f in sorted(acknowledged - shown)]
    connection = signer.connect()
    for file in sorted(shown):
        status, _, octets = signer.request("GET", f"/load/{name}/{file}", connection=connection)
        if status != 200 or hashlib.sha256(octets).hexdigest() != expected.get(file):
            wrong.append(f"half-written: {urllib.parse.quote(file)} ({status})")
    connection.close()
    return wrong


def save_often(config):
    """A savepoint of the ledger, and a pruned journal, every MiB of events."""
    return config.replace("segment_size_mib: 64", "segment_size_mib: 8\nledger_savepoint_mib: 1")


def savepoints_of(provider):
    """The sequences of the savepoints on the disks (docs/formats/journal.md)."""
    found = []
    for path in provider.folder.glob("**/audit/savepoint"):
        head = path.read_bytes()[:20]
        assert head[:8] == b"BELFRYSP", path
        found.append(struct.unpack_from("<Q", head, 12)[0])
    return found


def main(rounds):
    chance = random.Random(13)
    with Provider("kill-loop", save_often) as provider:
        source = provider.folder / "source"
        make_source(source)
        expected = digests_of(source)
        Rclone(provider, False, provider.folder).make_bucket("load")
        deleted, total, slowest = [], 0, 0.0
        for number in range(rounds):
            name = f"round-{number}"
            acknowledged = load_and_kill(provider, source, name, chance.uniform(*SECONDS))
            began = time.monotonic()
            provider.start()
            slowest = max(slowest, time.monotonic() - began)
            wrong = wrong_in(provider, name, acknowledged, expected)
            for gone in deleted:
                wrong += [f"deleted and back: {gone}/{f}"
                          for f in listed(Signer.of(provider), gone)]
            assert not wrong, f"round {number}: " + "; ".join(wrong[:10])
            total += len(acknowledged)
            if number % 4 == 3:
                client = Rclone(provider, False, provider.folder)
                client.rclone("delete", f"b:load/{name}")
                deleted = (deleted + [name])[-3:]
        copy = provider.folder / "copy"
        last = f"round-{max(n for n in range(rounds) if n % 4 != 3)}"
        Rclone(provider, False, provider.folder).rclone("copy", f"b:load/{last}", str(copy))
        found = digests_of(copy)
        wrong = differences({n: expected[n] for n in found}, found)
        assert not wrong, "; ".join(wrong)
        savepoints = savepoints_of(provider)
        assert rounds < 20 or len(savepoints) == 3, f"savepoints: {savepoints}"
        print(f"{rounds} kills, {total} files acknowledged, all there; "
              f"slowest start {slowest:.1f} s")
        assert total > rounds, "hardly anything was acknowledged: the test proves nothing"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
