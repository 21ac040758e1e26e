#!/usr/bin/python3
"""Second factors over REST, with an authenticator in software: what is right signs in, and each
thing that is wrong is refused and in the log.
"""

import http.cookies
import json
import os
import subprocess
import time

from authenticator import Authenticator, base64url
from customer import totp
from running_provider import COMMAND_LINE, Provider, wait_until
from sources import actions_from_somewhere
from staff import make_staff


class Browser:
    """Keeps a cookie, and says which page it shows."""

    def __init__(self, provider, origin):
        self.provider, self.origin, self.cookie = provider, origin, None

    def ask(self, method, path, body=None):
        headers = {"X-Belfry-Request": "1", "Origin": self.origin}
        if self.cookie:
            headers["Cookie"] = f"belfry_session={self.cookie}"
        status, fields, octets = self.provider.request(method, path, body, token="",
                                                       headers=headers)
        if "Set-Cookie" in fields:
            self.cookie = http.cookies.SimpleCookie(fields["Set-Cookie"])["belfry_session"].value
        return status, json.loads(octets) if octets else None

    def must(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def refused(self, message, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status >= 400 and answer["message_id"] == message, f"{path}: {status} {answer}"
        return answer

    def add_passkey(self, authenticator, label):
        asked = self.must("POST", "/api/v1/session/passkeys/request")
        return self.must("POST", "/api/v1/session/passkeys",
                         {"label": label, "credential": authenticator.create(asked)})

    def passkey_request(self, **who):
        return self.must("POST", "/api/v1/session/passkey-request", who)


def in_log(provider, action, reason):
    events = provider.rest("GET", f"/api/v1/audit/events?action={action}&limit=100")["items"]
    return any(event["outcome"] == "failure" and reason in json.dumps(event["ocsf"])
               for event in events)


def passkeys(provider, origin):
    secrets = provider.credentials
    who = {"user": secrets["admin_user"], "password": secrets["admin_password"]}
    browser = Browser(provider, origin)
    browser.must("POST", "/api/v1/session",
                 {**who, "totp": totp(secrets["admin_totp_secret"], time.time())})
    key = Authenticator(origin)

    # Elsewhere than where passkeys live: the page, then the client data.
    by_address = Browser(provider, provider.api)
    by_address.cookie = browser.cookie
    answer = by_address.refused("iam.passkey_not_here", "POST", "/api/v1/session/passkeys/request")
    assert origin in answer["detail"], answer
    by_address.refused("iam.passkey_not_here", "POST", "/api/v1/session/passkey-request", {})
    asked = browser.must("POST", "/api/v1/session/passkeys/request")
    elsewhere = Authenticator("https://localhost.example.net")
    browser.refused("iam.passkey_wrong_origin", "POST", "/api/v1/session/passkeys",
                    {"label": "x", "credential": elsewhere.create(asked)})
    # The refused try took its challenge with it.
    browser.refused("iam.passkey_wrong_request", "POST", "/api/v1/session/passkeys",
                    {"label": "x", "credential": key.create(asked)})
    for malformed in ({}, {"response": {}}, {"response": {"clientDataJSON": 1}},
                      {"response": {"clientDataJSON": "!", "attestationObject": ""}}):
        status, _ = browser.ask("POST", "/api/v1/session/passkeys",
                                {"label": "x", "credential": malformed})
        assert status == 400, (status, malformed)

    added_and_used(provider, browser, key, who)
    tokens_of_before(provider, browser)
    refused(provider, browser, key)
    return browser


def added_and_used(provider, browser, key, who):
    origin = browser.origin
    before = browser.cookie
    added = browser.add_passkey(key, "key ring")
    assert added["factor"]["label"] == "key ring" and added["factor"]["site"] == "localhost", added
    assert browser.cookie != before
    stale = Browser(provider, origin)
    stale.cookie = before
    stale.refused("iam.unknown_session", "GET", "/api/v1/session")
    kinds = [each["kind"] for each in browser.must("GET", "/api/v1/session/factors")["factors"]]
    assert kinds == ["totp", "passkey"], kinds

    fresh = Browser(provider, origin)
    used = key.get(fresh.passkey_request())
    fresh.must("POST", "/api/v1/session", {"passkey": used})
    assert fresh.must("GET", "/api/v1/session")["session"]["factor"] == "passkey"
    again = Browser(provider, origin)
    again.refused("iam.passkey_wrong_request", "POST", "/api/v1/session", {"passkey": used})

    # Beside the password.
    answer = again.refused("iam.totp_needed", "POST", "/api/v1/session", who)
    assert answer["arguments"]["passkey"] == "yes", answer
    asked = again.passkey_request(**who)
    assert [each["id"] for each in asked["allowCredentials"]] == [base64url(key.id)], asked
    again.must("POST", "/api/v1/session", {**who, "passkey": key.get(asked)})


def tokens_of_before(provider, browser):
    """Which the role is closed to from the first passkey on; another is made with it."""
    status, _, octets = provider.request("GET", "/api/v1/tenants/1/users")
    assert status == 403 and b"iam.made_before_passkey" in octets, (status, octets)
    assert provider.rest("GET", "/api/v1/session")["user"]["name"] == "admin"
    made = browser.must("POST", "/api/v1/api-tokens", {"label": "with the passkey"})
    provider.credentials["api_token"] = made["secret"]
    assert provider.rest("GET", "/api/v1/tenants/1/users")["items"]


def refused(provider, browser, key):
    origin = browser.origin
    # A page elsewhere, a copy of the key, somebody else's key, a changed signature.
    last = Browser(provider, origin)
    key.origin = "https://localhost.example.net"
    last.refused("iam.passkey_wrong_origin", "POST", "/api/v1/session",
                 {"passkey": key.get(last.passkey_request())})
    key.origin = origin
    key.count -= 2
    last.refused("iam.passkey_cloned", "POST", "/api/v1/session",
                 {"passkey": key.get(last.passkey_request())})
    stranger = Authenticator(origin)
    last.refused("iam.passkey_unknown", "POST", "/api/v1/session",
                 {"passkey": stranger.get(last.passkey_request())})
    # Another one: after several failures the first has to wait.
    second = Authenticator(origin)
    browser.add_passkey(second, "drawer")
    used = second.get(last.passkey_request())
    used["response"]["signature"] = base64url(b"\x30\x06\x02\x01\x01\x02\x01\x01")
    last.refused("iam.passkey_wrong_signature", "POST", "/api/v1/session", {"passkey": used})
    reasons = [f"iam.passkey_{what}"
               for what in ("wrong_origin", "cloned", "unknown", "wrong_signature")]
    wait_until(lambda: all(in_log(provider, "iam:SignIn", reason) for reason in reasons), 30,
               "the refusals are in the log")


def stepping_up(provider, browser):
    """That old proofs are refused is a unit test: no clock is moved here."""
    before = browser.must("GET", "/api/v1/session")["session"]["second_factor_us"]
    key = Authenticator(browser.origin)
    browser.add_passkey(key, "desk")
    asked = browser.must("POST", "/api/v1/session/step-up/request")
    assert base64url(key.id) in [each["id"] for each in asked["allowCredentials"]], asked
    # Who administers the provider and has a passkey is asked for that alone.
    secrets = provider.credentials
    with_code = Browser(provider, browser.origin)
    with_code.must("POST", "/api/v1/session",
                   {"user": secrets["admin_user"], "password": secrets["admin_password"],
                    "totp": totp(secrets["admin_totp_secret"], time.time() + 30)})
    said = with_code.must("GET", "/api/v1/session")
    assert said["passkey_due"] and "iam:ListUsers" in said["rights"], said
    for method, path in (("GET", "/api/v1/disks"), ("GET", "/api/v1/tenants/1/users"),
                         ("POST", "/api/v1/session/passkeys/request"),
                         ("POST", "/api/v1/session/totp")):
        with_code.refused("iam.passkey_step_up_needed", method, path)
    with_code.refused("iam.passkey_step_up_needed", "POST", "/api/v1/session/step-up",
                      {"totp": totp(secrets["admin_totp_secret"], time.time() + 60)})
    asked_anew = with_code.must("POST", "/api/v1/session/step-up/request")
    with_code.must("POST", "/api/v1/session/step-up", {"passkey": key.get(asked_anew)})
    with_code.must("GET", "/api/v1/disks")
    assert not with_code.must("GET", "/api/v1/session")["passkey_due"]
    used = key.get(asked)
    other = Browser(provider, browser.origin)
    other.refused("iam.passkey_wrong_request", "POST", "/api/v1/session", {"passkey": used})
    browser.refused("iam.passkey_wrong_request", "POST", "/api/v1/session/step-up",
                    {"passkey": used})
    asked = browser.must("POST", "/api/v1/session/step-up/request")
    browser.must("POST", "/api/v1/session/step-up", {"passkey": key.get(asked)})
    after = browser.must("GET", "/api/v1/session")["session"]["second_factor_us"]
    assert after > before, (before, after)


def on_the_command_line(provider, browser):
    """No passkey works there: it says what to do instead, and leaves no session behind."""
    secrets = provider.credentials
    codes = browser.must("POST", "/api/v1/session/recovery-codes")["recovery_codes"]
    said = subprocess.run([COMMAND_LINE, "--url", provider.api, "--ca", str(provider.ca), "login",
                           "--user", secrets["admin_user"], "--recovery-code", codes[0]],
                          input=secrets["admin_password"] + "\n", text=True, capture_output=True,
                          timeout=60, env={**os.environ, "HOME": str(provider.folder),
                                           "LC_ALL": "C.UTF-8"})
    assert said.returncode == 3 and "--token" in said.stderr, said
    user = browser.must("GET", "/api/v1/session")["user"]["id"]
    sessions = browser.must("GET", f"/api/v1/users/{user}/sessions")["items"]
    assert "recovery_code" not in [session["factor"] for session in sessions], sessions


def recovery(provider, origin):
    password = "a long passphrase of nadia"
    make_staff(provider, "nadia", "operator", password)
    who = {"user": "nadia", "password": password}
    browser = Browser(provider, origin)
    browser.must("POST", "/api/v1/session", who)
    key = Authenticator(origin)
    codes = browser.add_passkey(key, "key ring")["recovery_codes"]
    assert len(set(codes)) == 10, codes
    lost = Browser(provider, origin)
    lost.refused("iam.passkey_needed", "POST", "/api/v1/session", who)
    lost.must("POST", "/api/v1/session", {**who, "recovery_code": codes[0]})
    session = lost.must("GET", "/api/v1/session")["session"]
    assert session["second_factor"] and session["factor"] == "recovery_code", session
    again = Browser(provider, origin)
    again.refused("iam.sign_in_refused", "POST", "/api/v1/session",
                  {**who, "recovery_code": codes[0]})

    place = ("--url", provider.api, "--ca", str(provider.ca), "login", "--user", "nadia")
    said = subprocess.run([COMMAND_LINE, *place, "--recovery-code", codes[1]],
                          input=password + "\n", text=True, capture_output=True, timeout=60,
                          env={**os.environ, "HOME": str(provider.folder), "LC_ALL": "C.UTF-8"})
    assert said.returncode == 0 and "8 are left" in said.stderr, said
    left = browser.must("GET", "/api/v1/session/factors")["recovery_codes_left"]
    assert left == 8, left
    fresh = lost.must("POST", "/api/v1/session/recovery-codes")["recovery_codes"]
    again.refused("iam.sign_in_refused", "POST", "/api/v1/session",
                  {**who, "recovery_code": codes[2]})
    again.must("POST", "/api/v1/session", {**who, "recovery_code": fresh[0]})


with Provider("second-factors") as started:
    endpoints = json.loads((started.data / "run/endpoints.json").read_text())
    assert endpoints["console"].startswith("https://localhost:"), endpoints
    administrator = passkeys(started, endpoints["console"])
    stepping_up(started, administrator)
    on_the_command_line(started, administrator)
    recovery(started, endpoints["console"])
    assert {"iam:AddPasskey", "iam:StepUp", "iam:MakeRecoveryCodes",
            "iam:SignIn"} <= actions_from_somewhere(started)
print("second factors sign in, and nothing else does")
