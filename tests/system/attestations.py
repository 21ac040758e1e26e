#!/usr/bin/python3
"""What a customer attests, with the real daemon and command line: signed by a person who signs in
for it and by no token, seen by its readers, the partner and the provider above it and by nobody
else, told in its log, and judged by the annex; a named administrator who leaves; taken back.

That a year passes is in measures_broken, whose clock can be moved.
"""

import json
import os
import subprocess
import time

from customer import Customer, sign_in_name, totp
from running_provider import COMMAND_LINE, Provider, wait_until

ATTESTATIONS, TOPICS = "/api/v1/attestations", "/api/v1/attestation-topics"
STAFF = "staff"


class Person(Customer):
    """Remembers its second factor, of which each code serves once."""

    def post(self, path, body=None):
        answer = super().post(path, body)
        if path == "/api/v1/session/totp":
            self.seed, self.last_step = answer["secret"], int(time.time()) // 30 + 1
        return answer

    def code(self):
        self.last_step += 1
        # The server takes codes of the neighbouring steps alone.
        wait_until(lambda: int(time.time()) // 30 >= self.last_step - 1, 90, "the next code")
        return totp(self.seed, self.last_step * 30)

    def run(self, *words, code=0, stdin="", json_wanted=True):
        environment = {**os.environ, "BELFRY_URL": self.provider.api, "LC_ALL": "C.UTF-8",
                       "BELFRY_CA": str(self.provider.ca), "BELFRY_TOKEN": self.token["secret"]}
        done = subprocess.run([COMMAND_LINE, "attestation", *words,
                               *(["--json"] if json_wanted else [])], capture_output=True,
                              text=True, timeout=60, check=False, env=environment, input=stdin)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if json_wanted and code == 0 else done.stdout + done.stderr

    def sign_in_words(self):
        return ("--user", sign_in_name(self.user), "--totp", self.code())

    @property
    def password(self):
        return f"a long passphrase of {self.name}\n"


class Below(Person):
    """A customer of a partner, whose administrator made its first user."""

    def __init__(self, provider, partner, name):
        self.provider, self.name = provider, name
        token = partner.token["secret"]
        self.tenant = provider.rest("POST", "/api/v1/tenants",
                                    {"name": name, "kind": "customer",
                                     "parent": partner.tenant["id"]}, token)
        self.user = provider.rest(
            "POST", f"/api/v1/tenants/{self.tenant['id']}/users",
            {"name": f"{name}-administrator", "email": f"admin@{name}.example",
             "role": "tenant_administrator", "password": self.password.strip()}, token)
        self.enrol(self.password.strip())


def make_partner(provider, name):
    partner = Person.__new__(Person)
    partner.provider, partner.name = provider, name
    partner.tenant = provider.rest("POST", "/api/v1/tenants", {"name": name, "kind": "partner"})
    partner.user = provider.rest(
        "POST", f"/api/v1/tenants/{partner.tenant['id']}/users",
        {"name": f"{name}-administrator", "email": "", "role": "tenant_administrator",
         "password": partner.password.strip()})
    partner.enrol(partner.password.strip())
    return partner


def verdict_of(provider, customer, measure):
    provider.rest("POST", f"/api/v1/annex/{measure}/check")
    shown = provider.rest("GET", f"/api/v1/annex/{measure}", token=customer.token["secret"])
    row = next(row for row in shown["rows"] if row["subject"] == f"tenant {customer.name}")
    return row["pass"], row["reason"]


def events(provider, customer, action):
    return [event["ocsf"] for event in provider.rest(
        "GET", f"/api/v1/audit/events?action=attestation:{action}",
        token=customer.token["secret"])["items"] if event["outcome"] == "success"]


def try_signing(provider, customer):
    assert verdict_of(provider, customer, "S10-C-01")[0] is False
    # By a person: a token alone signs nothing, whatever it carries.
    asked = next(topic for topic in customer.run("list") if topic["topic"] == STAFF)
    body = {key: asked[key] for key in ("topic", "version", "text_sha256")}
    status, _, octets = provider.request("POST", ATTESTATIONS, body, customer.token["secret"])
    assert (status, json.loads(octets)["message_id"]) == (403, "iam.session_needed"), octets
    wait_until(lambda: [event for event in provider.rest(
        "GET", "/api/v1/audit/events?action=attestation:SignAttestation",
        token=customer.token["secret"])["items"]
        if event["ocsf"].get("status_detail") == "iam.session_needed"], 20, "the refusal")
    # The text is shown, and whoever does not agree signs nothing.
    said = customer.run("sign", STAFF, *customer.sign_in_words(), code=1, json_wanted=False,
                        stdin=customer.password + "no\n")
    assert asked["text"]["en"].split("\n")[0] in said, said
    assert customer.run("show", STAFF)["history"] == []
    signed = customer.run("sign", STAFF, *customer.sign_in_words(), "--agree",
                          str(asked["version"]), stdin=customer.password)
    assert signed["signed_by_name"] == customer.user["name"], signed
    assert verdict_of(provider, customer, "S10-C-01") == (True, "signed 0 days ago")
    told = wait_until(lambda: events(provider, customer, "SignAttestation"), 10, "the event")
    assert told[0]["unmapped"]["text_sha256"] == asked["text_sha256"], told
    return signed


def try_who_sees(provider, partner, customer, stranger, signed):
    query = f"?tenant={customer.tenant['id']}"
    for who in (customer.token["secret"], partner.token["secret"], None):
        items = provider.rest("GET", ATTESTATIONS + query, token=who)["items"]
        assert [each["id"] for each in items] == [signed["id"]], items
        assert len(provider.rest("GET", TOPICS + query, token=who)["items"]) == 5
    for path in (ATTESTATIONS, TOPICS):
        assert provider.request("GET", path + query, token=stranger.token["secret"])[0] == 404
    # From above it is seen, and neither signed nor taken back.
    withdraw = f"{ATTESTATIONS}/{signed['id']}/withdraw"
    for who in (partner, stranger):
        status, _, octets = provider.request(
            "POST", withdraw, {"reason": "x"}, token="",
            headers={"X-Belfry-Request": "1", "Cookie": f"belfry_session={who.cookie}"})
        assert status == 404, octets
    assert partner.run("show", STAFF, "--tenant", customer.name)["history"][0]["id"] == signed["id"]
    shown = provider.belfry("attestation", "list", "--tenant", customer.tenant["id"])
    assert [topic["state"] for topic in shown if topic["topic"] == STAFF] == ["signed"], shown


def try_named(provider, customer):
    token = customer.token["secret"]
    oleg = provider.rest("POST", f"/api/v1/tenants/{customer.tenant['id']}/users",
                         {"name": "oleg", "email": "oleg@tide.example", "role": "member",
                          "password": "a long passphrase of oleg"}, token)
    topic = "access_management"
    signed = customer.run("sign", topic, *customer.sign_in_words(), "--agree", "1",
                          "--administrator", "oleg", stdin=customer.password)
    assert [each["name"] for each in signed["administrators"]] == ["oleg"], signed
    assert verdict_of(provider, customer, "S07-C-01")[0] is True
    provider.rest("PATCH", f"/api/v1/users/{oleg['id']}", {"active": False}, token)
    passes, reason = verdict_of(provider, customer, "S07-C-01")
    assert not passes and reason.startswith("oleg, who was named"), reason
    assert customer.run("show", topic)["state"] == "administrator_gone"


def try_withdrawing(provider, customer):
    gone = customer.run("withdraw", STAFF, *customer.sign_in_words(), "--why", "not true any more",
                        stdin=customer.password)
    assert gone["withdrawn_reason"] == "not true any more", gone
    assert verdict_of(provider, customer, "S10-C-01")[0] is False
    told = wait_until(lambda: events(provider, customer, "WithdrawAttestation"), 10, "the event")
    assert told[0]["unmapped"]["reason"] == "not true any more", told


def main():
    with Provider("attestations") as provider:
        partner, stranger = make_partner(provider, "quay"), Person(provider, "meadow")
        customer = Below(provider, partner, "tide")
        signed = try_signing(provider, customer)
        try_who_sees(provider, partner, customer, stranger, signed)
        try_named(provider, customer)
        try_withdrawing(provider, customer)
        print("signed by a person, seen by those above, judged by the annex, taken back")


if __name__ == "__main__":
    main()
