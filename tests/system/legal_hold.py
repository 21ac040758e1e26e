#!/usr/bin/python3
"""Legal holds with the real daemon and command line: placed from a filter, copied onto three disks,
shown, exported and proved offline, over a restart; one of the provider's on a customer's log; a
stranger finds nothing; released by another administrator, and gone from every disk. Disks that have
lost a copy, a part or all of a hold: what the doctor, the metrics and the list say.

That the months go and what is held stays is in audit_test, whose clock can be moved.
"""

import json
import os
import pathlib
import shutil
import subprocess

from customer import Customer
from running_provider import COMMAND_LINE, Problem, Provider, wait_until

BUCKET = "tide-tables"
HOLDS = "/api/v1/audit/holds"


class Person:
    """Who uses the command line with an API token."""

    def __init__(self, provider, token):
        self.environment = {**os.environ, "BELFRY_URL": provider.api, "LC_ALL": "C.UTF-8",
                            "BELFRY_CA": str(provider.ca), "BELFRY_TOKEN": token}

    def run(self, *words, code=0):
        done = subprocess.run([COMMAND_LINE, "--json", *map(str, words)], capture_output=True,
                              text=True, timeout=60, check=False, env=self.environment)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def belfry(self, *words):
        return json.loads(self.run(*words))

    def hold(self, *words):
        return self.belfry("audit", "hold", *words)


class SecondAdministrator(Customer):
    """Of the same tenant, made by its first one."""

    def __init__(self, provider, first, name):
        self.provider, self.name, self.tenant = provider, name, first.tenant
        password = f"a long passphrase of {name}"
        self.user = provider.rest(
            "POST", f"/api/v1/tenants/{first.tenant['id']}/users",
            {"name": name, "email": "", "role": "tenant_administrator", "password": password},
            first.token["secret"])
        self.enrol(password)


def refused(ask, status, word):
    try:
        ask()
    except Problem as problem:
        assert problem.status == status and word in str(problem), (problem.status, str(problem))
        return
    raise AssertionError(f"nothing was refused, where {status} {word} was expected")


def vault_folders(provider, hold):
    return sorted(path for path in pathlib.Path(provider.data).rglob(f"vault/{hold}"))


def place(person):
    hold = person.hold("place", "--why", "case 12", "--action", "s3:PutObject", "--resource",
                       f"arn:aws:s3:::{BUCKET}/1")["id"]
    wait_until(lambda: person.hold("show", hold)["state"] == "kept", 30, "the copying")
    return hold


def try_keeping(provider, customer, person):
    hold = place(person)
    shown = person.hold("show", hold, "--events", "100")
    names = [event["resource"].rsplit("/", 1)[1] for event in shown["items"]]
    assert names == ["1", "10", "11"] and shown["events"] == 3, shown
    assert shown["reason"] == "case 12" and shown["placed_by_name"] == customer.user["name"], shown
    assert not shown["placed_by_provider"] and shown["filter"]["action"] == "s3:PutObject", shown
    assert [each["id"] for each in person.hold("list")] == [hold]
    assert len(vault_folders(provider, hold)) == 3, vault_folders(provider, hold)
    told = person.belfry("audit", "list", "--action", "audit:PlaceHold")
    assert told[0]["ocsf"]["unmapped"]["hold"] == hold, told
    assert told[0]["ocsf"]["unmapped"]["reason"] == "case 12", told
    provider.restart()
    person.environment["BELFRY_URL"] = provider.api
    assert person.hold("show", hold)["events"] == 3
    return hold


def try_export(provider, person, hold):
    folder = provider.folder / "held"
    exported = person.hold("export", hold, folder)
    assert exported["events"] == 3, exported
    assert not (folder / "tile/entries").exists()
    assert (folder / "held.jsonl").stat().st_mode & 0o77 == 0
    assert "--hold" in person.run("verify", folder, code=1), "a log without its entries"
    report = person.belfry("verify", folder, "--hold", "--events", "10")
    assert report["hold"] == hold and report["leaves_opened"] == report["leaves_checked"], report
    assert sorted(json.loads(event)["resources"][0]["name"][-2:] for event in report["events"]) \
        == ["/1", "10", "11"], report
    other = provider.folder / "changed"
    shutil.copytree(folder, other)
    lines = (other / "held.jsonl").read_text(encoding="utf-8")
    (other / "held.jsonl").write_text(lines.replace(f"{BUCKET}/11", f"{BUCKET}/12"),
                                      encoding="utf-8")
    person.run("verify", other, "--hold", code=1)
    (other / "held.jsonl").write_text("".join(lines.splitlines(True)[1:]), encoding="utf-8")
    person.run("verify", other, "--hold", code=1)
    assert person.belfry("audit", "list", "--action", "audit:ExportHold"), "nobody was told"


