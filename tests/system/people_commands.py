#!/usr/bin/python3
"""Users, profiles, groups, boundaries, keys and sessions by the command line: what each command
does, says in tables and in JSON, and how it ends; rights that it gives hold for S3 at once.
"""

import json
import os
import pty
import subprocess

from command_line import Shell
from customer import Customer
from running_provider import COMMAND_LINE, Provider
from signed_requests import Signer

PUT = {"Version": "2012-10-17", "Statement": [
    {"Sid": "Backups", "Effect": "Allow", "Action": "s3:PutObject",
     "Resource": "arn:aws:s3:::harbour-backups/*"}]}
LOOK = {"Statement": {"Effect": "Allow", "Action": "audit:List*", "Resource": "*"}}


class People:
    def __init__(self, shell, customer):
        self.shell, self.customer = shell, customer

    def run(self, *words, code=0, token=None, **more):
        token = token or self.customer.token["secret"]
        return self.shell.run(*words, code=code, **self.shell.there(BELFRY_TOKEN=token), **more)

    def json(self, *words, **more):
        return json.loads(self.run(*words, "--json", **more).stdout)

    def says(self, *words, code=1, **more):
        return self.run(*words, code=code, **more).stderr


def try_users(people):
    made = people.json("user", "create", "Anna", "--role", "reader", "--email", "anna@harbour.test",
                       stdin="a long passphrase of anna\n")
    assert (made["name"], made["role"], made["active"]) == ("Anna", "reader", True), made
    people.run("user", "create", "bruno", "--role", "member", stdin="a long passphrase of bruno\n")
    assert "taken" in people.says("user", "create", "anna", "--role", "reader",
                                  stdin="a long passphrase of anna\n")
    assert "at least" in people.says("user", "create", "carla", "--role", "reader", stdin="short\n")
    assert "Roles:" in people.says("user", "create", "carla", "--role", "queen", stdin="x\n")
    listed = people.json("user", "list")
    assert [u["name"] for u in listed] == ["Anna", "bruno", "harbour-administrator"], listed
    table = people.run("user", "list").stdout.splitlines()
    assert table[0].split()[:3] == ["NAME", "KIND", "ROLE"], table[0]
    assert "authenticator app" in table[3] and "tenant_administrator" in table[3], table
    # In any case, by the id, and who asks when nobody is named.
    for name in ("anna", "ANNA", made["id"]):
        assert people.json("user", "show", name)["user"]["id"] == made["id"]
    assert people.json("user", "show")["user"]["name"] == "harbour-administrator"
    assert "belfry user list" in people.says("user", "show", "zoe", code=4)
    people.run("user", "show", "999999", code=4)
    people.run("user", "suspend", "anna")
    assert "suspended" in people.run("user", "show", "anna").stdout
    assert people.json("user", "reactivate", "anna")["active"]
    assert "own account" in people.says("user", "suspend", "harbour-administrator")
    return made["id"]


def try_service_accounts(people):
    made = people.json("service-account", "create", "robot", "--owner", "anna")
    assert (made["name"], made["role"], made["owner_name"]) == ("robot", "member", "Anna"), made
    key = people.json("service-account", "key", "robot", "--days", "2")
    assert key["access_key"]["expires_us"] is not None and len(key["secret"]) == 40, key
    assert "366" in people.says("service-account", "key", "robot", "--days", "400", code=2)
    told = people.run("service-account", "token", "robot", "--label", "nightly").stdout
    token = told.split()[-1]
    assert token.startswith("blf_"), told
    assert people.json("user", "show", token=token)["user"]["name"] == "robot"
    listed = people.run("service-account", "list").stdout.splitlines()
    assert listed[1].split()[:4] == ["robot", "member", "Anna", "active"], listed
    users = people.run("user", "list").stdout
    assert [r.split()[1] for r in users.splitlines()[1:]].count("program") == 1, users
    assert "programme" in people.run("user", "list", "--lang", "fr").stdout
    people.run("user", "suspend", "anna")
    people.run("user", "show", token=token, code=3)
    people.run("service-account", "set-owner", "robot", "bruno")
    people.run("user", "reactivate", "anna")
    assert people.json("user", "show", token=token)["user"]["name"] == "robot"
    assert "no " in people.says("service-account", "key", "nobody", code=4)
    # Who is not sure deletes nobody.
    assert "Nothing was deleted" in people.says("user", "delete", "robot", stdin="robo\n")
    assert "Rien n’a" in people.says("user", "delete", "robot", "--lang", "fr", stdin="\n")
    people.run("user", "show", "robot")
    people.run("user", "delete", "robot", stdin="robot\n")
    people.run("user", "delete", "robot", "--yes", code=4)
    people.run("user", "show", token=token, code=3)
    assert people.json("service-account", "list") == []


