#!/usr/bin/python3
"""A customer sees its own rows of a measure however many others there are, and can prove each with
what the ledger has; nobody gets another's row.
"""

import hashlib
import json
import struct
import urllib.parse

from customer import Customer
from running_provider import CommandFailed, Provider
from staff import make_staff

MEASURE = "S06-P-21"
# More rows than an answer holds, all before the customers' own.
OTHERS = 210


def leaf_hash(proof):
    """docs/formats/measure.md, Evidence."""
    def text(value):
        octets = value.encode()
        return struct.pack("<I", len(octets)) + octets
    row = proof["row"]
    return hashlib.sha256(b"\0" + bytes.fromhex(proof["salt"])
                          + struct.pack("<q", int(proof["tenant"])) + text(row["subject"])
                          + text("pass" if row["pass"] else "fail")
                          + text(row["recorded_reason"])).digest()


def split_of(size):
    return 1 << (size - 1).bit_length() - 1


def root_from(leaf, position, size, path):
    """RFC 6962, 2.1.1: the path leads from the leaf up."""
    if size == 1:
        assert not path, "the path is too long"
        return leaf
    split = split_of(size)
    if position < split:
        return hashlib.sha256(b"\1" + root_from(leaf, position, split, path[:-1])
                              + path[-1]).digest()
    return hashlib.sha256(b"\1" + path[-1] + root_from(leaf, position - split, size - split,
                                                       path[:-1])).digest()


def root_of(proof):
    return root_from(leaf_hash(proof), proof["position"], proof["tree_size"],
                     [bytes.fromhex(part) for part in proof["path"]]).hex()


def proof_target(subject):
    return f"/api/v1/annex/{MEASURE}/proof?subject={urllib.parse.quote(subject, safe='')}"


def evidence_at(provider, index):
    """The root that the provider's log has in that leaf."""
    cursor = ""
    while cursor is not None:
        page = provider.rest("GET", f"/api/v1/audit/events?limit=100&cursor={cursor}")
        for found in page["items"]:
            if found["index"] == index:
                return found["ocsf"]["unmapped"]["rows_root"]
        cursor = page["next_cursor"]
    raise AssertionError(f"the log has no event at {index}")


def try_rows(provider, customers):
    for customer in customers:
        own = provider.rest("GET", f"/api/v1/annex/{MEASURE}", token=customer.token["secret"])
        subjects = {row["subject"] for row in own["rows"]}
        assert subjects == {f"bucket {customer.name}-{n}" for n in range(3)}, subjects
        assert own["check"] is None and own["population"] is None, own
        assert own["log_origin"] and own["rows_root"] and own["lists"] == [], own
    whole = provider.rest("GET", f"/api/v1/annex/{MEASURE}?rows=1000")
    assert whole["check"]["sql"] and len(whole["rows"]) > OTHERS + 6, len(whole["rows"])


def try_proofs(provider, customers):
    first, second = customers
    subject = f"bucket {first.name}-1"
    proof = provider.rest("GET", proof_target(subject), token=first.token["secret"])
    assert proof["tenant"] == first.tenant["id"] and proof["row"]["subject"] == subject, proof
    assert root_of(proof) == proof["rows_root"] == evidence_at(provider, proof["ledger_index"])
    for change in ({"position": proof["position"] ^ 1}, {"tenant": "1"}, {"salt": "00" * 16},
                   {"row": {**proof["row"], "pass": not proof["row"]["pass"]}}):
        assert root_of({**proof, **change}) != proof["rows_root"], change
    # Another's row, the provider's own, and one that is not there look alike.
    own = next(row["subject"] for row in
               provider.rest("GET", f"/api/v1/annex/{MEASURE}?rows=1000")["rows"]
               if row["subject"].startswith("set "))
    refused = []
    for asked in (subject, own, "bucket nobodys"):
        status, _, octets = provider.request("GET", proof_target(asked),
                                             token=second.token["secret"])
        assert status == 404, (asked, status, octets)
        problem = json.loads(octets)
        refused.append((problem["message_id"], problem["detail"].replace(asked, "")))
    assert len(set(refused)) == 1, refused
    # Staff sees every row, and proves the provider's own.
    shown = provider.rest("GET", proof_target(own))
    assert shown["tenant"] == "0" and root_of(shown) == shown["rows_root"], shown
    assert provider.request("GET", proof_target(subject))[0] == 404


def try_command_line(provider, customer):
    shown = provider.belfry("measure", "proof", MEASURE, "bucket others-7")
    assert root_of(shown) == shown["rows_root"], shown
    try:
        provider.belfry("measure", "proof", MEASURE, f"bucket {customer.name}-1")
    except CommandFailed as failed:
        assert failed.code == 4, failed
    else:
        raise AssertionError("a customer's row is proved to the provider's staff")
    countries = provider.belfry("measure", "show", "S05-P-01")["lists"][0]
    assert "FR" in countries["values"], countries


def try_check(provider):
    """As many rows as asked for, failing ones first."""
    checked = provider.rest("POST", f"/api/v1/annex/{MEASURE}/check?rows=5")
    assert len(checked["rows"]) == 5, checked["rows"]
    # A user of the provider's without a second factor.
    make_staff(provider, "zeta", "operator", "a long passphrase of zeta")
    failing = provider.rest("POST", "/api/v1/annex/S07-P-13/check?rows=1")
    assert failing["verdict"] == "fail" and failing["violations"] == 1, failing
    assert [row["subject"] for row in failing["rows"]] == ["user zeta"], failing["rows"]
    assert provider.request("POST", f"/api/v1/annex/{MEASURE}/check?rows=1001")[0] == 400


def main():
    with Provider("annex-rows") as provider:
        customers = [Customer(provider, name) for name in ("harbour", "meadow")]
        for number in range(OTHERS):
            provider.rest("POST", "/api/v1/buckets", {"name": f"others-{number}"})
        for customer in customers:
            for number in range(3):
                provider.rest("POST", "/api/v1/buckets", {"name": f"{customer.name}-{number}"},
                              token=customer.token["secret"])
        provider.request("PUT", "/api/v1/buckets/others-0/objects/a", b"text")
        provider.rest("POST", f"/api/v1/annex/{MEASURE}/check")
        try_rows(provider, customers)
        try_proofs(provider, customers)
        try_command_line(provider, customers[0])
        try_check(provider)
        print(f"each of two customers proves its own rows among {OTHERS} others")


if __name__ == "__main__":
    main()
