#!/usr/bin/env python3
"""A disk whose calls do not return, and one that answers with errors, below a running daemon: S3
goes on within a bound, S06-P-20 tells, the disk comes back by itself or when an operator says so,
and everything that was acknowledged is there, three times.

The disks are FUSE file systems (fuse_disk.py) in a mount namespace of this test's own, which takes
all mounts with it however the test ends. Needs root or user namespaces, and a FUSE that knows files
without a name (Linux 6.2); ends with 77 where the kernel has none.
"""

import contextlib
import hashlib
import os
import random
import sys
import threading
import time

from disk_loss import flip
from file_tree import MIB
from fuse_disk import FuseDisk
from running_provider import CommandFailed, Provider, wait_until
from signed_requests import Signer

MEASURE = "S06-P-20"
HANG_SECONDS = 8  # of the daemon, instead of a minute
# One call that hangs, and then the same elsewhere on a machine that does other things.
REQUEST_SECONDS_MAX = HANG_SECONDS + 22
SIZES = (700, 4096, 90_000, 3 * MIB + 1, 9 * MIB)
# Of a client and step: beyond, a trickle, so that a step that waits long does not fill the disk.
QUICK_OBJECTS_MAX = 200
NOT_HERE = 77


def content_of(name):
    chance = random.Random(name)
    return chance.randbytes(chance.choice(SIZES))