def try_factor_resets(people):
    """Who has a factor, a first administrator asks for; the provider's is the second."""
    there = people.shell.there()
    assert "no second factor" in people.says("factor-reset", "ask", "anna", "--reason", "x")
    assert "own factors" in people.says("factor-reset", "ask", "harbour-administrator",
                                        "--reason", "x")
    asked = json.loads(people.shell.run(
        "factor-reset", "ask", "harbour-administrator", "--tenant", "harbour", "--reason",
        "seen at the desk", "--json", **there).stdout)
    assert "Whoever asked" in people.shell.run("factor-reset", "approve", asked["id"], code=3,
                                               **there).stderr
    listed = people.run("factor-reset", "list").stdout
    assert "seen at the desk" in listed and "asked for" in listed, listed
    people.run("factor-reset", "cancel", asked["id"])
    assert people.json("factor-reset", "list")[0]["state"] == "cancelled"


def try_password_on_terminal(people):
    """It is asked for twice, and nobody is made when the two differ."""
    environment = people.shell.environment(
        **people.shell.there(BELFRY_TOKEN=people.customer.token["secret"]))
    for again, code in (("a long passphrase of eve", 1), ("a long passphrase of dora", 0)):
        leader, follower = pty.openpty()
        with subprocess.Popen([COMMAND_LINE, "user", "create", "dora", "--role", "reader"],
                              stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env=environment) as process:
            os.write(leader, f"a long passphrase of dora\n{again}\n".encode())
            _, said = process.communicate(timeout=60)
        os.close(leader)
        os.close(follower)
        assert process.returncode == code and "again" in said, said
        assert ("not the same" in said) == (code == 1) and "passphrase" not in said, said


def try_profiles(people, file):
    file.write_text(json.dumps(PUT))
    made = people.json("profile", "create", "Backups", str(file))
    assert (made["policy"], made["privileged"]) == (PUT, False), made
    assert "already" in people.says("profile", "create", "Backups", str(file))
    wrong = json.dumps(PUT).replace("s3:PutObject", "PutObject")
    said = people.says("profile", "create", "Wrong", stdin=wrong)
    assert "Statement[0].Action" in said, said
    assert "Statement[0].Action" in people.says("profile", "set", "Backups", "-", stdin=wrong)
    for words in (("create", "Wrong"), ("set", "Backups")):
        assert "not JSON" in people.says("profile", *words, stdin='{"a"')
        assert "not JSON" in people.says("profile", *words, stdin='{}, "name": "Other", "x": {}')
        people.run("profile", *words, str(file) + ".none", code=4)
        people.run("profile", *words, str(file.parent), code=1)
    # What `show` prints is what `set` takes.
    shown = people.run("profile", "show", "Backups").stdout
    assert json.loads(shown) == PUT, shown
    assert people.json("profile", "set", made["id"], stdin=json.dumps(LOOK))["privileged"]
    assert people.run("profile", "list").stdout.splitlines()[1].split()[:2] == ["Backups", "yes"]
    people.run("profile", "set", "Backups", stdin=shown)
    assert people.json("profile", "show", "Backups")["policy"] == PUT
    reader = json.loads(people.run("profile", "role", "reader").stdout)
    assert "s3:Get*" in str(reader) and "s3:Put" not in str(reader), reader
    assert "tenant_administrator" in people.says("profile", "role", "operator", code=4)
    people.run("profile", "show", "None", code=4)


def may_put(people, key, bucket="harbour-backups"):
    signer = Signer(people.customer.provider.s3, key["access_key"]["id"], key["secret"])
    return signer.request("PUT", f"/{bucket}/one", b"octets")[0] == 200


def try_holding(people, anna):
    people.run("bucket", "create", "harbour-backups")
    key = people.json("key", "create", "anna")
    assert not may_put(people, key), "a reader may write"
    people.run("profile", "give", "Backups", "--user", "anna")
    assert may_put(people, key), "the profile does not hold"
    given = people.json("profile", "give", "Backups", "--user", "anna")
    assert given["user"] == anna, given
    people.run("profile", "withdraw", "Backups", "--user", "anna")
    assert not may_put(people, key), "the profile was withdrawn and holds"
    people.run("profile", "withdraw", "Backups", "--user", "anna", code=4)
    group = people.json("group", "create", "Night shift")
    people.run("group", "add", "Night shift", "anna")
    people.run("profile", "give", "Backups", "--group", "Night shift")
    assert may_put(people, key), "the group's profile does not hold"
    shown = people.json("group", "show", "Night shift")
    assert [m["name"] for m in shown["members"]] == ["Anna"], shown
    assert [p["name"] for p in shown["profiles"]] == ["Backups"], shown
    assert "Anna" in people.run("group", "show", group["id"]).stdout
    assert people.run("group", "list").stdout.splitlines()[1].startswith("Night shift  1 ")
    held = people.run("user", "show", "anna").stdout
    assert "by the group Night shift" in held, held
    holders = people.run("profile", "holders", "Backups").stdout
    assert "Night shift" in holders and "given to a group" in holders, holders
    assert "still held" in people.says("profile", "delete", "Backups")
    assert "administrator by role" in people.says("group", "add", "Night shift",
                                                  "harbour-administrator")
    for words in ((), ("--user", "anna", "--group", "Night shift")):
        assert "--group" in people.says("profile", "give", "Backups", *words)
    people.run("group", "remove", "Night shift", "anna")
    assert not may_put(people, key), "who left the group still holds"
    people.run("group", "remove", "Night shift", "anna", code=4)
    return key


