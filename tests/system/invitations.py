#!/usr/bin/python3
"""Persons come by mail: invited over REST, the mail read from a real server's mailbox, the link
followed; what the server refuses is shown, what it defers is tried again, and without a trusted
certificate nothing is sent.
"""

import os
import re
from pathlib import Path

from customer import Customer
from mail_server import MailServer
from running_provider import Problem, Provider, wait_until
from sources import actions_from_somewhere

PASSWORD = "seven otters carry lanterns"


def problem_of(act):
    try:
        act()
    except Problem as problem:
        return problem.status, re.search(r'"message_id": ?"([^"]*)"', problem.body).group(1)
    raise AssertionError("that was not refused")


class Invitations:
    def __init__(self, provider, server):
        self.provider, self.server = provider, server
        self.customer = Customer(provider, "harbour")
        self.place = f"/api/v1/tenants/{self.customer.tenant['id']}/invitations"

    def invite(self, address, **more):
        return self.provider.rest("POST", self.place,
                                  {"email": address, "role": "member", **more},
                                  self.customer.token["secret"])

    def state(self, invitation):
        for each in self.provider.rest("GET", self.place,
                                       token=self.customer.token["secret"])["items"]:
            if each["id"] == invitation["id"]:
                return each
        raise AssertionError("not listed")

    def mailed(self, box, count=1):
        mails = wait_until(lambda: len(self.server.box(box)) >= count and self.server.box(box), 60,
                           f"a mail to {box}")
        return mails[-1]

    def secret_in(self, mail):
        link = re.search(r"https://\S+/#/invitation/([0-9a-f]{64})\s", mail.get_content())
        assert link, mail.get_content()
        return link.group(1)

    def accept(self, secret, name, **more):
        return self.provider.rest("POST", "/api/v1/invitation/acceptance",
                                  {"secret": secret, "name": name, "password": PASSWORD, **more},
                                  token="")

    def try_the_way_in(self):
        made = self.invite("anna@example.org", name="anna", language="fr")
        assert made["link"] is None and made["invitation"]["mail"]["state"] == "waiting", made
        mail = self.mailed("anna")
        assert "vous invite" in mail["Subject"], mail
        assert mail.get_content_type() == "text/plain" and "harbour" in mail["Subject"]
        assert mail["Auto-Submitted"] == "auto-generated"
        secret = self.secret_in(mail)
        wait_until(lambda: self.state(made["invitation"])["mail"]["state"] == "sent", 10, "sent")
        seen = self.provider.rest("POST", "/api/v1/invitation", {"secret": secret}, token="")
        assert (seen["organisation"], seen["name"]) == ("harbour", "anna"), seen
        stored = b"".join(p.read_bytes() for p in self.provider.data.glob("state.db*"))
        assert secret.encode() not in stored, "the secret lies in the database"
        assert secret not in self.provider.log.read_text(), "the secret is in the daemon's log"
        user = self.accept(secret, "anna")
        assert user["email"] == "anna@example.org", user
        assert problem_of(lambda: self.accept(secret, "anna2")) == (404, "iam.invitation_unknown")
        status, _, _ = self.provider.request(
            "POST", "/api/v1/session", {"user": "harbour/anna", "password": PASSWORD}, token="",
            headers={"X-Belfry-Request": "1"})
        assert status == 200

    def try_lost_password(self):
        """A link by mail sets the password once, with the second factor of who has one."""
        def ask(user, **more):
            self.provider.rest("POST", "/api/v1/password-reset/mail", {"user": user, **more},
                               token="")

        def secret_for(box, count):
            link = re.search(r"https://\S+/#/password-reset/([0-9a-f]{64})\s",
                             self.mailed(box, count).get_content())
            assert link, "no link"
            return link.group(1)

        def act(part, **body):
            return self.provider.rest("POST", "/api/v1/password-reset" + part, body, token="")

        made = self.invite("lost@example.org", name="lost")
        self.accept(self.secret_in(self.mailed("lost")), "lost")
        ask("nobody-at-all")
        ask("lost")
        ask("Harbour/lost", language="fr")
        secret = secret_for("lost", 2)
        subject = self.mailed("lost", 2)["subject"]
        assert subject.startswith("Un nouveau mot de passe pour harbour/lost"), subject
        assert "harbour/lost" == act("", secret=secret)["name"]
        new = "nine herons mend the weir"
        act("/password", secret=secret, password=new)
        assert problem_of(lambda: act("", secret=secret)) == (404, "iam.reset_unknown")
        told = self.mailed("lost", 3)
        assert "a été changé" in told["subject"] and "/#/" not in told.get_content(), told
        session = {"user": "harbour/lost", "password": PASSWORD}
        assert problem_of(lambda: self.provider.rest("POST", "/api/v1/session", session, token="")
                          ) == (401, "iam.sign_in_refused")
        self.provider.rest("POST", "/api/v1/session", {**session, "password": new}, token="")
        assert secret not in self.provider.log.read_text(), "the secret is in the log"
        assert made["link"] is None

    def try_bounces(self):
        made = self.invite("nobody@example.org")["invitation"]
        wait_until(lambda: self.state(made)["mail"]["state"] == "refused", 60, "the refusal")
        assert "no such user here" in self.state(made)["mail"]["answer"], self.state(made)
        made = self.invite("later@example.org")["invitation"]
        wait_until(lambda: "greylisted" in self.state(made)["mail"]["answer"], 60, "the deferral")
        assert self.state(made)["mail"]["state"] == "waiting"
        self.server.let_in_later()
        mail = wait_until(lambda: self.server.box("later"), 120, "the second attempt")[0]
        assert self.accept(self.secret_in(mail), "later-one")["role"] == "member"

    def try_again_and_withdraw(self):
        made = self.invite("zoe@example.org")["invitation"]
        first = self.secret_in(self.mailed("zoe"))
        self.provider.rest("POST", f"/api/v1/invitations/{made['id']}/send",
                           token=self.customer.token["secret"])
        second = self.secret_in(self.mailed("zoe", 2))
        assert problem_of(lambda: self.accept(first, "zoe"))[1] == "iam.invitation_unknown"
        self.provider.rest("DELETE", f"/api/v1/invitations/{made['id']}",
                           token=self.customer.token["secret"])
        assert problem_of(lambda: self.accept(second, "zoe"))[1] == "iam.invitation_unknown"

    def try_injection(self):
        before = len(self.server.mails())
        for address in ("eve@example.org\r\nBcc: all@example.org", "<eve@example.org>",
                        "eve@example.org,all@example.org"):
            assert problem_of(lambda a=address: self.invite(a)) == (400, "iam.bad_mail_address")
        assert len(self.server.mails()) == before


