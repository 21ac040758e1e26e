#!/usr/bin/python3
"""People sign in with their organisation's own directory, over REST as the console does it; tokens
that a good directory never signs are refused.
"""

import time

from customer import Customer
from running_provider import Problem, Provider
from sources import actions_from_somewhere
from token_issuer import Browser, Key, TokenIssuer, base64url


def message_of(outcome):
    status, body = outcome
    return "fine" if status == 200 else body["message_id"]


class Directories:
    def __init__(self, provider, issuer):
        self.provider, self.issuer = provider, issuer
        self.customer = Customer(provider, "harbour")
        self.token = self.customer.token["secret"]
        self.registered = provider.rest("POST", "/api/v1/issuers", issuer.registration(
            "harbour", scopes=["email", "profile"], creates_users=True), self.token)

    def sign_in(self, browser=None, change=None):
        self.issuer.change = change or (lambda claims: None)
        browser = browser or Browser(self.provider)
        answer = self.issuer.page(browser.begin("harbour"))
        outcome = browser.finish(answer)
        self.issuer.change = lambda claims: None
        return outcome

    def try_newcomer(self):
        browser = Browser(self.provider)
        status, opened = self.sign_in(browser)
        assert status == 200, opened
        made = opened["user"]
        assert (made["name"], made["role"]) == ("anna@harbour", "reader"), made
        assert opened["session"]["directory"] == self.issuer.url, opened
        me = browser.whoami()
        assert me["tenant"]["name"] == "harbour" and not me["second_factor"], me
        listed = self.provider.rest("GET", f"/api/v1/users/{me['user']['id']}/sessions",
                                    token=self.token)["items"]
        assert [s["directory"] for s in listed] == [self.issuer.url], listed
        subjects = self.provider.rest("GET", f"/api/v1/issuers/{self.registered['id']}/subjects",
                                      token=self.token)["items"]
        assert [(s["subject"], s["came_by_itself"]) for s in subjects] == [("subject-1", True)]
        assert self.sign_in()[1]["user"]["id"] == opened["user"]["id"]
        return opened["user"]

    def try_wrong_tokens(self):
        now, first = int(time.time()), self.issuer.signer
        used = {}
        self.sign_in(change=lambda claims: used.update(nonce=claims["nonce"]))
        for what, change, message in (
                ("a wrong audience", {"aud": "another"}, "oidc.wrong_audience"),
                ("another's party", {"azp": "another"}, "oidc.wrong_audience"),
                ("an expired token", {"iat": now - 600, "exp": now - 300}, "oidc.token_expired"),
                ("one not yet good", {"nbf": now + 300}, "oidc.token_not_yet"),
                ("a nonce reused", used, "oidc.wrong_nonce"),
                ("another issuer", {"iss": "https://evil.example"}, "oidc.wrong_issuer"),
                ("no subject", {"sub": ""}, "oidc.bad_token")):
            found = message_of(self.sign_in(change=lambda claims, c=change: claims.update(c)))
            assert found == message, f"{what}: {found}"
            assert message_of(self.sign_in()) == "fine", f"after {what}"
        self.issuer.signer = Key("first")
        assert message_of(self.sign_in()) == "oidc.bad_signature"
        self.issuer.signer = first
        for algorithm in ("none", "HS256"):
            self.issuer.header = {"alg": algorithm, "kid": first.name}
            assert message_of(self.sign_in()) == "oidc.bad_algorithm", algorithm
        self.issuer.header = None
        assert message_of(self.sign_in()) == "fine"

    def try_answers(self):
        """An answer is good once, and in the browser that began."""
        browser, other = Browser(self.provider), Browser(self.provider)
        answer = self.issuer.page(browser.begin("harbour"))
        other.begin("harbour")
        assert message_of(other.finish(answer)) == "iam.directory_answer"
        assert message_of(Browser(self.provider).finish(answer)) == "iam.directory_answer"
        assert message_of(browser.finish(answer)) == "fine"
        assert message_of(browser.finish(answer)) == "iam.directory_answer"
        answer = self.issuer.page(browser.begin("harbour"))
        wrong = {**answer, "code": base64url(b"another code")}
        assert message_of(browser.finish(wrong)) == "oidc.code_refused"
        status, body = browser.post("/api/v1/session/directory", {"organisation": "nobody"})
        assert (status, body["message_id"]) == (404, "iam.organisation_unknown"), body
        browser.origin = "https://evil.example"
        status, body = browser.post("/api/v1/session/directory", {"organisation": "harbour"})
        assert status == 400, body

    def try_rotation(self):
        asked = self.issuer.keys_asked
        for _ in range(2):
            self.issuer.signer = Key("unknown")
            assert message_of(self.sign_in()) == "oidc.unknown_key"
        assert self.issuer.keys_asked <= asked + 1, "unknown keys hammer the issuer"
        self.issuer.signer = self.issuer.published[0]
        time.sleep(31)
        self.issuer.rotate()
        assert message_of(self.sign_in()) == "fine", "a new key"

    def try_suspended(self, user):
        self.provider.rest("PATCH", f"/api/v1/users/{user['id']}", {"active": False}, self.token)
        assert message_of(self.sign_in()) == "iam.directory_stranger"
        self.provider.rest("PATCH", f"/api/v1/users/{user['id']}", {"active": True}, self.token)

    def try_log(self):
        for outcome in ("success", "failure"):
            found = self.provider.rest(
                "GET", f"/api/v1/audit/events?action=iam:SignIn&outcome={outcome}",
                token=self.token)["items"]
            assert outcome == "failure" or self.issuer.url in str(found), found


def main():
    with TokenIssuer() as issuer, Provider("directories") as provider:
        directories = Directories(provider, issuer)
        user = directories.try_newcomer()
        directories.try_wrong_tokens()
        directories.try_answers()
        directories.try_rotation()
        directories.try_suspended(user)
        directories.try_log()
        for url in ("http://example.org", "http://10.0.0.1", "file:///etc/passwd"):
            try:
                provider.rest("POST", "/api/v1/issuers", {**issuer.registration(), "url": url},
                              directories.token)
                raise AssertionError(f"{url} was taken")
            except Problem as problem:
                assert problem.status == 400, problem
        provider.restart()
        assert message_of(directories.sign_in()) == "fine", "after a restart"
        assert {"iam:CreateUser", "iam:SignIn"} <= actions_from_somewhere(provider,
                                                                          directories.token)
        print("a directory signs people in; wrong tokens, answers and keys are refused")


if __name__ == "__main__":
    main()
