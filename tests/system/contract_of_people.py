"""The register of people, each route that changes it, as openapi.yaml describes it
(api_contract.py)."""

PEOPLE, JOB_ROLES = "/api/v1/people", "/api/v1/job-roles"
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

    bound = ask("POST", one + "/accounts", 200, {"user": customer.user["id"]}, person=anna["id"])
    assert [a["name"] for a in bound["accounts"]] == [customer.user["name"]], bound
    ask("POST", one + "/accounts", 409, {"user": customer.user["id"]}, person=chief["id"])
    ask("POST", one + "/accounts", 404, {"user": "7"}, person=anna["id"])
    ask("DELETE", one + "/accounts/{user}", 204, person=anna["id"], user=customer.user["id"])
    ask("DELETE", one + "/accounts/{user}", 404, person=anna["id"], user=customer.user["id"])
    ask("POST", one + "/departure", 400, {}, person=anna["id"])
    left = ask("POST", one + "/departure", 200, {"reason": "retires"}, person=anna["id"])
    assert (left["state"], left["departure_reason"]) == ("left", "retires"), left
    again = ask("PATCH", one, 200, {"ends_us": None}, person=anna["id"])
    assert (again["state"], again["ends_us"]) == ("present", None), again
    try_file(contract, token)
    return {"person": anna["id"], "job_role": roles[0]["id"]}
