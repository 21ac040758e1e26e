"""Legal holds, each route that changes one, as openapi.yaml describes it (api_contract.py)."""

HOLDS = "/api/v1/audit/holds"


def try_holds(contract, customer):
    """Placed, refused, released; what is left is for reading."""
    token = customer.token["secret"]

    def ask(method, path, status, body=None, by=token, **values):
        target = contract.target_of(path, values)
        got, answer = contract.ask(method, path, target, body, by)
        assert got == status, (method, target, got, answer)
        return answer

    place = HOLDS + "/{hold}"
    for wrong in ({"reason": ""}, {"filter": {"from_us": "x"}}, {"filter": {"class_uid": "x"}},
                  {"filter": {"from_us": 2, "until_us": 1}}, {"filter": {"actor": 5}},
                  {"filter": {"actr": "anna"}}, {"filter": {"class_uid": 0}}, {"tenant": 5},
                  {"filter": {"details": [{"name": "", "value": "b"}]}}):
        ask("POST", HOLDS, 400, {"reason": "case 12", **wrong})
    ask("POST", HOLDS, 404, {"reason": "case 12", "tenant": "99"}, by=None)
    body = {"reason": "case 12",
            "filter": {"actor": customer.user["name"], "outcome": "success", "from_us": 1,
                       "class_uid": 6003, "details": [{"name": "a", "value": "b"}]}}
    first = ask("POST", HOLDS, 201, body)
    for name, value in body["filter"].items():
        assert first["filter"][name] == value, (name, first)
    ask("POST", place + "/release", 400, {"reason": ""}, hold=first["id"])
    ask("POST", place + "/release", 404, {"reason": "over"}, hold="7")
    ask("POST", place + "/release", 403, {"reason": "over"}, by=None, hold=first["id"])
    ask("POST", place + "/release", 204, {"reason": "over"}, hold=first["id"])
    ask("POST", place + "/release", 404, {"reason": "over"}, hold=first["id"])
    return {"hold": ask("POST", HOLDS, 201, {"reason": "case 13"})["id"]}
