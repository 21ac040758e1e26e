#!/usr/bin/python3
"""A customer and a partner are renamed, suspended, resumed and ended, over REST and by the command
line: suspended, awscli is refused with keys and temporary credentials, so are the token, the cookie
and who signs in, and the public bucket is not served; resumed, all is served again; ended, nothing
of it works, its name is free, and its log is read by the provider still.
"""

import json
import tempfile
import urllib.error
import urllib.request

from customer import Customer
from running_provider import Problem, Provider
from s3_clients import Aws

BUCKET, KEY = "harbour-lists", "ships.txt"
OPEN = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                      "Resource": f"arn:aws:s3:::{BUCKET}/*"}}
READS = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
NOTHING_KEPT = {setting: False for setting in (
    "block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")}


class Life:
    def __init__(self, provider, folder):
        self.provider, self.folder = provider, folder
        self.customer = Customer(provider, "harbour")
        self.token = self.customer.token["secret"]
        self.place = f"/api/v1/tenants/{self.customer.tenant['id']}"
        self.aws = self.aws_of(self.customer.access_key, self.customer.secret_key)
        self.path = f"{folder}/ships"
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("two barges")
        self.aws.make_bucket(BUCKET)
        self.aws.aws("s3api", "put-object", "--bucket", BUCKET, "--key", KEY, "--body", self.path)
        self.rest("PUT", "/api/v1/public-access", NOTHING_KEPT)
        place = f"/api/v1/buckets/{BUCKET}"
        self.customer.cookie_request("PUT", place + "/public-access", NOTHING_KEPT)
        self.customer.cookie_request("PUT", place + "/policy", OPEN)
        self.role = self.make_role()

    def rest(self, method, path, body=None):
        return self.provider.rest(method, path, body, self.token)

    def aws_of(self, key, secret, session=None):
        client = Aws(self.provider, False, self.folder)
        client.environment.update(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret)
        if session:
            client.environment["AWS_SESSION_TOKEN"] = session
        return client

    def make_role(self):
        """A client with temporary credentials."""
        role = self.rest("POST", "/api/v1/roles", {"name": "pilots", "trust": {
            "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                          "Principal": {"AWS": self.customer.tenant["account"]}}}})
        profile = self.rest("POST", "/api/v1/profiles", {"name": "Reads", "policy": READS})
        self.rest("PUT", f"/api/v1/roles/{role['id']}/profiles/{profile['id']}")
        made = json.loads(self.aws.aws("sts", "assume-role", "--role-arn", role["arn"],
                                       "--role-session-name", "pilot"))["Credentials"]
        return self.aws_of(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def reads(self, client):
        """Whether awscli gets the object: "", or what it says."""
        try:
            client.aws("s3api", "get-object", "--bucket", BUCKET, "--key", KEY,
                       f"{self.folder}/got")
        except AssertionError as refused:
            return str(refused)
        return ""

    def reads_unsigned(self):
        try:
            with urllib.request.urlopen(f"{self.provider.s3}/{BUCKET}/{KEY}", timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def answers(self):
        """Of the token, of the cookie, of who signs in with the right password alone: message."""
        cookie = {"Cookie": f"belfry_session={self.customer.cookie}"}
        found = []
        for token, headers in ((self.token, {}), ("", cookie)):
            _, _, octets = self.provider.request("GET", "/api/v1/buckets", token=token,
                                                 headers=headers)
            answer = json.loads(octets)
            found.append(answer.get("message_id", "served") if "items" not in answer else "served")
        return found

    def expect_served(self):
        for client in (self.aws, self.role):
            assert self.reads(client) == "", self.reads(client)
        assert self.reads_unsigned() == 200, self.reads_unsigned()
        assert self.answers() == ["served", "served"], self.answers()

    def expect_suspended(self):
        for client in (self.aws, self.role):
            assert "AccessDenied" in self.reads(client), self.reads(client)
        assert self.reads_unsigned() == 403, self.reads_unsigned()
        for said in self.answers():
            assert said.endswith("iam.tenant_suspended"), said

    def refused(self, method, path, body=None, token=None):
        try:
            self.provider.rest(method, path, body, token)
        except Problem as problem:
            return str(problem)
        raise AssertionError(f"{method} {path} was not refused")

    def command(self, *words):
        return self.provider.belfry("tenant", *words)


def try_suspension(life):
    life.expect_served()
    provider, tenant = life.provider, life.customer.tenant
    suspended = provider.rest("POST", life.place + "/suspension", {"reason": "bills unpaid"})
    assert suspended["state"] == "suspended", suspended
    assert suspended["suspension"]["reason"] == "bills unpaid", suspended
    life.expect_suspended()
    assert "iam.tenant_already_suspended" in life.refused("POST", life.place + "/suspension",
                                                          {"reason": "again"})
    assert "iam.tenant_has_buckets" in life.refused("DELETE", life.place)
    # It lasts over a restart: who does not sign is refused before anybody else came.
    provider.restart()
    for client in (life.aws, life.role):
        client.endpoint = provider.s3
    assert life.reads_unsigned() == 403, life.reads_unsigned()
    life.expect_suspended()
    assert life.command("resume", tenant["name"])["state"] == "active"
    life.expect_served()
    told = provider.rest("GET", "/api/v1/audit/events?action=iam:SuspendTenant", token=life.token)
    assert "bills unpaid" in json.dumps(told), told


def try_partner(life):
    provider = life.provider
    partner = life.command("create", "Coast", "--kind", "partner")
    below = life.command("create", "Quay", "--under", "Coast")
    assert below["parent"] == partner["id"], below
    assert life.command("rename", "Quay", "Quayside")["name"] == "Quayside"
    life.command("suspend", "Coast", "--reason", "by order")
    seen = provider.rest("GET", f"/api/v1/tenants/{below['id']}")
    assert seen["state"] == "active" and seen["rests_with_above"] is True, seen
    assert "iam.tenant_has_tenants" in life.refused("DELETE", f"/api/v1/tenants/{partner['id']}")
    life.command("suspend", "Quayside", "--reason", "with the partner")
    life.command("end", "Quayside", "--yes")
    assert life.command("end", "Coast", "--yes")["state"] == "ended"
    own = provider.rest("GET", "/api/v1/session")["tenant"]["id"]
    assert "iam.provider_goes_on" in life.refused("POST", f"/api/v1/tenants/{own}/suspension",
                                                  {"reason": "x"})


def try_end(life):
    provider, tenant = life.provider, life.customer.tenant
    log = f"/api/v1/audit/events?tenant={tenant['id']}"
    life.aws.aws("s3", "rb", "--force", f"s3://{BUCKET}")
    provider.rest("POST", life.place + "/suspension", {"reason": "contract over"})
    assert "404" in life.refused("GET", log)  # while it is there, its log is its own
    provider.rest("DELETE", life.place)
    assert "InvalidAccessKeyId" in life.reads(life.aws), life.reads(life.aws)
    assert provider.request("GET", "/api/v1/buckets", token=life.token)[0] == 401
    assert tenant["id"] not in [t["id"] for t in life.command("list")]
    ended = [t for t in life.command("list", "--ended") if t["id"] == tenant["id"]]
    assert ended and ended[0]["state"] == "ended", ended
    assert life.command("show", tenant["id"])["suspension"]["reason"] == "contract over"
    assert "iam.tenant_missing" in life.refused("DELETE", life.place + "/suspension")
    # The log is there, and is read from above; that it was read is in it.
    events = provider.rest("GET", log)["items"]
    assert "iam:EndTenant" in json.dumps(events), events[:2]
    listed = provider.belfry("audit", "list", "--tenant", tenant["id"], "--action", "iam:EndTenant")
    assert [event["action"] for event in listed] == ["iam:EndTenant"], listed
    # Its name is another's.
    assert life.command("create", tenant["name"])["id"] != tenant["id"]


def main():
    with tempfile.TemporaryDirectory() as folder, Provider("tenants-life") as provider:
        life = Life(provider, folder)
        try_suspension(life)
        try_partner(life)
        try_end(life)
        print("suspended, resumed and ended, as it should be")


if __name__ == "__main__":
    main()
