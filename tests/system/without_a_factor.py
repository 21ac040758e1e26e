#!/usr/bin/python3
"""Who is privileged and has no second factor does nothing privileged, by whatever way: the cookie
of the console, a token over REST, an access key over S3, the command line. Every route of
openapi.yaml is tried, so that a new route is tried without a word here.
"""

import base64
import hashlib
import http.cookies
import json
import os
import subprocess
import time

from customer import sign_in_name, totp
from running_provider import COMMAND_LINE, Provider
from signed_requests import Signer
from staff import make_staff
from tenants_apart import METHODS, Isolation, s3_operations
from token_issuer import TokenIssuer

PASSWORD = "a long passphrase of a keeper"
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
COMMANDS = (("bucket", "list"), ("bucket", "create", "keepers-bucket"), ("audit",),
            ("bucket", "policy", "show", "quiet-harbour"))


class Keeper:
    """A user who signs in with the password alone."""

    def __init__(self, provider, user):
        self.provider, self.user, self.name = provider, user, user["name"]
        self.cookie = None
        self.sign_in()

    def sign_in(self):
        self.must("POST", "/api/v1/session",
                  {"user": sign_in_name(self.user), "password": PASSWORD})

    def request(self, method, path, body=None):
        headers = {"X-Belfry-Request": "1"}
        if self.cookie:
            headers["Cookie"] = f"belfry_session={self.cookie}"
        status, fields, octets = self.provider.request(method, path, body, token="",
                                                       headers=headers)
        if "Set-Cookie" in fields:
            self.cookie = http.cookies.SimpleCookie(fields["Set-Cookie"])["belfry_session"].value
        return status, fields, octets

    def must(self, method, path, body=None):
        status, _, octets = self.request(method, path, body)
        assert status < 300, f"{method} {path}: {status} {octets[:300]}"
        return json.loads(octets) if octets else None

    def enrol(self):
        seed = self.must("POST", "/api/v1/session/totp")["secret"]
        self.must("POST", "/api/v1/session/totp/confirm", {"code": totp(seed, time.time())})


class Walk:
    def __init__(self, provider, directory):
        self.provider, self.isolation = provider, Isolation(provider, directory)
        self.problems, self.refused = [], 0

    def check(self, what, status, octets, wanted=("iam.second_factor_needed",)):
        message = json.loads(octets).get("message_id") if octets else ""
        if status in (403, 404) and message in wanted:
            self.refused += 1
        else:
            self.problems.append(f"{what}: {status} {octets[:200]}")

    def routes(self, what, ask, scopes, services=False, administrator=True,
               wanted=("iam.second_factor_needed",)):
        """`services`: whether of the provider's services, which a customer has no right to.
        Others' identities are the administrators' alone: whoever else asks is refused for that.
        """
        isolation = self.isolation
        for path, item in isolation.api["paths"].items():
            for method in METHODS:
                operation = item.get(method)
                if not operation or operation["x-belfry-scope"] not in scopes:
                    continue
                action = operation["x-belfry-action"]
                if action.startswith(("disk:", "topology:", "registers:")) != services:
                    continue
                if action == "iam:ListTenants":  # one's own name is no secret
                    continue
                target = isolation.target(path, isolation.parameters_of(item, operation))
                status, _, octets = ask(method.upper(), target, isolation.body_of(operation))
                # Operators read the registers; that they keep none is told first.
                of_others = action.startswith("iam:") and not administrator or (
                    action.startswith("registers:") and method != "get")
                self.check(f"{what}: {method.upper()} {target}", status, octets,
                           (*wanted, "iam.denied") if of_others else wanted)

    def make_keeper(self, role):
        first = self.isolation.first
        return Keeper(self.provider, self.provider.rest(
            "POST", f"/api/v1/tenants/{first.tenant['id']}/users",
            {"name": f"keeper-{role}", "email": "", "role": role, "password": PASSWORD},
            first.token["secret"]))

    def by_cookie(self):
        """Administrators who are privileged from the start: each may only enrol."""
        first = self.isolation.first
        administrator = self.make_keeper("tenant_administrator")
        self.routes("cookie", administrator.request, ("tenant", "bucket"))
        operator = Keeper(self.provider,
                          make_staff(self.provider, "keeper-operator", "operator", PASSWORD))
        self.routes("operator's cookie", operator.request, ("bucket", "provider"), services=True)
        users = f"/api/v1/tenants/{first.tenant['id']}/users"
        tenants = administrator.must("GET", "/api/v1/tenants")["items"]
        assert [tenant["id"] for tenant in tenants] == [first.tenant["id"]], tenants
        # The same with a factor: what refused them was nothing else.
        administrator.enrol()
        administrator.must("GET", users)
        operator.enrol()
        operator.must("GET", "/api/v1/disks")

    def by_programs(self):
        """A member whose token and key are older than its privileges."""
        first = self.isolation.first
        member = self.make_keeper("member")
        token = member.must("POST", "/api/v1/api-tokens", {"label": "nightly"})["secret"]
        made = member.must("POST", f"/api/v1/users/{member.user['id']}/access-keys")
        signer = Signer(self.provider.s3, made["access_key"]["id"], made["secret"])
        signer.ok("GET", "/")
        assert self.command(token, "bucket", "list").returncode == 0
        profile = self.provider.rest("POST", "/api/v1/profiles",
                                     {"name": "keepers", "policy": EVERYTHING},
                                     first.token["secret"])
        self.provider.rest("PUT", f"/api/v1/profiles/{profile['id']}/users/{member.user['id']}",
                           token=first.token["secret"])

        def ask(method, target, body):
            return self.provider.request(method, target, body, token=token)

        self.routes("token", ask, ("tenant", "bucket"), administrator=False)
        for method, path, query, body in s3_operations(self.isolation.upload):
            md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
            status, _, octets = signer.request(method, path, body, query=query,
                                               headers={"content-md5": md5})
            if status != 403 or (octets and b"<Code>AccessDenied</Code>" not in octets):
                self.problems.append(f"S3 {method} {path} {query}: {status} {octets[:200]}")
            self.refused += 1
        for words in COMMANDS:
            done = self.command(token, *words)
            if done.returncode != 3 or "factor" not in done.stderr:
                self.problems.append(f"belfry {words}: {done.returncode} {done.stderr}")
            self.refused += 1

    def command(self, token, *words):
        environment = {**os.environ, "BELFRY_URL": self.provider.api, "BELFRY_TOKEN": token,
                       "BELFRY_CA": str(self.provider.ca), "LC_ALL": "C.UTF-8"}
        return subprocess.run([COMMAND_LINE, *words], capture_output=True, text=True, timeout=60,
                              check=False, env=environment)


def main():
    with TokenIssuer() as directory, Provider("without-a-factor") as provider:
        walk = Walk(provider, directory)
        walk.by_cookie()
        walk.by_programs()
        walk.isolation.assert_untouched()
        assert not walk.problems, "\n".join(walk.problems)
        print(f"{walk.refused} privileged acts without a second factor: all refused")


if __name__ == "__main__":
    main()
