#!/usr/bin/env python3
"""Requests that are wrong on purpose: each gets S3's error or a clean close; the daemon lives
on, keeps no descriptor and no memory of them, and serves the next one.
"""

import base64
import datetime
import hashlib
import os
import random
import resource
import socket
import sys
import time

from running_provider import Provider, wait_until
from signed_requests import Signer, error_code

IDLE_CONNECTIONS = int(os.environ.get("BELFRY_IDLE_CONNECTIONS", "3000"))
FEW_FILES = 1024
SLOW_SECONDS_MAX = 90
LIST = "<ListBucketResult"


def raw(signer, octets, wait=20):
    """Sends octets as they are; what comes back until the server closes or says no more."""
    host, port = signer.host.split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        said = b""
        try:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                said += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return said


class Torture:
    def __init__(self, provider):
        self.provider = provider
        self.signer = Signer.of(provider)
        self.signer.ok("PUT", "/torture")
        self.signer.ok("PUT", "/torture/good", b"as it was")
        self.problems = []

    def expect(self, what, outcome, status, code):
        if outcome[0] != status or (code and error_code(outcome[2]) != code):
            self.problems.append(f"{what}: wanted {status} {code}, got {outcome[0]} "
                                 f"{error_code(outcome[2])} {outcome[2][:120]}")

    def signatures(self):
        wrong = Signer(self.provider.s3, self.signer.access_key, "x" * 40)
        self.expect("wrong secret", wrong.request("GET", "/torture/good"), 403,
                    "SignatureDoesNotMatch")
        nobody = Signer(self.provider.s3, "AKIAIOSFODNN7EXAMPLE", "x" * 40)
        self.expect("unknown key", nobody.request("GET", "/torture/good"), 403,
                    "InvalidAccessKeyId")
        now = datetime.datetime.now(datetime.timezone.utc)
        for minutes in (-20, 20):
            skewed = now + datetime.timedelta(minutes=minutes)
            self.expect(f"clock {minutes} min off",
                        self.signer.request("GET", "/torture/good", now=skewed), 403,
                        "RequestTimeTooSkewed")
        connection = self.signer.connect()
        for what, target, status in (
                ("presigned", self.signer.presign("GET", "/torture/good"), 200),
                ("presigned, expired", self.signer.presign(
                    "GET", "/torture/good", 60, now - datetime.timedelta(hours=1)), 403),
                ("presigned, changed", self.signer.presign(
                    "GET", "/torture/good").replace("good", "other"), 403)):
            connection.request("GET", target)
            answer = connection.getresponse()
            self.expect(what, (answer.status, None, answer.read()), status, "")
        connection.request("GET", "/torture/good")
        answer = connection.getresponse()
        self.expect("unsigned", (answer.status, None, answer.read()), 403, "AccessDenied")
        connection.close()

    def bodies(self):
        for what, path, query, body, status, code in (
                ("10,000-byte key", "/torture/" + "k" * 10_000, {}, b"x", 400, "KeyTooLongError"),
                ("malformed XML", "/torture", {"delete": ""}, b"<Delete><Object>", 400,
                 "MalformedXML"),
                ("XML of entities", "/torture", {"delete": ""},
                 b'<!DOCTYPE a [<!ENTITY b "bb">]><Delete>&b;</Delete>', 400, "MalformedXML"),
                ("deep XML", "/torture", {"delete": ""}, b"<a>" * 100_000, 400, "MalformedXML"),
                ("no such upload", "/torture/k", {"uploadId": "nothing"}, b"<a/>", 404,
                 "NoSuchUpload")):
            method = "POST" if query else "PUT"
            headers = {}
            if "delete" in query:  # which S3 takes only with a digest
                headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
            outcome = self.signer.request(method, path, body, query=query, headers=headers)
            if what == "no such upload" and outcome[0] == 400:
                continue  # the document is looked at first
            self.expect(what, outcome, status, code)
        self.expect("wrong Content-MD5", self.signer.request(
            "PUT", "/torture/md5", b"a", headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}), 400,
            "BadDigest")
        self.expect("wrong SHA-256", self.signer.request("PUT", "/torture/sha", b"a",
                                                         payload="0" * 64), 400,
                    "XAmzContentSHA256Mismatch")
        for name in ("md5", "sha"):
            self.expect(f"{name} left nothing", self.signer.request("GET", f"/torture/{name}"), 404,
                        "NoSuchKey")

    def short_body(self):
        """A body shorter than announced is stored nowhere."""
        target, fields = self.signer.sign("PUT", "/torture/short", payload="UNSIGNED-PAYLOAD",
                                          headers={"Content-Length": "100000"})
        head = f"PUT {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        said = raw(self.signer, head.encode() + b"\r\n" + b"x" * 5000)
        if said and b" 400 " not in said.split(b"\r\n")[0]:
            self.problems.append(f"short body: {said[:200]}")
        self.expect("short body left nothing", self.signer.request("GET", "/torture/short"), 404,
                    "NoSuchKey")

    def no_length(self):
        """Neither a length nor chunks: nothing says where the body ends."""
        target, fields = self.signer.sign("PUT", "/torture/silent", payload="UNSIGNED-PAYLOAD")
        head = f"PUT {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        said = raw(self.signer, head.encode() + b"\r\n")
        if b" 411 " not in said.split(b"\r\n")[0] or error_code(said) != "MissingContentLength":
            self.problems.append(f"no length: {said[:200]}")

    def slow_body(self):
        """A body that trickles is cut off, and its sender is told why."""
        target, fields = self.signer.sign("PUT", "/torture/slow", payload="UNSIGNED-PAYLOAD",
                                          headers={"Content-Length": "100000"})
        head = f"PUT {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        host, port = self.signer.host.split(":")
        said = b""
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(head.encode() + b"\r\n")
            began = time.monotonic()
            while not said and time.monotonic() - began < SLOW_SECONDS_MAX:
                connection.sendall(b"x")
                connection.settimeout(1)
                try:
                    while piece := connection.recv(4096):
                        said += piece
                    break
                except TimeoutError:
                    pass
                except ConnectionResetError:
                    break
        if error_code(said) != "RequestTimeout":
            self.problems.append(f"slow body: {said[:200]}")
        self.expect("slow body left nothing", self.signer.request("GET", "/torture/slow"), 404,
                    "NoSuchKey")

    def heads(self):
        chance = random.Random(3)
        cases = {
            "garbage": chance.randbytes(4096),
            "no version": b"GET /\r\n\r\n",
            "TLS on the plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
            "two lengths": b"PUT /torture/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                           b"Content-Length: 2\r\n\r\nab",
            "length and chunks": b"PUT /torture/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                                 b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "negative length": b"PUT /torture/a HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "enormous length": b"PUT /torture/a HTTP/1.1\r\nHost: a\r\nContent-Length: "
                               + b"9" * 30 + b"\r\n\r\n",
            "huge field": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
            "many fields": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 100_000 + b"\r\n",
            "endless target": b"GET /" + b"a" * 1_000_000,
            "blank in the target": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
            "NUL in the target": b"GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n",
            "bad escape": b"GET /torture/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
            "no host": b"GET / HTTP/1.1\r\n\r\n",
            "bad chunk": b"PUT /torture/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                         b"zz\r\n",
            "nothing": b"",
        }
        for what, octets in cases.items():
            said = raw(self.signer, octets)
            status = said.split(b" ")[1:2]
            if said and (not said.startswith(b"HTTP/1.1 ") or not b"400" <= status[0] < b"506"):
                self.problems.append(f"{what}: {said[:100]}")

    def slow_heads(self):
        """A head that trickles is cut off by a deadline, not waited for."""
        host, port = self.signer.host.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
            began = time.monotonic()
            try:
                while time.monotonic() - began < SLOW_SECONDS_MAX:
                    connection.sendall(b"X-Slow: 1\r\n")
                    connection.settimeout(1)
                    try:
                        if connection.recv(4096) == b"":
                            return
                    except TimeoutError:
                        pass
            except (ConnectionResetError, BrokenPipeError):
                return
        self.problems.append(f"slow head: still open after {SLOW_SECONDS_MAX} s")

    def idle_connections(self):
        """Thousands that say nothing do not keep others out."""
        host, port = self.signer.host.split(":")
        idle = []
        for _ in range(IDLE_CONNECTIONS):
            try:
                idle.append(socket.create_connection((host, int(port)), timeout=5))
            except OSError:
                break  # refusing some is an answer too
        began = time.monotonic()
        outcome = self.signer.request("GET", "/torture/good")
        self.expect(f"beside {len(idle)} idle connections", outcome, 200, "")
        if time.monotonic() - began > 5:
            self.problems.append("slow beside idle connections")
        for connection in idle:
            connection.close()
        if len(idle) < 1000:
            self.problems.append(f"only {len(idle)} idle connections: raise `ulimit -n`")


