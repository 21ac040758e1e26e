#!/usr/bin/python3
"""Policies of buckets, with Debian's awscli: another tenant reads what it was given and nothing
else, a Deny beats every right, the owner is never locked out, both logs tell, and the policy
outlives a restart and the loss of the index.
"""

import json
import shutil
import subprocess
import tempfile

from customer import Customer
from database_loss import indexes_of
from running_provider import Provider, wait_until
from s3_clients import Aws
from signed_requests import error_code

BUCKET = "harbour-shared"


def account(tenant):
    return tenant["id"].rjust(12, "0")


class CustomersAws(Aws):
    def __init__(self, provider, customer, folder):
        super().__init__(provider, False, folder)
        self.environment.update(AWS_ACCESS_KEY_ID=customer.access_key,
                                AWS_SECRET_ACCESS_KEY=customer.secret_key)

    def s3api(self, operation, *words):
        return self.aws("s3api", operation, "--bucket", BUCKET, *words)

    def refusal(self, operation, *words):
        """The code of the error that it gets."""
        run = subprocess.run(["aws", "--endpoint-url", self.endpoint, "s3api", operation,
                              "--bucket", BUCKET, *words], capture_output=True, text=True,
                             timeout=60, check=False, env=self.environment)
        assert run.returncode != 0, f"{operation} was allowed: {run.stdout}"
        return run.stderr.split("(")[1].split(")")[0]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect, principal, actions, *resources, **more):
    return {"Effect": effect, "Principal": principal, "Action": actions,
            "Resource": [f"arn:aws:s3:::{BUCKET}{r}" for r in resources], **more}


