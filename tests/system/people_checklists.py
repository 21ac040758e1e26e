#!/usr/bin/python3
"""Checklists of arrival and departure by the command line, with the real daemon: steps are
declared, done with what shows it, waived by another person, undone and retired; the end of accounts
is seen by itself; the annex judges what is left open.
"""

import concurrent.futures
import datetime
import json
import time

from command_line import Shell
from customer import Customer
from people_register import PASSWORD, Clerk, Register
from running_provider import Provider, wait_until

HEAD = "reference,name,person_kind,starts,ends,list,step,mandatory,due,overdue"


DAY_US = 86_400_000_000


def now_us():
    return time.time_ns() // 1000


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def states(checklist):
    return {item["name"] or item["fact"]: "overdue" if item["overdue"] else item["state"]
            for item in checklist["items"]}


def try_steps(register):
    assert register.json("checklist", "steps") == []
    made = register.json("checklist", "add", "Badge", "--kind", "arrival", "--text", "Hand it out",
                         "--due-days", "0")
    assert (made["mandatory"], made["due_days"]) == (True, 0), made
    assert made["persons"] == ["employee", "contractor", "external"], made
    assert "already" in register.says("checklist", "add", "badge", "--kind", "arrival", "--text",
                                      "x")
    register.run("checklist", "add", "x", "--kind", "lunch", "--text", "x", code=2)
    register.run("checklist", "add", "x", "--kind", "arrival", code=2)
    assert "number of days" in register.says("checklist", "add", "x", "--kind", "arrival",
                                             "--text", "x", "--due-days", "soon")
    register.run("checklist", "add", "Badge", "--kind", "departure", "--text", "Take it back",
                 "--due-days", "0")
    register.run("checklist", "add", "Lunch", "--kind", "arrival", "--text", "Eat", "--optional",
                 "--for", "employee")
    assert "--kind" in register.says("checklist", "change", "Badge", "--text", "x")
    changed = register.json("checklist", "change", "Badge", "--kind", "arrival", "--text",
                            "Hand it out, against a receipt")
    assert (changed["due_days"], changed["text"][-7:]) == (0, "receipt"), changed
    assert register.json("checklist", "change", "Lunch", "--due-days", "default")[
        "due_days"] is None
    table = register.run("checklist", "steps").stdout.splitlines()
    assert [line.split()[1] for line in table] == ["NAME", "Badge", "Lunch", "Badge"], table
    french = register.run("checklist", "steps", "--lang", "fr").stdout
    assert "arrivée" in french and "DEMANDÉE" in french, french


def try_arrival(register, clerk):
    old = register.json("person", "add", "Earlier", "--reference", "E-1", "--starts", "2015-03-01")
    assert old["overdue_steps"] == 0, "a new step is not asked of who is here"
    assert register.json("checklist", "show", "E-1")["items"] == []
    register.run("user", "create", "anna", "--role", "reader", stdin=PASSWORD + "\n")
    made = register.json("person", "add", "Anna Weiss", "--reference", "E-7", "--starts", now(),
                         "--account", "anna")
    assert made["overdue_steps"] == 1, made
    assert states(register.json("checklist", "show", "E-7")) == {"Badge": "overdue",
                                                                 "Lunch": "open"}
    line = next(each for each in register.run("person", "list").stdout.splitlines()
                if each.startswith("E-7"))
    assert line.split()[-2:] == ["1", "anna"], line
    file = register.run("checklist", "export").stdout.splitlines()
    assert file[0] == HEAD and len(file) == 3, file
    assert any(",arrival,Badge,yes," in each and each.endswith(",yes") for each in file), file
    register.run("checklist", "do", "E-7", "Badge", code=2)
    register.run("checklist", "do", "E-7", "Nothing", "--note", "x", code=4)
    done = register.json("checklist", "do", "E-7", "Badge", "--note", "Receipt 4711")
    assert states(done) == {"Badge": "done", "Lunch": "open"}, done
    shown = register.run("checklist", "show", "E-7").stdout
    assert "Receipt 4711" in shown and register.customer.user["name"] in shown, shown
    undone = register.json("checklist", "undo", "E-7", "Badge", "--reason", "another's receipt")
    assert states(undone)["Badge"] == "overdue", undone
    # Whoever recorded the person answers for the arrival: another one waives.
    assert "somebody else" in register.says("checklist", "waive", "E-7", "Badge", "--reason",
                                            "works from home", code=3)
    waived = clerk.json("checklist", "waive", "E-7", "Badge", "--reason", "works from home")
    assert states(waived) == {"Badge": "waived", "Lunch": "open"}, waived
    assert "somebody else" in clerk.says("checklist", "do", "E-7", "Lunch", "--note", "x", code=3)
    register.run("checklist", "do", "E-7", "Lunch", "--note", "with the crew")
    assert register.run("checklist", "export").stdout.splitlines() == [HEAD]


