#!/usr/bin/python3
"""Requests without a signature, with Debian's awscli (--no-sign-request) and curl: nothing until
both blocks are lifted and a policy opens something; then that and nothing else; closed at once by
the policy's end and by either block; what is refused looks the same whether it is there or not; the
owner's log tells of all of it.
"""

import json
import re
import subprocess
import tempfile

from bucket_policies import CustomersAws, account
from customer import Customer
from running_provider import COMMAND_LINE, Provider, wait_until
from s3_clients import SYSTEM_PATH

BUCKET, CLOSED, NOWHERE = "harbour-gallery", "harbour-letters", "nobody-has-this-bucket"
KEY, TEXT = "quay/boat.txt", "harbour bells at noon"
NOTHING = {"block_public_acls": False, "ignore_public_acls": False, "block_public_policy": False,
           "restrict_public_buckets": False}
EVERYTHING = {name: True for name in NOTHING}


def policy(*actions, bucket=BUCKET, more=""):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "Gallery", "Effect": "Allow", "Principal": "*", "Action": list(actions),
         "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
         **(more or {})}]})


class Walk:
    def __init__(self, provider, folder):
        self.provider, self.folder = provider, folder
        self.owner, self.other = Customer(provider, "harbour"), Customer(provider, "meadow")
        self.signer = self.owner.signer()
        self.environment = {**CustomersAws(provider, self.owner, folder).environment}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del self.environment[name]
        for bucket in BUCKET, CLOSED:
            self.signer.ok("PUT", f"/{bucket}")
            self.signer.ok("PUT", f"/{bucket}/{KEY}", TEXT.encode())

    # The owner's side.

    def rest(self, method, path, body=None, by=None):
        return self.provider.rest(method, path, body, (by or self.owner).token["secret"])

    def set_bucket(self, block, bucket=BUCKET):
        return self.rest("PUT", f"/api/v1/buckets/{bucket}/public-access", block)

    def set_tenant(self, block):
        return self.rest("PUT", "/api/v1/public-access", block)

    def attach(self, document, status=204):
        got, _, said = self.signer.request("PUT", f"/{BUCKET}", document.encode(),
                                           query={"policy": ""})
        assert got == status, (got, said)

    def is_public(self):
        _, said = self.signer.ok("GET", f"/{BUCKET}", query={"policyStatus": ""})
        return b"<IsPublic>true</IsPublic>" in said

    # Everybody's.

    def curl(self, path, *words):
        """(status, what came) of one request."""
        out = f"{self.folder}/came"
        run = subprocess.run(["curl", "-sS", "-o", out, "-w", "%{http_code}", *words,
                              self.provider.s3 + path], capture_output=True, text=True,
                             timeout=60, check=True, env={"PATH": SYSTEM_PATH})
        with open(out, "rb") as file:
            return int(run.stdout), b"" if "-I" in words else file.read()

    def aws(self, *words, code=0):
        run = subprocess.run(["aws", "--endpoint-url", self.provider.s3, "--no-sign-request",
                              *words], capture_output=True, text=True, timeout=120, check=False,
                             env=self.environment)
        assert (run.returncode == 0) == (code == 0), f"{words}: {run.stdout} {run.stderr}"
        return run.stdout if code == 0 else run.stderr

    def refused(self, path=f"/{BUCKET}/{KEY}", *words):
        status, said = self.curl(path, *words)
        assert status == 403, f"{path} {words}: {status} {said[:300]}"
        return re.sub(rb"<(RequestId|HostId|Resource)>[^<]*<", rb"<\1><", said)

    def reads(self, path=f"/{BUCKET}/{KEY}"):
        status, said = self.curl(path)
        assert (status, said.decode()) == (200, TEXT), (status, said[:300])

    # The steps.

    def blocked_from_the_beginning(self):
        shown = self.rest("GET", f"/api/v1/buckets/{BUCKET}/public-access")
        assert shown == {"bucket": EVERYTHING, "tenant": EVERYTHING, "policy_is_public": False,
                         "is_open": False}, shown
        self.attach(policy("s3:GetObject"), 403)
        self.refused()
        assert "403" in self.aws("s3api", "head-object", "--bucket", BUCKET, "--key", KEY, code=1)

    def either_block_suffices(self):
        self.set_bucket(NOTHING)
        self.attach(policy("s3:GetObject"), 403)
        self.set_bucket(EVERYTHING)
        self.set_tenant(NOTHING)
        self.attach(policy("s3:GetObject"), 403)
        self.set_bucket({**EVERYTHING, "block_public_policy": False})
        self.attach(policy("s3:GetObject"))
        assert self.is_public(), "a public policy is one under the block too"
        self.refused()
        lifted = self.set_bucket(NOTHING)
        assert lifted["is_open"] and lifted["policy_is_public"], lifted
        self.reads()

    def reads_what_is_open(self):
        self.reads()
        got = f"{self.folder}/got"
        self.aws("s3", "cp", "--only-show-errors", f"s3://{BUCKET}/{KEY}", got)
        with open(got, encoding="utf-8") as file:
            assert file.read() == TEXT
        head = json.loads(self.aws("s3api", "head-object", "--bucket", BUCKET, "--key", KEY))
        assert head["ContentLength"] == len(TEXT), head
        assert self.curl(f"/{BUCKET}/{KEY}", "-r", "8-12") == (206, b"bells")
        assert self.curl(f"/{BUCKET}/{KEY}", "-r", "900-")[0] == 416
        # A read that takes longer than a second is asked about again.
        large = b"tide table " * 2_000_000
        self.signer.ok("PUT", f"/{BUCKET}/large", large)
        assert self.curl(f"/{BUCKET}/large", "--limit-rate", "8M") == (200, large)
        etag = head["ETag"]
        assert self.curl(f"/{BUCKET}/{KEY}", "-H", f"If-None-Match: {etag}")[0] == 304
        assert self.curl(f"/{BUCKET}/{KEY}", "-I")[0] == 200
        # How it is shown, is for who signs to say.
        assert self.curl(f"/{BUCKET}/{KEY}?response-content-type=text/html")[0] == 400
        # What is not there, and who may list, are the owner's to tell.
        self.refused(f"/{BUCKET}/nothing")
        self.refused(f"/{BUCKET}?list-type=2")
        assert "AccessDenied" in self.aws("s3", "ls", f"s3://{BUCKET}", code=1)
        self.attach(policy("s3:GetObject", "s3:ListBucket"))
        assert KEY in self.aws("s3", "ls", "--recursive", f"s3://{BUCKET}")
        self.aws("s3api", "head-bucket", "--bucket", BUCKET)
        assert self.curl(f"/{BUCKET}/nothing")[0] == 404

    def does_nothing_else(self):
        self.attach(policy("s3:*"))
        upload = f"{self.folder}/upload"
        with open(upload, "w", encoding="utf-8") as file:
            file.write("mine now")
        for path, *words in (
                (f"/{BUCKET}/new", "-T", upload), (f"/{BUCKET}/{KEY}", "-T", upload),
                (f"/{BUCKET}/{KEY}", "-X", "DELETE"), (f"/{BUCKET}/new?uploads", "-X", "POST"),
                (f"/{BUCKET}?delete", "-d", "<Delete/>"), (f"/{BUCKET}?policy",),
                (f"/{BUCKET}?policy", "-T", upload), (f"/{BUCKET}?policy", "-X", "DELETE"),
                (f"/{BUCKET}?policyStatus",), (f"/{BUCKET}?publicAccessBlock",),
                (f"/{BUCKET}?publicAccessBlock", "-X", "DELETE"), (f"/{BUCKET}?acl",),
                (f"/{BUCKET}?uploads",), (f"/{BUCKET}", "-X", "DELETE"),
                ("/everybodys-bucket", "-X", "PUT"), ("/",)):
            self.refused(path, *words)
        for path in "buckets", f"buckets/{BUCKET}/objects", "public-access", "session":
            status, _, _ = self.provider.request("GET", f"/api/v1/{path}", token="")
            assert status == 401, f"{path}: {status}"
        self.reads()

    def conditions_and_denials_count(self):
        here = {"Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}
        away = {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
        self.attach(policy("s3:GetObject", more=here))
        assert not self.is_public(), "it is narrow"
        self.reads()
        self.attach(policy("s3:GetObject", more=away))
        self.refused()
        typed = {"Condition": {"StringEquals": {"aws:PrincipalType": "Anonymous"}}}
        self.attach(policy("s3:GetObject", more=typed))
        self.reads()
        denied = json.loads(policy("s3:GetObject"))
        denied["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                                    "Resource": f"arn:aws:s3:::{BUCKET}/quay/*"})
        self.attach(json.dumps(denied))
        self.refused()

    def looks_the_same_where_nothing_is(self):
        """What is closed, what is not there, and another tenant's."""
        theirs = "meadow-letters"
        self.other.signer().ok("PUT", f"/{theirs}")
        for path, *words in (("/{}",), ("/{}?list-type=2",), (f"/{{}}/{KEY}",), ("/{}/nothing",),
                             ("/{}", "-X", "PUT"), ("/{}?policy",), ("/{}?torrent",),
                             (f"/{{}}/{KEY}", "-X", "DELETE"), ("/{}", "-I")):
            answers = {self.refused(path.format(name), *words)
                       for name in (CLOSED, NOWHERE, theirs)}
            assert len(answers) == 1, (path, words, answers)

    def closes_at_once(self):
        for close, open_again in (
                (lambda: self.signer.ok("DELETE", f"/{BUCKET}", query={"policy": ""}),
                 lambda: self.attach(policy("s3:GetObject"))),
                (lambda: self.set_tenant(EVERYTHING), lambda: self.set_tenant(NOTHING)),
                (lambda: self.set_bucket(EVERYTHING), lambda: self.set_bucket(NOTHING)),
                (lambda: self.set_tenant({**NOTHING, "restrict_public_buckets": True}),
                 lambda: self.set_tenant(NOTHING))):
            self.attach(policy("s3:GetObject"))
            self.reads()
            close()
            self.refused()
            open_again()
            self.reads()

    def outlives_a_restart(self):
        self.provider.restart()
        self.signer = self.owner.signer()
        self.reads()
        self.refused(f"/{CLOSED}/{KEY}")

    def restricts_other_tenants_too(self):
        """S3's RestrictPublicBuckets: what the public policy gives one account by its number."""
        document = json.loads(policy("s3:GetObject"))
        document["Statement"].append(
            {"Effect": "Allow", "Principal": {"AWS": account(self.other.tenant)},
             "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"})
        self.attach(json.dumps(document))
        other = self.other.signer()
        other.ok("GET", f"/{BUCKET}/{KEY}")
        self.set_bucket({**NOTHING, "restrict_public_buckets": True})
        assert other.request("GET", f"/{BUCKET}/{KEY}")[0] == 403
        self.signer.ok("GET", f"/{BUCKET}/{KEY}")
        del document["Statement"][0]
        self.attach(json.dumps(document))
        other.ok("GET", f"/{BUCKET}/{KEY}")
        self.set_bucket(NOTHING)

    def is_told_of(self):
        """Lists, questions about access and the command line."""
        self.attach(policy("s3:GetObject"))
        buckets = {b["name"]: b["is_open"]
                   for b in self.rest("GET", "/api/v1/buckets")["items"]}
        assert buckets == {BUCKET: True, CLOSED: False}, buckets
        found = self.rest("GET", f"/api/v1/buckets/{BUCKET}/access")["everybody"]
        assert [(a["act"], a["certainty"]) for a in found] == [("read", "always")], found
        assert found[0]["reasons"][0]["statement"] == "Gallery", found
        assert self.rest("GET", f"/api/v1/buckets/{CLOSED}/access")["everybody"] == []
        environment = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "HOME": str(self.folder),
                       "BELFRY_URL": self.provider.api, "BELFRY_CA": str(self.provider.ca),
                       "BELFRY_TOKEN": self.owner.token["secret"]}

        def command(*words):
            return subprocess.run([self.provider.programs / COMMAND_LINE.name, *words],
                                  capture_output=True, text=True, timeout=60, check=True,
                                  env=environment).stdout
        assert "everybody, unsigned" in command("access", "who", f"s3://{BUCKET}")
        assert "open to everybody" in command("bucket", "list")
        assert "Open:" in command("bucket", "public-access", "show", BUCKET)
        closed = json.loads(command("bucket", "public-access", "set", BUCKET, "--all", "on",
                                    "--block-public-acls", "off", "--json"))
        assert closed["bucket"] == {**EVERYTHING, "block_public_acls": False}, closed
        self.refused()
        command("bucket", "public-access", "set", BUCKET, "--all", "off")
        command("public-access", "set", "--restrict-public-buckets", "on")
        assert json.loads(command("public-access", "show", "--json")) == {
            **NOTHING, "restrict_public_buckets": True}
        self.refused()
        command("public-access", "set", "--all", "off")
        self.reads()

    def the_log_tells(self):
        def events(**wanted):
            asked = "&".join(f"{name}={value}" for name, value in wanted.items())
            return self.rest("GET", f"/api/v1/audit/events?limit=1000&{asked}")["items"]
        read = wait_until(lambda: events(actor="anonymous", action="s3:GetObject",
                                         outcome="success"), 30, "a read in the log")
        assert all("127.0.0.1" in json.dumps(event) for event in read), read[0]
        wait_until(lambda: events(actor="anonymous", outcome="failure"), 30, "a refusal in the log")
        for action in ("s3:PutBucketPublicAccessBlock", "iam:SetPublicAccess"):
            wait_until(lambda what=action: events(action=what), 30, action)
        # A flood is told of once a second, not once a request.
        before = len(events(actor="anonymous", outcome="failure"))
        for _ in range(150):
            self.refused(f"/{CLOSED}/{KEY}")
        told = len(events(actor="anonymous", outcome="failure")) - before
        assert told < 75, f"{told} lines of 150 requests"
        others = self.provider.rest("GET", "/api/v1/audit/events?actor=anonymous&limit=1000",
                                    token=self.other.token["secret"])["items"]
        assert all("meadow" in json.dumps(event) for event in others), others


def main():
    with Provider("anonymous-access") as provider, tempfile.TemporaryDirectory() as folder:
        walk = Walk(provider, folder)
        for step in (walk.blocked_from_the_beginning, walk.either_block_suffices,
                     walk.reads_what_is_open, walk.does_nothing_else,
                     walk.conditions_and_denials_count, walk.looks_the_same_where_nothing_is,
                     walk.closes_at_once, walk.outlives_a_restart,
                     walk.restricts_other_tenants_too, walk.is_told_of, walk.the_log_tells):
            step()
            print(f"{step.__name__}: holds", flush=True)


if __name__ == "__main__":
    main()
