#!/usr/bin/python3
"""A customer's administrators are mailed of interventions and of a break-glass, by a real mail
server, each in its language: who, until when, and where to read on; no reason, no secret.
"""

import os
import re
import time
from pathlib import Path

from customer import Customer, totp
from interventions import Staff
from mail_server import MailServer
from requested_rights import Administrator, Person
from running_provider import Provider, wait_until

PASSWORD = "seven otters carry lanterns"
REASON = "the ticket about the harbour's tides"


class Mailed:
    def __init__(self, provider, server):
        self.provider, self.server = provider, server
        self.customer, self.nadia = Customer(provider, "harbour"), Staff(provider, "nadia")
        self.as_nadia = Administrator(provider, self.nadia.token["secret"])
        # The one came by an invitation in French; of the other nobody knows the language.
        self.invite("anna", "tenant_administrator", "fr")
        self.invite("tom", "member", "fr")
        provider.rest("POST", f"/api/v1/tenants/{self.customer.tenant['id']}/users",
                      {"name": "bea", "email": "bea@example.org", "role": "tenant_administrator",
                       "password": PASSWORD}, self.customer.token["secret"])

    def invite(self, name, role, language):
        place = f"/api/v1/tenants/{self.customer.tenant['id']}/invitations"
        self.provider.rest("POST", place, {"email": f"{name}@example.org", "role": role,
                                           "name": name, "language": language},
                           self.customer.token["secret"])
        mail = self.mailed(name, 1)
        secret = re.search(r"/#/invitation/([0-9a-f]{64})\s", mail.get_content()).group(1)
        self.provider.rest("POST", "/api/v1/invitation/acceptance",
                           {"secret": secret, "name": name, "password": PASSWORD}, token="")

    def mailed(self, box, count):
        return wait_until(lambda: len(self.server.box(box)) >= count and self.server.box(box), 60,
                          f"mail {count} to {box}")[count - 1]

    def says(self, mail, *words):
        text = mail["Subject"] + "\n" + mail.get_content()
        for word in words:
            assert word in text, (word, text)
        assert REASON not in text and "harbour-papers" not in text, text
        assert mail["Auto-Submitted"] == "auto-generated", mail

    def ordinary(self):
        asked = self.as_nadia.belfry("intervention", "request", "--tenant",
                                     self.customer.tenant["id"], "--action", "s3:GetObject",
                                     "--bucket", "harbour-papers", "--reason", REASON, "--for",
                                     "1h")
        place = f"/#/people/interventions/{asked['id']}"
        self.says(self.mailed("anna", 2), "nadia demande à accéder", asked["id"], place)
        self.says(self.mailed("bea", 1), "nadia asks to reach", "nadia demande à accéder", place)
        self.provider.belfry("intervention", "approve", asked["id"])
        self.says(self.mailed("anna", 3), "nadia peut accéder", "a approuvé",
                  self.provider.credentials["admin_user"], place)
        self.says(self.mailed("bea", 2), "can reach data of harbour", "peut accéder")
        self.as_nadia.belfry("intervention", "end", asked["id"])

    def emergency(self):
        ines = Staff(self.provider, "ines", "provider_administrator")
        asked = Administrator(self.provider, ines.token["secret"]).belfry(
            "intervention", "break-glass", "--tenant", self.customer.tenant["id"], "--reason",
            REASON, "--for", "30m")
        self.says(self.mailed("anna", 4), "brise la glace", "ines", asked["id"])
        self.says(self.mailed("bea", 3), "breaks the glass", "brise la glace")
        secrets = self.provider.credentials
        admin = Person(self.provider, secrets["admin_user"], secrets["admin_password"] + "\n"
                       + totp(secrets["admin_totp_secret"], time.time()))
        admin.belfry("intervention", "approve", asked["id"])
        self.says(self.mailed("anna", 5), "bris de glace", "ines peut accéder")
        self.says(self.mailed("bea", 4), "break-glass, ines can reach", "bris de glace")

    def nobody_else(self):
        assert len(self.server.box("tom")) == 1, "a member got the mail of administrators"
        assert len(self.server.box("anna")) == 5 and len(self.server.box("bea")) == 4


def main():
    parent = Path("/tmp") / f"belfry-intervention-mail-{os.getpid()}"
    parent.mkdir(mode=0o755)
    with MailServer(parent) as server:
        with Provider("intervention-mail",
                      change_config=lambda text: text + "\n" + server.config()) as provider:
            mailed = Mailed(provider, server)
            mailed.ordinary()
            mailed.emergency()
            mailed.nobody_else()
    parent.rmdir()
    print("told by mail of each intervention, in its language, and of no more")


if __name__ == "__main__":
    main()