def descriptors(provider):
    return len(os.listdir(f"/proc/{provider.process.pid}/fd"))


def is_open(connection):
    """Whether the other side has not ended it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def few_descriptors():
    """With room for 1,024 files and connections together, thousands that say nothing on all ports
    take none that the disks need, and keep nobody out."""
    with Provider("few-descriptors", open_files=FEW_FILES) as provider:
        signer = Signer.of(provider)
        signer.ok("PUT", "/narrow")
        signer.ok("PUT", "/narrow/before", b"as it was")
        ports = [int(url.rsplit(":", 1)[1]) for url in (provider.s3, provider.s3_tls, provider.api)]
        idle = []
        for turn in range(IDLE_CONNECTIONS):
            idle.append(socket.create_connection(("127.0.0.1", ports[turn % 3]), timeout=5))
        for turn in range(30):
            # Small ones in a record, large ones in files of their own.
            body = os.urandom(1000 if turn % 3 else 6_000_000)
            for secure in (False, True):
                speaker = Signer.of(provider, secure)
                speaker.ok("PUT", f"/narrow/{turn}", body)
                assert speaker.ok("GET", f"/narrow/{turn}")[1] == body
        assert signer.ok("GET", "/narrow/before")[1] == b"as it was"
        still = sum(is_open(connection) for connection in idle)
        assert 0 < still < FEW_FILES, f"{still} idle connections are open"
        assert descriptors(provider) < FEW_FILES
        states = {disk["health"] for disk in provider.rest("GET", "/api/v1/disks")["items"]}
        assert states == {"good"}, f"disks are {states}"
        for connection in idle:
            connection.close()
        print(f"{len(idle)} idle connections beside {FEW_FILES} descriptors: {still} kept")


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 20_000)), hard))
    with Provider("bad-requests") as provider:
        torture = Torture(provider)
        pid, before = provider.process.pid, descriptors(provider)
        for part in (torture.signatures, torture.bodies, torture.short_body,
                     torture.no_length, torture.heads, torture.slow_heads, torture.slow_body,
                     torture.idle_connections):
            part()
            if provider.process.poll() is not None:
                raise AssertionError(f"{part.__name__} ended the daemon:\n{provider.last_words()}")
        assert provider.process.pid == pid
        torture.expect("still serving", torture.signer.request("GET", "/torture/good"), 200, "")
        wait_until(lambda: descriptors(provider) <= before + 8, 60, "descriptors are given back")
        assert not torture.problems, "\n".join(torture.problems)
        print(f"all refused as S3 refuses; {descriptors(provider)} descriptors, "
              f"{provider.resident_kib() // 1024} MiB")
    few_descriptors()


if __name__ == "__main__":
    sys.exit(main())