class Policies:
    def __init__(self, provider, folder):
        self.provider = provider
        self.owner = Customer(provider, "harbour")
        self.guest = Customer(provider, "meadow")
        self.at_owner = CustomersAws(provider, self.owner, folder)
        self.at_guest = CustomersAws(provider, self.guest, folder)
        self.file, self.got = f"{folder}/file", f"{folder}/got"
        with open(self.file, "w", encoding="utf-8") as file:
            file.write("harbour bells")
        self.at_owner.make_bucket(BUCKET)
        for key in "open/a", "closed/b":
            self.at_owner.s3api("put-object", "--key", key, "--body", self.file)

    def set(self, *statements):
        self.at_owner.s3api("put-bucket-policy", "--policy", policy(*statements))

    def guest_reads(self, key):
        self.at_guest.s3api("get-object", "--key", key, self.got)
        with open(self.got, encoding="utf-8") as file:
            assert file.read() == "harbour bells"

    def share_one_folder(self):
        assert self.at_guest.refusal("get-object", "--key", "open/a", self.got) == "NoSuchBucket"
        guest = {"AWS": account(self.guest.tenant)}
        self.set(statement("Allow", guest, "s3:GetObject", "/open/*"))
        self.guest_reads("open/a")
        for key in "closed/b", "closed/nothing", "open/nothing":
            refused = self.at_guest.refusal("get-object", "--key", key, self.got)
            assert refused == "AccessDenied", f"{key}: {refused}"
        for operation, words in (("put-object", ("--key", "open/c", "--body", self.file)),
                                 ("delete-object", ("--key", "open/a")),
                                 ("list-objects-v2", ()), ("get-bucket-policy", ()),
                                 ("delete-bucket-policy", ()),
                                 ("put-bucket-policy", ("--policy", policy()))):
            refused = self.at_guest.refusal(operation, *words)
            assert refused == "AccessDenied", f"{operation}: {refused}"

    def survive(self):
        self.provider.stop()
        indexes = indexes_of(self.provider)
        assert indexes, "no index found below the data directory"
        for index in indexes:
            shutil.rmtree(index)
        self.provider.start()
        for aws in self.at_owner, self.at_guest:
            aws.endpoint = self.provider.s3  # another port
        self.guest_reads("open/a")

    def narrow_by_conditions(self):
        user = {"AWS": f"arn:aws:iam::{account(self.guest.tenant)}:user/{self.guest.user['name']}"}
        listing = statement("Allow", user, "s3:ListBucket", "",
                            Condition={"StringLike": {"s3:prefix": "open/*"}})
        elsewhere = statement("Deny", user, "s3:GetObject", "/open/*",
                              Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
        self.set(listing, statement("Allow", user, "s3:GetObject", "/*"), elsewhere)
        said = json.loads(self.at_guest.s3api("list-objects-v2", "--prefix", "open/"))
        assert [o["Key"] for o in said["Contents"]] == ["open/a"], said
        assert self.at_guest.refusal("list-objects-v2") == "AccessDenied"
        self.guest_reads("closed/b")
        assert self.at_guest.refusal("get-object", "--key", "open/a", self.got) == "AccessDenied"

    def refuse_what_is_no_policy(self):
        for document, code, place in (
                ("{}", "MalformedPolicy", "Statement"),
                (policy(statement("Allow", {"AWS": "nobody"}, "s3:*", "/*")), "MalformedPolicy",
                 "Statement[0].Principal.AWS"),
                (policy(statement("Allow", "*", "s3:GetObject", "/*")), "AccessDenied",
                 "everybody")):
            status, _, said = self.owner.signer().request(
                "PUT", f"/{BUCKET}", document.encode(), query={"policy": ""})
            assert error_code(said) == code and place in said.decode(), (status, said)
        status = json.loads(self.at_owner.s3api("get-bucket-policy-status"))
        assert status == {"PolicyStatus": {"IsPublic": False}}, status

    def never_lock_the_owner_out(self):
        self.set(statement("Deny", "*", "s3:*", "", "/*"))
        assert self.at_owner.refusal("list-objects-v2") == "AccessDenied"
        assert '"Deny"' in json.loads(self.at_owner.s3api("get-bucket-policy"))["Policy"]
        self.at_owner.s3api("delete-bucket-policy")
        self.at_owner.s3api("list-objects-v2")
        assert self.at_owner.refusal("get-bucket-policy") == "NoSuchBucketPolicy"

    def leave_what_is_copied_out(self):
        """A guest's copy is a reading for the owner; the copy's own bucket is no concern of his."""
        self.set(statement("Allow", {"AWS": account(self.guest.tenant)}, "s3:GetObject", "/open/*"))
        signer = self.guest.signer()
        signer.ok("PUT", "/meadow-own")
        signer.ok("PUT", "/meadow-own/copy",
                  headers={"x-amz-copy-source": f"/{BUCKET}/open/a"})
        status, _, said = signer.request("PUT", "/meadow-own/none",
                                         headers={"x-amz-copy-source": f"/{BUCKET}/open/no"})
        assert (status, error_code(said)) == (403, "AccessDenied"), said
        self.wait_for(self.owner, lambda e: e["action"] == "s3:CopyObject" and e["outcome"] ==
                      "success" and e["resource"].endswith("/open/a"))
        own = self.wait_for(self.guest, lambda e: e["action"] == "s3:CopyObject" and
                            "meadow-own/copy" in e["resource"])
        assert BUCKET not in json.dumps(own), own

    def both_logs_tell(self):
        """Who the guest's user is, by the name that policies have; the guest has it too."""
        arn = f"arn:aws:iam::{account(self.guest.tenant)}:user/{self.guest.user['name']}"
        for customer, actor in ((self.owner, arn), (self.guest, self.guest.access_key)):
            for outcome in ("success", "failure"):
                actors = (arn, self.guest.access_key) if outcome == "failure" else (actor,)
                self.wait_for(customer, lambda e, who=actors, meant=outcome:
                              e["action"] == "s3:GetObject" and e["outcome"] == meant and
                              e["actor"] in who and BUCKET in e["resource"])

    def wait_for(self, customer, is_meant):
        def found():
            events = self.provider.rest("GET", "/api/v1/audit/events?action=s3:*&limit=1000",
                                        token=customer.token["secret"])["items"]
            return next(filter(is_meant, events), None)
        return wait_until(found, 30, f"the event in the log of {customer.name}")


def main():
    with Provider("bucket-policies") as provider, tempfile.TemporaryDirectory() as folder:
        policies = Policies(provider, folder)
        for step in (policies.share_one_folder, policies.survive, policies.narrow_by_conditions,
                     policies.refuse_what_is_no_policy, policies.never_lock_the_owner_out,
                     policies.leave_what_is_copied_out, policies.both_logs_tell):
            step()
            print(f"{step.__name__}: holds", flush=True)


if __name__ == "__main__":
    main()
