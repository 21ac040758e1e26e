#!/usr/bin/python3
"""Programs assume roles with tokens of a tenant's issuer, with Debian's awscli and boto3: a program
that has no key gets one for a while and works with what the role gives; tokens that a good issuer
never signs, another tenant's issuer and another's subject are refused as AWS refuses them; a new
key of the issuer is found. `belfry issuer` and `belfry role` say who may.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import boto3
import botocore.exceptions
from botocore import UNSIGNED
from botocore.config import Config

from bucket_policies import account
from customer import Customer
from running_provider import Problem, Provider, wait_until
from sources import actions_from_somewhere
from token_issuer import Key, TokenIssuer

BUCKET, AUDIENCE, SUBJECT = "harbour-artifacts", "belfry-ci", "repo:harbour/app:ref:main"


def arn_of(tenant, issuer):
    return f"arn:aws:iam::{account(tenant)}:oidc-provider/{issuer.url.split('://')[1]}"


def trust(issuer, arn, subject="repo:harbour/*", audience=AUDIENCE):
    host = issuer.url.split("://")[1]
    condition = {}
    if subject:
        condition["StringLike"] = {f"{host}:sub": subject}
    if audience:
        condition["StringEquals"] = {f"{host}:aud": audience}
    return {"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"Federated": arn},
                          "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}}


class Programs:
    def __init__(self, provider, issuer, foreign, folder):
        self.provider, self.issuer, self.foreign = provider, issuer, foreign
        self.folder = Path(folder)
        self.owner, self.other = Customer(provider, "harbour"), Customer(provider, "meadow")
        self.owner.signer().ok("PUT", f"/{BUCKET}")
        self.registered = self.rest("POST", "/api/v1/issuers", self.of_programs(issuer))
        provider.rest("POST", "/api/v1/issuers", self.of_programs(foreign),
                      self.other.token["secret"])
        self.profile = self.rest("POST", "/api/v1/profiles", {"name": "Artifacts", "policy": {
            "Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"],
                "Resource": f"arn:aws:s3:::{BUCKET}/out/*"}}})
        self.role = self.rest("POST", "/api/v1/roles",
                              {"name": "ci", "trust": trust(issuer, self.registered["arn"])})
        self.rest("PUT", f"/api/v1/roles/{self.role['id']}/profiles/{self.profile['id']}")

    @staticmethod
    def of_programs(issuer):
        return {"url": issuer.url, "purpose": "programs", "audiences": [AUDIENCE, "belfry-other"]}

    def rest(self, method, path, body=None):
        return self.provider.rest(method, path, body, self.owner.token["secret"])

    def token(self, issuer=None, signer=None, header=None, **claims):
        issuer = issuer or self.issuer
        words = {"audience": AUDIENCE, "subject": SUBJECT, **claims}
        return (signer or issuer.signer).token(issuer.claims(**words), header)

    def assume(self, token=None, **words):
        sts = boto3.client("sts", endpoint_url=self.provider.s3, region_name="eu-west-1",
                           config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))
        return sts.assume_role_with_web_identity(**{
            "RoleArn": self.role["arn"], "RoleSessionName": "job-7",
            "WebIdentityToken": token or self.token(), **words})

    def refused(self, code, *arguments, **words):
        try:
            self.assume(*arguments, **words)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == code, (code, error.response["Error"])
            return
        raise AssertionError(f"was allowed, where {code} is right")

    def aws(self, *words, code=0, **environment):
        run = subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.provider.s3, *words], capture_output=True,
            text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "AWS_REGION": "eu-west-1",
                 "AWS_DEFAULT_REGION": "eu-west-1", **environment})
        assert run.returncode == code, (words, run.returncode, run.stdout, run.stderr)
        return run.stdout

    def with_awscli(self):
        """As in a job: a file with the token and the name of a role, and no key anywhere."""
        said = json.loads(self.aws(
            "sts", "assume-role-with-web-identity", "--role-arn", self.role["arn"],
            "--role-session-name", "job-7", "--web-identity-token", self.token()))
        session = f"arn:aws:sts::{account(self.owner.tenant)}:assumed-role/ci/job-7"
        assert said["AssumedRoleUser"]["Arn"] == session, said
        assert said["SubjectFromWebIdentityToken"] == SUBJECT, said
        assert (said["Audience"], said["Provider"]) == (AUDIENCE, self.issuer.url), said
        made = said["Credentials"]
        keys = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
                "AWS_SESSION_TOKEN": made["SessionToken"]}
        assert json.loads(self.aws("sts", "get-caller-identity", **keys))["Arn"] == session
        file, got = self.folder / "artifact", self.folder / "got"
        file.write_text("harbour bells " * 1000)
        self.aws("s3", "cp", "--only-show-errors", str(file), f"s3://{BUCKET}/out/1", **keys)
        self.aws("s3", "cp", "--only-show-errors", f"s3://{BUCKET}/out/1", str(got), **keys)
        assert got.read_text() == file.read_text()
        for words in (("get-object", "--key", "in/1", str(got)), ("list-objects-v2",),
                      ("put-bucket-policy", "--policy", "{}")):
            self.aws("s3api", words[0], "--bucket", BUCKET, *words[1:], code=254, **keys)

    def with_the_chain(self):
        """The same as botocore's chain of credentials finds it, at the test's endpoint."""
        shown = self.folder / "token"
        shown.write_text(self.token())
        program = (
            "import boto3, botocore.session, sys\n"
            "session = botocore.session.get_session()\n"
            "create = session.create_client\n"
            "def at_endpoint(name, *words, **more):\n"
            "    more['endpoint_url'] = sys.argv[1]\n"
            "    return create(name, *words, **more)\n"
            "session.create_client = at_endpoint\n"
            "s3 = boto3.Session(botocore_session=session).client('s3')\n"
            "s3.put_object(Bucket=sys.argv[2], Key='out/2', Body=b'2')\n")
        subprocess.run(
            ["/usr/bin/python3", "-c", program, self.provider.s3, BUCKET], check=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder),
                 "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ROLE_ARN": self.role["arn"],
                 "AWS_ROLE_SESSION_NAME": "job-8", "AWS_WEB_IDENTITY_TOKEN_FILE": str(shown)})
        sessions = self.rest("GET", f"/api/v1/roles/{self.role['id']}/sessions")["items"]
        names = {s["name"]: s for s in sessions}
        assert "job-8" in names, names
        assert names["job-8"]["assumed_by"] == (
            f"{self.registered['arn']}:{AUDIENCE}:{SUBJECT}"), names
        assert not names["job-8"]["second_factor"], names

    def with_the_command_line(self):
        """`belfry role assume` with the token in a file: nobody is signed in, and no S3 client."""
        file = self.folder / "token"
        file.write_text(self.token() + "\n")
        made = self.provider.belfry("role", "assume", self.role["arn"], "--session", "job-9",
                                    "--web-identity-token-file", file)
        keys = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
                "AWS_SESSION_TOKEN": made["SessionToken"]}
        self.aws("s3api", "put-object", "--bucket", BUCKET, "--key", "out/3", **keys)
        sessions = self.rest("GET", f"/api/v1/roles/{self.role['id']}/sessions")["items"]
        mine = [s for s in sessions if s["name"] == "job-9"]
        assert [(s["issuer"], s["subject"]) for s in mine] == [(self.issuer.url, SUBJECT)], mine
        self.rest("DELETE", f"/api/v1/role-sessions/{mine[0]['id']}")
        self.aws("s3api", "put-object", "--bucket", BUCKET, "--key", "out/3", code=254, **keys)
        # By a name alone it is not said whose role it is.
        self.provider.belfry("role", "assume", "ci", "--web-identity-token-file", file, code=1)
        file.write_text(self.token(subject="repo:meadow/other"))
        self.provider.belfry("role", "assume", self.role["arn"],
                             "--web-identity-token-file", file, code=3)

    def who_reaches(self):
        """Who can reach the bucket by the role: programs, under what the trust policy asks."""
        found = self.rest("GET", f"/api/v1/buckets/{BUCKET}/access?prefix=out/")
        roles = {role["name"]: role for role in found["roles"]}
        acts = {act["act"]: act["certainty"] for act in roles["ci"]["acts"]}
        assert acts == {"read": "always", "write": "always"}, acts
        programs = [o for o in roles["ci"]["others"] if o["kind"] == "program"]
        assert [p["principal"] for p in programs] == [self.registered["arn"]], roles
        assert len(programs[0]["conditions"]) == 2, programs

    def refuse_wrong_tokens(self):
        now, first = int(time.time()), self.issuer.signer
        for what, code, token in (
                ("another's subject", "AccessDenied", self.token(subject="repo:meadow/app")),
                ("an audience of others", "InvalidIdentityToken", self.token(audience="meadow")),
                ("an audience not trusted", "AccessDenied", self.token(audience="belfry-other")),
                ("an expired one", "ExpiredTokenException",
                 self.token(iat=now - 900, exp=now - 300)),
                ("one of two days ago", "ExpiredTokenException", self.token(iat=now - 180_000)),
                ("one not yet good", "InvalidIdentityToken", self.token(nbf=now + 300)),
                ("a wrong key", "InvalidIdentityToken", self.token(signer=Key(first.name))),
                ("none", "InvalidIdentityToken",
                 self.token(header={"alg": "none", "typ": "JWT", "kid": first.name})),
                ("a shared secret", "InvalidIdentityToken",
                 self.token(header={"alg": "HS256", "typ": "JWT", "kid": first.name})),
                ("another tenant's issuer", "InvalidIdentityToken", self.token(self.foreign)),
                ("nonsense", "InvalidIdentityToken", "aaaa.bbbb.cccc")):
            print("  " + what)
            self.refused(code, token)
        self.assume()
        self.refused("AccessDenied", RoleArn=self.role["arn"] + "x")
        elsewhere = f"arn:aws:iam::{account(self.other.tenant)}:role/ci"
        self.refused("InvalidIdentityToken", RoleArn=elsewhere)
        self.refused("InvalidIdentityToken", RoleArn="arn:aws:iam::000000999999:role/ci")
        self.refused("AccessDenied", self.token(self.foreign), RoleArn=elsewhere)
        self.refused("ValidationError", RoleArn="arn:aws:iam::2:role/ci-without-digits")
        self.refused("ValidationError", DurationSeconds=43_200)
        self.refused("MalformedPolicyDocument", Policy="{}")
        self.refused("ValidationError", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/ReadOnly"}])

    def refuse_open_trust(self):
        """Anybody of the issuer could come: it is not even written."""
        for document, message in (
                (trust(self.issuer, self.registered["arn"], subject=None), "subject_not_fixed"),
                (trust(self.issuer, self.registered["arn"], subject="*"), "subject_not_fixed"),
                (trust(self.issuer, self.registered["arn"], audience=None), "audience_not_fixed"),
                (trust(self.foreign, arn_of(self.other.tenant, self.foreign)), "trusts_no_issuer"),
                (trust(self.foreign, arn_of(self.owner.tenant, self.foreign)),
                 "trusts_no_issuer")):
            try:
                self.rest("PUT", f"/api/v1/roles/{self.role['id']}", {"trust": document})
                raise AssertionError(f"was taken, where {message} is right")
            except Problem as problem:
                assert problem.status == 400 and message in str(problem), problem

    def rotate(self):
        """The issuer is asked for a key that is new, and not for each that nobody knows."""
        asked = self.issuer.keys_asked
        for _ in range(3):
            self.refused("InvalidIdentityToken", self.token(signer=Key("unknown")))
        assert self.issuer.keys_asked <= asked + 1, "unknown keys hammer the issuer"
        self.issuer.rotate()

        def works():
            try:
                return self.assume()
            except botocore.exceptions.ClientError as error:
                # Until the issuer is asked again; or the address has to wait a little.
                assert error.response["Error"]["Code"] in ("InvalidIdentityToken", "Throttling")
                time.sleep(1)
                return None
        wait_until(works, 120, "a new key is found")

    def end(self):
        made = self.assume()["Credentials"]
        s3 = boto3.client("s3", endpoint_url=self.provider.s3, region_name="eu-west-1",
                          aws_access_key_id=made["AccessKeyId"],
                          aws_secret_access_key=made["SecretAccessKey"],
                          aws_session_token=made["SessionToken"])
        s3.put_object(Bucket=BUCKET, Key="out/3", Body=b"3")
        self.rest("DELETE", f"/api/v1/issuers/{self.registered['id']}")
        try:
            s3.put_object(Bucket=BUCKET, Key="out/3", Body=b"3")
            raise AssertionError("a session outlives its issuer")
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidAccessKeyId", error
        self.refused("InvalidIdentityToken")

    def logs_tell(self):
        def found(outcome, customer=self.owner):
            return self.provider.rest(
                "GET", f"/api/v1/audit/events?action=sts:AssumeRoleWithWebIdentity"
                f"&outcome={outcome}", token=customer.token["secret"])["items"]
        good = wait_until(lambda: found("success"), 10, "what was assumed")
        for event in good:
            details = event["ocsf"]["unmapped"]
            assert (details["issuer"], details["subject"], details["audience"]) == (
                self.issuer.url, SUBJECT, AUDIENCE), event
        bad = wait_until(lambda: [e for e in found("failure")
                                  if e["ocsf"]["unmapped"].get("subject") == "repo:meadow/app"],
                         10, "what was refused")
        assert bad[0]["ocsf"]["unmapped"]["signed_by_issuer"] == "yes", bad
        assert not found("failure", self.other) and not found("success", self.other), (
            "the other tenant has no such role, and is told of nothing")


def command_line(provider, issuer):
    """`belfry issuer` and `belfry role`, as the provider's own administrator has them."""
    assert provider.belfry("issuer", "list") == []
    made = provider.belfry("issuer", "add", issuer.url, "--for", "programs",
                           "--audience", AUDIENCE)
    assert (made["purpose"], made["client_id"], made["audiences"]) == (
        "programs", None, [AUDIENCE]), made
    assert [i["url"] for i in provider.belfry("issuer", "list")] == [issuer.url]
    assert provider.belfry("issuer", "show", issuer.url) == made
    provider.belfry("issuer", "show", "https://nobody.example", code=4)
    provider.belfry("issuer", "add", issuer.url, "--for", "programs", "--audience", "a", code=1)
    provider.belfry("issuer", "add", issuer.url, "--for", "all", "--audience", "a", code=2)
    provider.belfry("issuer", "change", issuer.url, "--organisation", "ops", code=1)
    provider.belfry("issuer", "change", issuer.url, "--audience", AUDIENCE, "--audience", "more",
                    "--require", "owner=ops")
    changed = provider.belfry("issuer", "show", made["id"])
    assert changed["audiences"] == [AUDIENCE, "more"], changed
    assert (changed["required_claim"], changed["required_value"]) == ("owner", "ops"), changed
    provider.belfry("issuer", "change", issuer.url, "--for", "both", "--client-id", "belfry",
                    "--organisation", "ops")
    changed = provider.belfry("issuer", "show", issuer.url)
    assert (changed["purpose"], changed["organisation"], changed["audiences"]) == (
        "both", "ops", [AUDIENCE, "more"]), changed
    user = provider.belfry("user", "list")[0]
    provider.belfry("issuer", "link", issuer.url, "s-1", user["name"])
    assert [s["subject"] for s in provider.belfry("issuer", "subjects", issuer.url)] == ["s-1"]
    provider.belfry("issuer", "unlink", issuer.url, "s-1")
    provider.belfry("issuer", "change", issuer.url, "--for", "programs")
    changed = provider.belfry("issuer", "show", issuer.url)
    assert (changed["purpose"], changed["organisation"], changed["client_id"]) == (
        "programs", None, None), changed
    policy = provider.folder / "trust.json"
    policy.write_text(json.dumps(trust(issuer, made["arn"], "repo:ops/*")))
    role = provider.belfry("role", "create", "deploy", "--trust", policy)
    assert role["trust"]["Statement"]["Principal"]["Federated"] == made["arn"], role
    policy.write_text(json.dumps(trust(issuer, made["arn"], audience=None)))
    provider.belfry("role", "change", "deploy", "--trust", policy, code=1)
    provider.belfry("role", "delete", "deploy")
    provider.belfry("issuer", "delete", issuer.url)
    assert provider.belfry("issuer", "list") == []
    provider.belfry("issuer", "delete", issuer.url, code=4)


def main():
    with (TokenIssuer() as issuer, TokenIssuer() as foreign, Provider("web-identities") as provider,
          tempfile.TemporaryDirectory() as folder):
        programs = Programs(provider, issuer, foreign, folder)
        programs.with_awscli()
        programs.with_the_chain()
        programs.with_the_command_line()
        programs.who_reaches()
        programs.refuse_wrong_tokens()
        programs.refuse_open_trust()
        programs.logs_tell()
        programs.rotate()
        provider.restart()
        programs.end()
        done = actions_from_somewhere(provider, programs.owner.token["secret"])
        assert "sts:AssumeRoleWithWebIdentity" in done, done
        command_line(provider, issuer)
        print("programs come with tokens that are trusted, and with no others")


if __name__ == "__main__":
    main()
