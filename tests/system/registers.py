#!/usr/bin/python3
"""The provider's registers by the command line, with the real daemon: a document proposed by one
person and approved by another, its file got back, its review; a system with the accounts that a
scan found. Measures S07-P-01 and S07-P-02 say what is missing until nothing is.
"""

import contextlib
import json
import sqlite3

from command_line import Shell
from customer import Customer
from running_provider import Provider, wait_until
from staff import make_staff

PASSWORD = "a long passphrase of the second keeper"
OCTETS = b"%PDF-1.7 who gets which access\n\x00\xff"


class Keeper(Customer):
    """A user of the provider with a second factor, and the command line under its token."""

    def __init__(self, provider, shell, user):
        self.provider, self.shell, self.user, self.name = provider, shell, user, user["name"]
        self.enrol(PASSWORD)

    def run(self, *words, code=0, **more):
        there = self.shell.there(BELFRY_TOKEN=self.token["secret"])
        return self.shell.run(*words, code=code, **there, **more)

    def json(self, *words, **more):
        return json.loads(self.run(*words, "--json", **more).stdout)


class Founder(Keeper):
    """Who administers from the first start on."""

    def __init__(self, provider, shell):
        self.provider, self.shell = provider, shell
        self.token = {"secret": provider.credentials["api_token"]}


def give(provider, keeper, profile):
    """It is privileged: asked for, and approved by another."""
    asked = keeper.post("/api/v1/requests", {
        "user": keeper.user["id"], "profile": profile["id"], "reason": "keeps them",
        "duration_s": 8 * 3600})
    provider.rest("POST", f"/api/v1/requests/{asked['id']}/approve", {"reason": "as agreed"})


