"""An issuer of OpenID Connect for a test, on loopback: it signs what it is told to, right or
wrong.
"""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

CLIENT, CLIENT_SECRET = "belfry", "agreed-with-the-test"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Key:
    def __init__(self, name):
        self.name = name
        self.private = ec.generate_private_key(ec.SECP256R1())

    def public(self):
        numbers = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.name,
                "x": base64url(numbers.x.to_bytes(32, "big")),
                "y": base64url(numbers.y.to_bytes(32, "big"))}

    def token(self, claims, header=None):
        head = header or {"alg": "ES256", "typ": "JWT", "kid": self.name}
        message = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
        pair = utils.decode_dss_signature(
            self.private.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
        return message + "." + base64url(b"".join(n.to_bytes(32, "big") for n in pair))


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body):
        octets = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def do_GET(self):
        issuer = self.server.issuer
        if self.path == "/keys":
            issuer.keys_asked += 1
            self.answer(200, {"keys": [key.public() for key in issuer.published]})
        elif self.path == "/.well-known/openid-configuration":
            self.answer(200, {"issuer": issuer.url, "authorization_endpoint": issuer.url + "/page",
                              "token_endpoint": issuer.url + "/token",
                              "jwks_uri": issuer.url + "/keys"})
        else:
            self.answer(404, {})

    def do_POST(self):
        issuer = self.server.issuer
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(urllib.parse.parse_qsl(form))
        authorization = base64.b64decode(self.headers["Authorization"].split()[1]).decode()
        client, secret = map(urllib.parse.unquote, authorization.split(":"))
        asked = issuer.codes.pop(fields["code"], None)
        challenge = base64url(hashlib.sha256(fields["code_verifier"].encode()).digest())
        if (asked is None or (client, secret) != (CLIENT, CLIENT_SECRET)
                or challenge != asked["code_challenge"]
                or fields["redirect_uri"] != asked["redirect_uri"]):
            self.answer(400, {"error": "invalid_grant"})
            return
        self.answer(200, {"access_token": "x", "token_type": "Bearer",
                          "id_token": issuer.sign(asked)})


class TokenIssuer:
    """Use it in a `with`. `change(claims)` changes what the next tokens say, `signer` who signs."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.issuer = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.signer = Key("first")
        self.published = [self.signer]
        self.header, self.keys_asked, self.codes = None, 0, {}
        self.change = lambda claims: None
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *trace):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def registration(self, organisation="", **more):
        return {"url": self.url, "client_id": CLIENT, "client_secret": CLIENT_SECRET,
                "organisation": organisation, **more}

    def page(self, url):
        """What the person does at the page: the parameters that the browser is sent back with."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256", asked
        assert asked["client_id"] == CLIENT and "openid" in asked["scope"].split(), asked
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        landing = urllib.parse.urlsplit(asked["redirect_uri"])
        return {**dict(urllib.parse.parse_qsl(landing.query)), "code": code,
                "state": asked["state"]}

    def claims(self, audience=CLIENT, subject="subject-1", **more):
        now = int(time.time())
        return {"iss": self.url, "sub": subject, "aud": audience, "iat": now, "exp": now + 300,
                **more}

    def sign(self, asked):
        claims = self.claims(nonce=asked["nonce"], preferred_username="anna",
                             email="anna@example.org")
        self.change(claims)
        return self.signer.token(claims, self.header)

    def rotate(self):
        """A new key signs, and the old one is published a while longer."""
        self.signer = Key(f"key-{len(self.published) + 1}")
        self.published.append(self.signer)


class Browser:
    """What the console does when somebody signs in with a directory."""

    def __init__(self, provider):
        self.provider = provider
        self.origin = json.loads((provider.data / "run/endpoints.json").read_text())["console"]
        self.cookies = {}

    def post(self, path, body):
        headers = {"X-Belfry-Request": "1", "Origin": self.origin,
                   "Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        status, answered, octets = self.provider.request("POST", path, body, token="",
                                                         headers=headers)
        for field in answered.get_all("Set-Cookie") or []:
            name, value = field.split(";")[0].split("=", 1)
            self.cookies[name] = value
            assert "HttpOnly; Secure; SameSite=Strict" in field and "Path=/" in field, field
        return status, json.loads(octets)

    def begin(self, organisation):
        status, body = self.post("/api/v1/session/directory", {"organisation": organisation})
        assert status == 200, (status, body)
        return body["url"]

    def finish(self, answer, **more):
        return self.post("/api/v1/session", {"directory": answer, **more})

    def whoami(self):
        status, _, octets = self.provider.request(
            "GET", "/api/v1/session", token="",
            headers={"Cookie": "belfry_session=" + self.cookies["belfry_session"]})
        assert status == 200, octets
        return json.loads(octets)
