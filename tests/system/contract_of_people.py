"""The register of people, each route that changes it, as openapi.yaml describes it
(api_contract.py)."""

PEOPLE, JOB_ROLES = "/api/v1/people", "/api/v1/job-roles"
STEPS, OPEN_STEPS = "/api/v1/checklist-steps", "/api/v1/open-steps.csv"
DAY = 86_400_000_000
STARTS = 20_000 * DAY


def try_file(contract, token):
    """What was exported is imported again, and changes nothing; what is wrong is told by line."""
    path = PEOPLE + ".csv"
    status, octets = contract.ask("GET", path, path, token=token)
    assert status == 200 and octets.startswith(b"reference,kind,name,"), octets[:200]
    status, answer = contract.ask("POST", path, path, octets, token)
    lines = octets.count(b"\r\n") - 1
    assert (status, answer["unchanged"], answer["faults"]) == (200, lines, []), answer
    wrong = b"reference,name,starts\nN-1,Fine,2026-01-01\nN-2,Wrong,yesterday\n"
    for language, word in (("en", "Write"), ("fr", "\u00c9crivez")):
        status, answer = contract.ask("POST", path, path, wrong, token, language)
        assert (status, answer["recorded"]) == (200, 0), answer
        fault = answer["faults"][0]
        assert fault["line"] == 3 and fault["message"].startswith(word), fault
    assert contract.ask("POST", path, path, b"name\n", token)[0] == 400
    assert contract.ask("GET", path, path, token=token)[1] == octets, "something was imported"


def try_checklists(contract, ask, token):
    """Steps are declared, done, undone and retired; who recorded a person waives nothing of it."""
    body = {"kind": "arrival", "name": "Badge", "text": "Hand it out"}
    for wrong, status in (({"kind": "lunch"}, 400), ({"name": "=1"}, 400), ({"text": ""}, 400),
                          ({"due_days": 91}, 400), ({"due_days": "x"}, 400),
                          ({"mandatory": "yes"}, 400), ({"persons": ["friend"]}, 400),
                          ({"persons": "all"}, 400)):
        ask("POST", STEPS, status, {**body, **wrong})
    badge = ask("POST", STEPS, 201, {**body, "due_days": 0})
    assert (badge["mandatory"], len(badge["persons"])) == (True, 3), badge
    ask("POST", STEPS, 409, body)
    deed = ask("POST", STEPS, 201, {**body, "name": "Deed", "persons": ["employee"]})
    step = STEPS + "/{step}"
    words = {"name": "Pass", "text": "Hand it out", "due_days": 0}
    ask("PUT", step, 404, words, step="7")
    assert ask("PUT", step, 200, words, step=badge["id"])["name"] == "Pass"
    newcomer = ask("POST", PEOPLE, 201, {"name": "Rosa", "starts_us": badge["from_us"]})
    assert newcomer["overdue_steps"] == 1, newcomer
    person = {"person": newcomer["id"]}
    checklist = PEOPLE + "/{person}/checklist"
    items = ask("GET", checklist, 200, **person)["items"]
    assert [(item["name"], item["overdue"]) for item in items] == [
        ("Pass", True), ("Deed", False)], items
    one = checklist + "/{step}"
    status, file = contract.ask("GET", OPEN_STEPS, OPEN_STEPS, token=token)
    assert status == 200 and file.count(b"\r\n") == 3, file
    of_badge = {**person, "step": badge["id"]}
    ask("POST", one + "/completion", 400, {"note": ""}, **of_badge)
    ask("POST", one + "/completion", 404, {"note": "x"}, **person, step="7")
    ask("POST", one + "/waiver", 403, {"reason": "none needed"}, **of_badge)
    done = ask("POST", one + "/completion", 200, {"note": "Receipt 12"}, **of_badge)["items"]
    assert [item["state"] for item in done] == ["done", "open"], done
    assert (done[0]["note"], done[0]["by_name"] is not None) == ("Receipt 12", True), done
    ask("POST", one + "/completion", 409, {"note": "x"}, **of_badge)
    ask("POST", one + "/undoing", 400, {}, **of_badge)
    undone = ask("POST", one + "/undoing", 200, {"reason": "not hers"}, **of_badge)["items"]
    assert undone[0]["state"] == "open", undone
    ask("POST", one + "/undoing", 409, {"reason": "x"}, **of_badge)
    retired = ask("POST", step + "/retirement", 200, step=deed["id"])
    assert retired["retired_us"] is not None, retired
    ask("POST", step + "/retirement", 409, step=deed["id"])
    ask("PUT", step, 409, words, step=deed["id"])
    return {"step": badge["id"]}