def profile_of(provider, name, *actions):
    return provider.rest("POST", "/api/v1/profiles", {"name": name, "policy": {
        "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}})


def make_keepers(provider, founder, names):
    """Readers of the provider who hold a profile over its registers, and nothing else."""
    profile = profile_of(provider, "Registers", "registers:*")
    keepers = []
    for name in names:
        user = founder.json("user", "create", name, "--role", "reader", stdin=PASSWORD + "\n")
        keepers.append(Keeper(provider, founder.shell, user))
        assert keepers[-1].json("document", "list") == [], "readers see it"
        keepers[-1].run("document", "add", "X-1", "--title", "x", "--topic", "other",
                        "--owner-role", "x", code=3)
        give(provider, keepers[-1], profile)
        wait_until(lambda k=keepers[-1]: provider.request(
            "POST", "/api/v1/registers/documents", {}, k.token["secret"])[0] == 400, 20,
                   "the right")
    return keepers


class Outsider(Keeper):
    """No reader: what a profile gives, and nothing else."""

    def __init__(self, provider, founder, name, profile):
        self.user = founder.json("user", "create", name, "--role", "member", stdin=PASSWORD + "\n")
        super().__init__(provider, founder.shell, self.user)
        give(provider, self, profile)


def rows(founder, measure):
    """{subject: (status, reason)} of a measure that is checked now."""
    checked = founder.json("measure", "check", measure)
    return checked["verdict"], {
        row["subject"]: ("pass" if row["pass"] else "fail", row["reason"])
        for row in checked["rows"]}


def try_documents(provider, founder, first, second):
    made = first.json("document", "add", "IAM-1", "--title", "Who gets which access", "--topic",
                      "iam", "--owner-role", "CISO")
    assert (made["review_months"], made["version"]) == (12, None), made
    first.run("document", "add", "iam-1", "--title", "x", "--topic", "iam", "--owner-role", "x",
              code=1)
    first.run("document", "add", "X-1", "--title", "x", "--topic", "weather", "--owner-role", "x",
              code=2)
    assert first.json("document", "change", "IAM-1", "--review-months", "6")["review_months"] == 6
    file = provider.folder / "access.pdf"
    file.write_bytes(OCTETS)
    proposed = first.json("document", "propose", "iam-1", str(file))["versions"][0]
    assert (proposed["number"], proposed["state"]) == (1, "draft"), proposed
    assert proposed["file_name"] == "access.pdf" and proposed["proposed_by_name"] == first.name
    assert "Another person" in first.run("document", "approve", "IAM-1", "1", code=3).stderr
    second.run("document", "approve", "IAM-1", "2", code=4)
    second.run("document", "review", "IAM-1", "1", code=1)
    approved = second.json("document", "approve", "IAM-1", "1")
    assert approved["version"] == 1 and approved["due_us"] > approved["created_us"], approved
    before = approved["due_us"]
    assert second.json("document", "review", "IAM-1", "1")["due_us"] > before
    got = provider.folder / "got.pdf"
    second.run("document", "fetch", "IAM-1", "1", str(got))
    assert got.read_bytes() == OCTETS
    file.write_bytes(OCTETS + b"and more")
    second.run("document", "propose", "IAM-1", str(file))
    newer = first.json("document", "approve", "IAM-1", "2")
    assert [v["state"] for v in newer["versions"]] == ["approved", "superseded"], newer
    shown = first.run("document", "show", "IAM-1").stdout
    assert "superseded" in shown and newer["versions"][0]["file_sha256"] in shown, shown
    lines = first.run("document", "export").stdout.splitlines()
    assert lines[0].startswith("reference,title,topic,") and "IAM-1" in lines[1], lines
    for place in ("registers/documents/entries.csv", "people.csv"):
        _, headers, _ = provider.request("GET", f"/api/v1/{place}")
        assert "sandbox" in headers["Content-Security-Policy"], (place, headers)
        assert headers["Content-Disposition"].startswith("attachment;"), (place, headers)
    founder.run("document", "show", "IAM-2", code=4)


def try_log(provider, first):
    def events(**query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return [each["ocsf"] for each in provider.rest(
            "GET", f"/api/v1/audit/events?{text}")["items"]]

    refused = wait_until(lambda: events(action="registers:ApproveVersion", outcome="failure"), 20,
                         "the refusal")
    assert [each["status_detail"] for each in refused] == ["registers.same_person"], refused
    meant = refused[0]["unmapped"]
    assert (meant["entry"], meant["version"], meant["method"]) == ("IAM-1", "1", "api_token"), meant
    approved = events(action="registers:ApproveVersion", outcome="success")
    assert {each["unmapped"]["version"] for each in approved} == {"1", "2"}, approved
    assert approved[0]["unmapped"]["method"] == "api_token", approved
    proposed = events(action="registers:ProposeVersion", outcome="success")
    assert proposed[-1]["unmapped"]["file"] == "access.pdf", proposed
    assert len(proposed[-1]["unmapped"]["sha256"]) == 64, proposed
    assert events(action="registers:EnterEntry", actor=first.name, outcome="failure"), "refusals"


def try_systems(provider, founder, first):
    founder.run("person", "add", "The administrator", "--reference", "E-1", "--starts",
                "2020-01-01", "--account", provider.credentials["admin_user"])
    made = first.json("system", "add", "Serial consoles", "--purpose", "consoles", "--owner-role",
                      "Operations", "--sign-in", "local")
    assert (made["state"], made["environment"]) == ("in_service", "production"), made
    first.run("system", "add", "Belfry", "--purpose", "x", "--owner-role", "x", "--sign-in",
              "local", code=1)
    verdict, found = rows(founder, "S07-P-01")
    assert verdict == "fail" and found["topic iam"][0] == "pass", (verdict, found)
    assert "--access-document" in found["system Serial consoles"][1], found
    first.run("system", "change", "serial consoles", "--access-document", "IAM-1",
              "--access-place", "chapter 4")
    first.run("system", "change", "Serial consoles", "--access-place", "", code=2)
    first.run("system", "retire", "", code=4)
    verdict, found = rows(founder, "S07-P-01")
    assert verdict == "pass", found

    scan = provider.folder / "accounts.csv"
    scan.write_text("account,person,break_glass,reason\nroot,,1,\nada,E-1,,\nold,E-9,,\n")
    told = first.run("system", "scan", "Serial consoles", str(scan), code=1)
    assert [line.split()[0] for line in told.stdout.splitlines()] == ["LINE", "2", "4"], told
    assert "Nothing was replaced" in told.stderr, told
    scan.write_text("account,person,break_glass,reason\nroot,,1,in the safe\nada,E-1,,\n")
    assert "Local accounts: 2." in first.run("system", "scan", "Serial consoles", str(scan)).stdout
    shown = first.run("system", "show", "Serial consoles").stdout
    assert "in the safe" in shown and "chapter 4" in shown, shown
    verdict, found = rows(founder, "S07-P-02")
    assert verdict == "fail" and "--sign-in" in found["system Serial consoles"][1], found
    first.run("system", "change", "Serial consoles", "--sign-in", "belfry")
    verdict, found = rows(founder, "S07-P-02")
    assert found["system Serial consoles"][0] == "pass", found
    # The two keepers are nobody's yet.
    assert verdict == "fail" and found["system Belfry"][1].startswith("2 accounts"), found
    for reference, account in (("E-2", "rosa"), ("E-3", "ida")):
        founder.run("person", "add", account, "--reference", reference, "--starts", "2020-01-01",
                    "--account", account)
    verdict, found = rows(founder, "S07-P-02")
    assert verdict == "pass", found
    assert first.json("system", "retire", "Serial consoles")["state"] == "retired"
    assert rows(founder, "S07-P-02")[0] == "no_data"
    first.run("system", "retire", "Serial consoles", code=1)
    first.run("system", "restore", "Serial consoles")
    french = first.run("system", "list", "--lang", "fr").stdout
    assert "en service" in french and "NOM" in french, french
    assert "Serial consoles" in first.run("system", "export").stdout


def try_four_eyes(provider, founder, first):
    """Beyond the accounts: who made the other's, and whose they are."""
    file = provider.folder / "access.pdf"

    def propose():
        return str(first.json("document", "propose", "IAM-1", str(file))["versions"][0]["number"])

    # The administrator made the keeper's account, and there is no other administrator.
    number = propose()
    approved = founder.json("document", "approve", "IAM-1", number)["versions"][0]
    assert approved["approved_by_own_account"], approved
    verdict, found = rows(founder, "S07-P-01")
    assert verdict == "fail" and "not surely" in found["topic iam"][1], found

    lena = make_staff(provider, "lena", "provider_administrator", PASSWORD)
    lena = Keeper(provider, founder.shell, lena)
    number = propose()
    refused = founder.run("document", "approve", "IAM-1", number, code=3).stderr
    assert "could have the account" in refused, refused
    # Both accounts are one person's, whatever else they are.
    founder.run("person", "bind", "E-2", "lena")
    refused = lena.run("document", "approve", "IAM-1", number, code=3).stderr
    assert "one person's" in refused and "approve it" in refused, refused
    founder.run("person", "unbind", "E-2", "lena")
    founder.run("person", "add", "Lena", "--reference", "E-4", "--starts", "2020-01-01",
                "--account", "lena")
    approved = lena.json("document", "approve", "IAM-1", number)["versions"][0]
    assert not approved["approved_by_own_account"], approved
    assert rows(founder, "S07-P-01")[0] == "pass"


def try_single_rights(provider, founder, first):
    """An act on a version wants its own right, and gives no more of the entry than reading does."""
    document = first.json("document", "show", "IAM-1")
    number = str(document["version"])
    mover = Outsider(provider, founder, "noor", profile_of(
        provider, "Acts", "registers:MoveEntry", "registers:ChangeEntry",
        "registers:ProposeVersion"))
    moves = f"/api/v1/registers/documents/{document['id']}/transitions"
    wait_until(lambda: provider.request("POST", moves, {}, mover.token["secret"])[0] == 400, 20,
               "the right")
    mover.run("document", "show", "IAM-1", code=3)
    for act, action in (("approve", "ApproveVersion"), ("review", "ReviewVersion"),
                        ("withdraw", "WithdrawVersion")):
        mover.run("document", act, document["id"], number, code=3)
        wait_until(lambda a=action: provider.rest(
            "GET", f"/api/v1/audit/events?action=registers:{a}&outcome=failure&actor=noor")[
                "items"], 20, action)
    same = first.json("document", "show", "IAM-1")
    assert same == document, same
    assert mover.json("document", "change", document["id"], "--title", "Rights") == {
        "id": document["id"]}
    assert document["id"] in mover.run("document", "change", document["id"], "--title",
                                       "Who gets which access").stdout
    mover.run("document", "change", document["id"], code=1)
    file = provider.folder / "access.pdf"
    assert mover.json("document", "propose", document["id"], str(file)) == {"id": document["id"]}
    assert first.json("document", "show", document["id"])["versions"][0]["proposed_by_name"] == (
        "noor")


def try_damaged_file(provider, founder, first):
    """Behind the back of the daemon: a version without its file is none, and the log says so."""
    with contextlib.closing(sqlite3.connect(provider.data / "state.db", timeout=30)) as state:
        with state:
            state.execute("DELETE FROM document_file")
    number = str(first.json("document", "show", "IAM-1")["version"])
    said = first.run("document", "fetch", "IAM-1", number, str(provider.folder / "x"), code=1)
    assert "propose it again" in said.stderr, said
    event = wait_until(lambda: provider.rest(
        "GET", "/api/v1/audit/events?action=registers:GetFile&outcome=failure")["items"], 20,
                       "the event")[0]["ocsf"]
    assert event["status_detail"] == "registers.file_damaged", event
    assert event["unmapped"]["version"] == number, event
    verdict, found = rows(founder, "S07-P-01")
    assert verdict == "fail" and "its file is gone" in found["system Serial consoles"][1], found


def main():
    with Provider("registers") as provider:
        shell = Shell(provider)
        founder = Founder(provider, shell)
        for measure in ("S07-P-01", "S07-P-02"):
            assert rows(founder, measure)[0] == "no_data", measure
        first, second = make_keepers(provider, founder, ("rosa", "ida"))
        try_documents(provider, founder, first, second)
        try_log(provider, first)
        try_systems(provider, founder, first)
        try_single_rights(provider, founder, first)
        try_four_eyes(provider, founder, first)
        try_damaged_file(provider, founder, first)
        print("documents and systems are kept by the command line, and the measures see it")


if __name__ == "__main__":
    main()