def try_provider(provider, customer, token):
    """The provider holds what is on a customer's log, and reads nothing of it."""
    body = {"tenant": customer.tenant["id"], "reason": "order of a court", "filter": {"actor": "x"}}
    hold = provider.rest("POST", HOLDS, body)["id"]
    seen = provider.rest("GET", f"{HOLDS}/{hold}", token=token)
    assert seen["placed_by_provider"] and seen["placed_by_name"].startswith("arn:"), seen
    assert seen["events"] == 0, seen
    assert provider.rest("GET", f"{HOLDS}/{hold}")["events"] is None, "how many, the tenant knows"
    for part in ("events", "export"):
        refused(lambda path=part: provider.rest("GET", f"{HOLDS}/{hold}/{path}"), 404, "")
    refused(lambda: provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "no"}, token), 403,
            "")
    of_release = "/api/v1/audit/events?action=audit:ReleaseHold"
    wait_until(lambda: [each for each in provider.rest("GET", of_release, token=token)["items"]
                        if each["ocsf"].get("status_detail") == "api.hold_of_other_side"], 20,
               "the refusal in the log")
    told = provider.rest("GET", "/api/v1/audit/events?action=audit:PlaceHold", token=token)
    assert told["items"][0]["ocsf"]["unmapped"]["reason"] == "order of a court", told
    wait_until(lambda: provider.rest("GET", "/api/v1/audit/events?action=audit:PlaceHold")["items"],
               20, "the event in the provider's log")
    provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "over"})
    refused(lambda: provider.rest("GET", f"{HOLDS}/{hold}", token=token), 404, "")


def try_stranger(provider, customer, hold):
    token = Customer(provider, "stranger").token["secret"]
    assert provider.rest("GET", HOLDS, token=token)["items"] == []
    refused(lambda: provider.rest("GET", f"{HOLDS}?tenant={customer.tenant['id']}", token=token),
            404, "")
    refused(lambda: provider.rest("POST", HOLDS, {"tenant": customer.tenant["id"], "reason": "x"},
                                  token), 404, "")
    for part in ("", "/events", "/export"):
        refused(lambda path=part: provider.rest("GET", f"{HOLDS}/{hold}{path}", token=token), 404,
                "")
    refused(lambda: provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "x"}, token), 404,
            "")


def try_wrong(provider, token):
    for body in ({}, {"reason": " "}, {"reason": "x", "filter": {"from_us": 9, "until_us": 5}},
                 {"reason": "x", "filter": {"outcome": "maybe"}}, {"reason": "x", "filter": []},
                 {"reason": "x", "filter": {"details": [{"name": "a"}]}},
                 {"reason": "x", "filter": {"actor": "a" * 1001}}):
        refused(lambda sent=body: provider.rest("POST", HOLDS, sent, token), 400, "")
    # Longer in an event than an event can be: refused before there is a key, or another seal.
    seals = list(provider.folder.rglob("*.months"))
    before = [seal.read_bytes() for seal in seals]
    texts = dict.fromkeys(("actor", "action", "resource", "source_ip", "reason"), "\\" * 1000)
    texts["details"] = [{"name": "\\" * 1000, "value": "\\" * 1000}] * 8
    refused(lambda: provider.rest("POST", HOLDS, {"reason": "x", "filter": texts}, token), 400,
            "too long")
    assert seals and before == [seal.read_bytes() for seal in seals]
    # The longest that is taken is told in the log.
    texts = {name: "x" * 1000 for name in texts if name != "details"}
    texts["details"] = [{"name": "x" * 1000, "value": "y" * 1000}] * 8
    texts["actor"] = "\\" * 1000
    hold = provider.rest("POST", HOLDS, {"reason": '"' * 1000, "filter": texts}, token)["id"]
    told = provider.rest("GET", "/api/v1/audit/events?action=audit:PlaceHold", token=token)
    assert told["items"][0]["ocsf"]["unmapped"]["hold"] == hold
    provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "too long"}, token)


def try_later(provider, signer, token):
    """What came after the placement is in a list and in an export that says it is complete."""
    later = f"arn:aws:s3:::{BUCKET}/later"
    body = {"reason": "case 13", "filter": {"action": "s3:PutObject", "resource": later}}
    hold = provider.rest("POST", HOLDS, body, token)["id"]
    wait_until(lambda: provider.rest("GET", f"{HOLDS}/{hold}", token=token)["state"] == "kept", 30,
               "the copying")
    for number in range(3):
        signer.ok("PUT", f"/{BUCKET}/later{number}", body=b"low water")
    written = f"/api/v1/audit/events?action=s3:PutObject&resource={later}"
    wait_until(lambda: len(provider.rest("GET", written, token=token)["items"]) == 3, 20, "events")
    lines = provider.request("GET", f"{HOLDS}/{hold}/export", None, token)[2].decode()
    last = json.loads(lines.splitlines()[-1])
    assert last["complete"] and last["events"] == 3, last
    assert last["looked_at"] >= 15, last
    signer.ok("PUT", f"/{BUCKET}/later3", body=b"low water")
    wait_until(lambda: len(provider.rest("GET", written, token=token)["items"]) == 4, 20, "events")
    assert len(provider.rest("GET", f"{HOLDS}/{hold}/events", token=token)["items"]) == 4
    provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "closed"}, token)


