"""A customer made through the REST API: tenant, administrator with a second factor, S3 key, API
token.
"""

import base64
import hashlib
import hmac
import http.cookies
import json
import struct
import time

from signed_requests import Signer


def totp(secret, moment):
    """RFC 6238 with SHA-1, 30 s, six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(moment) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def sign_in_name(user):
    """What a user, as REST shows it, types to sign in: the number of the organisation, the name."""
    return f"{user['tenant']}/{user['name']}"


class Customer:
    def __init__(self, provider, name):
        self.provider, self.name = provider, name
        password = f"a long passphrase of {name}"
        self.tenant = provider.rest("POST", "/api/v1/tenants", {"name": name, "kind": "customer"})
        self.user = provider.rest(
            "POST", f"/api/v1/tenants/{self.tenant['id']}/users",
            {"name": f"{name}-administrator", "email": f"admin@{name}.example",
             "role": "tenant_administrator", "password": password})
        self.enrol(password)

    def enrol(self, password):
        """Signs the user in, with a second factor from now on, and makes its token and key."""
        self.cookie = None
        sign_in = {"user": sign_in_name(self.user), "password": password}
        self.post("/api/v1/session", sign_in)
        seed = self.post("/api/v1/session/totp")["secret"]
        now = time.time()
        # A code serves once: this step's confirms, the next one's signs in.
        self.post("/api/v1/session/totp/confirm", {"code": totp(seed, now)})
        self.post("/api/v1/session", {**sign_in, "totp": totp(seed, now + 30)})
        self.session = self.cookie_request("GET", "/api/v1/session")["session"]
        self.token = self.post("/api/v1/api-tokens", {"label": f"{self.name} tests"})
        key = self.post(f"/api/v1/users/{self.user['id']}/access-keys")
        self.access_key, self.secret_key = key["access_key"]["id"], key["secret"]

    def signer(self):
        return Signer(self.provider.s3, self.access_key, self.secret_key)

    def post(self, path, body=None):
        return self.cookie_request("POST", path, body)

    def cookie_request(self, method, path, body=None):
        headers = {"X-Belfry-Request": "1"}
        if self.cookie:
            headers["Cookie"] = f"belfry_session={self.cookie}"
        status, answered, octets = self.provider.request(method, path, body, token="",
                                                         headers=headers)
        assert status < 300, f"{method} {path}: {status} {octets[:500]}"
        if "Set-Cookie" in answered:
            self.cookie = http.cookies.SimpleCookie(answered["Set-Cookie"])["belfry_session"].value
        return json.loads(octets) if octets else None