def try_two_of_one_name(register):
    """One that is retired is asked of who started before: the number tells which."""
    step = register.json("checklist", "add", "Zip", "--kind", "arrival", "--text", "x",
                         "--optional")
    register.run("person", "add", "Zoe", "--reference", "E-14", "--starts", now())
    register.run("checklist", "retire", "Zip")
    register.run("checklist", "add", "Zip", "--kind", "arrival", "--text", "y", "--optional")
    assert "number" in register.says("checklist", "do", "E-14", "Zip", "--note", "x")
    table = register.run("checklist", "show", "E-14").stdout
    assert table.count("Zip") == 2 and step["id"] in table, table
    done = register.json("checklist", "do", "E-14", step["id"], "--note", "x")
    assert [item["state"] for item in done["items"] if item["step"] == step["id"]] == ["done"]
    register.run("checklist", "retire", "Zip")
    register.run("checklist", "do", "E-14", "Badge", "--note", "x")


def try_own_list(register, clerk):
    register.run("person", "add", "The clerk", "--reference", "E-8", "--starts", now(), "--account",
                 "clerk")
    assert "own list" in clerk.says("checklist", "do", "E-8", "Badge", "--note", "x", code=3)
    register.run("checklist", "do", "E-8", "Badge", "--note", "Receipt 12")


def try_departure(register):
    register.run("person", "leave", "E-7", "--reason", "end of contract")
    wait_until(lambda: states(register.json("checklist", "show", "E-7"))["accounts_ended"] ==
               "done", 60, "the end of the account is seen")
    listed = register.json("checklist", "show", "E-7")["items"]
    fact = next(item for item in listed if item["fact"])
    assert (fact["step"], fact["by"]) == (None, None) and fact["at_us"], fact
    assert "ended (seen by" in register.run("checklist", "show", "E-7").stdout
    assert register.json("person", "show", "E-7")["overdue_steps"] == 1
    register.run("checklist", "do", "E-7", "Badge", "--kind", "departure", "--note", "in the safe")
    assert register.json("person", "show", "E-7")["overdue_steps"] == 0
    # Who comes back gives it back again.
    register.run("person", "change", "E-7", "--ends", "none")
    register.run("person", "leave", "E-7", "--reason", "after all")
    badge = register.json("checklist", "show", "E-7")["items"][-1]
    assert (badge["name"], badge["kind"], badge["state"]) == ("Badge", "departure", "open"), badge
    retired = register.json("checklist", "retire", "Badge", "--kind", "departure")
    assert retired["retired_us"] is not None, retired
    register.run("checklist", "retire", "Badge", "--kind", "departure", code=4)


def add_user(provider, maker, name, role):
    """A user of the maker's organisation, made by it, with a factor and a token."""
    user = provider.rest("POST", f"/api/v1/tenants/{maker.tenant['id']}/users",
                         {"name": name, "email": f"{name}@example.org", "role": role,
                          "password": PASSWORD}, maker.token["secret"])
    clerk = Clerk(provider, user, PASSWORD)
    clerk.tenant = maker.tenant
    return clerk


def add_steps(provider, customer):
    return [provider.rest("POST", "/api/v1/checklist-steps",
                          {"kind": "arrival", "name": name, "text": "As written"},
                          customer.token["secret"])["id"] for name in ("Badge", "Deed")]