def try_one_person(provider, customer, second, hold):
    """Two accounts of one person in the register: not a second person, also once somebody has
    parted them. Gives the third, who did."""
    tokens = customer.token["secret"], second.token["secret"]
    registered = provider.rest("POST", "/api/v1/people", {"name": "Pia", "starts_us": 10**15},
                               tokens[0])
    accounts = f"/api/v1/people/{registered['id']}/accounts"
    for each in (customer, second):
        provider.rest("POST", accounts, {"user": each.user["id"]}, tokens[0])
    refused(lambda: provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "x"}, tokens[1]),
            403, "one person")
    for token in tokens:
        refused(lambda token=token: provider.rest(
            "DELETE", f"{accounts}/{second.user['id']}", token=token), 403, "by which you act")
    third = SecondAdministrator(provider, customer, "third")
    provider.rest("DELETE", f"{accounts}/{second.user['id']}", token=third.token["secret"])
    refused(lambda: provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "x"}, tokens[1]),
            403, "one person")
    return third


def try_release(provider, customer, person, hold):
    second = SecondAdministrator(provider, customer, "second")
    assert person.run("audit", "hold", "release", hold, "--why", "closed", code=3)
    assert vault_folders(provider, hold), "whoever placed it does not release it alone"
    third = try_one_person(provider, customer, second, hold)
    Person(provider, third.token["secret"]).hold("release", hold, "--why", "closed")
    assert not vault_folders(provider, hold), "its files are gone"
    assert person.hold("list") == []
    told = person.belfry("audit", "list", "--action", "audit:ReleaseHold", "--outcome", "success")
    assert told[0]["ocsf"]["unmapped"]["reason"] == "closed", told
    assert told[0]["actor"] == "third", told
    provider.restart()
    person.environment["BELFRY_URL"] = provider.api
    assert person.hold("list") == []


def conditions(provider, code=0):
    """What the doctor says of holds: {subject: condition}."""
    return {found["subject"]: found["condition"]
            for found in provider.belfry("doctor", code=code)["findings"]
            if found["subject"].startswith("legal hold")}


def restart(provider, person):
    provider.start()
    person.environment["BELFRY_URL"] = provider.api


def try_losing(provider, person, token):
    hold = place(person)
    subject = f"legal hold {hold}"
    provider.stop()
    folders = vault_folders(provider, hold)
    assert conditions(provider) == {"legal holds": "good"}
    shutil.rmtree(folders[0])
    assert conditions(provider)[subject] == "degraded"
    restart(provider, person)
    wait_until(lambda: vault_folders(provider, hold) == folders
               and person.hold("show", hold)["state"] == "kept", 30, "the copies being back")
    assert conditions(provider) == {"legal holds": "good"}
    # A piece goes from all three; then all that says what the hold is.
    provider.stop()
    for folder in folders:
        for piece in folder.glob("*-*"):
            piece.write_bytes(piece.read_bytes()[:-1])
    restart(provider, person)
    shown = person.hold("show", hold)
    assert shown["state"] == "damaged" and shown["reason"] == "case 12", shown
    assert "belfry_legal_holds_damaged 1" in provider.request("GET", "/metrics")[2].decode()
    person.run("audit", "hold", "export", hold, provider.folder / "part", code=1)
    assert not (provider.folder / "part" / "held.jsonl").exists(), "what is not complete"
    for folder in folders:
        (folder / "hold").unlink()
    assert conditions(provider, code=1)[subject] == "lost"
    provider.stop()
    restart(provider, person)
    shown = person.hold("show", hold)
    assert shown["state"] == "lost" and shown["reason"] == "", shown
    metrics = provider.request("GET", "/metrics")[2].decode()
    assert "belfry_legal_holds_lost 1" in metrics, metrics
    refused(lambda: provider.rest("GET", f"{HOLDS}/{hold}/events", token=token), 409, "")
    # It may be what a court bound the provider to keep.
    refused(lambda: provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "x"}, token), 403,
            "")
    provider.rest("POST", f"{HOLDS}/{hold}/release", {"reason": "its disks are gone"})
    assert person.hold("list") == [] and not vault_folders(provider, hold)


def main():
    with Provider("legal-hold") as provider:
        customer = Customer(provider, "harbour")
        signer = customer.signer()
        signer.ok("PUT", f"/{BUCKET}")
        for number in range(12):
            signer.ok("PUT", f"/{BUCKET}/{number}", body=b"high water")
        token = customer.token["secret"]
        person = Person(provider, token)
        hold = try_keeping(provider, customer, person)
        try_export(provider, person, hold)
        try_provider(provider, customer, token)
        try_stranger(provider, customer, hold)
        try_wrong(provider, token)
        try_later(provider, customer.signer(), token)
        metrics = provider.request("GET", "/metrics")[2].decode()
        assert "belfry_legal_holds 1" in metrics and "belfry_ledger_months_waiting 0" in metrics
        try_release(provider, customer, person, hold)
        try_losing(provider, person, token)


if __name__ == "__main__":
    main()
