#!/usr/bin/python3
"""What is read over REST has its line in the log: with a token, with a session's cookie, by the
command line, and by whoever looks at another tenant's things; refused, too, and with a token that
is none. What the console asks again by itself is counted. Nobody finds another tenant's line.
"""

import json
import os
import subprocess

import yaml

from customer import Customer, sign_in_name
from running_provider import COMMAND_LINE, SOURCE, Provider, wait_until

BUCKET = "reading-room"


class Log:
    """A tenant's log, as `belfry audit list` has it."""

    def __init__(self, provider, token):
        self.environment = {**os.environ, "BELFRY_URL": provider.api, "BELFRY_CA": str(provider.ca),
                            "BELFRY_TOKEN": token}

    def say(self, *arguments):
        run = subprocess.run([COMMAND_LINE, *map(str, arguments)], check=True, timeout=60,
                             capture_output=True, text=True, env=self.environment)
        return run.stdout

    def find(self, *arguments):
        return json.loads(self.say("audit", "list", "--limit", 1000, *arguments, "--json"))

    def of_request(self, request):
        return self.find("--detail", f"request_id={request}")

    def line_of(self, request):
        lines = wait_until(lambda: self.of_request(request), 20, f"a line of request {request}")
        assert len(lines) == 1, lines
        return lines[0]


def details(line):
    return line["ocsf"]["unmapped"]


def expect_line(line, action, outcome="success", **wanted):
    assert line["action"] == action and line["outcome"] == outcome, line
    assert line["source_ip"] == "127.0.0.1", line
    told = {**line, **details(line)}
    assert {name: told.get(name) for name in wanted} == wanted, line


def get(provider, path, token, status=200, headers=None):
    answered, fields, octets = provider.request("GET", path, token=token, headers=headers)
    assert answered == status, (path, answered, octets[:300])
    return fields["X-Request-Id"]


def try_token_and_cookie(provider, customer, log):
    tenant, user = customer.tenant["id"], customer.user
    token = customer.token["secret"]
    request = get(provider, f"/api/v1/tenants/{tenant}/users", token)
    expect_line(log.line_of(request), "iam:ListUsers", actor=user["name"], method="api_token",
                credential=customer.token["api_token"]["id"], status="200",
                path=f"/api/v1/tenants/{tenant}/users")
    request = get(provider, f"/api/v1/users/{user['id']}", token)
    expect_line(log.line_of(request), "iam:GetUser", resource=f"belfry:user/{user['id']}")
    cookie = {"Cookie": f"belfry_session={customer.cookie}"}
    request = get(provider, f"/api/v1/users/{user['id']}/access-keys", "", headers=cookie)
    expect_line(log.line_of(request), "iam:ListAccessKeys", actor=user["name"], method="session",
                credential=customer.session["id"])
    # A question that goes by POST, and a right that changes go by as well.
    status, fields, octets = provider.request(
        "POST", "/api/v1/access/explain",
        {"user": user["id"], "action": "s3:GetObject", "bucket": BUCKET, "key": "a"},
        token=token)
    assert status == 200, octets
    expect_line(log.line_of(fields["X-Request-Id"]), "iam:GetAccess")
    expect_line(log.line_of(get(provider, "/api/v1/session/factors", token)), "iam:Read",
                path="/api/v1/session/factors")


def try_every_read(provider, customer, log):
    """Whatever openapi.yaml reads and needs no name for: one line each, or one that counts it."""
    api = yaml.safe_load((SOURCE / "docs/api/openapi.yaml").read_text())
    requests = {}
    for path, item in api["paths"].items():
        if "get" not in item or "{" in path or not path.startswith("/api/"):
            continue
        status, fields, _ = provider.request("GET", path, token=customer.token["secret"])
        if status in (200, 403):
            requests[path] = (status, fields["X-Request-Id"])
    assert len(requests) > 25, requests
    found = {}

    def lines():
        found.clear()
        for line in log.find():
            found.setdefault(details(line).get("request_id"), []).append(line)
        return all(request in found for path, (_, request) in requests.items()
                   if path != "/api/v1/session")
    try:
        wait_until(lines, 20, "every line")
    except AssertionError:
        missing = [path for path, (_, request) in requests.items() if request not in found]
        raise AssertionError(f"no line of {missing}") from None
    for path, (status, request) in requests.items():
        told = found.get(request, [])
        assert len(told) <= 1, (path, told)
        if told:
            assert told[0]["outcome"] == ("success" if status == 200 else "failure"), told


def try_objects(provider, customer, log):
    token = customer.token["secret"]
    request = get(provider, f"/api/v1/buckets/{BUCKET}/objects/a%2Fb", token)
    expect_line(log.line_of(request), "s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/a/b",
                method="api_token")
    request = get(provider, "/api/v1/buckets", token)
    expect_line(log.line_of(request), "s3:ListAllMyBuckets")


def try_command_line(customer, log):
    """Its own reading is told too, and its words are readable."""
    for arguments, action in ((("user", "list"), "iam:ListUsers"),
                              (("grant", "list"), "iam:ListGrants"),
                              (("profile", "list"), "iam:ListProfiles")):
        before = len(log.find("--action", action))
        log.say(*arguments)
        wait_until(lambda n=before, a=action: len(log.find("--action", a)) > n, 20, action)
    listed = log.say("audit", "list", "--action", "iam:ListGrants")
    assert "iam:ListGrants" in listed and customer.user["name"] in listed, listed


