"""A second tenant sees nothing of the first, by any route of openapi.yaml and any S3 operation.

The routes come from the description, so that a new one is tried as soon as it is described."""

import base64
import hashlib
import hmac
import json
import struct
import sys
import time
import urllib.parse

import yaml

from running_provider import SOURCE, Provider
from signed_requests import Signer

UNSAFE = {"post", "put", "patch", "delete"}
# What the second tenant may be answered when it names something of the first.
REFUSALS = {400, 403, 404, 405, 409, 411, 415, 429}
PASSWORD = "a long pass phrase of the other tenant"


def totp(secret, step_offset=0):
    counter = int(time.time()) // 30 + step_offset
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)),
                      struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


class SignedIn:
    """A user of the console: a cookie and the header that changes need."""

    def __init__(self, provider, user, password, code=""):
        self.provider = provider
        status, headers, octets = provider.request(
            "POST", "/api/v1/session", {"user": user, "password": password, "totp": code},
            token="", headers={"X-Belfry-Request": "1"})
        assert status == 200, (status, octets)
        self.user = json.loads(octets)["user"]
        self.cookie = headers["Set-Cookie"].split(";")[0]

    def rest(self, method, path, body=None):
        status, _, octets = self.provider.request(
            method, path, body, token="",
            headers={"Cookie": self.cookie, "X-Belfry-Request": "1"})
        assert status < 300, (method, path, status, octets)
        return json.loads(octets) if octets else None


class OtherTenant:
    """An administrator of another customer, with second factor, token and access key."""

    def __init__(self, provider):
        self.tenant = provider.rest("POST", "/api/v1/tenants",
                                    {"name": "Other customer", "kind": "customer"})["id"]
        provider.rest("POST", f"/api/v1/tenants/{self.tenant}/users",
                      {"name": "other-admin", "email": "other@example.net",
                       "role": "tenant_administrator", "password": PASSWORD})
        first = SignedIn(provider, "other-admin", PASSWORD)
        secret = first.rest("POST", "/api/v1/session/totp")["secret"]
        first.rest("POST", "/api/v1/session/totp/confirm", {"code": totp(secret)})
        # The code of the confirmation is used up; the next step's is accepted already.
        session = SignedIn(provider, "other-admin", PASSWORD, totp(secret, 1))
        self.token = session.rest("POST", "/api/v1/api-tokens", {"label": "isolation"})["secret"]
        key = provider.rest("POST", f"/api/v1/users/{session.user['id']}/access-keys",
                            token=self.token)
        self.access_key, self.secret_key = key["access_key"]["id"], key["secret"]


class FirstTenant:
    """Things of the provider's own tenant, each with a name that must not show elsewhere."""

    def __init__(self, provider):
        self.bucket, self.key = "first-tenants-bucket", "first-tenants-object"
        provider.rest("POST", "/api/v1/buckets", {"name": self.bucket})
        status, _, body = provider.request(
            "PUT", f"/api/v1/buckets/{self.bucket}/objects/{self.key}", b"first tenant's octets")
        assert status == 200, (status, body)
        who = provider.rest("GET", "/api/v1/session")
        self.user, self.tenant = who["user"]["id"], who["tenant"]["id"]
        self.access_key = provider.credentials["s3_access_key"]
        made = provider.rest("POST", "/api/v1/api-tokens", {"label": "first-tenants-token"})
        self.api_token = made["api_token"]["id"]
        session = SignedIn(provider, provider.credentials["admin_user"],
                           provider.credentials["admin_password"],
                           totp(provider.credentials["admin_totp_secret"]))
        self.session = session.rest("GET", "/api/v1/session")["session"]["id"]
        self.job = provider.rest("POST", "/api/v1/scrub")["id"]
        self.disk = provider.rest("GET", "/api/v1/disks")["items"][0]["name"]
        self.marks = [self.bucket, self.key, "first tenant's octets", self.access_key,
                      "first-tenants-token", self.session, self.disk,
                      provider.credentials["admin_user"]]

    def parameters(self):
        return {"bucket": self.bucket, "key": self.key, "user": self.user, "tenant": self.tenant,
                "access_key": self.access_key, "token": self.api_token, "session": self.session,
                "job": self.job, "disk": self.disk, "measure": "S06-P-20", "path": "checkpoint"}


