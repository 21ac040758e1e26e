#!/usr/bin/python3
"""An organisation asks everybody for a second factor: a member who has none does nothing but enrol
one, by the cookie of the console, over REST, with the command line, with awscli and its old access
key or a role's session; service accounts and who has a factor go on; off again, all is as before.
"""

import json
import tempfile

from customer import Customer
from running_provider import Provider, wait_until
from s3_clients import Aws
from token_issuer import TokenIssuer
from without_a_factor import Keeper, Walk

BUCKET = "tide-tables"
PUTS = {"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}


class Organisation:
    def __init__(self, provider, walk, folder):
        self.provider, self.walk, self.folder = provider, walk, folder
        self.first = walk.isolation.first
        self.token = self.first.token["secret"]
        self.member = walk.make_keeper("member")
        self.aws_of(self.first.access_key, self.first.secret_key).make_bucket(BUCKET)
        self.path = f"{folder}/tides"
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("high water at noon")

    def rest(self, method, path, body=None):
        return self.provider.rest(method, path, body, self.token)

    def aws_of(self, key, secret, session=None):
        client = Aws(self.provider, False, self.folder)
        client.environment.update(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret)
        if session:
            client.environment["AWS_SESSION_TOKEN"] = session
        return client

    def puts(self, client):
        """Whether awscli may put an object: "", or what it says."""
        try:
            client.aws("s3api", "put-object", "--bucket", BUCKET, "--key", "t", "--body", self.path)
        except AssertionError as refused:
            return str(refused)
        return ""

    def make_key(self):
        made = self.member.must("POST", f"/api/v1/users/{self.member.user['id']}/access-keys")
        return self.aws_of(made["access_key"]["id"], made["secret"])

    def make_role(self):
        account = self.first.tenant["account"]
        trusted = f"arn:aws:iam::{account}:user/{self.member.name}"
        role = self.rest("POST", "/api/v1/roles", {"name": "tides", "trust": {
            "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                          "Principal": {"AWS": trusted}}}})
        profile = self.rest("POST", "/api/v1/profiles", {"name": "Puts", "policy": PUTS})
        self.rest("PUT", f"/api/v1/roles/{role['id']}/profiles/{profile['id']}")
        return role["arn"]

    def assume(self, client, arn):
        made = json.loads(client.aws("sts", "assume-role", "--role-arn", arn,
                                     "--role-session-name", "nightly"))["Credentials"]
        return self.aws_of(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def make_robot(self):
        """A service account that the member answers for: its key and its token."""
        robot = self.rest("POST", "/api/v1/service-accounts",
                          {"name": "tide-robot", "role": "member",
                           "owner": self.member.user["id"]})
        place = f"/api/v1/service-accounts/{robot['id']}"
        day = {"lifetime_us": 86_400_000_000}
        key = self.member.must("POST", place + "/access-keys", day)
        token = self.member.must("POST", place + "/api-tokens", {**day, "label": "tides"})
        return self.aws_of(key["access_key"]["id"], key["secret"]), token["secret"]

    def rule(self, *words):
        done = self.walk.command(self.token, "factor-rule", *words, "--json")
        assert done.returncode == 0, done
        return json.loads(done.stdout)

    def lists(self, token):
        done = self.walk.command(token, "bucket", "list")
        return done.returncode, done.stderr

    def expect_walls(self):
        """Every route by the member's cookie, and those that were open before the rule."""
        before = self.walk.refused
        # What is not a member's is refused or not there, with a factor or without.
        self.walk.routes("demanded cookie", self.member.request, ("tenant", "bucket"),
                         wanted=("iam.factor_demanded", "iam.denied", "iam.request_missing",
                                 "iam.intervention_missing", "iam.delegation_missing"))
        assert self.walk.refused > before + 50, self.walk.refused
        assert not self.walk.problems, "\n".join(self.walk.problems)
        for method, path, body in (
                ("GET", "/api/v1/buckets", None), ("POST", "/api/v1/buckets", {"name": "ebb"}),
                ("POST", "/api/v1/api-tokens", {"label": "ebb"}),
                ("POST", f"/api/v1/users/{self.member.user['id']}/access-keys", None)):
            status, _, octets = self.member.request(method, path, body)
            assert status == 403 and b"iam.factor_demanded" in octets, (path, status, octets)
        said = self.member.must("GET", "/api/v1/session")
        assert said["second_factor_needed"] and said["rights"].count("iam:ManageOwnFactors"), said
        assert said["second_factor_asked_by"] == "organisation", said

    def expect_events(self):
        def told():
            events = self.rest("GET", "/api/v1/audit/events?action=iam:SetFactorRule")["items"]
            text = [json.dumps(event["ocsf"]) for event in events]
            return len([each for each in text if "needed_by_before" in each]) == 2
        wait_until(told, 30, "both changes are in the log, with the rule before")


def main():
    with TokenIssuer() as directory, Provider("demanded-factor") as provider, \
            tempfile.TemporaryDirectory() as folder:
        house = Organisation(provider, Walk(provider, directory), folder)
        key, arn = house.make_key(), house.make_role()
        token = house.member.must("POST", "/api/v1/api-tokens", {"label": "nightly"})["secret"]
        role = house.assume(key, arn)
        robot, robot_token = house.make_robot()
        assert not house.puts(key) and not house.puts(role) and not house.puts(robot)
        assert house.lists(token)[0] == 0 and house.rule()["needed_by"] == "privileged"

        rule = house.rule("everybody")
        assert rule["needed_by"] == "everybody" and rule["without_factor"] >= 1, rule
        # The session that was open, then a new one.
        house.expect_walls()
        house.member.sign_in()
        house.expect_walls()
        for what in key, role:
            assert "AccessDenied" in house.puts(what), house.puts(what)
        code, said = house.lists(token)
        assert code == 3 and "second factor" in said, (code, said)
        assert not house.puts(robot) and house.lists(robot_token)[0] == 0
        administrator = house.aws_of(house.first.access_key, house.first.secret_key)
        assert not house.puts(administrator) and house.lists(house.token)[0] == 0
        # Another organisation, and a member of the one above, go on.
        other = Customer(provider, "lagoon")
        rules = provider.rest("GET", "/api/v1/factor-rule", token=other.token["secret"])
        assert rules["needed_by"] == "privileged", rules

        house.member.enrol()
        house.member.must("GET", "/api/v1/buckets")
        fresh = house.make_key()
        assert not house.puts(fresh) and "AccessDenied" in house.puts(key)
        assert not house.puts(house.assume(fresh, arn)) and "AccessDenied" in house.puts(role)

        assert house.rule("privileged")["needed_by"] == "privileged"
        assert not house.puts(key) and not house.puts(role) and house.lists(token)[0] == 0
        house.expect_events()
        print(f"{house.walk.refused} acts without the demanded factor: all refused")


if __name__ == "__main__":
    main()