def try_boundary(people, key):
    people.run("profile", "give", "Backups", "--user", "anna")
    people.run("profile", "create", "Nothing much", stdin=json.dumps(LOOK))
    set_to = people.json("user", "boundary", "set", "anna", "Nothing much")
    assert set_to["boundary"], set_to
    assert not may_put(people, key), "the boundary does not bind"
    assert "Nothing much" in people.run("user", "show", "anna").stdout
    assert people.json("profile", "holders", "Nothing much")[0]["boundary"]
    people.run("user", "boundary", "remove", "anna")
    assert people.json("user", "show", "anna")["boundary"] is None
    assert may_put(people, key), "the boundary is gone and binds"
    people.run("profile", "withdraw", "Backups", "--user", "anna")
    people.run("group", "delete", "Night shift")
    for name in ("Backups", "Nothing much"):
        people.run("profile", "delete", name)
    assert people.json("profile", "list") == [] and people.json("group", "list") == []


def try_credentials(people, key):
    listed = people.json("key", "list", "anna")
    assert [k["id"] for k in listed] == [key["access_key"]["id"]], listed
    shown = people.run("key", "create", "anna").stdout.split()
    assert any(word.startswith("BLF") for word in shown), shown
    assert len(people.run("key", "list", "anna").stdout.splitlines()) == 3
    people.run("key", "delete", key["access_key"]["id"])
    people.run("key", "delete", key["access_key"]["id"], code=4)
    assert not may_put(people, key), "a deleted key signs"
    session = people.customer.session["id"]
    mine = people.json("session", "list")
    assert session in [s["id"] for s in mine], mine
    assert session in people.run("session", "list", "harbour-administrator").stdout
    people.run("session", "revoke", session)
    people.run("session", "revoke", session, code=4)
    assert session not in [s["id"] for s in people.json("session", "list")]


def try_below_and_beside(people, provider):
    """The provider sees its customer's people; another customer sees nobody."""
    above = people.shell.there()
    listed = json.loads(people.shell.run("user", "list", "--tenant", "harbour", "--json",
                                         **above).stdout)
    assert "Anna" in [u["name"] for u in listed], listed
    shown = people.shell.run("user", "show", "anna", "--tenant", "harbour", "--json", **above)
    assert json.loads(shown.stdout)["profiles"] is None, shown
    people.shell.run("user", "suspend", "anna", "--tenant", "harbour", **above)
    people.shell.run("user", "reactivate", "anna", "--tenant", "harbour", **above)
    stranger = Customer(provider, "meadow").token["secret"]
    for words in (("user", "list", "--tenant", "harbour"), ("user", "show", "anna"),
                  ("user", "suspend", "anna"), ("key", "list", "anna"),
                  ("group", "show", "Night shift"), ("profile", "show", "Backups")):
        people.run(*words, code=4, token=stranger)


def try_wrong_use(people):
    for words in (("user",), ("user", "create", "x"), ("user", "boundary"), ("profile",),
                  ("profile", "show"), ("profile", "give"), ("group", "add", "x"), ("key",),
                  ("key", "delete"), ("session", "revoke"), ("user", "boundary", "set", "anna")):
        people.run(*words, code=2)


def main():
    with Provider("people-commands") as provider:
        people = People(Shell(provider), Customer(provider, "harbour"))
        anna = try_users(people)
        try_service_accounts(people)
        try_factor_resets(people)
        try_password_on_terminal(people)
        try_profiles(people, provider.folder / "policy.json")
        key = try_holding(people, anna)
        try_boundary(people, key)
        try_credentials(people, key)
        try_below_and_beside(people, provider)
        try_wrong_use(people)
        print("users, profiles, groups, boundaries, keys and sessions are as told")


if __name__ == "__main__":
    main()
