"""Attestations, each route that changes one, as openapi.yaml describes it (api_contract.py)."""

import json

ATTESTATIONS, TOPICS = "/api/v1/attestations", "/api/v1/attestation-topics"


def try_attestations(contract, customer):
    """Refused, signed, withdrawn; what is left is for reading."""
    token = customer.token["secret"]

    def by_person(path, status, body, **values):
        """With the cookie of the session, which the console has."""
        target = contract.target_of(path, values)
        got, _, octets = contract.provider.request(
            "POST", target, body, token="",
            headers={"X-Belfry-Request": "1", "Cookie": f"belfry_session={customer.cookie}"})
        assert got == status, (target, got, octets)
        described = contract.resolve(contract.api["paths"][path]["post"]["responses"][str(got)])
        kind = "application/json" if got < 300 else "application/problem+json"
        answer = json.loads(octets)
        contract.validate(answer, described["content"][kind]["schema"], f"POST {target}")
        return answer

    _, topics = contract.ask("GET", TOPICS, TOPICS, token=token)
    assert [each["state"] for each in topics["items"]] == ["never"] * 5, topics
    asked = next(each for each in topics["items"] if each["topic"] == "access_management")
    body = {key: asked[key] for key in ("topic", "version", "text_sha256")}
    named = {**body, "administrators": [customer.user["id"]]}
    # A program signs nothing.
    assert contract.ask("POST", ATTESTATIONS, ATTESTATIONS, named, token)[0] == 403
    for wrong in ({"topic": "weather"}, {"version": "x"}, {"administrators": [1]},
                  {"administrators": []}, {"language": "de"}):
        by_person(ATTESTATIONS, 400, {**named, **wrong})
    by_person(ATTESTATIONS, 400, body)
    by_person(ATTESTATIONS, 409, {**named, "version": 9})
    by_person(ATTESTATIONS, 409, {**named, "text_sha256": "0" * 64})
    first = by_person(ATTESTATIONS, 201, {**named, "language": "fr"})
    assert first["administrators"] == [{"user": customer.user["id"], "active": True,
                                        "name": customer.user["name"]}], first
    assert first["language"] == "fr" and first["signed_by"] == customer.user["id"], first
    withdraw = ATTESTATIONS + "/{attestation}/withdraw"
    by_person(withdraw, 400, {"reason": ""}, attestation=first["id"])
    by_person(withdraw, 404, {"reason": "over"}, attestation="7")
    assert contract.ask("POST", withdraw, withdraw.replace("{attestation}", first["id"]),
                        {"reason": "over"}, token)[0] == 403
    second = by_person(ATTESTATIONS, 201, named)
    by_person(withdraw, 409, {"reason": "over"}, attestation=first["id"])
    gone = by_person(withdraw, 200, {"reason": "over"}, attestation=second["id"])
    assert (gone["withdrawn_reason"], gone["withdrawn_by_name"]) == (
        "over", customer.user["name"]), gone
    query = f"?tenant={customer.tenant['id']}"
    for who in (token, None):  # the customer, and the provider above it
        _, page = contract.ask("GET", ATTESTATIONS, ATTESTATIONS + query, token=who)
        assert [each["id"] for each in page["items"]] == [second["id"], first["id"]], page
        _, topics = contract.ask("GET", TOPICS, TOPICS + query, token=who)
        assert topics["items"][0]["attestation"] == gone, topics
    assert contract.ask("GET", ATTESTATIONS, ATTESTATIONS + "?topic=x", token=token)[0] == 400
    assert contract.ask("GET", ATTESTATIONS, ATTESTATIONS + "?cursor=00", token=token)[0] == 400
    assert contract.ask("GET", TOPICS, TOPICS)[1]["items"] == [], "asked of the provider"
    return {"attestation": first["id"]}
