"""An authenticator in software (WebAuthn Level 3, ES256), which answers as browsers hand it on."""

import base64
import hashlib
import json
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


def base64url(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def cbor(value):
    """RFC 8949, as far as an attestation needs it."""
    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256:
            return bytes([major << 5 | 24, number])
        return bytes([major << 5 | 25]) + struct.pack(">H", number)
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


class Authenticator:
    def __init__(self, origin):
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.user = b""
        self.count = 0

    def _client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _head(self, site, flags):
        self.count += 1
        return (hashlib.sha256(site.encode()).digest() + bytes([PRESENT | VERIFIED | flags])
                + struct.pack(">I", self.count))

    def create(self, asked):
        numbers = self.key.public_key().public_numbers()
        public = cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"),
                       -3: numbers.y.to_bytes(32, "big")})
        self.user = base64.urlsafe_b64decode(asked["user"]["id"] + "==")
        data = (self._head(asked["rp"]["id"], HAS_CREDENTIAL) + bytes(16)
                + struct.pack(">H", len(self.id)) + self.id + public)
        made = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", asked["challenge"])
        return {"id": base64url(self.id), "type": "public-key",
                "response": {"clientDataJSON": base64url(client_data),
                             "attestationObject": base64url(made), "transports": ["usb"]}}

    def get(self, asked):
        data = self._head(asked["rpId"], 0)
        client_data = self._client_data("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(),
                                  ec.ECDSA(hashes.SHA256()))
        return {"id": base64url(self.id), "type": "public-key",
                "response": {"clientDataJSON": base64url(client_data),
                             "authenticatorData": base64url(data),
                             "signature": base64url(signature),
                             "userHandle": base64url(self.user)}}