def try_refusals(provider, customer, log, staff_log):
    reader = provider.rest(
        "POST", f"/api/v1/tenants/{customer.tenant['id']}/users",
        {"name": "only-a-reader", "email": "", "role": "reader",
         "password": "a long passphrase of a reader"}, customer.token["secret"])
    cookie = None
    status, fields, octets = provider.request(
        "POST", "/api/v1/session",
        {"user": sign_in_name(reader), "password": "a long passphrase of a reader"}, token="")
    assert status == 200, octets
    cookie = {"Cookie": fields["Set-Cookie"].split(";")[0]}
    request = get(provider, f"/api/v1/tenants/{customer.tenant['id']}/users", "", 403, cookie)
    expect_line(log.line_of(request), "iam:ListUsers", "failure", actor=reader["name"])
    asked = 0

    def strangers():
        nonlocal asked
        for _ in range(50):
            get(provider, "/api/v1/annex", "blf_" + "5" * 64, 401)
            asked += 1
        told = staff_log.find("--reason", "iam.unknown_token")
        return told if any(int(details(line)["requests"]) > 1 for line in told) else None
    told = wait_until(strangers, 60, "strangers who are counted together")
    expect_line(told[0], "measure:ListMeasures", "failure", status="401", path="/api/v1/annex",
                actor="unknown")
    assert len(told) < asked / 10, (len(told), asked)
    assert not log.find("--reason", "iam.unknown_token")
    # Who is not signed in and does not say who it is leaves nothing.
    request = get(provider, "/api/v1/session", "", 401)
    assert not staff_log.of_request(request)


def try_polling(provider, customer, log):
    """What the console asks again and again, and a follower, have one line that counts them."""
    token = customer.token["secret"]
    for path in ("/api/v1/annex/S06-P-20", "/api/v1/session"):
        requests = [get(provider, path, token) for _ in range(20)]
        wait_until(lambda p=path: [line for line in log.find() if details(line).get("path") == p],
                   20, path)
        told = [line for line in log.find() if details(line).get("path") == path
                and details(line)["credential"] == customer.token["api_token"]["id"]]
        assert len(told) == 1 and requests, told
        assert int(details(told[0])["requests"]) >= 1, told
    cursor = "end"
    for _ in range(8):
        page = provider.rest("GET", "/api/v1/audit/events?order=oldest&wait_s=1"
                             f"&action=none:*&cursor={cursor}", token=token)
        cursor = page["next_cursor"]
    asked_by_wait = [line for line in log.find("--action", "audit:ListEvents")
                     if "requests" in details(line)]
    assert len(asked_by_wait) == 1, asked_by_wait


def try_staff(provider, customer, log, staff_log):
    """Who looks from above is in both logs, with its person in its own alone."""
    path = f"/api/v1/tenants/{customer.tenant['id']}/users"
    request = get(provider, path, None)
    own = staff_log.line_of(request)
    expect_line(own, "iam:ListUsers", actor="admin", method="api_token")
    seen = log.line_of(request)
    expect_line(seen, "iam:ListUsers", actor=f"arn:aws:iam::{1:012}:user/admin")
    assert "credential" in details(own) and "credential" not in details(seen), (own, seen)
    assert not seen["ocsf"]["actor"]["user"].get("uid"), seen


def try_stranger(provider, customer, other, log):
    """Who asks for another's bucket in vain, in the owner's log, by the credential alone."""
    token = other.token
    request = get(provider, f"/api/v1/buckets/{BUCKET}/objects/a%2Fb", token["secret"], 404)
    line = log.line_of(request)
    expect_line(line, "s3:GetObject", "failure", actor=token["api_token"]["id"])
    assert other.user["name"] not in json.dumps(line), line
    # What it asked for is in its own log as well, and nothing of what it did not ask for.
    own = Log(provider, token["secret"]).line_of(request)
    assert customer.user["name"] not in json.dumps(own), own


def try_apart(customer, other, log):
    """Nothing of the first's in the other's log."""
    words = (BUCKET, customer.tenant["name"], customer.user["name"],
             customer.token["api_token"]["id"], customer.session["id"])
    told = json.dumps(log.find())
    assert other.user["name"] in told, told
    assert not [word for word in words if word in told]


def main():
    with Provider("rest_reads") as provider:
        customer, other = Customer(provider, "lighthouse"), Customer(provider, "stranger")
        log = Log(provider, customer.token["secret"])
        staff_log = Log(provider, provider.credentials["api_token"])
        signer = customer.signer()
        signer.ok("PUT", f"/{BUCKET}")
        signer.ok("PUT", f"/{BUCKET}/a/b", b"x")
        try_token_and_cookie(provider, customer, log)
        try_objects(provider, customer, log)
        try_every_read(provider, customer, log)
        try_command_line(customer, log)
        try_refusals(provider, customer, log, staff_log)
        try_polling(provider, customer, log)
        try_staff(provider, customer, log, staff_log)
        get(provider, f"/api/v1/users/{other.user['id']}", other.token["secret"])
        get(provider, f"/api/v1/users/{customer.user['id']}", other.token["secret"], 404)
        try_apart(customer, other, Log(provider, other.token["secret"]))
        try_stranger(provider, customer, other, log)
    print("what is read over REST is in the log of whose it is")


if __name__ == "__main__":
    main()
