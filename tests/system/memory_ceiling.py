#!/usr/bin/env python3
"""32 clients that move objects of 128 MiB, up and down: the daemon stays under 300 MiB."""

import hashlib
import sys
import threading
import time

from running_provider import Provider
from signed_requests import Signer

CLIENTS = 32
SIZE = 128 * 2**20
PIECE = bytes(range(256)) * 1024  # 256 KiB
KIB_MAX = 300 * 1024


class Body:
    """A file-like body of SIZE octets that takes no memory."""

    def __init__(self):
        self.left = SIZE

    def read(self, size=-1):
        piece = PIECE[:min(self.left, len(PIECE) if size < 0 else size)]
        self.left -= len(piece)
        return piece


def put(signer, number):
    connection = signer.connect(timeout=600)
    target, fields = signer.sign("PUT", f"/big/{number}", payload="UNSIGNED-PAYLOAD",
                                 headers={"Content-Length": str(SIZE)})
    connection.request("PUT", target, body=Body(), headers=fields)
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 200, f"{answer.status} {said[:300]}"
    connection.close()


def get(signer, number):
    connection = signer.connect(timeout=600)
    target, fields = signer.sign("GET", f"/big/{number}")
    connection.request("GET", target, headers=fields)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    digest, expected, left = hashlib.sha256(), hashlib.sha256(), SIZE
    while piece := answer.read(len(PIECE)):
        digest.update(piece)
    while left > 0:
        expected.update(PIECE[:left])
        left -= min(left, len(PIECE))
    assert digest.digest() == expected.digest(), f"object {number} came back changed"
    connection.close()


def all_at_once(work, signer):
    failures = []

    def one(number):
        try:
            work(signer, number)
        except Exception as error:  # told by the main thread
            failures.append(f"client {number}: {error!r}")
    threads = [threading.Thread(target=one, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads, failures


def watch(provider, threads):
    peak = 0
    while any(t.is_alive() for t in threads):
        peak = max(peak, provider.resident_kib())
        time.sleep(0.1)
    return peak


def main():
    # Plain HTTP over loopback, so that the clients' own work does not slow the test down.
    with Provider("memory-ceiling") as provider:
        signer = Signer.of(provider)
        signer.ok("PUT", "/big")
        idle = provider.resident_kib()
        peaks = {}
        for name, work in (("put", put), ("get", get)):
            threads, failures = all_at_once(work, signer)
            peaks[name] = watch(provider, threads)
            assert not failures, "; ".join(failures[:5])
        print(f"idle {idle // 1024} MiB, " +
              ", ".join(f"{n} {p // 1024} MiB" for n, p in peaks.items()))
        assert max(peaks.values()) < KIB_MAX, f"the daemon took {max(peaks.values()) // 1024} MiB"


if __name__ == "__main__":
    sys.exit(main())