def settle(provider, by, person, step, act):
    """What comes of it: nothing, or the refusal's message."""
    field = "reason" if act == "waiver" else "note"
    status, _, octets = provider.request(
        "POST", f"/api/v1/people/{person}/checklist/{step}/{act}", {field: "As agreed"},
        by.token["secret"])
    return "" if status == 200 else json.loads(octets)["message_id"]


def arrive(provider, by):
    return provider.rest("POST", "/api/v1/people",
                         {"name": "Anna Weiss", "starts_us": now_us()},
                         by.token["secret"])["id"]


def waivers(provider, customer, person):
    token = customer.token["secret"]
    return wait_until(lambda: [
        event["ocsf"]["unmapped"] for event in provider.rest(
            "GET", "/api/v1/audit/events?action=people:WaiveChecklistStep&outcome=success",
            token=token)["items"] if person in json.dumps(event)], 20, "the waiver in the log")


def try_puppet_of_the_only_administrator(provider):
    """Whoever has a right by a profile may be the administrator that made the account."""
    one = Customer(provider, "mooring")
    badge, _ = add_steps(provider, one)
    puppet = add_user(provider, one, "puppet", "reader")
    profile = provider.rest("POST", "/api/v1/profiles", {"name": "Registry", "policy": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "people:*", "Resource": "*"}]}},
        one.token["secret"])
    provider.rest("PUT", f"/api/v1/profiles/{profile['id']}/users/{puppet.user['id']}", {},
                  one.token["secret"])
    person = arrive(provider, one)
    assert settle(provider, one, person, badge, "waiver") == "people.waived_by_responsible"
    assert settle(provider, puppet, person, badge, "waiver") == ""
    found = waivers(provider, one, person)
    assert [each.get("approved_by_own_account") for each in found] == ["yes"], found


def try_at_once(provider):
    """An administrator waives while an account that it made does another step: one of both is
    refused, whichever comes first, as there is an administrator whom neither made."""
    harbour = Customer(provider, "wharf")
    steps = add_steps(provider, harbour)
    maker = add_user(provider, harbour, "maker", "tenant_administrator")
    first = add_user(provider, maker, "first", "tenant_administrator")
    add_user(provider, maker, "apart", "tenant_administrator")
    puppet = add_user(provider, first, "second", "tenant_administrator")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(6):
            person = arrive(provider, harbour)
            both = [pool.submit(settle, provider, first, person, steps[0], "waiver"),
                    pool.submit(settle, provider, puppet, person, steps[1], "completion")]
            assert sorted(each.result() for each in both) == ["", "people.settled_by_maker"]


def put_off(provider, by, person):
    """Moves the start to the far end of the calendar; what comes of it, as in settle()."""
    status, _, octets = provider.request(
        "PATCH", f"/api/v1/people/{person}", {"starts_us": now_us() + 70 * 365 * DAY_US},
        by.token["secret"])
    return "" if status == 200 else json.loads(octets)["message_id"]


def try_corrections(provider):
    """What would let a person off an open step is corrected by another than who recorded it."""
    quay = Customer(provider, "quay")
    add_steps(provider, quay)
    person = arrive(provider, quay)
    assert put_off(provider, quay, person) == "", "the only administrator corrects mistakes"
    other = add_user(provider, quay, "other", "tenant_administrator")
    third = add_user(provider, quay, "third", "tenant_administrator")
    person = arrive(provider, other)
    assert put_off(provider, other, person) == "people.steps_lifted"
    assert put_off(provider, quay, person) == "people.steps_lifted", "it made who recorded that"
    assert put_off(provider, third, person) == ""

    def found(outcome):
        return [event["ocsf"].get("unmapped", {}) for event in provider.rest(
            "GET", f"/api/v1/audit/events?action=people:ChangePerson&outcome={outcome}",
            token=quay.token["secret"])["items"]]

    wait_until(lambda: len(found("failure")) == 2 and len(found("success")) == 2, 20,
               "the corrections in the log")
    assert [(each["steps_lifted"], each.get("approved_by_own_account"))
            for each in found("success")] == [("Badge, Deed", None), ("Badge, Deed", "yes")]