def try_untrusted(server):
    """Without the authority that signed its certificate, the server gets nothing."""
    def untrusted(text):
        return text + "\n" + server.config(authority_file=None)
    with Provider("invitations-untrusted", change_config=untrusted) as provider:
        other = Customer(provider, "meadow")
        provider.rest("POST", f"/api/v1/tenants/{other.tenant['id']}/invitations",
                      {"email": "lee@example.org", "role": "reader"}, other.token["secret"])
        wait_until(lambda: "did not take the mail" in provider.log.read_text()
                   or "mail_failed" in provider.log.read_text(), 60, "the warning")
        assert not server.box("lee")


def main():
    parent = Path("/tmp") / f"belfry-mail-{os.getpid()}"
    parent.mkdir(mode=0o755)
    with MailServer(parent) as server:
        with Provider("invitations",
                      change_config=lambda text: text + "\n" + server.config()) as provider:
            invitations = Invitations(provider, server)
            invitations.try_the_way_in()
            invitations.try_again_and_withdraw()
            invitations.try_injection()
            invitations.try_lost_password()
            invitations.try_bounces()
            done = actions_from_somewhere(provider, invitations.customer.token["secret"])
            assert {"iam:AcceptInvitation", "iam:AskForPasswordReset",
                    "iam:ResetPassword"} <= done, done
        try_untrusted(server)
    parent.rmdir()
    print("invited, mailed, refused, tried again; nothing told to strangers")


if __name__ == "__main__":
    main()