def operations():
    description = yaml.safe_load((SOURCE / "docs/api/openapi.yaml").read_text())
    for path, item in description["paths"].items():
        for method in item.keys() & {"get", "put", "post", "patch", "delete"}:
            yield path, method, item[method]


def fill(path, values):
    for name, value in values.items():
        path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
    assert "{" not in path, f"the test has no value for a parameter of {path}"
    return path


def check_routes(provider, first, other):
    tried = 0
    for path, method, operation in operations():
        # Ending the other's own session is no matter of isolation, and would end the test.
        if operation["operationId"] in ("signIn", "signOut"):
            continue
        target = fill(path, first.parameters())
        body = {} if method in UNSAFE else None
        status, _, octets = provider.request(method.upper(), target, body, token=other.token)
        answer = octets.decode(errors="replace")
        shown = [mark for mark in first.marks if mark in answer]
        # An error may repeat what the request itself named.
        shown = [mark for mark in shown if status < 300 or mark not in urllib.parse.unquote(target)]
        assert not shown, f"{method} {target} shows {shown}: {answer[:500]}"
        if operation["x-belfry-scope"] in ("bucket", "provider") or "{" in path and \
                operation["x-belfry-scope"] == "tenant":
            assert status in REFUSALS, f"{method} {target} answered {status}: {answer[:500]}"
        tried += 1
    return tried


def check_nothing_changed(provider, first):
    status, _, octets = provider.request(
        "GET", f"/api/v1/buckets/{first.bucket}/objects/{first.key}")
    assert (status, octets) == (200, b"first tenant's octets"), (status, octets)
    assert provider.rest("GET", f"/api/v1/users/{first.user}")["active"]
    keys = provider.rest("GET", f"/api/v1/users/{first.user}/access-keys")["items"]
    assert first.access_key in [key["id"] for key in keys]


S3_OPERATIONS = [
    ("GET", "/{b}", {}), ("HEAD", "/{b}", {}), ("PUT", "/{b}", {}), ("DELETE", "/{b}", {}),
    ("GET", "/{b}", {"location": ""}), ("GET", "/{b}", {"list-type": "2"}),
    ("GET", "/{b}", {"versioning": ""}), ("GET", "/{b}", {"acl": ""}), ("GET", "/{b}", {"policy": ""}),
    ("GET", "/{b}", {"uploads": ""}), ("POST", "/{b}", {"delete": ""}),
    ("GET", "/{b}/{k}", {}), ("HEAD", "/{b}/{k}", {}), ("PUT", "/{b}/{k}", {}),
    ("DELETE", "/{b}/{k}", {}), ("POST", "/{b}/{k}", {"uploads": ""}),
    ("PUT", "/{b}/{k}", {"partNumber": "1", "uploadId": "u"}),
    ("GET", "/{b}/{k}", {"uploadId": "u"}), ("POST", "/{b}/{k}", {"uploadId": "u"}),
    ("DELETE", "/{b}/{k}", {"uploadId": "u"}), ("GET", "/{b}/{k}", {"acl": ""}),
]


def check_s3(provider, first, other):
    signer = Signer(provider.s3, other.access_key, other.secret_key)
    for method, path, query in S3_OPERATIONS:
        path = path.format(b=first.bucket, k=first.key)
        target, fields = signer.sign(method, path, query)
        connection = signer.connect()
        connection.request(method, target, headers=fields)
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        assert answer.status in (400, 403, 404, 409), (method, target, answer.status, octets[:300])
        assert b"first tenant's octets" not in octets
    target, fields = signer.sign("GET", "/")
    connection = signer.connect()
    connection.request("GET", target, headers=fields)
    octets = connection.getresponse().read()
    assert first.bucket.encode() not in octets, octets


def main():
    with Provider("isolation") as provider:
        first = FirstTenant(provider)
        other = OtherTenant(provider)
        tried = check_routes(provider, first, other)
        check_s3(provider, first, other)
        check_nothing_changed(provider, first)
        print(f"{tried} routes and {len(S3_OPERATIONS) + 1} S3 operations show nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