def try_register(contract, customer):
    """Recorded, changed, moved, bound, gone; what is left is for reading."""
    token = customer.token["secret"]

    def ask(method, path, status, body=None, query="", **values):
        target = contract.target_of(path, values, query)
        got, answer = contract.ask(method, path, target, body, token)
        assert got == status, (method, target, got, answer)
        return answer

    roles = []
    for name in ("Archivist", "Keeper", "Nobody's"):
        roles.append(ask("POST", JOB_ROLES, 201, {"name": name, "owner": "Head of archives"}))
    role = JOB_ROLES + "/{job_role}"
    for wrong, status in (({"name": ""}, 400), ({"name": "keeper"}, 409), ({"groups": ["7"]}, 404),
                          ({"account_role": "operator"}, 400), ({"owner": 7}, 400)):
        ask("POST", JOB_ROLES, status, {"name": "X", "owner": "Y", **wrong})
    changed = ask("PUT", role, 200, {"name": "Archivist", "owner": "Board",
                                     "account_role": "member"}, job_role=roles[0]["id"])
    assert (changed["owner"], changed["account_role"]) == ("Board", "member"), changed

    body = {"name": "Anna Weiss", "starts_us": STARTS, "job_role": roles[0]["id"]}
    for wrong, status in (({"name": "=1"}, 400), ({"kind": "friend"}, 400),
                          ({"starts_us": "x"}, 400),
                          ({"ends_us": STARTS - 1}, 400), ({"job_role": "7"}, 404),
                          ({"email": "x"}, 400), ({"manager": "7"}, 404)):
        ask("POST", PEOPLE, status, {**body, **wrong})
    chief = ask("POST", PEOPLE, 201, {"name": "Chief", "starts_us": STARTS})
    anna = ask("POST", PEOPLE, 201, {**body, "reference": "E-7", "manager": chief["id"]})
    ask("POST", PEOPLE, 409, {**body, "reference": "E-7"})
    assert (anna["state"], anna["manager_reference"]) == ("present", chief["reference"]), anna
    assert ask("GET", PEOPLE, 200, query="?reference=E-7")["items"] == [anna]
    ask("GET", PEOPLE, 400, query="?state=happy")
    one = PEOPLE + "/{person}"
    ask("PATCH", one, 400, {"email": "x"}, person=anna["id"])
    ask("PATCH", one, 404, {"email": ""}, person="7")
    moved = ask("PATCH", one, 200, {"job_role": roles[1]["id"], "manager": None,
                                    "job_role_since_us": STARTS + DAY}, person=anna["id"])
    assert [j["name"] for j in moved["jobs"]] == ["Keeper", "Archivist"], moved
    assert moved["jobs"][1]["until_us"] == STARTS + DAY and moved["manager"] is None, moved
    ask("PATCH", one, 409, {"job_role": roles[0]["id"], "job_role_since_us": STARTS},
        person=anna["id"])
    ask("DELETE", role, 409, job_role=roles[0]["id"])
    ask("DELETE", role, 204, job_role=roles[2]["id"])

    # Nobody unbinds its own.
    user = ask("POST", "/api/v1/tenants/{tenant}/users", 201,
               {"name": "anna-weiss", "email": "", "role": "reader",
                "password": "a long passphrase of anna"}, tenant=customer.tenant["id"])
    account = {"user": user["id"]}
    bound = ask("POST", one + "/accounts", 200, account, person=anna["id"])
    assert [a["name"] for a in bound["accounts"]] == [user["name"]], bound
    ask("POST", one + "/accounts", 409, account, person=chief["id"])
    ask("POST", one + "/accounts", 404, {"user": "7"}, person=anna["id"])
    ask("DELETE", one + "/accounts/{user}", 204, person=anna["id"], user=user["id"])
    ask("DELETE", one + "/accounts/{user}", 404, person=anna["id"], user=user["id"])
    ask("POST", one + "/accounts", 200, {"user": customer.user["id"]}, person=chief["id"])
    ask("DELETE", one + "/accounts/{user}", 403, person=chief["id"], user=customer.user["id"])
    ask("POST", one + "/departure", 400, {}, person=anna["id"])
    left = ask("POST", one + "/departure", 200, {"reason": "retires"}, person=anna["id"])
    assert (left["state"], left["departure_reason"]) == ("left", "retires"), left
    again = ask("PATCH", one, 200, {"ends_us": None}, person=anna["id"])
    assert (again["state"], again["ends_us"]) == ("present", None), again
    try_file(contract, token)
    return {"person": anna["id"], "job_role": roles[0]["id"],
            **try_checklists(contract, ask, token)}
