#!/usr/bin/python3
"""The life of a right with the real daemon and command line: asked for, approved by another, held
over REST and S3, ended by itself while nothing ran, ended early; and the provider's staff.
"""

import csv
import json
import os
import subprocess
import time

from customer import Customer
from running_provider import COMMAND_LINE, CommandFailed, Problem, Provider, wait_until
from signed_requests import Signer
from staff import make_staff

BUCKET = "tide-tables"
WRITES = {"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}
PASSWORD = "a long passphrase of the clerk"


class Person:
    """Who uses the command line with a token of its own, in its own home."""

    def __init__(self, provider, name, password):
        self.provider = provider
        self.home = provider.folder / name.replace("/", "-")
        self.home.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("BELFRY_")}
        self.environment.update(HOME=str(self.home), LC_ALL="C.UTF-8")
        self.environment.pop("XDG_CONFIG_HOME", None)
        self._run("--url", provider.api, "--ca", str(provider.ca), "login", "--user", name,
                  stdin=password + "\n")

    def _run(self, *words, stdin="", code=0):
        done = subprocess.run([COMMAND_LINE, *map(str, words)], input=stdin, text=True,
                              capture_output=True, timeout=60, check=False, env=self.environment)
        if done.returncode != code:
            raise CommandFailed(words, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def say(self, *words, code=0):
        return self._run(*words, code=code)

    def belfry(self, *words, code=0):
        said = self._run(*words, "--json", code=code)
        return json.loads(said) if said.strip() else None


def try_customer(provider):
    customer = Customer(provider, "harbour")
    token = customer.token["secret"]
    customer.signer().ok("PUT", f"/{BUCKET}")
    provider.rest("POST", "/api/v1/profiles", {"name": "Writers", "policy": WRITES}, token)
    user = provider.rest("POST", f"/api/v1/tenants/{customer.tenant['id']}/users",
                         {"name": "clerk", "email": "", "role": "reader", "password": PASSWORD},
                         token)
    clerk = Person(provider, "Harbour/clerk", PASSWORD)
    key = provider.rest("POST", f"/api/v1/users/{user['id']}/access-keys", token=token)

    def write():  # a restart chooses other ports
        signer = Signer(provider.s3, key["access_key"]["id"], key["secret"])
        return signer.request("PUT", f"/{BUCKET}/spring", b"x")[0]

    assert write() == 403
    clerk.belfry("request", "create", "--profile", "Writers", "--reason", "spring tides", "--for",
                 "ever", code=1)
    clerk.belfry("request", "create", "--profile", "None such", "--reason", "x", "--for", "1h",
                 code=4)
    asked = clerk.belfry("request", "create", "--profile", "Writers", "--reason", "spring tides",
                         "--for", "8h")
    assert asked["deciders"] == 1 and asked["duration_s"] == 8 * 3600, asked
    clerk.belfry("request", "approve", asked["id"], code=3)
    assert write() == 403
    as_admin = Administrator(provider, token)
    approved = as_admin.belfry("request", "approve", asked["id"], "--reason", "as agreed")
    assert approved["state"] == "approved", approved
    assert write() == 200, "it holds at once"
    grants = clerk.belfry("grant", "list", "--user", "clerk")
    assert [g["name"] for g in grants] == ["Writers", "reader"], grants
    assert grants[0]["request"] == asked["id"], grants
    assert "Writers" in as_admin.say("grant", "list"), "a table for people"
    try_queries(customer, clerk, as_admin)
    try_roles(provider, customer, as_admin)
    as_admin.belfry("grant", "revoke", grants[0]["id"])
    assert write() == 403, "it ends at once"
    try_expiry(provider, clerk, as_admin, write)
    try_review(provider, as_admin)
    events = provider.rest("GET", "/api/v1/audit/events?limit=200", token=token)["items"]
    actions = {event["action"] for event in events}
    assert {"iam:RequestRight", "iam:ApproveRequest", "iam:RevokeGrant",
            "iam:RightExpired", "iam:OpenReview", "iam:ReviewRemoved"} <= actions, actions


def try_expiry(provider, clerk, as_admin, write):
    """Four seconds of a right, which end while the daemon is down."""
    asked = clerk.belfry("request", "create", "--profile", "Writers", "--reason", "now", "--for",
                         "4s")
    as_admin.belfry("request", "approve", asked["id"])
    assert write() == 200
    expires = clerk.belfry("grant", "list", "--user", "clerk")[0]["expires_us"]
    provider.stop()
    time.sleep(max(0, expires / 1e6 - time.time()))
    provider.start()
    assert write() == 403, "the right ended while nothing ran"
    ended = wait_until(lambda: [g for g in as_admin.belfry("grant", "list", "--all")
                                if g["end_reason"] == "expired"], 15, "the record says so")
    assert ended[0]["ended_us"] == expires, ended


def try_queries(customer, clerk, as_admin):
    """Who can reach the bucket and why, what the clerk can do, and one request."""
    found = as_admin.belfry("access", "who", f"s3://{BUCKET}/spring")
    reached = {p["name"]: {a["act"]: a for a in p["acts"]} for p in found["items"]}
    assert set(reached) == {"clerk", customer.user["name"]}, found
    assert set(reached["clerk"]) == {"read", "list", "write"}, found
    why = reached["clerk"]["write"]["reasons"]
    assert [(r["source"], r["name"], r["effect"]) for r in why] == [
        ("profile", "Writers", "allow")], why
    assert "Writers" in as_admin.say("access", "who", f"s3://{BUCKET}")
    as_admin.belfry("access", "who", "s3://none-such", code=4)
    clerk.belfry("access", "who", f"s3://{BUCKET}", code=3)
    own = clerk.belfry("access", "what")["buckets"]
    assert [b["bucket"] for b in own] == [BUCKET], own
    told = as_admin.belfry("access", "explain", "clerk", "s3:PutObject", f"s3://{BUCKET}/spring")
    assert told["allowed"] and told["statements"][0]["name"] == "Writers", told
    told = as_admin.belfry("access", "explain", "clerk", "s3:DeleteObject", f"s3://{BUCKET}/a")
    assert not told["allowed"], told


def try_roles(provider, customer, as_admin):
    """A role to be assumed is among what reaches the bucket, and asked for like other rights."""
    account = provider.rest("GET", "/api/v1/session", token=as_admin.token)["tenant"]["account"]
    trust = provider.folder / "trust.json"
    trust.write_text(json.dumps({
        "Version": "2012-10-17",
        "Statement": {"Sid": "Clerk", "Effect": "Allow", "Action": "sts:AssumeRole",
                      "Principal": {"AWS": f"arn:aws:iam::{account}:user/clerk"}}}))
    as_admin.belfry("role", "create", "uploads", "--trust", trust)
    as_admin.say("role", "give", "uploads", "Writers")
    found = as_admin.belfry("access", "who", f"s3://{BUCKET}")
    assert [r["name"] for r in found["roles"]] == ["uploads"], found
    ways = {p["name"]: {w["name"]: w["certainty"] for w in p["roles"]} for p in found["items"]}
    assert ways["clerk"] == {"uploads": "always"}, ways
    assert "Clerk" in as_admin.say("access", "who", f"s3://{BUCKET}")
    roles = as_admin.belfry("access", "what", "clerk")["roles"]
    assert [(r["name"], r["profiles"]) for r in roles] == [("uploads", ["Writers"])], roles
    assert "uploads" in as_admin.say("access", "what", "clerk")
    words = ("access", "explain")
    request = ("s3:PutObject", f"s3://{BUCKET}/a", "--role", "uploads")
    assert as_admin.belfry(*words, "clerk", *request)["allowed"]
    assert as_admin.belfry(*words, "-", *request)["allowed"]
    stranger = as_admin.belfry(*words, customer.user["name"], *request)
    assert not stranger["allowed"] and "sts:AssumeRole" in stranger["reason"], stranger
    held = {g["kind"]: g["name"] for g in as_admin.belfry("grant", "list")
            if g["holder"] == "uploads"}
    assert held == {"role_profile": "Writers", "trust": f"arn:aws:iam::{account}:user/clerk"}, held
    trust.write_text(trust.read_text().replace("clerk", "porter"))
    asked = as_admin.belfry("request", "create", "--for-role", "uploads", "--trust", trust,
                            "--reason", "the porter does it")
    assert (asked["kind"], asked["deciders"], asked["duration_s"]) == ("trust", 0, None), asked
    assert "porter" in as_admin.say("request", "show", asked["id"])
    as_admin.say("request", "cancel", asked["id"])
    as_admin.say("role", "delete", "uploads")


def try_review(provider, as_admin):
    review = as_admin.belfry("review", "open", "Spring", "--due-days", "5")
    items = as_admin.belfry("review", "show", review["id"])
    clerk = next(i for i in items if i["grant"]["holder"] == "clerk")
    as_admin.say("review", "remove", review["id"], clerk["id"], "--reason", "left")
    users = provider.rest("GET", f"/api/v1/tenants/{review['tenant']}/users",
                          token=as_admin.token)["items"]
    assert not next(u for u in users if u["name"] == "clerk")["active"], users
    report = list(csv.DictReader(as_admin.say("review", "export", review["id"]).splitlines()))
    removed = next(row for row in report if row["holder"] == "clerk")
    assert (removed["decision"], removed["reason"]) == ("remove", "left"), report
    assert "Spring" in as_admin.say("review", "list")
    other = next(i for i in items if i["grant"]["holder"] != "clerk")
    as_admin.say("review", "remove", review["id"], other["id"], code=3)  # its own


class Administrator:
    """The command line with a given token."""

    def __init__(self, provider, token):
        self.provider, self.token = provider, token

    def say(self, *words, code=0):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("BELFRY_")}
        environment.update(BELFRY_URL=self.provider.api, BELFRY_CA=str(self.provider.ca),
                           BELFRY_TOKEN=self.token, LC_ALL="C.UTF-8")
        done = subprocess.run([COMMAND_LINE, *map(str, words)], text=True, capture_output=True,
                              timeout=60, check=False, env=environment)
        if done.returncode != code:
            raise CommandFailed(words, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def belfry(self, *words, code=0):
        said = self.say(*words, "--json", code=code)
        return json.loads(said) if said.strip() else None


def try_staff(provider):
    tenant = provider.rest("GET", "/api/v1/session")["tenant"]["id"]
    try:
        provider.rest("POST", f"/api/v1/tenants/{tenant}/users",
                      {"name": "oleg", "email": "", "role": "operator", "password": PASSWORD})
        raise AssertionError("staff got a privileged role from one person")
    except Problem as problem:
        assert problem.status == 403 and "iam.request_needed" in str(problem), problem
    make_staff(provider, "oleg", "operator", PASSWORD, 60)
    roles = {g["holder"]: g for g in provider.belfry("grant", "list") if g["kind"] == "role"
             and g["privileged"]}
    assert roles["admin"]["origin"] == "founding" and roles["oleg"]["origin"] == "request", roles
    assert provider.belfry("request", "four-eyes")["four_eyes"] == "privileged"
    provider.belfry("request", "four-eyes", "none", code=3)
    provider.rest("POST", "/api/v1/profiles", {"name": "Powers", "policy": {
        "Statement": {"Effect": "Allow", "Action": "disk:*", "Resource": "*"}}})
    trust = provider.folder / "crew.json"
    trust.write_text(json.dumps({
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                      "Principal": {"AWS": "arn:aws:iam::000000000001:user/oleg"}}}))
    provider.belfry("role", "create", "crew", "--trust", trust)
    provider.belfry("role", "give", "crew", "Powers", code=3)
    asked = provider.belfry("request", "create", "--for-role", "crew", "--profile", "Powers",
                            "--reason", "disks are old", "--for", "1h")
    assert (asked["kind"], asked["privileged"]) == ("role_profile", True), asked
    assert "user/oleg" in json.dumps(asked["trust_now"]), asked
    provider.belfry("request", "approve", asked["id"], code=3)


def main():
    with Provider("requested-rights") as provider:
        try_customer(provider)
        try_staff(provider)
        print("rights are asked for, approved, held, and end by themselves")


if __name__ == "__main__":
    main()
