#!/usr/bin/python3
"""Reading the log: by any field and page by page, followed while the daemon restarts, exported
whole; by REST and by the command line; and a second tenant gets nothing of it.
"""

import http.server
import json
import os
import subprocess
import threading
import urllib.parse

from customer import Customer
from running_provider import COMMAND_LINE, Provider, wait_until

BUCKET = "reading-room"
OBJECTS = 40


def events(provider, token, **query):
    text = urllib.parse.urlencode(query, doseq=True)
    return provider.rest("GET", f"/api/v1/audit/events?{text}", token=token)


def places(page):
    return [(event["index"], event["part"]) for event in page["items"]]


def try_filters(provider, customer):
    token = customer.token["secret"]
    put = {"action": "s3:PutObject", "resource": f"arn:aws:s3:::{BUCKET}/"}
    wait_until(lambda: len(events(provider, token, **put)["items"]) == OBJECTS, 20, "the puts")
    one = events(provider, token, **put)["items"][3]
    request_id = one["ocsf"]["unmapped"]["request_id"]
    found = events(provider, token, detail=f"request_id={request_id}")["items"]
    assert [e["index"] for e in found] == [one["index"]], found
    both = events(provider, token, detail=[f"request_id={request_id}", "size_bytes=no"])
    assert both["items"] == [] and not both["stopped_early"], both
    wait_until(lambda: events(provider, token, outcome="failure", action="s3:GetObject")["items"],
               20, "the refusal")
    refused = events(provider, token, outcome="failure", action="s3:GetObject")["items"]
    reason = refused[0]["ocsf"]["status_detail"]
    for query in ({"reason": reason}, {"reason": reason[:-2] + "*"}, {"source_ip": "127.0.0.1"},
                  {"source_ip": "127.*"}, {"class_uid": 6003}, {"actor": one["actor"]},
                  {"actor": one["actor"][:4] + "*"}, {"from_us": one["time_us"]},
                  {"until_us": one["time_us"] + 10**9}):
        page = events(provider, token, **query)
        assert page["items"], query
    for query in ({"source_ip": "203.0.113.*"}, {"class_uid": 1}, {"until_us": 1},
                  {"reason": "nothing"}, {"outcome": "success", "reason": reason}):
        assert events(provider, token, **query)["items"] == [], query
    for query in ("outcome=maybe", "detail=nothing", "detail==x", "class_uid=x", "cursor=x",
                  "cursor=1", "cursor=1.x", "order=random", "wait_s=11&order=oldest", "wait_s=1",
                  "&".join(["detail=a%3Db"] * 9)):
        status, _, octets = provider.request("GET", f"/api/v1/audit/events?{query}", token=token)
        assert status == 400, (query, status, octets)


def try_pages(provider, customer):
    token = customer.token["secret"]
    query = {"resource": f"arn:aws:s3:::{BUCKET}"}
    whole = places(events(provider, token, limit=1000, **query))
    seen, cursor = [], {}
    while True:
        page = events(provider, token, limit=7, **query, **cursor)
        seen += places(page)
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 7
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole, (len(seen), len(whole))
    oldest = places(events(provider, token, limit=1000, order="oldest", **query))
    assert oldest == list(reversed(whole))


class Follower:
    """`belfry audit list --follow`, read by a thread."""

    def __init__(self, provider, token, *arguments):
        # By its folder: a daemon that starts again has other ports.
        environment = {**os.environ, "BELFRY_DATA": str(provider.data), "BELFRY_TOKEN": token}
        self.process = subprocess.Popen(
            [COMMAND_LINE, "--json", "audit", "list", "--follow", *arguments],
            stdout=subprocess.PIPE, text=True, env=environment)
        self.events = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def await_events(self, count, seconds, what):
        try:
            wait_until(lambda: len(self.events) == count, seconds, what)
        except AssertionError as error:
            ended = self.process.poll()
            raise AssertionError(f"{error}; {len(self.events)} of {count} came, and who follows "
                                 + ("goes on" if ended is None else f"ended: {ended}")) from None

    def end(self):
        self.process.terminate()
        self.process.wait(10)


def try_following(provider, customer):
    token, signer = customer.token["secret"], customer.signer()
    begin = events(provider, token, limit=1)["items"][0]["time_us"]
    follower = Follower(provider, token, "--action", "s3:DeleteObject", "--from",
                        "2026-01-01")
    try:
        for number in range(5):
            signer.ok("DELETE", f"/{BUCKET}/object-{number}")
        follower.await_events(5, 20, "what was deleted")
        provider.restart()
        signer = customer.signer()
        for number in range(5, 10):
            signer.ok("DELETE", f"/{BUCKET}/object-{number}")
        follower.await_events(10, 60, "what was deleted after a restart")
    finally:
        follower.end()
    names = [event["resource"].rsplit("-", 1)[1] for event in follower.events]
    assert names == [str(number) for number in range(10)], names
    assert all(event["time_us"] >= begin for event in follower.events)
    # Nothing comes: the answer does, and says where to go on.
    page = events(provider, token, order="oldest", cursor="end", wait_s=1, action="no:*")
    assert page["items"] == [] and page["next_cursor"], page


