#!/usr/bin/env python3
"""The story of a bad day: one disk's folder is deleted, octets of another are flipped. Reads
stay right, the scrub finds it, S06-P-20 fails and names the sets and the objects, healing
restores three copies, the measure passes, the ledger tells it all and `belfry verify` agrees.
"""

import json
import os
import shutil
from pathlib import Path

from file_tree import MIB, differences, digests_of, write_file
from running_provider import CommandFailed, Provider, wait_until
from s3_clients import Rclone

MEASURE = "S06-P-20"
SMALL, LARGE = 60, 6


def put_objects(provider):
    source = provider.folder / "source"
    for number in range(SMALL):
        write_file(source / f"small-{number:02}.bin", 1000 + 977 * number, number)
    for number in range(LARGE):
        write_file(source / f"large-{number}.bin", 3 * MIB + number, 100 + number)
    client = Rclone(provider, False, provider.folder)
    client.make_bucket("ledger-of-days")
    client.put_tree(source, "ledger-of-days")
    return client, source


def copies_of(provider, name):
    return provider.belfry("object", "where", f"s3://ledger-of-days/tree/{name}")["copies"]


def assert_three_good(provider, names):
    for name in names:
        copies = copies_of(provider, name)
        states = [c["state"] for c in copies]
        assert len(copies) == 3 and set(states) == {"healthy"}, f"{name}: {copies}"
        assert len({c["server"] for c in copies}) == 3, f"{name}: not three servers: {copies}"
        assert len({c["site"] for c in copies}) >= 2, f"{name}: one site only: {copies}"


def flip(path, fractions):
    """Turns octets over inside what was written, past the head of the file."""
    data = Path(path).read_bytes().rstrip(b"\0")
    with open(path, "r+b") as file:
        for fraction in fractions:
            at = 4096 + int((len(data) - 4096) * fraction)
            file.seek(at)
            octet = file.read(1)
            file.seek(at)
            file.write(bytes([octet[0] ^ 0x40]))


def damage_two_disks(provider, large):
    """Deletes the folder of the first disk of `large`, flips octets on others: those others."""
    small = copies_of(provider, "small-07.bin")
    lost = large[0]["disk"]
    rotten = large[1]["disk"]
    flip(large[1]["path"], (0.2, 0.5, 0.9))
    segments = [c for c in small if c["disk"] != lost]
    flip(segments[0]["path"], (0.1, 0.3, 0.5, 0.7))
    shutil.rmtree(provider.data / "disks" / lost)
    return {rotten, segments[0]["disk"]}


def assert_reads_right(provider, client, source, name):
    copy = provider.folder / name
    client.get_tree("ledger-of-days", copy)
    wrong = differences(digests_of(source), digests_of(copy))
    assert not wrong, "; ".join(wrong)
    shutil.rmtree(copy)


def check(provider):
    return provider.belfry("measure", "check", MEASURE)


def objects_on(provider, names, disk):
    return {name for name in names if disk in {c["disk"] for c in copies_of(provider, name)}}


def story_of(events):
    """(action, disk or measure, what became of it) of each event, oldest first."""
    for event in events:
        event = json.loads(event) if isinstance(event, str) else event
        subject = event["resources"][0]["name"] if event["resources"] else ""
        details = event.get("unmapped", {})
        yield (event["api"]["operation"], subject.removeprefix("belfry:disk/"),
               details.get("target") or details.get("to") or "")


def assert_ledger_tells(provider, lost, rotten, healed_to):
    copy = provider.folder / "log"
    fetched = provider.belfry("audit", "fetch", copy)
    report = provider.belfry("verify", copy, "--events", "100000")
    assert report["size"] == fetched["size"] == report["leaves_checked"], report
    story = list(story_of(report["events"]))

    def told(action, disk):
        return any(a == action and d == disk for a, d, _ in story)
    assert told("disk:Failed", lost), (lost, story)
    for disk in rotten:
        assert told("copy:Corrupt", disk) and told("copy:Repaired", disk), (disk, story)
    targets = {target for action, _, target in story if action == "replica-set:Healed"}
    assert targets == healed_to, f"healed to {healed_to}, told of {targets}"
    verdicts = [to for action, measure, to in story
                if action == "measure:VerdictChanged" and measure == f"measure:{MEASURE}"]
    assert verdicts[-2:] == ["fail", "pass"], verdicts
    tiles = sorted((copy / "tile").rglob("*"), key=str)
    entries = [t for t in tiles if t.is_file() and "entries" in str(t)]
    data = bytearray(entries[0].read_bytes())
    data[len(data) // 2] ^= 1
    entries[0].write_bytes(data)
    try:
        provider.belfry("verify", copy)
    except CommandFailed as failed:
        assert failed.code == 1, failed
    else:
        raise AssertionError("a changed log verifies")


def main():
    with Provider("disk-loss") as provider:
        client, source = put_objects(provider)
        names = sorted(os.listdir(source))
        assert_three_good(provider, names)
        before = check(provider)
        assert before["verdict"] == "pass" and before["proof"] == "simulated", before
        assert before["population"] >= SMALL + LARGE, before

        large = copies_of(provider, "large-0.bin")
        lost = large[0]["disk"]
        concerned = objects_on(provider, names, lost)
        assert concerned, f"nothing lay on {lost}"
        # Reading repairs what it meets, and so does healing, which begins by itself: the scrub
        # comes at once.
        rotten = damage_two_disks(provider, large)
        report = provider.belfry("disk", "scrub")
        found = {d["disk"] for d in report["found"]}
        assert rotten <= found, f"the scrub did not find all of {rotten}: {report}"
        # The scrub itself had the annex checked again.
        shown = [m for m in provider.belfry("annex") if m["id"] == MEASURE][0]
        assert shown["verdict"] == "fail" and shown["violations"] > 0, shown
        during = provider.belfry("measure", "show", MEASURE)
        failing = [row for row in during["rows"] if not row["pass"]]
        sets = [s["id"] for s in provider.rest("GET", "/api/v1/replica-sets")["items"]
                if lost in s["missing"] and s["stream"] == "objects"]
        assert sets, f"no set misses {lost}"
        subjects = {row["subject"] for row in failing}
        for number in sets:
            assert f"set {number}" in subjects, (number, sorted(subjects)[:5])
        for name in concerned:
            assert f"object ledger-of-days/tree/{name}" in subjects, (name, sorted(subjects)[:5])
        assert_reads_right(provider, client, source, "during")

        def disks_of_sets():
            return {s["id"]: set(s["disks"])
                    for s in provider.rest("GET", "/api/v1/replica-sets")["items"]}
        disks_before = disks_of_sets()
        provider.belfry("disk", "heal")

        def healed():
            copies = [copies_of(provider, n) for n in names]
            return all(len(c) == 3 and {x["state"] for x in c} == {"healthy"} for c in copies)
        wait_until(healed, 120, "three good copies of everything again")
        provider.belfry("disk", "scrub")
        assert_three_good(provider, names)
        after = check(provider)
        assert after["verdict"] == "pass", after
        assert_reads_right(provider, client, source, "after")
        healed_to = {disk for number, disks in disks_of_sets().items()
                     for disk in disks - disks_before[number]}
        assert healed_to and lost not in healed_to, healed_to
        assert_ledger_tells(provider, lost, rotten, healed_to)
        print(f"lost {lost}, rot on {sorted(rotten)}: found {len(report['found'])}, healed to "
              f"{sorted(healed_to)}; {MEASURE}: pass, fail, pass; named {len(concerned)} objects")


if __name__ == "__main__":
    main()
