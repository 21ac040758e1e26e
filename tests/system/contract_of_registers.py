"""The provider's registers, each route that changes one, as openapi.yaml describes it
(api_contract.py)."""

import hashlib
import urllib.parse

REGISTERS = "/api/v1/registers/{register}"
ENTRY = REGISTERS + "/{entry}"
OCTETS = b"who gets which access"


class Keeper:
    """The provider's administrator, of whom every answer is compared with its description."""

    def __init__(self, contract, token=None):
        self.contract, self.token = contract, token

    def ask(self, method, path, status, body=None, query="", **values):
        target = self.contract.target_of(path, values, query)
        got, answer = self.contract.ask(method, path, target, body, self.token)
        assert got == status, (method, target, got, answer)
        return answer


def try_documents(keeper):
    ask, one = keeper.ask, {"register": "documents"}
    body = {"reference": "IAM-1", "title": "Access", "topic": "iam", "owner_role": "CISO"}
    for wrong, status in (({"topic": "weather"}, 400), ({"review_months": 0}, 400),
                          ({"title": ""}, 400), ({"title": ["x"]}, 400), ({"colour": "x"}, 400)):
        ask("POST", REGISTERS, status, {**body, **wrong}, **one)
    made = ask("POST", REGISTERS, 201, body, **one)
    assert (made["review_months"], made["version"], made["versions"]) == (12, None, []), made
    ask("POST", REGISTERS, 409, {**body, "reference": "iam-1"}, **one)
    one["entry"] = made["id"]
    changed = ask("PATCH", ENTRY, 200, {"review_months": 6}, **one)
    assert (changed["review_months"], changed["title"]) == (6, "Access"), changed
    ask("PATCH", ENTRY, 400, {}, **one)
    ask("PATCH", ENTRY, 404, {"title": "x"}, register="documents", entry="7")
    versions = ENTRY + "/versions"
    proposed = ask("POST", versions, 201, OCTETS,
                   "?name=" + urllib.parse.quote("accès.txt"), **one)["versions"][0]
    assert proposed["file_sha256"] == hashlib.sha256(OCTETS).hexdigest(), proposed
    assert (proposed["state"], proposed["file_name"]) == ("draft", "accès.txt"), proposed
    ask("POST", versions, 400, b"", "?name=x", **one)
    ask("POST", versions, 400, b"x" * (1 << 20) + b"x", "?name=x", **one)
    ask("POST", versions, 400, OCTETS, "?name=..%2Fx", **one)
    assert ask("GET", versions + "/{version}", 200, **one, version="1") == OCTETS
    ask("GET", versions + "/{version}", 404, **one, version="2")
    moves = ENTRY + "/transitions"
    ask("POST", moves, 400, {"act": "praise", "version": 1}, **one)
    ask("POST", moves, 400, {"act": "approve"}, **one)
    ask("POST", moves, 404, {"act": "approve", "version": 2}, **one)
    for number in (-1, 2**64 - 1):
        ask("POST", moves, 400, {"act": "approve", "version": number}, **one)
    ask("POST", moves, 409, {"act": "review", "version": 1}, **one)
    refused = ask("POST", moves, 403, {"act": "approve", "version": 1}, **one)
    assert refused["message_id"] == "registers.same_person", refused
    withdrawn = ask("POST", moves, 200, {"act": "withdraw", "version": 1}, **one)["versions"][0]
    assert withdrawn["state"] == "withdrawn" and withdrawn["withdrawn_by_name"], withdrawn
    ask("POST", ENTRY + "/scan", 404, b"account\n", **one)
    return made["id"]


def try_systems(keeper):
    ask, one = keeper.ask, {"register": "systems"}
    body = {"name": "Consoles", "purpose": "serial consoles", "owner_role": "Operations",
            "sign_in": "local"}
    for wrong, status in (({"name": "BELFRY"}, 400), ({"sign_in": "directory"}, 400),
                          ({"sign_in": "directory", "directory": "nobody"}, 404),
                          ({"access_document": "IAM-9"}, 404)):
        ask("POST", REGISTERS, status, {**body, **wrong}, **one)
    made = ask("POST", REGISTERS, 201, {**body, "access_document": "IAM-1"}, **one)
    one["entry"] = made["id"]
    assert (made["environment"], made["state"], made["directory"]) == (
        "production", "in_service", None), made
    changed = ask("PATCH", ENTRY, 200, {"access_document": None, "access_place": "4"}, **one)
    assert (changed["access_document"], changed["access_place"]) == (None, "4"), changed
    scan = ENTRY + "/scan"
    assert ask("POST", scan, 200, b"account,break_glass,reason\nroot,1,safe\n", **one) == {
        "lines": 1, "faults": []}
    for language, word in (("en", "Give"), ("fr", "Donnez")):
        target = keeper.contract.target_of(scan, one)
        _, answer = keeper.contract.ask("POST", scan, target, b"account,break_glass\nroot,1\n",
                                        keeper.token, language)
        fault = answer["faults"][0]
        assert fault["line"] == 2 and fault["message"].startswith(word), fault
    ask("POST", scan, 400, b"name\nroot\n", **one)
    found = ask("GET", ENTRY, 200, **one)
    assert found["accounts"] == [{"account": "root", "person": None, "break_glass": True,
                                  "reason": "safe"}], found
    assert ask("GET", REGISTERS, 200, query="?key=consoles", register="systems")["items"][0][
        "account_count"] == 1
    assert ask("POST", ENTRY + "/transitions", 200, {"act": "retire"}, **one)["state"] == "retired"
    ask("POST", ENTRY + "/transitions", 409, {"act": "retire"}, **one)
    ask("POST", ENTRY + "/versions", 404, OCTETS, "?name=x", **one)


def try_registers(contract, customer):
    """Entered, changed, moved, refused; what is left is for reading. Nothing is a customer's."""
    keeper = Keeper(contract)
    document = try_documents(keeper)
    try_systems(keeper)
    keeper.ask("GET", REGISTERS, 404, register="weather")
    keeper.ask("GET", REGISTERS, 400, query="?cursor=00", register="documents")
    stranger = Keeper(contract, customer.token["secret"])
    for register in ("documents", "systems", "weather"):
        stranger.ask("GET", REGISTERS, 403, register=register)
    stranger.ask("POST", REGISTERS, 403, {}, register="documents")
    stranger.ask("POST", ENTRY + "/transitions", 403, {"act": "approve", "version": 1},
                 register="documents", entry=document)
    return {"register": "documents", "entry": document, "version": "1"}