class Ending(http.server.BaseHTTPRequestHandler):
    """A daemon that ends whenever somebody waits at it for events; twice nothing is there yet."""

    asked = []

    def do_GET(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        self.asked.append(query)
        if "wait_s" in query and len(self.asked) < 3:
            self.close_connection = True
            return
        event = {"time_us": 1, "actor": "a", "action": "s3:GetObject", "outcome": "success",
                 "resource": "b"}
        body = json.dumps({"items": [event] if "wait_s" in query else [],
                           "next_cursor": "8.0" if "wait_s" in query else "7.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def try_following_from_the_end():
    """What comes between the first question and the end of the daemon is asked for again."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ending) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {**os.environ, "BELFRY_URL": f"http://127.0.0.1:{server.server_port}",
                       "BELFRY_TOKEN": "t"}
        subprocess.run([COMMAND_LINE, "audit", "list", "--follow", "--limit", "1"], check=True,
                       env=environment, timeout=60, capture_output=True)
        server.shutdown()
    cursors = [query.get("cursor") for query in Ending.asked]
    assert cursors[0] == "end" and set(cursors[1:]) == {"7.0"}, Ending.asked


def try_following_nobody():
    """Where no daemon answers at first, that is said at once."""
    environment = {**os.environ, "BELFRY_URL": "http://127.0.0.1:1", "BELFRY_TOKEN": "t"}
    told = subprocess.run([COMMAND_LINE, "audit", "list", "--follow"], env=environment, timeout=60,
                          check=False, capture_output=True, text=True)
    assert told.returncode != 0 and "127.0.0.1:1" in told.stderr, told


def exported(octets):
    lines = [json.loads(line) for line in octets.splitlines()]
    end = lines.pop()
    assert end["complete"] is True and end["events"] == len(lines), end
    assert all(line["index"] < end["checkpoint"]["size"] for line in lines)
    return lines, end


def try_exports(provider, customer):
    token = customer.token["secret"]
    query = urllib.parse.urlencode({"action": "s3:*", "resource": f"arn:aws:s3:::{BUCKET}/"})
    status, headers, octets = provider.request("GET", f"/api/v1/audit/export?{query}", token=token)
    assert status == 200 and headers["Content-Type"] == "application/jsonl", headers
    lines, end = exported(octets)
    whole = events(provider, token, action="s3:*", resource=f"arn:aws:s3:::{BUCKET}/",
                   limit=1000)["items"]
    assert [e["ocsf"] for e in reversed(whole)] == [line["ocsf"] for line in lines]
    assert "/tenant/" + customer.tenant["id"] in end["checkpoint"]["origin"]
    told = events(provider, token, action="audit:ExportEvents")["items"][0]
    assert "s3" in told["ocsf"]["unmapped"]["filter"], told
    # The same by the command line, into a file and onto standard output.
    environment = {**os.environ, "BELFRY_URL": provider.api, "BELFRY_CA": str(provider.ca),
                   "BELFRY_TOKEN": token}
    arguments = [COMMAND_LINE, "audit", "export", "--action", "s3:*", "--resource",
                 f"arn:aws:s3:::{BUCKET}/"]
    path = provider.folder / "log.jsonl"
    before = len(events(provider, token, action="audit:ExportEvents", limit=1000)["items"])
    subprocess.run([*arguments, str(path)], check=True, env=environment, timeout=60)
    assert exported(path.read_bytes())[0] == lines
    assert not path.with_suffix(".jsonl.part").exists()
    out = subprocess.run([*arguments, "-"], check=True, env=environment, timeout=60,
                         capture_output=True).stdout
    assert exported(out)[0] == lines
    # Each is told once, with what was asked for, and is no list of somebody who looks around.
    told = events(provider, token, action="audit:ExportEvents", limit=1000)["items"]
    assert len(told) == before + 2, told
    assert all("s3" in event["ocsf"]["unmapped"]["filter"] for event in told), told
    status, _, _ = provider.request("POST", "/api/v1/audit/exports?outcome=maybe", {}, token=token)
    assert status == 400 and len(events(provider, token, action="audit:ExportEvents",
                                        outcome="success")["items"]) == before + 2


def try_apart(provider, other):
    """The other tenant has in its log that it was refused, and nothing else of the first's."""
    token = other.token["secret"]
    lines, end = exported(provider.request("GET", "/api/v1/audit/export", token=token)[2])
    assert end["checkpoint"]["origin"].endswith(other.tenant["id"])
    page = events(provider, token, order="oldest", limit=1000)
    found = events(provider, token, resource=f"arn:aws:s3:::{BUCKET}")["items"]
    for seen in (lines, page["items"], found):
        told = [event["ocsf"] for event in seen if BUCKET in json.dumps(event["ocsf"])]
        assert len(told) == 1, told
        assert told[0]["status"] == "Failure" and told[0]["actor"]["user"]["name"] == \
            other.access_key, told


def main():
    with Provider("audit_reading") as provider:
        customer, other = Customer(provider, "reader"), Customer(provider, "stranger")
        signer = customer.signer()
        signer.ok("PUT", f"/{BUCKET}")
        for number in range(OBJECTS):
            signer.ok("PUT", f"/{BUCKET}/object-{number}", b"x" * number)
        other.signer().request("GET", f"/{BUCKET}/object-1")
        try_filters(provider, customer)
        try_pages(provider, customer)
        try_exports(provider, customer)
        try_following(provider, customer)
        try_following_from_the_end()
        try_following_nobody()
        try_apart(provider, other)
    print("the log is found, followed and exported whole")


if __name__ == "__main__":
    main()
