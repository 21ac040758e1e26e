#!/usr/bin/python3
"""Roles that are assumed, with Debian's awscli and boto3: a program of one tenant works for a while
in another's bucket, with what the role gives and nothing else; credentials that are cut, mixed or
revoked are refused as AWS refuses them; both logs name the session.
"""

import json
import subprocess
import tempfile

import boto3
import botocore.exceptions
from botocore.config import Config

from bucket_policies import CustomersAws, account
from customer import Customer
from running_provider import Provider, wait_until

BUCKET = "harbour-backups"
ROLE = "backup"


def trust(principal, **condition):
    return {"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"AWS": principal},
                          "Action": "sts:AssumeRole", **condition}}


def puts(resource):
    return {"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"],
                          "Resource": resource}}


class Roles:
    def __init__(self, provider, folder):
        self.provider, self.folder = provider, folder
        self.owner = Customer(provider, "harbour")
        self.guest = Customer(provider, "meadow")
        self.at_guest = CustomersAws(provider, self.guest, folder)
        self.owner.signer().ok("PUT", f"/{BUCKET}")
        self.owner.signer().ok("PUT", f"/{BUCKET}/closed/a", b"closed")
        self.profile = self.rest("POST", "/api/v1/profiles",
                                 {"name": "Backups", "policy": puts(f"arn:aws:s3:::{BUCKET}/in/*")})
        self.role = self.rest("POST", "/api/v1/roles",
                              {"name": ROLE, "trust": trust(account(self.guest.tenant))})
        self.give()
        self.arn = self.role["arn"]

    def rest(self, method, path, body=None):
        return self.provider.rest(method, path, body, self.owner.token["secret"])

    def give(self):
        self.rest("PUT", f"/api/v1/roles/{self.role['id']}/profiles/{self.profile['id']}")

    def client(self, service, key=None, secret=None, token=None):
        return boto3.client(service, endpoint_url=self.provider.s3, region_name="eu-west-1",
                            aws_access_key_id=key or self.guest.access_key,
                            aws_secret_access_key=secret or self.guest.secret_key,
                            aws_session_token=token,
                            config=Config(retries={"max_attempts": 0}))

    def s3_of(self, made, **other):
        words = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"],
                 "token": made["SessionToken"], **other}
        return self.client("s3", **words)

    def assume(self, **words):
        words = {"RoleArn": self.arn, "RoleSessionName": "nightly", **words}
        return self.client("sts").assume_role(**words)["Credentials"]

    def with_awscli(self):
        said = json.loads(self.at_guest.aws("sts", "assume-role", "--role-arn", self.arn,
                                            "--role-session-name", "nightly"))
        made = said["Credentials"]
        session = f"arn:aws:sts::{account(self.owner.tenant)}:assumed-role/{ROLE}/nightly"
        assert said["AssumedRoleUser"]["Arn"] == session, said
        as_role = CustomersAws(self.provider, self.guest, self.folder)
        as_role.environment.update(AWS_ACCESS_KEY_ID=made["AccessKeyId"],
                                   AWS_SECRET_ACCESS_KEY=made["SecretAccessKey"],
                                   AWS_SESSION_TOKEN=made["SessionToken"])
        assert json.loads(as_role.aws("sts", "get-caller-identity"))["Arn"] == session
        own = json.loads(self.at_guest.aws("sts", "get-caller-identity"))
        assert own["Account"] == account(self.guest.tenant), own
        file = f"{self.folder}/file"
        with open(file, "w", encoding="utf-8") as out:
            out.write("harbour bells " * 1000)
        as_role.aws("s3", "cp", "--only-show-errors", file, f"s3://{BUCKET}/in/bells")
        as_role.aws("s3", "cp", "--only-show-errors", f"s3://{BUCKET}/in/bells", f"{file}.got")
        with open(f"{file}.got", encoding="utf-8") as got:
            assert got.read() == "harbour bells " * 1000
        signed = as_role.aws("s3", "presign", f"s3://{BUCKET}/in/bells").strip()
        assert "X-Amz-Security-Token" in signed, signed
        for url, status in ((signed, "200"), (signed.replace("Token=", "Token=0"), "400")):
            run = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url],
                                 capture_output=True, text=True, timeout=60, check=True)
            assert run.stdout == status, (url, run.stdout)

    def refused(self, ask, code):
        try:
            ask()
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == code, (code, error.response["Error"])
            return
        raise AssertionError(f"was allowed, where {code} is right")

    def have_no_more(self, made):
        s3 = self.s3_of(made)
        s3.put_object(Bucket=BUCKET, Key="in/a", Body=b"1")
        for ask in (lambda: s3.get_object(Bucket=BUCKET, Key="closed/a"),
                    lambda: s3.put_object(Bucket=BUCKET, Key="out/a", Body=b"1"),
                    lambda: s3.delete_object(Bucket=BUCKET, Key="in/a"),
                    lambda: s3.list_objects_v2(Bucket=BUCKET),
                    lambda: s3.create_bucket(Bucket="harbour-more")):
            self.refused(ask, "AccessDenied")
        narrow = self.assume(Policy=json.dumps(puts(f"arn:aws:s3:::{BUCKET}/in/one")))
        self.s3_of(narrow).put_object(Bucket=BUCKET, Key="in/one", Body=b"1")
        self.refused(lambda: self.s3_of(narrow).put_object(Bucket=BUCKET, Key="in/two", Body=b"1"),
                     "AccessDenied")

    def mix(self, made, other):
        """Halves of credentials."""
        for words, code in (
                ({"token": made["SessionToken"][:-1]}, "InvalidToken"),
                ({"token": other["SessionToken"]}, "InvalidToken"),
                ({"token": None}, "InvalidAccessKeyId"),
                ({"secret": other["SecretAccessKey"]}, "SignatureDoesNotMatch"),
                ({"key": self.guest.access_key, "secret": self.guest.secret_key}, "InvalidToken"),
                ({"key": other["AccessKeyId"]}, "InvalidToken"),
                ({"key": "BLTNOBODYHASTHISKEY0"}, "InvalidAccessKeyId")):
            s3 = self.s3_of(made, **words)
            self.refused(lambda c=s3: c.get_object(Bucket=BUCKET, Key="in/a"), code)
        self.refused(lambda: self.client("sts", made["AccessKeyId"], made["SecretAccessKey"],
                                         other["SessionToken"]).get_caller_identity(),
                     "InvalidClientTokenId")

    def refuse_what_nobody_trusts(self):
        sts = self.client("sts")

        def assume(**words):
            return lambda: sts.assume_role(**{"RoleArn": self.arn, "RoleSessionName": "nightly",
                                              **words})
        self.refused(assume(RoleArn=self.arn + "x"), "AccessDenied")
        self.refused(assume(DurationSeconds=7200), "ValidationError")
        self.refused(assume(Tags=[{"Key": "team", "Value": "blue"}]), "ValidationError")
        self.refused(assume(PolicyArns=[{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]),
                     "ValidationError")
        self.refused(assume(Policy="{}"), "MalformedPolicyDocument")
        self.refused(lambda: sts.get_session_token(), "InvalidAction")
        self.refused(lambda: self.client("sts", secret="wrong").get_caller_identity(),
                     "SignatureDoesNotMatch")
        external = {"Condition": {"StringEquals": {"sts:ExternalId": "harbour-7"}}}
        change = f"/api/v1/roles/{self.role['id']}"
        self.rest("PUT", change, {"trust": trust(account(self.guest.tenant), **external)})
        self.refused(assume(), "AccessDenied")
        self.refused(assume(ExternalId="harbour-8"), "AccessDenied")
        assume(ExternalId="harbour-7")()
        self.rest("PUT", change, {"trust": trust(account(self.guest.tenant))})

    def end(self, made):
        s3 = self.s3_of(made)
        self.rest("DELETE", f"/api/v1/roles/{self.role['id']}/profiles/{self.profile['id']}")
        self.refused(lambda: s3.put_object(Bucket=BUCKET, Key="in/a", Body=b"1"), "AccessDenied")
        self.give()
        s3.put_object(Bucket=BUCKET, Key="in/a", Body=b"1")
        self.provider.restart()
        self.at_guest.endpoint = self.provider.s3
        s3 = self.s3_of(made)
        s3.put_object(Bucket=BUCKET, Key="in/a", Body=b"2")
        self.rest("DELETE", f"/api/v1/role-sessions/{made['AccessKeyId']}")
        self.refused(lambda: s3.get_object(Bucket=BUCKET, Key="in/a"), "InvalidAccessKeyId")
        last = self.assume()
        self.rest("DELETE", f"/api/v1/roles/{self.role['id']}")
        self.refused(lambda: self.s3_of(last).get_object(Bucket=BUCKET, Key="in/a"),
                     "InvalidAccessKeyId")
        self.refused(self.assume, "AccessDenied")

    def logs_tell(self, made):
        session = f"arn:aws:sts::{account(self.owner.tenant)}:assumed-role/{ROLE}/nightly"

        def found(customer, action, actor):
            events = self.provider.rest("GET", f"/api/v1/audit/events?action={action}",
                                        token=customer.token["secret"])["items"]
            return [e for e in events if e["actor"] == actor]
        guest = f"arn:aws:iam::{account(self.guest.tenant)}:user/{self.guest.user['name']}"
        wait_until(lambda: found(self.owner, "sts:AssumeRole", guest), 10, "the owner's log")
        wait_until(lambda: found(self.guest, "sts:AssumeRole", self.guest.user["name"]), 10,
                   "the guest's log")
        seen = wait_until(lambda: found(self.owner, "s3:PutObject", session), 10, "the session")
        details = seen[0]["ocsf"]["unmapped"]
        assert details["assumed_by"] == guest and details["access_key"].startswith("BLT"), seen
        text = json.dumps(self.provider.rest("GET", "/api/v1/audit/events",
                                             token=self.owner.token["secret"]))
        for secret in made["SecretAccessKey"], made["SessionToken"]:
            assert secret not in text, "a secret is in the log"


def command_line(provider):
    """The provider's own administrator, by name, with what credential_process reads."""
    policy = provider.folder / "trust.json"
    policy.write_text(json.dumps(trust("000000000001")))
    provider.belfry("role", "create", "ops", "--trust", policy, "--session-max", 7200)
    profile = provider.rest("POST", "/api/v1/profiles",
                            {"name": "Reads", "policy": puts("arn:aws:s3:::ops/*")})
    provider.belfry("role", "give", "ops", "Reads")
    role = provider.belfry("role", "show", "ops")
    assert [h["profile"] for h in role["profiles"]] == [profile["id"]], role
    made = provider.belfry("role", "assume", role["arn"], "--duration", 3600)
    assert made["Version"] == 1, made
    config = provider.folder / "aws.config"
    command = f"{provider.programs}/belfry role assume {role['arn']} --json --data {provider.data}"
    config.write_text(f"[profile ops]\nregion = eu-west-1\ncredential_process = {command}\n")
    said = subprocess.run(
        ["/usr/bin/aws", "--profile", "ops", "--endpoint-url", provider.s3, "sts",
         "get-caller-identity"], capture_output=True, text=True, timeout=60, check=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(provider.folder), "AWS_CONFIG_FILE": str(config),
             "BELFRY_CONFIG": str(provider.config)}).stdout
    assert json.loads(said)["Arn"].endswith("assumed-role/ops/belfry"), said
    assert len(provider.belfry("role", "sessions", "ops")) == 2
    provider.belfry("role", "revoke", made["AccessKeyId"])
    assert len(provider.belfry("role", "sessions", "ops")) == 1
    provider.belfry("role", "change", "ops", "--session-max", 900)
    provider.belfry("role", "withdraw", "ops", "Reads")
    assert [r["name"] for r in provider.belfry("role", "list")] == ["ops"]
    provider.belfry("role", "delete", "ops")
    provider.belfry("role", "show", "ops", code=4)


def main():
    with Provider("assumed-roles") as provider, tempfile.TemporaryDirectory() as folder:
        roles = Roles(provider, folder)
        roles.with_awscli()
        made, other = roles.assume(), roles.assume(RoleSessionName="other")
        roles.have_no_more(made)
        roles.mix(made, other)
        roles.refuse_what_nobody_trusts()
        roles.logs_tell(made)
        roles.end(made)
        command_line(provider)
        print("roles give what they should, and end")


if __name__ == "__main__":
    main()