class Clients:
    """Threads that put objects and get them back. What was acknowledged is in `stored`."""

    def __init__(self, provider, count=4):
        self.provider = provider
        self.count = count
        self.stored, self.faults = {}, []
        self.done = {"PUT": 0, "GET": 0}
        self.slowest = 0.0
        self.round = 0
        self.lock = threading.Lock()

    def request(self, signer, connection, method, name, body=b""):
        """(status, octets), within the bound."""
        began = time.monotonic()
        status, _, octets = signer.request(method, f"/days/{name}", body, connection=connection)
        seconds = time.monotonic() - began
        with self.lock:
            self.slowest = max(self.slowest, seconds)
        assert seconds < REQUEST_SECONDS_MAX, f"{method} {name} took {seconds:.1f} s"
        return status, octets

    def put(self, signer, connection, name):
        body = content_of(name)
        # A large object that was on its way to the disk is refused; clients send it again.
        for _ in range(5):
            status, octets = self.request(signer, connection, "PUT", name, body)
            if status != 503:
                break
            time.sleep(0.2)
        assert status == 200, f"PUT {name}: {status} {octets[:300]}"
        with self.lock:
            self.stored[name] = hashlib.sha256(body).hexdigest()
            self.done["PUT"] += 1

    def get(self, signer, connection, name):
        status, octets = self.request(signer, connection, "GET", name)
        assert status == 200, f"GET {name}: {status} {octets[:300]}"
        assert hashlib.sha256(octets).hexdigest() == self.stored[name], f"{name} is not what it was"
        with self.lock:
            self.done["GET"] += 1

    def client(self, number, goes_on):
        chance = random.Random(number + 100 * self.round)
        signer = Signer.of(self.provider)
        at = 0
        try:
            with contextlib.closing(signer.connect(REQUEST_SECONDS_MAX)) as connection:
                while goes_on() or at == 0:
                    self.put(signer, connection, f"{self.round}-{number}-{at:04}")
                    self.get(signer, connection, chance.choice(sorted(self.stored)))
                    at += 1
                    if at > QUICK_OBJECTS_MAX:
                        time.sleep(1)
        except Exception as fault:
            self.faults.append(f"client {number}: {fault!r}")

    @contextlib.contextmanager
    def running(self):
        """They work while the body does, and at least once each."""
        self.round += 1
        self.faults.clear()
        stopped = threading.Event()
        threads = [threading.Thread(target=self.client, args=(n, lambda: not stopped.is_set()))
                   for n in range(self.count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopped.set()
            for thread in threads:
                thread.join()
        assert not self.faults, "; ".join(self.faults)

    def wait_for_more(self, count=2):
        """Until each has done so much more on average."""
        goal = {method: done + count * self.count for method, done in self.done.items()}
        wait_until(lambda: self.faults or all(self.done[m] >= goal[m] for m in goal),
                   4 * REQUEST_SECONDS_MAX, "clients go on")
        assert not self.faults, "; ".join(self.faults)


def disk_of(provider, name):
    return next(d for d in provider.rest("GET", "/api/v1/disks")["items"] if d["name"] == name)


def verdict(provider):
    return provider.belfry("measure", "check", MEASURE)["verdict"]


def copies_of(provider, name):
    return provider.belfry("object", "where", f"s3://days/{name}")["copies"]


def sets_missing(provider, disk):
    return [s["id"] for s in provider.rest("GET", "/api/v1/replica-sets")["items"]
            if disk in s["missing"]]


def story(provider):
    """(action, disk) of what the ledger tells of disks."""
    events = [event for action in ("disk:*", "copy:*")
              for event in provider.belfry("audit", "--action", action, "--limit", "10000")]
    return [(event["action"], event["resource"].removeprefix("belfry:disk/")) for event in events]


def published(provider):
    """How many leaves of the provider's log its checkpoint has."""
    return provider.rest("GET", "/api/v1/audit/checkpoint")["size"]


def assert_failed(provider, clients, disk):
    """The disk has failed, everybody says so, and clients go on."""
    total = provider.belfry("status")["disks"]["total"]
    wait_until(lambda: disk_of(provider, disk)["health"] == "failed", 4 * HANG_SECONDS + 60,
               f"{disk} has failed")
    assert provider.belfry("status")["disks"]["good"] == total - 1
    assert sets_missing(provider, disk), f"nothing lay on {disk}"
    assert verdict(provider) == "fail"
    clients.wait_for_more()
    assert disk_of(provider, disk)["health"] == "failed"


def assert_whole(provider, clients):
    """All that was acknowledged is there, on three good copies, and the measure says so."""
    wait_until(lambda: not any(s["missing"] for s in
                               provider.rest("GET", "/api/v1/replica-sets")["items"]),
               120, "no set misses a disk")
    signer = Signer.of(provider)
    with contextlib.closing(signer.connect()) as connection:
        for name in sorted(clients.stored):
            clients.get(signer, connection, name)
    report = provider.belfry("disk", "scrub")
    assert report["found"] == [], report
    for name in random.Random(1).sample(sorted(clients.stored), 12):
        copies = copies_of(provider, name)
        assert [c["state"] for c in copies] == ["healthy"] * 3, f"{name}: {copies}"
    assert verdict(provider) == "pass"


@contextlib.contextmanager
def below_next_writes(provider, clients):
    """(disk, its FUSE file system): one that the objects of the next clients go to. Restarts the
    daemon, which also forgets how often a disk was silent before."""
    with contextlib.ExitStack() as mounts:
        disk = fuse = None
        for attempt in range(6):
            clients.round += 1
            name = f"probe-{clients.round}"
            signer = Signer.of(provider)
            with contextlib.closing(signer.connect()) as connection:
                clients.put(signer, connection, name)
            disks = [c["disk"] for c in copies_of(provider, name)]
            if disk in disks:
                break
            provider.stop()
            if fuse:
                fuse.detach()
            disk = disks[attempt % len(disks)]
            fuse = mounts.enter_context(FuseDisk(provider.data / "disks" / disk))
            provider.start()
        else:
            raise AssertionError("objects go to another disk at each start")
        try:
            yield disk, fuse, name
        finally:
            fuse.end()
            # The daemon must not have the mount any more, nor the folder below it while it runs.
            if provider.process.poll() is None:
                provider.stop()
            fuse.detach()
    provider.start()


def hangs_and_returns(provider, clients, kinds):
    with below_next_writes(provider, clients) as (disk, fuse, _):
        print(f"{disk}: {', '.join(kinds)} hang", flush=True)
        with clients.running():
            clients.wait_for_more(1)
            fuse.hang(*kinds)
            assert_failed(provider, clients, disk)
            # The log's files may lie on this disk too: nobody waits for it with them either.
            before = published(provider)
            wait_until(lambda: published(provider) > before, 60, "the ledger publishes")
            fuse.end()
            wait_until(lambda: disk_of(provider, disk)["health"] == "good", 120, f"{disk} is back")
            clients.wait_for_more(1)
        assert_whole(provider, clients)
        told = [action for action, name in story(provider) if name == disk]
        assert {"disk:Failed", "disk:Returned"} <= set(told), told


def fails_and_is_readmitted(provider, clients):
    with below_next_writes(provider, clients) as (disk, fuse, _):
        print(f"{disk}: syncs answer EIO", flush=True)
        with clients.running():
            clients.wait_for_more(1)
            fuse.fail("sync")
            assert_failed(provider, clients, disk)
            try:
                provider.belfry("disk", "readmit", disk)
            except CommandFailed as failed:
                assert failed.code == 1, failed
            else:
                raise AssertionError("a disk that does not sync was taken back")
            fuse.end()
            # It answers well, and is not taken back unasked.
            clients.wait_for_more(3)
            assert disk_of(provider, disk)["health"] == "failed"
            provider.belfry("disk", "readmit", disk)
            assert disk_of(provider, disk)["health"] == "good"
            clients.wait_for_more(1)
        assert_whole(provider, clients)


def fails_and_is_restarted(provider, clients):
    """A restart takes the disk back, and finds what its failed syncs may have lost."""
    with below_next_writes(provider, clients) as (disk, fuse, name):
        print(f"{disk}: syncs answer EIO, and the daemon starts again", flush=True)
        path = next(c["path"] for c in copies_of(provider, name) if c["disk"] == disk)
        with clients.running():
            clients.wait_for_more(1)
            fuse.fail("sync")
            assert_failed(provider, clients, disk)
        provider.stop()
        fuse.end()
        flip(path, (0.3, 0.6))
        provider.start()
        assert disk_of(provider, disk)["health"] == "good"
        wait_until(lambda: ("copy:Repaired", disk) in story(provider), 120,
                   f"what {disk} holds is compared")
        assert_whole(provider, clients)


def main():
    arguments = ["--disk-hang-limit-seconds", str(HANG_SECONDS)]
    with Provider("hanging-disk", arguments=lambda _: arguments) as provider:
        Signer.of(provider).ok("PUT", "/days")
        clients = Clients(provider)
        for kinds in (("write",), ("sync",), ("read", "write", "sync")):
            hangs_and_returns(provider, clients, kinds)
        fails_and_is_readmitted(provider, clients)
        fails_and_is_restarted(provider, clients)
        assert_whole(provider, clients)
        print(f"{len(clients.stored)} objects acknowledged, all there; slowest request "
              f"{clients.slowest:.1f} s at a limit of {HANG_SECONDS} s")


def in_own_namespace():
    """Runs this program again where its mounts are nobody else's; ends this process."""
    own = ["--mount"] if os.geteuid() == 0 else ["--mount", "--user", "--map-root-user"]
    os.environ["BELFRY_OWN_MOUNTS"] = "1"
    os.execv("/usr/bin/unshare", ["unshare", *own, sys.executable, "-B", *sys.argv])


def why_not_here():
    version = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if version < (6, 2):
        return "FUSE of this kernel has no files without a name: that came with Linux 6.2"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse is not there, or not for this user"
    return None


if __name__ == "__main__":
    if reason := why_not_here():
        print(f"skipped: {reason}")
        sys.exit(NOT_HERE)
    if "BELFRY_OWN_MOUNTS" not in os.environ:
        in_own_namespace()
    main()
