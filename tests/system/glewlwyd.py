"""A real directory for a test (Debian's glewlwyd): SQLite in its folder, keys of its own that
rotate.
"""

import http.cookiejar
import json
import sqlite3
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives.asymmetric import ec

from outside_server import OutsideServer
from token_issuer import base64url

GLEWLWYD = "/usr/bin/glewlwyd"
TABLES = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
CLIENT, CLIENT_SECRET = "belfry", "agreed-with-belfry-alone"
PASSWORD = "a password of the directory"
CONFIG = """
port={port}
bind_address="127.0.0.1"
external_url="{url}/"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="INFO"
log_file="{folder}/log"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=false
secure_connection_key_file="none"
secure_connection_pem_file="none"
secure_connection_ca_file="none"
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{folder}/glewlwyd.db"; }};
"""


def _key(name):
    private = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    public = private.public_numbers
    return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": name,
            "d": base64url(private.private_value.to_bytes(32, "big")),
            "x": base64url(public.x.to_bytes(32, "big")),
            "y": base64url(public.y.to_bytes(32, "big"))}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Session:
    """Somebody at the directory's pages."""

    def __init__(self, url, user, password):
        self.url = url
        self.opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.api("POST", "/auth/", {"username": user, "password": password})

    def ask(self, method, url, body=None):
        octets = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=octets, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def api(self, method, path, body=None):
        status, _, octets = self.ask(method, self.url + "/api" + path, body)
        assert status == 200, f"{method} {path}: {status} {octets[:1000]}"
        return octets


class Glewlwyd(OutsideServer):
    """`url` is its issuer; `register` makes people."""

    logs = ("log",)

    def __init__(self, folder):
        super().__init__(folder)
        self.base = f"http://localhost:{self.port}"
        self.url = self.base + "/api/oidc"
        self.keys = [_key("first")]

    def prepare(self):
        with open(TABLES, encoding="utf-8") as script:
            database = sqlite3.connect(self.folder / "glewlwyd.db")
            database.executescript(script.read())
            database.close()
        (self.folder / "glewlwyd.conf").write_text(
            CONFIG.format(folder=self.folder, port=self.port, url=self.base))

    def command(self):
        return [GLEWLWYD, f"--config-file={self.folder / 'glewlwyd.conf'}"]

    def _plugin(self):
        return {
            "module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "enabled": True,
            "parameters": {
                "iss": self.url, "jwks-show": True, "jwks-private": json.dumps({"keys": self.keys}),
                "default-kid": self.keys[0]["kid"], "jwt-type": "ecdsa", "jwt-key-size": "256",
                "key": "", "cert": "", "access-token-duration": 600, "refresh-token-duration": 600,
                "code-duration": 60, "refresh-token-rolling": True, "allow-non-oidc": False,
                "auth-type-code-enabled": True, "auth-type-token-enabled": False,
                "auth-type-id-token-enabled": True, "auth-type-none-enabled": False,
                "auth-type-password-enabled": False, "auth-type-client-enabled": False,
                "auth-type-refresh-enabled": True, "pkce-allowed": True, "pkce-required": True,
                "pkce-method-plain-allowed": False, "name-claim": "on-demand",
                "claims": [{"name": "preferred_username", "user-property": "username",
                            "type": "string", "mandatory": True, "scope": []}],
                "email-claim": "mandatory", "email-claim-scope": []}}

    def after_start(self):
        self.administrator = Session(self.base, "admin", "password")
        self.administrator.api("POST", "/mod/plugin/", self._plugin())

    def trust(self, redirect_url):
        """Belfry as a client of the directory."""
        self.administrator.api("POST", "/client/", {
            "client_id": CLIENT, "name": "Belfry", "confidential": True, "enabled": True,
            "client_secret": CLIENT_SECRET, "password": CLIENT_SECRET,
            "authorization_type": ["code"], "redirect_uri": [redirect_url], "scope": [],
            "token_endpoint_auth_method": ["client_secret_basic"]})

    def register(self, name):
        self.administrator.api("POST", "/user/", {
            "username": name, "name": name.title(), "email": f"{name}@example.org",
            "password": PASSWORD, "scope": ["g_profile", "openid"], "enabled": True})

    def page(self, url, name):
        """What the person does at the page: signs in and agrees. The parameters sent back."""
        person = Session(self.base, name, PASSWORD)
        person.api("PUT", f"/auth/grant/{CLIENT}", {"scope": "openid"})
        status, headers, octets = person.ask("GET", url + "&g_continue")
        assert status in (302, 303), (status, octets[:1000])
        back = urllib.parse.urlsplit(headers["Location"])
        found = dict(urllib.parse.parse_qsl(back.query))
        assert "code" in found, headers["Location"]
        return {name: found[name] for name in ("organisation", "code", "state", "iss")
                if name in found}

    def rotate(self, name):
        """A new key signs, and the old one is published a while longer."""
        self.keys.insert(0, _key(name))
        self.administrator.api("PUT", "/mod/plugin/oidc", self._plugin())
        self.administrator.api("PUT", "/mod/plugin/oidc/reset")
