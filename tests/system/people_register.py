#!/usr/bin/python3
"""The register of people by the command line, with the real daemon: persons and job roles in tables
and in JSON, files with their faults, and accounts that end by themselves once their person has
left.
"""

import http.cookies
import json

from command_line import Shell
from customer import Customer
from running_provider import Provider, wait_until

PASSWORD = "a long passphrase of anna"
COLUMNS = "reference,kind,name,email,job_role,job_role_since,starts,ends,manager,accounts"


class Clerk(Customer):
    """A user of a customer, with a second factor and a token that carries it."""
    def __init__(self, provider, user, password):
        self.provider, self.user, self.name = provider, user, user["name"]
        self.enrol(password)


class Register:
    def __init__(self, shell, customer):
        self.shell, self.customer = shell, customer

    def run(self, *words, code=0, **more):
        there = self.shell.there(BELFRY_TOKEN=self.customer.token["secret"])
        return self.shell.run(*words, code=code, **there, **more)

    def json(self, *words, **more):
        return json.loads(self.run(*words, "--json", **more).stdout)

    def says(self, *words, code=1, **more):
        return self.run(*words, code=code, **more).stderr


def try_job_roles(register):
    register.run("group", "create", "Crew")
    made = register.json("job-role", "create", "Deckhand", "--owner", "The bosun", "--account-role",
                         "member", "--group", "Crew")
    assert (made["account_role"], [g["name"] for g in made["groups"]]) == ("member", ["Crew"]), made
    assert "already" in register.says("job-role", "create", "deckhand", "--owner", "x")
    register.run("job-role", "create", "x", code=2)
    register.run("job-role", "change", "nobody", "--owner", "x", code=4)
    changed = register.json("job-role", "change", "Deckhand", "--owner", "The mate")
    assert (changed["owner"], changed["groups"]) == ("The mate", made["groups"]), changed
    assert register.json("job-role", "change", "Deckhand", "--group", "none")["groups"] == []
    register.run("job-role", "create", "Pilot", "--owner", "The mate")
    register.run("job-role", "create", "Idle", "--owner", "Nobody")
    register.run("job-role", "delete", "Idle")
    table = register.run("job-role", "list").stdout.splitlines()
    assert [line.split()[0] for line in table] == ["NAME", "Deckhand", "Pilot"], table


def try_persons(register):
    register.run("user", "create", "anna", "--role", "reader", stdin=PASSWORD + "\n")
    made = register.json("person", "add", "Anna Weiss", "--reference", "E-7", "--starts",
                         "2020-01-01", "--job-role", "Deckhand", "--account", "anna")
    assert made["accounts"][0]["name"] == "anna" and made["jobs"][0]["name"] == "Deckhand", made
    assert "another person's" in register.says("person", "add", "Twin", "--reference", "E-7",
                                               "--starts", "2020-01-01")
    before = register.json("person", "list")
    register.run("person", "add", "X", "--starts", "2020-01-01", "--account", "no-such", code=4)
    assert register.json("person", "list") == before, "nothing is recorded with half a command"
    assert "Write a date" in register.says("person", "add", "X", "--starts", "yesterday")
    register.run("person", "add", "X", code=2)
    register.run("person", "add", "X", "--starts", "2020-01-01", "--kind", "friend", code=2)
    register.run("person", "show", "E-8", code=4)
    for named in "E-7", made["id"]:
        assert register.json("person", "show", named)["id"] == made["id"]
    moved = register.json("person", "change", "E-7", "--job-role", "Pilot", "--since", "2021-06-01",
                          "--email", "anna@harbour.test")
    assert [j["name"] for j in moved["jobs"]] == ["Pilot", "Deckhand"], moved
    assert "Somebody has" in register.says("job-role", "delete", "Pilot")
    shown = register.run("person", "show", "E-7").stdout
    assert "Deckhand" in shown and "anna@harbour.test" in shown, shown
    french = register.run("person", "list", "--lang", "fr").stdout.splitlines()
    assert french[0].split()[0] == "RÉFÉRENCE" and "présente" in french[1], french
    register.run("person", "unbind", "E-7", "anna")
    register.run("person", "unbind", "E-7", "anna", code=4)
    assert register.json("person", "show", "E-7")["former_accounts"] == [], "a mistake"
    register.run("person", "bind", "E-7", "anna")
    assert register.json("person", "list", "--state", "left") == []


