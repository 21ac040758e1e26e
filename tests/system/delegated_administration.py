#!/usr/bin/python3
"""The head of a department with the real daemon and command line: made by an administrator,
invites, gives, suspends and decides in the own unit, and nothing beside it; then its end.
"""

import http.cookies
import json
import time

from customer import Customer, totp
from requested_rights import Administrator, Person
from running_provider import Problem, Provider

PASSWORD = "a long passphrase of the ward"
WRITES = {"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}
LOGS = {"Statement": {"Effect": "Allow", "Action": "audit:*", "Resource": "*"}}


def token_with_factor(provider, name):
    """The user's token, made in a session that proved a second factor; enrolled first."""
    cookie = None

    def post(path, body=None):
        nonlocal cookie
        headers = {"X-Belfry-Request": "1"}
        if cookie:
            headers["Cookie"] = f"belfry_session={cookie}"
        status, answered, octets = provider.request("POST", path, body, token="", headers=headers)
        assert status < 300, (path, status, octets)
        if "Set-Cookie" in answered:
            cookie = http.cookies.SimpleCookie(answered["Set-Cookie"])["belfry_session"].value
        return json.loads(octets) if octets else None

    post("/api/v1/session", {"user": name, "password": PASSWORD})
    seed = post("/api/v1/session/totp")["secret"]
    now = time.time()
    post("/api/v1/session/totp/confirm", {"code": totp(seed, now)})
    post("/api/v1/session", {"user": name, "password": PASSWORD, "totp": totp(seed, now + 30)})
    return post("/api/v1/api-tokens", {"label": "ward"})["secret"]


class Hospital:
    def __init__(self, provider):
        self.provider, self.customer = provider, Customer(provider, "hospital")
        self.token = self.customer.token["secret"]
        self.admin = Administrator(provider, self.token)
        for name in ("head", "nurse", "outsider"):
            self.rest("POST", f"/api/v1/tenants/{self.customer.tenant['id']}/users",
                      {"name": name, "email": "", "role": "reader", "password": PASSWORD})
        for name, policy in (("Files", WRITES), ("Vault", WRITES), ("Log", LOGS)):
            self.rest("POST", "/api/v1/profiles", {"name": name, "policy": policy})
        for name in ("Ward", "Theatre"):
            self.admin.say("group", "create", name)
        self.admin.say("group", "add", "Ward", "nurse")

    def rest(self, method, path, body=None):
        return self.provider.rest(method, path, body, self.token)

    def events(self, action):
        found = self.rest("GET", f"/api/v1/audit/events?action={action}&limit=200")["items"]
        return [json.dumps(each) for each in found]

    def try_create(self):
        admin = self.admin
        admin.belfry("delegation", "create", "head", "Ward", "--profile", "Log", code=1)
        admin.belfry("delegation", "create", "head", "Ward", "--may", "rule", code=2)
        admin.belfry("delegation", "create", "head", "None such", code=4)
        made = admin.belfry("delegation", "create", "head", "Ward", "--may", "invite", "suspend",
                            "give", "approve", "--profile", "Files", "--group", "Theatre")
        assert made["delegate_name"] == "head" and made["acts"] == [
            "invite", "suspend", "give", "approve"], made
        assert "Theatre" in admin.say("delegation", "list")
        assert "Files" in admin.say("delegation", "show", made["id"])
        grants = admin.belfry("grant", "list", "--user", "head")
        assert [(g["kind"], g["name"], g["privileged"]) for g in grants][0] == (
            "delegation", "Ward", True), grants
        assert made["id"] in admin.say("access", "what", "head")
        user = next(u for u in admin.belfry("user", "list") if u["name"] == "head")
        assert user["privileged"], user
        return made["id"]

    def invite(self, head, address):
        ward = next(g["id"] for g in head.belfry("group", "list") if g["name"] == "Ward")
        return head.belfry("invitation", "create", address, "--role", "reader", "--group", ward)

    def try_unit(self, head, delegation):
        assert [u["name"] for u in head.belfry("user", "list")] == ["nurse"]
        head.say("profile", "give", "Files", "--user", "nurse")
        head.say("group", "add", "Theatre", "nurse")
        head.say("group", "remove", "Theatre", "nurse")
        assert {g["name"] for g in head.belfry("grant", "list", "--user", "nurse")} >= {"Files"}
        head.say("user", "suspend", "nurse")
        head.say("user", "reactivate", "nurse")
        made = self.invite(head, "guest@hospital.example")
        assert made["link"], made
        accepted = {"secret": made["link"].rsplit("/", 1)[1], "name": "guest",
                    "password": PASSWORD}
        self.provider.rest("POST", "/api/v1/invitation/acceptance", accepted, token="")
        assert [u["name"] for u in head.belfry("user", "list")] == ["guest", "nurse"]
        nurse = Person(self.provider, "hospital/nurse", PASSWORD)
        asked = nurse.belfry("request", "create", "--group", "Theatre", "--reason", "help", "--for",
                             "1h")
        assert [r["id"] for r in head.belfry("request", "list")] == [asked["id"]]
        assert head.belfry("request", "approve", asked["id"])["state"] == "approved"
        for action in ("iam:GiveProfile", "iam:AddGroupMember", "iam:SuspendUser",
                       "iam:ActivateUser", "iam:Invite", "iam:ApproveRequest"):
            assert any(delegation in each for each in self.events(action)), action

    def try_limits(self, head, delegation):
        users = {u["name"]: u["id"] for u in self.admin.belfry("user", "list")}
        profiles = {p["name"]: p["id"] for p in self.admin.belfry("profile", "list")}
        groups = {g["name"]: g["id"] for g in self.admin.belfry("group", "list")}
        tenant = self.customer.tenant["id"]

        def refused(method, path, body=None):
            try:
                head.provider.rest(method, path, body, head.token)
            except Problem as problem:
                assert problem.status == 403, (method, path, problem)
            else:
                raise AssertionError(f"{method} {path}: the delegate did it")

        for user in (users["outsider"], users[self.customer.user["name"]], users["head"]):
            refused("PUT", f"/api/v1/profiles/{profiles['Files']}/users/{user}")
            refused("PUT", f"/api/v1/groups/{groups['Theatre']}/members/{user}")
            refused("PATCH", f"/api/v1/users/{user}", {"active": False})
        refused("PUT", f"/api/v1/profiles/{profiles['Vault']}/users/{users['nurse']}")
        refused("PUT", f"/api/v1/groups/{groups['Ward']}/members/{users['outsider']}")
        refused("PUT", f"/api/v1/profiles/{profiles['Files']}/groups/{groups['Ward']}")
        refused("PUT", f"/api/v1/profiles/{profiles['Files']}", {"policy": LOGS})
        refused("PUT", f"/api/v1/users/{users['nurse']}/boundary", {"profile": profiles["Files"]})
        refused("DELETE", f"/api/v1/users/{users['nurse']}")
        refused("DELETE", f"/api/v1/delegations/{delegation}")
        refused("POST", "/api/v1/delegations", {"delegate": users["nurse"], "unit": groups["Ward"]})
        refused("POST", f"/api/v1/tenants/{tenant}/invitations",
                {"email": "mole@hospital.example", "role": "member", "groups": [groups["Ward"]]})
        refused("POST", f"/api/v1/tenants/{tenant}/invitations",
                {"email": "mole@hospital.example", "role": "reader"})
        refused("PUT", "/api/v1/access-rules", {"four_eyes": "all"})
        refused("PUT", "/api/v1/factor-rule", {"needed_by": "everybody"})
        who = head.provider.rest("GET", "/api/v1/session", token=head.token)
        assert "iam:Invite" in who["rights"] and "iam:CreateUser" not in who["rights"], who

    def try_end(self, head, delegation):
        waiting = self.invite(head, "late@hospital.example")
        self.admin.say("delegation", "end", delegation)
        head.belfry("user", "list", code=3)
        late = {"secret": waiting["link"].rsplit("/", 1)[1], "name": "late", "password": PASSWORD}
        try:
            self.provider.rest("POST", "/api/v1/invitation/acceptance", late, token="")
            raise AssertionError("an invitation outlived the delegation")
        except Problem as problem:
            assert problem.status == 404, problem
        grants = self.admin.belfry("grant", "list", "--user", "nurse")
        assert "Files" in {g["name"] for g in grants}, "what was given stays"
        self.admin.say("delegation", "show", delegation, code=4)
        ended = self.events("iam:EndDelegation")
        # The other was refused to the delegate, who cannot end its own.
        assert [event for event in ended if '"Failure"' not in event and "Ward" in event], ended
        assert len(ended) == 2, ended


def main():
    with Provider("delegated-administration") as provider:
        hospital = Hospital(provider)
        delegation = hospital.try_create()
        head = Administrator(provider, token_with_factor(provider, "hospital/head"))
        hospital.try_unit(head, delegation)
        hospital.try_limits(head, delegation)
        hospital.try_end(head, delegation)
        print("a delegate looks after its unit, and nothing else")


if __name__ == "__main__":
    main()
