#!/usr/bin/python3
"""A stolen session is used from elsewhere: from another network and with another program. It is in
the log and in its owner's list, does nothing that needs a second factor until one was proved there,
and its owner goes on where the session was opened.
"""

import http.client
import json
import time
import urllib.parse

from customer import Customer, sign_in_name, totp
from running_provider import Provider, wait_until

HERE, THERE = "127.0.0.1", "127.0.9.1"
BROWSER, NEWER = "Mozilla/5.0 (X11) Firefox/128.0", "Mozilla/5.0 (X11) Firefox/129.0"


class Thief:
    """Sends the customer's cookie from an address of this machine, as a program."""

    def __init__(self, provider, cookie, address, agent):
        self.provider, self.cookie, self.address, self.agent = provider, cookie, address, agent

    def ask(self, method, path, body=None):
        place = urllib.parse.urlsplit(self.provider.api)
        connection = http.client.HTTPSConnection(place.hostname, place.port, timeout=30,
                                                 context=self.provider.tls,
                                                 source_address=(self.address, 0))
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Cookie": f"belfry_session={self.cookie}", "User-Agent": self.agent,
                            "X-Belfry-Request": "1", "Content-Type": "application/json"})
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        return answer.status, json.loads(octets) if octets else None


def sign_in(provider, customer):
    """A session of BROWSER at HERE."""
    place = urllib.parse.urlsplit(provider.api)
    connection = http.client.HTTPSConnection(place.hostname, place.port, timeout=30,
                                             context=provider.tls, source_address=(HERE, 0))
    body = {"user": sign_in_name(customer.user), "totp": customer.code(),
            "password": f"a long passphrase of {customer.name}"}
    connection.request("POST", "/api/v1/session", json.dumps(body),
                       {"User-Agent": BROWSER, "Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    return answer.getheader("Set-Cookie").split("=", 1)[1].split(";")[0]


def try_places(provider, customer):
    cookie = sign_in(provider, customer)
    users = f"/api/v1/tenants/{customer.tenant['id']}/users"
    at_home = Thief(provider, cookie, HERE, BROWSER)
    renewed = Thief(provider, cookie, HERE, NEWER)
    away, other = Thief(provider, cookie, THERE, BROWSER), Thief(provider, cookie, HERE, "curl/8")
    for whose in at_home, renewed:
        assert whose.ask("GET", users)[0] == 200, whose.agent
        assert whose.ask("GET", "/api/v1/session")[1]["elsewhere"] is False
    for whose in away, other:
        for method, path, body in (("GET", users, None),
                                   ("POST", "/api/v1/api-tokens", {"label": "spoils"}),
                                   ("POST", f"/api/v1/users/{customer.user['id']}/access-keys",
                                    None)):
            status, problem = whose.ask(method, path, body)
            assert (status, problem["message_id"]) == (403, "iam.step_up_needed"), problem
        status, who = whose.ask("GET", "/api/v1/session")
        assert (status, who["elsewhere"]) == (200, True), who
        assert "iam:ListUsers" in who["rights"], "what could be asked for after a code is hidden"
    assert at_home.ask("GET", users)[0] == 200, "the owner is disturbed"

    found = wait_until(lambda: provider.rest(
        "GET", "/api/v1/audit/events?action=iam:UseSessionElsewhere",
        token=customer.token["secret"])["items"], 10, "the log")
    assert len(found) == 2, found
    own = at_home.ask("GET", f"/api/v1/users/{customer.user['id']}/sessions")[1]["items"]
    places = next(s for s in own if s["current"])["places"]
    assert {(p["source_ip"], p["user_agent"], p["confirmed_us"]) for p in places} == \
        {(THERE, BROWSER, None), (HERE, "curl/8", None)}, places

    status, problem = away.ask("POST", "/api/v1/session/step-up", {"totp": "000000"})
    assert status == 403, problem
    status, problem = away.ask("POST", "/api/v1/session/step-up", {"totp": customer.code()})
    assert status == 204, problem
    assert away.ask("GET", users)[0] == 200
    assert other.ask("GET", users)[0] == 403, "proved at another place"


class Guest(Customer):
    """Remembers the seed of its second factor, of which each code serves once."""

    def post(self, path, body=None):
        answer = super().post(path, body)
        if path == "/api/v1/session/totp":
            self.seed, self.last_step = answer["secret"], int(time.time()) // 30 + 1
        return answer

    def code(self):
        self.last_step += 1
        # The server takes codes of the neighbouring steps alone.
        wait_until(lambda: int(time.time()) // 30 >= self.last_step - 1, 90, "the next code")
        return totp(self.seed, self.last_step * 30)


def main():
    with Provider("session-elsewhere") as provider:
        try_places(provider, Guest(provider, "harbour"))
        print("a session is told apart by where it is used")


if __name__ == "__main__":
    main()