def try_files(register, provider):
    file = provider.folder / "people.csv"
    register.run("person", "export", str(file))
    written = file.read_text()
    assert written.splitlines()[0] == COLUMNS and "Anna Weiss" in written, written
    again = register.json("person", "import", str(file))
    assert (again["recorded"], again["changed"], again["unchanged"]) == (0, 0, 1), again
    file.write_text(COLUMNS + "\r\nE-8,external,Bruno,,Deckhand,,2024-02-01,,E-7,\r\n"
                    "E-9,friend,Carla,,,,2024-02-01,,,\r\nE-10,,,,,,2024-02-01,,,\r\n")
    told = register.run("person", "import", str(file), code=1)
    assert "Nothing was imported" in told.stderr, told
    lines = [line.split()[0] for line in told.stdout.splitlines()]
    assert lines == ["LINE", "3", "4"], told.stdout
    assert register.run("person", "export").stdout.replace("\r\n", "\n") == written.replace(
        "\r\n", "\n")
    file.write_text("reference;name;starts;manager\nE-8;Bruno;2024-02-01;E-7\n")
    told = register.run("person", "import", str(file)).stdout
    assert told.startswith("1 recorded"), told
    assert register.json("person", "show", "E-8")["manager_reference"] == "E-7"
    register.run("person", "import", str(file.with_name("none.csv")), code=4)


def sign_in(provider):
    status, headers, octets = provider.request(
        "POST", "/api/v1/session", {"user": "harbour/anna", "password": PASSWORD}, token="")
    assert status < 300, octets
    return http.cookies.SimpleCookie(headers["Set-Cookie"])["belfry_session"].value


def try_leaving(register, provider):
    cookie = sign_in(provider)
    headers = {"Cookie": f"belfry_session={cookie}", "X-Belfry-Request": "1"}

    def status_of(method="GET", path="/api/v1/session", body=None, token=""):
        return provider.request(method, path, body, token=token,
                                headers=headers if token == "" else {})[0]

    _, _, octets = provider.request("POST", "/api/v1/api-tokens", {"label": "nightly"}, token="",
                                    headers=headers)
    token = json.loads(octets)["secret"]
    assert (status_of(), status_of(token=token)) == (200, 200)
    left = register.json("person", "leave", "E-7", "--reason", "end of contract")
    assert (left["state"], left["departure_reason"]) == ("left", "end of contract"), left
    wait_until(lambda: status_of() == 401 and status_of(token=token) == 401, 60,
               "nothing of the account works")
    account = register.json("person", "show", "E-7")["accounts"][0]
    assert not account["active"] and account["ended_us"] is not None, account
    found = wait_until(lambda: provider.rest(
        "GET", "/api/v1/audit/events?action=iam:EndLeaver",
        token=register.customer.token["secret"])["items"], 20, "the event")
    assert found[0]["actor"] == "system", found
    # Readmitted while the person is gone: ended again.
    register.run("user", "reactivate", "anna")
    wait_until(lambda: not register.json("user", "show", "anna")["user"]["active"], 60,
               "it is suspended again")
    # The person comes back, and the account with it.
    register.run("person", "change", "E-7", "--ends", "none")
    register.run("user", "reactivate", "anna")
    sign_in(provider)