def try_lent_account(provider):
    """Unbinding parts nobody: a second account does not decide for the first meanwhile."""
    berth = Customer(provider, "berth")
    badge, deed = add_steps(provider, berth)
    first, second, keeper = (add_user(provider, berth, f"berth-{name}", "tenant_administrator")
                             for name in ("first", "second", "keeper"))
    person = arrive(provider, first)
    colleague = arrive(provider, keeper)
    accounts = f"/api/v1/people/{colleague}/accounts"
    for clerk in first, second:
        provider.rest("POST", accounts, {"user": clerk.user["id"]}, keeper.token["secret"])
    refused = "people.waived_by_responsible"
    assert settle(provider, second, person, badge, "waiver") == refused
    assert provider.request("DELETE", f"{accounts}/{second.user['id']}", None,
                            berth.token["secret"])[0] == 204
    assert settle(provider, second, person, badge, "waiver") == refused
    assert settle(provider, second, colleague, badge, "completion") == "people.own_checklist"
    found = provider.rest("GET", f"/api/v1/people/{colleague}", token=keeper.token["secret"])
    assert [each["name"] for each in found["former_accounts"]] == ["berth-second"], found
    assert settle(provider, keeper, person, deed, "waiver") == ""


def try_log(register, provider):
    token = register.customer.token["secret"]

    def found(action, outcome="success"):
        return wait_until(lambda: provider.rest(
            "GET", f"/api/v1/audit/events?action=people:{action}&outcome={outcome}",
            token=token)["items"], 20, action)

    waived = found("WaiveChecklistStep")[0]["ocsf"]["unmapped"]
    assert (waived["reason"], waived["step"], waived["method"]) == (
        "works from home", "Badge", "api_token"), waived
    # Made by who recorded the person, and there is no other administrator: that is told.
    assert waived["approved_by_own_account"] == "yes", waived
    assert "note_before" in found("UndoChecklistStep")[0]["ocsf"]["unmapped"]
    refused = found("WaiveChecklistStep", "failure")[0]["ocsf"]
    assert refused["status_detail"] == "people.waived_by_responsible", refused
    assert refused["unmapped"]["step_id"] == waived["step_id"], refused
    for action in "AddChecklistStep", "ChangeChecklistStep", "RetireChecklistStep", \
            "DoChecklistStep", "ExportOpenSteps":
        found(action)


def try_annex(shell, provider):
    """The provider's own lists: without steps they govern nothing."""
    def check(measure):
        provider.rest("POST", f"/api/v1/annex/{measure}/check")
        return provider.rest("GET", f"/api/v1/annex/{measure}")["verdict"]

    def run(*words):
        return shell.run(*words, **shell.there())

    for measure, kind in (("S10-P-02", "arrival"), ("S10-P-04", "departure")):
        assert check(measure) == "fail", measure
        run("checklist", "add", "Badge", "--kind", kind, "--text", "As written", "--due-days", "0")
        assert check(measure) == "no_data", measure
    run("person", "add", "Nadia Klein", "--reference", "P-1", "--starts", now())
    assert check("S10-P-02") == "fail"
    run("checklist", "do", "P-1", "Badge", "--kind", "arrival", "--note", "Receipt 1")
    assert check("S10-P-02") == "pass"
    run("person", "leave", "P-1", "--reason", "retires")
    assert check("S10-P-04") == "fail"
    run("checklist", "do", "P-1", "Badge", "--kind", "departure", "--note", "Receipt 2")
    assert check("S10-P-04") == "pass"


def main():
    with Provider("people-checklists") as provider:
        shell = Shell(provider)
        register = Register(shell, Customer(provider, "harbour"))
        user = register.json("user", "create", "clerk", "--role", "tenant_administrator",
                             stdin=PASSWORD + "\n")
        clerk = Register(shell, Clerk(provider, user, PASSWORD))
        try_steps(register)
        try_arrival(register, clerk)
        try_own_list(register, clerk)
        try_two_of_one_name(register)
        try_departure(register)
        try_log(register, provider)
        try_puppet_of_the_only_administrator(provider)
        try_at_once(provider)
        try_corrections(provider)
        try_lent_account(provider)
        try_annex(shell, provider)
        print("steps of arrival and departure are declared, done and judged")


if __name__ == "__main__":
    main()
