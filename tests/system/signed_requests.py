"""S3 requests signed by hand (Signature Version 4), so that a test can also make them wrong."""

import datetime
import hashlib
import hmac
import http.client
import re
import urllib.parse

EMPTY = hashlib.sha256(b"").hexdigest()
REGION = "us-east-1"


def quoted(text, slash=""):
    return urllib.parse.quote(text, safe="-_.~" + slash)


def canonical_query(query):
    return "&".join(f"{quoted(k)}={quoted(v)}" for k, v in sorted(query.items()))


def signing_key(secret, day):
    key = ("AWS4" + secret).encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


class Signer:
    def __init__(self, endpoint, access_key, secret_key, context=None):
        scheme, self.host = endpoint.split("://")
        self.secure = scheme == "https"
        self.access_key, self.secret_key = access_key, secret_key
        self.context = context

    @staticmethod
    def of(provider, secure=False):
        return Signer(provider.s3_tls if secure else provider.s3,
                      provider.credentials["s3_access_key"],
                      provider.credentials["s3_secret_key"], provider.tls)

    def connect(self, timeout=60):
        if self.secure:
            return http.client.HTTPSConnection(self.host, timeout=timeout, context=self.context)
        return http.client.HTTPConnection(self.host, timeout=timeout)

    def sign(self, method, path, query=None, headers=None, body=b"", now=None, payload=None):
        """(target, headers) of a request signed by its header."""
        now = now or datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        payload = payload or hashlib.sha256(body).hexdigest()
        fields = {"host": self.host, "x-amz-date": stamp, "x-amz-content-sha256": payload,
                  **{k.lower(): v for k, v in (headers or {}).items()}}
        names = ";".join(sorted(fields))
        canonical = "\n".join([
            method, quoted(path, "/"), canonical_query(query or {}),
            "".join(f"{k}:{' '.join(fields[k].split())}\n" for k in sorted(fields)), names,
            payload])
        scope = f"{day}/{REGION}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                          hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(signing_key(self.secret_key, day), text.encode(),
                             hashlib.sha256).hexdigest()
        fields["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
                                   f"SignedHeaders={names}, Signature={signature}")
        query_text = canonical_query(query or {})
        return quoted(path, "/") + (f"?{query_text}" if query_text else ""), fields

    def presign(self, method, path, seconds=300, now=None, query=None):
        """The target of a request signed by its query."""
        now = now or datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        scope = f"{day}/{REGION}/s3/aws4_request"
        fields = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                  "X-Amz-Credential": f"{self.access_key}/{scope}", "X-Amz-Date": stamp,
                  "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": "host", **(query or {})}
        canonical = "\n".join([method, quoted(path, "/"), canonical_query(fields),
                               f"host:{self.host}\n", "host", "UNSIGNED-PAYLOAD"])
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                          hashlib.sha256(canonical.encode()).hexdigest()])
        fields["X-Amz-Signature"] = hmac.new(signing_key(self.secret_key, day), text.encode(),
                                             hashlib.sha256).hexdigest()
        return quoted(path, "/") + "?" + canonical_query(fields)

    def request(self, method, path, body=b"", query=None, headers=None, connection=None, **how):
        """(status, headers, octets) of one signed request, on `connection` or a new one."""
        own = connection or self.connect()
        target, fields = self.sign(method, path, query, headers, body, **how)
        own.request(method, target, body=body or None, headers=fields)
        answer = own.getresponse()
        octets = answer.read()
        if connection is None:
            own.close()
        return answer.status, dict(answer.getheaders()), octets

    def ok(self, method, path, body=b"", **how):
        status, headers, octets = self.request(method, path, body, **how)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {octets[:500]}")
        return headers, octets


def error_code(octets):
    """The Code of S3's error document."""
    found = re.search(rb"<Code>(\w+)</Code>", octets)
    return found.group(1).decode() if found else ""