def try_clerk(register, provider):
    """Whoever keeps the register and nothing else: no administrator leaves by that."""
    token = register.customer.token["secret"]
    user = register.json("user", "create", "clerk", "--role", "reader", stdin=PASSWORD + "\n")
    clerk = Register(register.shell, Clerk(provider, user, PASSWORD))
    clerk.run("person", "list", code=3)
    clerk.run("person", "add", "X", "--starts", "2020-01-01", code=3)
    keeps = provider.rest("POST", "/api/v1/profiles", {"name": "Personnel", "policy": {
        "Statement": {"Effect": "Allow", "Action": "people:*", "Resource": "*"}}}, token)
    provider.rest("PUT", f"/api/v1/profiles/{keeps['id']}/users/{user['id']}", token=token)
    wait_until(lambda: provider.request("GET", "/api/v1/people", None,
                                        clerk.customer.token["secret"])[0] == 200, 20, "the right")
    assert "have an administrator" in clerk.says("person", "leave", "E-1", "--reason", "x", code=3)
    assert "have an administrator" in clerk.says("person", "change", "E-1", "--ends", "2030-01-01",
                                                 code=3)
    assert clerk.json("person", "show", "E-1")["ends_us"] is None
    mate, anna = (register.json("person", "show", each) for each in ("E-1", "E-7"))
    administrator = mate["accounts"][0]["user"]
    for method, path, body in (("DELETE", f"{mate['id']}/accounts/{administrator}", None),
                               ("POST", f"{anna['id']}/accounts", {"user": administrator})):
        status, _, said = provider.request(method, f"/api/v1/people/{path}", body,
                                           clerk.customer.token["secret"])
        assert status == 403 and b"people.administrator_account" in said, said
    said = provider.request("POST", "/api/v1/people.csv", b"reference,ends\nE-1,2030-01-01\n",
                            clerk.customer.token["secret"])[2]
    assert b"people.administrator_leaves" in said, said

    def refused():
        return {each["ocsf"]["api"]["operation"] for each in provider.rest(
            "GET", "/api/v1/audit/events?actor=clerk&outcome=failure", token=token)["items"]
            if each["ocsf"]["status_detail"].startswith("people.administrator_")}

    wait_until(lambda: refused() >= {
        "people:RecordDeparture", "people:ChangePerson", "people:ImportPeople",
        "people:BindAccount", "people:UnbindAccount"}, 20, "every refusal is told")
    recorded = provider.rest(
        "GET", "/api/v1/audit/events?action=people:RecordPerson&outcome=success",
        token=token)["items"][0]["ocsf"]
    assert recorded["unmapped"]["method"] == "api_token", recorded
    # What another bound is remembered.
    clerk.run("person", "unbind", "E-7", "anna")
    former = register.json("person", "show", "E-7")["former_accounts"]
    assert [each["name"] for each in former] == ["anna"], former
    shown = register.run("person", "show", "E-7", "--lang", "fr").stdout
    assert "ANCIEN COMPTE" in shown, shown
    register.run("person", "bind", "E-7", "anna")
    assert clerk.json("person", "leave", "E-8", "--reason", "moves")["state"] == "left"
    clerk.run("user", "suspend", "anna", code=3)


def try_last_administrator(register, provider):
    register.run("person", "add", "The mate", "--reference", "E-1", "--starts", "2020-01-01",
                 "--account", "harbour-administrator")
    try_clerk(register, provider)
    register.run("person", "leave", "E-1", "--reason", "retires")

    def kept():
        account = register.json("person", "show", "E-1")["accounts"][0]
        return account["active"] and account["kept"]

    assert wait_until(kept, 60, "it is told") == "last_administrator"
    assert "administers for good" in register.run("person", "show", "E-1").stdout
    alarms = wait_until(lambda: provider.rest(
        "GET", "/api/v1/audit/events?action=people:LeaverAlarm",
        token=register.customer.token["secret"])["items"], 20, "the alarm")
    assert len(alarms) == 1, alarms


def main():
    with Provider("people-register") as provider:
        register = Register(Shell(provider), Customer(provider, "harbour"))
        try_job_roles(register)
        try_persons(register)
        try_files(register, provider)
        try_leaving(register, provider)
        try_last_administrator(register, provider)
        print("people come, move and go by the command line")


if __name__ == "__main__":
    main()
