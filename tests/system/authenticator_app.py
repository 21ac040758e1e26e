#!/usr/bin/python3
"""A second factor by Debian's oathtool, a TOTP of somebody else's hand: its codes enrol and sign
in, each once; and let in who is slowed down, by two in a row.
"""

import json
import os
import re
import subprocess
import time
import urllib.parse

from customer import Customer, sign_in_name
from running_provider import COMMAND_LINE, Provider, wait_until


class App:
    """What an authenticator app does with the address that it is told."""

    def __init__(self, uri):
        address = urllib.parse.urlsplit(uri)
        told = dict(urllib.parse.parse_qsl(address.query))
        assert (address.scheme, address.netloc) == ("otpauth", "totp"), uri
        assert told.get("algorithm", "SHA1") == "SHA1", uri
        self.seed, self.digits = told["secret"], told.get("digits", "6")
        self.period = int(told.get("period", "30"))

    def code(self, steps=0):
        moment = time.gmtime(time.time() + steps * self.period)
        shown = subprocess.run(
            ["oathtool", "--totp", "--base32", "--digits", self.digits, "--time-step-size",
             f"{self.period}s", "--now", time.strftime("%Y-%m-%d %H:%M:%S UTC", moment),
             self.seed], capture_output=True, text=True, timeout=30, check=True)
        return shown.stdout.strip()


class Person(Customer):
    """An administrator of a new customer, enrolled with that app."""

    def enrol(self, password):
        self.cookie, self.password = None, password
        self.post("/api/v1/session", {"user": sign_in_name(self.user), "password": password})
        self.app = App(self.post("/api/v1/session/totp")["uri"])
        place = "/api/v1/session/totp/confirm"
        status, answer = self.ask(place, {"code": "000000"})
        assert status >= 400, answer
        # The one before: the next two are new then. Just then another step may have begun.
        codes = [self.ask(place, {"code": self.app.code(-1)})]
        if codes[0][0] >= 400:
            codes = [self.ask(place, {"code": self.app.code(-1)})]
        assert codes[0][0] == 200 and len(codes[0][1]["recovery_codes"]) == 10, codes

    def ask(self, path, body):
        headers = {"X-Belfry-Request": "1"}
        if self.cookie:
            headers["Cookie"] = f"belfry_session={self.cookie}"
        status, _, octets = self.provider.request("POST", path, body, token="", headers=headers)
        return status, json.loads(octets)

    def sign_in(self, **shown):
        """A browser that nobody knows: (status, message)."""
        status, answer = self.ask("/api/v1/session", {"user": sign_in_name(self.user),
                                                      "password": self.password, **shown})
        return status, answer.get("message_id")

    def is_slowed_down(self, seconds=16):
        """Guesses until nothing is tried for so long, at this address."""
        def guess():
            status, answer = self.ask("/api/v1/session", {"user": sign_in_name(self.user),
                                                          "password": "a guess"})
            return status == 429 and int(answer["arguments"]["seconds"]) >= seconds
        wait_until(guess, 120, "the throttle")


def codes_are_good_once(person):
    person.cookie = None
    assert person.sign_in() == (401, "iam.totp_needed")
    code = person.app.code(1)
    assert person.sign_in(totp=code) == (200, None)
    assert person.sign_in(totp=code) == (401, "iam.sign_in_refused"), "a replay"
    assert person.sign_in(totp=person.app.code()) == (401, "iam.sign_in_refused"), "an older one"


def log_in(provider, person, *options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BELFRY_", "XDG_"))}
    environment.update(HOME=str(provider.folder), BELFRY_URL=provider.api,
                       BELFRY_CA=str(provider.ca))
    return subprocess.run([COMMAND_LINE, "login", "--user", sign_in_name(person.user),
                           *options],
                          input=person.password + "\n", capture_output=True, text=True, timeout=60,
                          check=False, env=environment)


def two_in_a_row_let_in(person):
    person.is_slowed_down()
    first, second = person.app.code(), person.app.code(1)
    assert person.sign_in(totp=second) == (429, "iam.throttled"), "one code, at this address"
    wrong = {"totp": second, "totp_before": first, "password": "a guess of the password"}
    assert person.sign_in(**wrong) == (429, "iam.throttled")
    assert person.sign_in(totp=first, totp_before=second) == (429, "iam.throttled")
    assert person.sign_in(totp=second, totp_before=first) == (200, None)
    assert person.sign_in(totp=second, totp_before=first)[0] != 200, "a replay"


def the_command_line_takes_two(provider, person):
    person.is_slowed_down()
    first, second = person.app.code(), person.app.code(1)
    done = log_in(provider, person, "--totp", second)
    assert done.returncode != 0 and re.search(r"Wait \d+ seconds", done.stderr), done
    done = log_in(provider, person, "--totp", second, "--totp-before", first)
    assert done.returncode == 0 and person.user["name"] in done.stdout, done


def main():
    with Provider("authenticator-app") as provider:
        codes_are_good_once(Person(provider, "harbour"))
        two_in_a_row_let_in(Person(provider, "meadow"))
        the_command_line_takes_two(provider, Person(provider, "quarry"))
    print("oathtool's codes enrol and sign in, each once; two in a row past the throttle")


if __name__ == "__main__":
    main()
