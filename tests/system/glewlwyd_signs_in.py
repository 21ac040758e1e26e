#!/usr/bin/python3
"""Debian's glewlwyd as a customer's directory: it signs people in, an existing user is linked to a
subject of it, its key rotates.
"""

import os
import time

from customer import Customer
from directories import message_of
from glewlwyd import CLIENT, CLIENT_SECRET, Glewlwyd
from running_provider import BUILD, Provider
from token_issuer import Browser

ORGANISATION = "harbour"


class SignIns:
    def __init__(self, provider, directory):
        self.provider, self.directory = provider, directory
        self.customer = Customer(provider, ORGANISATION)
        self.token = self.customer.token["secret"]
        directory.trust(Browser(provider).origin + "/signed-in?organisation=" + ORGANISATION)
        for name in ("anna", "berta"):
            directory.register(name)
        self.issuer = provider.rest(
            "POST", "/api/v1/issuers",
            {"url": directory.url, "client_id": CLIENT, "client_secret": CLIENT_SECRET,
             "organisation": ORGANISATION, "creates_users": True}, self.token)

    def sign_in(self, name):
        browser = Browser(self.provider)
        return browser.finish(self.directory.page(browser.begin(ORGANISATION), name))

    def subjects(self):
        return self.provider.rest("GET", f"/api/v1/issuers/{self.issuer['id']}/subjects",
                                  token=self.token)["items"]

    def try_newcomer(self):
        status, opened = self.sign_in("anna")
        assert status == 200, opened
        user = opened["user"]
        assert (user["name"], user["email"], user["role"], user["tenant"]) == (
            "anna@harbour", "anna@example.org", "reader", self.customer.tenant["id"]), user
        assert self.sign_in("anna")[1]["user"]["id"] == user["id"]

    def try_link(self):
        """Whom the directory calls berta is somebody that was here before."""
        members = self.provider.rest(
            "POST", f"/api/v1/tenants/{self.customer.tenant['id']}/users",
            {"name": "berta-the-old", "email": "", "role": "reader",
             "password": "a long passphrase of berta"}, self.token)
        first = self.sign_in("berta")[1]["user"]
        link = next(s for s in self.subjects() if s["user"] == first["id"])
        place = f"/api/v1/issuers/{self.issuer['id']}/subjects"
        self.provider.rest("DELETE", f"{place}/{link['id']}", token=self.token)
        self.provider.rest("POST", place, {"subject": link["subject"], "user": members["id"]},
                           self.token)
        assert self.sign_in("berta")[1]["user"]["id"] == members["id"]

    def try_rotation(self):
        self.directory.rotate("second")
        # Keys are asked for anew half a minute after the last time, not sooner.
        time.sleep(31)
        assert message_of(self.sign_in("anna")) == "fine", "after the rotation"

    def try_shut_out(self):
        self.provider.rest("PUT", f"/api/v1/issuers/{self.issuer['id']}",
                           {"client_id": CLIENT, "organisation": ORGANISATION,
                            "required_claim": "groups", "required_value": "belfry"}, self.token)
        assert message_of(self.sign_in("anna")) == "iam.directory_stays_out"


def main():
    with (Glewlwyd(BUILD / f"system/glewlwyd-{os.getpid()}") as directory,
          Provider("glewlwyd-signs-in") as provider):
        sign_ins = SignIns(provider, directory)
        sign_ins.try_newcomer()
        sign_ins.try_link()
        sign_ins.try_rotation()
        sign_ins.try_shut_out()
        print("glewlwyd signs in who is new and who was here before; its key rotates")


if __name__ == "__main__":
    main()
