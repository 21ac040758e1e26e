#!/usr/bin/python3
"""What the REST API really answers is what docs/api/openapi.yaml says: every GET, as the provider's
administrator and as a customer, against the described schemas; lists followed to their end, page by
page; words for people in the language asked for, never the id of a message; refusals in the log.
"""

import copy
import json
import re
import urllib.parse

import jsonschema
import yaml

from contract_of_attestations import try_attestations
from contract_of_holds import try_holds
from contract_of_people import try_register
from contract_of_registers import try_registers
from contract_of_rights import (BUCKET, KEY, try_delegations, try_interventions, try_issuers,
                                try_people, try_profiles, try_requests, try_roles)
from customer import Customer
from running_provider import SOURCE, Provider, wait_until
from sources import actions_from_somewhere
from token_issuer import TokenIssuer

# Fields that people read.
WORDED = {"title", "detail", "reason", "message", "description"}
MEASURE = "S06-P-21"


def message_ids():
    return {line.split("\t")[0] for table in sorted((SOURCE / "src").rglob("messages.tsv"))
            for line in table.read_text().splitlines() if "\t" in line}


def bare_ids(value, ids, path=""):
    """(where, text) of each text for people that holds a message's id, or a placeholder."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "ocsf":
                continue  # as it was committed
            if name in WORDED and isinstance(item, str):
                words = re.findall(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+", item)
                if ids & set(words) or re.search(r"\{\w+\}", item):
                    yield f"{path}/{name}", item
            yield from bare_ids(item, ids, f"{path}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from bare_ids(item, ids, f"{path}/{number}")


class Contract:
    def __init__(self, provider):
        self.provider = provider
        self.api = yaml.safe_load((SOURCE / "docs/api/openapi.yaml").read_text())
        self.strict = copy.deepcopy(self.api)
        for name, schema in self.strict["components"]["schemas"].items():
            # A field that is answered and not described is as untrue; Measure is part of another.
            if "properties" in schema and name != "Measure":
                schema.setdefault("additionalProperties", False)
        self.ids = message_ids()
        self.checked = 0

    def resolve(self, item):
        while "$ref" in item:
            found = self.strict
            for part in item["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            item = found
        return item

    def validate(self, value, schema, what):
        resolver = jsonschema.RefResolver.from_schema(self.strict)
        validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
        errors = [f"{what}: {'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
                  for e in validator.iter_errors(value)]
        assert not errors, "\n".join(errors[:10])
        bare = list(bare_ids(value, self.ids))
        assert not bare, f"{what}: {bare[:5]}"
        self.checked += 1

    def ask(self, method, path, target, body=None, token=None, language="en"):
        """The answer, after it was compared with what its operation describes."""
        operation = self.api["paths"][path][method.lower()]
        status, headers, octets = self.provider.request(
            method, target, body, token, headers={"Accept-Language": language})
        what = f"{method} {target} ({status})"
        assert str(status) in operation["responses"], f"{what} is not described: {octets[:300]}"
        content = self.resolve(operation["responses"][str(status)]).get("content", {})
        kind = headers.get("Content-Type", "").split(";")[0]
        if not octets:
            assert not content, f"{what}: nothing, where {list(content)} is described"
            return status, None
        assert kind in content or "*/*" in content, f"{what}: {kind}, described {list(content)}"
        if not kind.endswith("json"):
            return status, octets
        value = json.loads(octets)
        self.validate(value, content[kind]["schema"], what)
        return status, value

    def target_of(self, path, values, query=""):
        for name, value in values.items():
            path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
        assert "{" not in path, f"no value for a parameter of {path}"
        return path + query

    def walk(self, values, token, language):
        statuses = {}
        for path, item in self.api["paths"].items():
            if "get" not in item or not path.startswith("/api/"):
                continue
            query = {"/api/v1/audit/proof": "?index=0&size=1",
                     "/api/v1/audit/consistency-proof": "?old_size=1&size=2",
                     "/api/v1/annex/{measure}/proof": "?subject=bucket%20" + BUCKET}.get(path, "")
            target = self.target_of(path, values, query)
            statuses[path], _ = self.ask("GET", path, target, token=token, language=language)
        return statuses


def lists_of(contract, customer):
    user = customer.user["id"]
    return [
        ("/api/v1/tenants", "/api/v1/tenants", None, "id"),
        ("/api/v1/tenants/{tenant}/users",
         f"/api/v1/tenants/{customer.tenant['id']}/users", None, "id"),
        ("/api/v1/tenants/{tenant}/invitations",
         f"/api/v1/tenants/{customer.tenant['id']}/invitations", None, "id"),
        ("/api/v1/users/{user}/access-keys", f"/api/v1/users/{user}/access-keys",
         customer.token["secret"], "id"),
        ("/api/v1/users/{user}/sessions", f"/api/v1/users/{user}/sessions",
         customer.token["secret"], "id"),
        ("/api/v1/api-tokens", "/api/v1/api-tokens", customer.token["secret"], "id"),
        ("/api/v1/buckets", "/api/v1/buckets", customer.token["secret"], "name"),
        ("/api/v1/buckets/{bucket}/objects", f"/api/v1/buckets/{BUCKET}/objects",
         customer.token["secret"], "key"),
        ("/api/v1/people", "/api/v1/people", customer.token["secret"], "id"),
        ("/api/v1/job-roles", "/api/v1/job-roles", customer.token["secret"], "id"),
        ("/api/v1/registers/{register}", "/api/v1/registers/documents", None, "id"),
        ("/api/v1/checklist-steps", "/api/v1/checklist-steps", customer.token["secret"], "id"),
        ("/api/v1/disks", "/api/v1/disks", None, "id"),
        ("/api/v1/replica-sets", "/api/v1/replica-sets", None, "id"),
        ("/api/v1/audit/events", "/api/v1/audit/events?until_us=1", None, "index"),
    ]


def follow(contract, path, target, token, limit):
    seen, cursor = [], None
    separator = "&" if "?" in target else "?"
    for _ in range(1000):
        page_target = f"{target}{separator}limit={limit}"
        if cursor is not None:
            page_target += "&cursor=" + urllib.parse.quote(cursor, safe="")
        _, page = contract.ask("GET", path, page_target, token=token)
        assert len(page["items"]) <= limit, f"{page_target}: {len(page['items'])} items"
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen
    raise AssertionError(f"{target} does not end")


def try_pages(contract, customer):
    for number in range(5):
        contract.provider.rest("POST", f"/api/v1/tenants/{customer.tenant['id']}/invitations",
                               {"email": f"page-{number}@example.org", "role": "reader"},
                               token=customer.token["secret"])
        contract.provider.rest("POST", "/api/v1/buckets", {"name": f"contract-{number}"},
                               token=customer.token["secret"])
        contract.provider.rest("POST", "/api/v1/api-tokens", {"label": f"token {number}"},
                               token=customer.token["secret"])
        contract.provider.request("PUT", f"/api/v1/buckets/{BUCKET}/objects/page-{number}",
                                  b"text", customer.token["secret"])
    for path, target, token, name in lists_of(contract, customer):
        whole = follow(contract, path, target, token, 1000)
        for limit in (1, 2, 3):
            paged = follow(contract, path, target, token, limit)
            assert [i[name] for i in paged] == [i[name] for i in whole], f"{target} by {limit}"
        assert len({i[name] for i in whole}) == len(whole), f"{target}: twice the same"
        separator = "&" if "?" in target else "?"
        for bad in ("limit=0", "limit=1001", "limit=many"):
            status, _ = contract.ask("GET", path, f"{target}{separator}{bad}", token=token)
            assert status == 400, f"{target} with {bad}: {status}"
    assert contract.ask("GET", "/api/v1/disks", "/api/v1/disks?cursor=xyz")[0] == 400
    assert len(follow(contract, "/api/v1/disks", "/api/v1/disks", None, 5)) == 12


def try_statuses(contract, token):
    provider, path = contract.provider, "/api/v1/buckets/{bucket}/objects/{key}"
    target = f"/api/v1/buckets/{BUCKET}/objects/{urllib.parse.quote(KEY, safe='')}"

    def status_of(headers, body=None, method="GET", address=target):
        status, fields, octets = provider.request(method, address, body, token, headers)
        if status >= 400:
            described = contract.api["paths"][path][method.lower()]["responses"]
            assert str(status) in described, f"{method} {headers}: {status} is not described"
            contract.validate(json.loads(octets), {"$ref": "#/components/schemas/Problem"}, target)
        return status, fields
    assert status_of({"If-None-Match": "*"}, b"again", "PUT")[0] == 412
    status, fields = status_of({"Range": "bytes=99999-"})
    assert (status, fields["Content-Range"]) == (416, "bytes */5"), (status, dict(fields))
    assert status_of({"Range": "bytes=1-2"})[0] == 206
    assert status_of({"Content-Length": str(6 << 30)}, b"", "PUT")[0] == 413
    status, problem = contract.ask("POST", "/api/v1/buckets", "/api/v1/buckets",
                                   {"name": "contract-placed", "placement": {"copies": 1}}, token)
    assert (status, problem["message_id"]) == (400, "api.placement_is_fixed"), problem


def try_languages(contract):
    asked = {}
    for language in ("en", "fr"):
        _, problem = contract.ask("GET", "/api/v1/annex/{measure}", "/api/v1/annex/S99-P-99",
                                  language=language)
        _, annex = contract.ask("GET", "/api/v1/annex", "/api/v1/annex", language=language)
        unbound = next(m for m in annex if not m["bound"])
        _, measure = contract.ask("GET", "/api/v1/annex/{measure}", "/api/v1/annex/S05-P-01",
                                  language=language)
        row = measure["rows"][0]
        # What is hashed is the same in both.
        assert row["recorded_reason"].startswith("holds_copies site="), row
        _, topology = contract.ask("GET", "/api/v1/topology", "/api/v1/topology",
                                   language=language)
        kinds = {table["name"]: table["kind"] for table in topology["tables"]}
        _, days = contract.ask("GET", "/api/v1/annex/{measure}", "/api/v1/annex/S01-P-03",
                               language=language)
        asked[language] = (problem["title"], problem["detail"], unbound["reason"], row["reason"],
                           row["subject_text"], kinds["power_segment"], kinds["server"],
                           days["parameters"][0]["unit"])
        assert all(asked[language]), asked[language]
    assert all(en != fr for en, fr in zip(asked["en"], asked["fr"])), asked


def events(provider, token, **query):
    text = urllib.parse.urlencode(query)
    return provider.rest("GET", f"/api/v1/audit/events?{text}", token=token)["items"]


def try_log(contract, customer):
    """Refusals, and reads that tell something, are in the log of the caller's tenant."""
    provider, token = contract.provider, customer.token["secret"]
    assert contract.ask("GET", "/api/v1/disks", "/api/v1/disks", token=token)[0] == 403
    contract.ask("GET", "/api/v1/buckets", "/api/v1/buckets", token=token)
    contract.ask("GET", "/api/v1/buckets/{bucket}", f"/api/v1/buckets/{BUCKET}", token=token)
    contract.ask("GET", "/api/v1/audit/keys", "/api/v1/audit/keys", token=token)
    path = "/api/v1/audit/verifier-key"
    _, key = contract.ask("GET", path, path, token=token)
    assert key == {k: contract.ask("GET", "/api/v1/audit/keys", "/api/v1/audit/keys",
                                   token=token)[1][k] for k in ("origin", "verifier_key")}, key
    for action, outcome in (("disk:ListDisks", "failure"), ("s3:ListAllMyBuckets", "success"),
                            ("s3:ListBucket", "success"), ("audit:GetKeys", "success")):
        found = wait_until(lambda a=action: events(provider, token, action=a), 10, action)
        assert found[0]["outcome"] == outcome, (action, found[0])
        assert found[0]["actor"] == customer.user["name"], found[0]
        assert (found[0]["reason"] != "") == (outcome == "failure"), found[0]


def try_verifier_key(contract):
    """Looking at the key opens nothing, and leaves nothing in the log."""
    quiet = Customer(contract.provider, "quiet")
    token, path = quiet.token["secret"], "/api/v1/audit/verifier-key"
    for _ in range(3):
        assert contract.ask("GET", path, path, token=token)[0] == 200
    # Whatever was written before stands before this.
    contract.ask("GET", "/api/v1/audit/keys", "/api/v1/audit/keys", token=token)
    wait_until(lambda: events(contract.provider, token, action="audit:GetKeys"), 10, "the last")
    assert not events(contract.provider, token, action="audit:GetVerifierKey")
    assert contract.ask("GET", path, path, token="blf_nobodys")[0] == 401


def try_locate(contract, customer):
    path = "/api/v1/buckets/{bucket}/copies/{key}"
    target = contract.target_of(path, {"bucket": BUCKET, "key": KEY})
    _, own = contract.ask("GET", path, target, token=customer.token["secret"])
    assert own["object"]["key"] == KEY and own["object"]["size_bytes"] == 5, own
    assert "server" not in json.dumps(own["copies"]), own["copies"]
    _, staff = contract.ask("GET", path, target)
    assert "object" not in staff and staff["size_bytes"] == 5, staff
    assert len({c["server"] for c in staff["copies"]}) == 3, staff["copies"]
    assert own["object"]["etag"] not in json.dumps(staff), staff
    staff_name = ":user/" + contract.provider.credentials["admin_user"]
    found = wait_until(lambda: [e for e in events(contract.provider, customer.token["secret"],
                                                  action="disk:LocateObject")
                                if e["actor"].endswith(staff_name)],
                       10, "the staff's question in the customer's log")
    assert found[0]["resource"] == f"arn:aws:s3:::{BUCKET}/{KEY}", found[0]
    # The provider's own buckets are the provider's.
    contract.provider.rest("POST", "/api/v1/buckets", {"name": "contract-own"})
    contract.provider.request("PUT", "/api/v1/buckets/contract-own/objects/a", b"text")
    _, mine = contract.ask("GET", path, "/api/v1/buckets/contract-own/copies/a")
    assert mine["object"]["key"] == "a" and mine["copies"][0]["server"], mine


def try_policy(contract, customer):
    path, token = "/api/v1/buckets/{bucket}/policy", customer.token["secret"]
    target = contract.target_of(path, {"bucket": BUCKET})
    document = {"Statement": {"Effect": "Allow", "Principal": {"AWS": customer.tenant["account"]},
                              "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/*"}}
    assert contract.ask("PUT", path, target, document, token)[0] == 204
    assert contract.ask("GET", path, target, token=token)[1]["policy"] == document
    for body, status in ((b"{", 400), ({"Statement": {**document["Statement"], "Principal": "*"}},
                                       403)):
        for language in ("en", "fr"):
            assert contract.ask("PUT", path, target, body, token, language)[0] == status
    for method in ("GET", "PUT", "DELETE"):
        assert contract.ask(method, path, target, document if method == "PUT" else None)[0] == 404
    assert contract.ask("DELETE", path, target, token=token)[0] == 204


def try_readmit(contract, token):
    provider, path = contract.provider, "/api/v1/disks/{disk}/readmit"
    name = provider.rest("GET", "/api/v1/disks")["items"][0]["name"]
    assert contract.ask("POST", path, f"/api/v1/disks/{name}/readmit", token=token)[0] == 403
    assert contract.ask("POST", path, "/api/v1/disks/none-such/readmit")[0] == 404
    status, job = contract.ask("POST", path, f"/api/v1/disks/{name}/readmit")
    assert (status, job["kind"], job["subject"]) == (202, "readmit", name), job
    target = f"/api/v1/jobs/{job['id']}"
    wait_until(lambda: provider.rest("GET", target)["state"] != "running", 60, "the job ends")
    _, job = contract.ask("GET", "/api/v1/jobs/{job}", target)
    assert job["state"] == "failed" and name in job["error"]["detail"], job
    orders = provider.rest("GET", "/api/v1/audit/events?action=disk:Readmit")["items"]
    assert orders, "a readmission was ordered and is not in the ledger"


def try_large(contract, values):
    """A body of more than 64 KiB is refused by whatever reads one, and said to be."""
    large, refused = b'{"name": "' + b"a" * 70_000 + b'"}', 0
    for path, item in contract.api["paths"].items():
        for method in ("post", "put", "patch"):
            body = item.get(method, {}).get("requestBody", {})
            if "application/json" not in body.get("content", {}):
                continue
            known = set(re.findall(r"\{(\w+)\}", path)) <= set(values)
            target = contract.target_of(path, values) if known else path.replace("{", "").replace(
                "}", "")
            status, _ = contract.ask(method.upper(), path, target, large)
            assert status == 413 or "{" in path, f"{method} {path}: {status}"
            refused += status == 413
    assert refused > 20, f"{refused} operations refuse a large body"


# Some of what was done, each in another way.
DONE = {"iam:CreateTenant", "iam:CreateUser", "iam:Invite", "iam:CreateAccessKey",
        "iam:CreateApiToken", "iam:CreateProfile", "iam:CreateGroup", "iam:CreateRole",
        "iam:CreateIssuer", "iam:CreateDelegation", "iam:RequestRight", "iam:OpenReview",
        "iam:SignIn", "iam:SignOut", "iam:BeginTotp", "iam:ConfirmTotp",
        "iam:RequestIntervention", "iam:RefuseIntervention", "iam:EndIntervention",
        "s3:CreateBucket", "s3:PutBucketPolicy", "s3:ListAllMyBuckets", "audit:PlaceHold"}


def try_sources(contract, customer):
    """Whatever was done here came from this machine, and both logs tell so, of each line."""
    provider = contract.provider
    customer.signer().ok("PUT", "/contract-signed")
    customer.cookie_request("DELETE", "/api/v1/session")
    done = actions_from_somewhere(provider, customer.token["secret"]) | actions_from_somewhere(
        provider)
    assert len(done) > 80 and not DONE - done, (len(done), DONE - done, sorted(done))
    found = events(provider, customer.token["secret"], source_ip="127.0.0.1",
                   action="iam:CreateProfile")
    assert found, "a change is found by its address"
    said = provider.belfry("measure", "check", "S07-P-21")
    assert said["verdict"] == "pass", said


def main():
    with TokenIssuer() as directory, Provider("api-contract") as provider:
        contract, customer = Contract(provider), Customer(provider, "contract")
        token = customer.token["secret"]
        provider.rest("POST", "/api/v1/buckets", {"name": BUCKET}, token=token)
        quoted = urllib.parse.quote(KEY, safe="")
        provider.request("PUT", f"/api/v1/buckets/{BUCKET}/objects/{quoted}", b"words", token)
        provider.rest("POST", f"/api/v1/annex/{MEASURE}/check")
        job = provider.rest("POST", "/api/v1/scrub")["id"]
        values = {"tenant": customer.tenant["id"], "user": customer.user["id"], "bucket": BUCKET,
                  "key": KEY, "measure": MEASURE, "job": job, "path": "checkpoint",
                  "session": customer.session["id"], "access_key": customer.access_key,
                  **try_profiles(contract, customer), **try_requests(contract, customer),
                  **try_interventions(contract, customer), **try_delegations(contract, customer)}
        values.update(try_roles(contract, customer, values["profile"]))
        values.update(try_issuers(contract, customer, directory))
        values.update(try_holds(contract, customer))
        values.update(try_register(contract, customer))
        values.update(try_attestations(contract, customer))
        values.update(try_registers(contract, customer))
        by_customer = contract.walk(values, token, "en")
        assert by_customer["/api/v1/annex/{measure}/proof"] == 200, by_customer
        by_admin = contract.walk(values, None, "fr")
        for path in ("/api/v1/disks", "/api/v1/replica-sets", "/api/v1/jobs/{job}",
                     "/api/v1/topology", "/api/v1/topology/check", "/api/v1/audit/checkpoint",
                     "/api/v1/registers/{register}", "/api/v1/registers/{register}/{entry}",
                     "/api/v1/registers/{register}/entries.csv",
                     "/api/v1/registers/{register}/{entry}/versions/{version}"):
            assert (by_customer[path] in (403, 404)) == ("audit" not in path), (path, by_customer)
            assert by_admin[path] == 200, (path, by_admin)
        wait_until(lambda: provider.rest("GET", f"/api/v1/jobs/{job}")["state"] == "done", 60,
                   "the scrub ends")
        contract.ask("GET", "/api/v1/jobs/{job}", f"/api/v1/jobs/{job}")
        try_pages(contract, customer)
        try_statuses(contract, token)
        try_languages(contract)
        try_readmit(contract, token)
        try_log(contract, customer)
        try_verifier_key(contract)
        try_locate(contract, customer)
        try_policy(contract, customer)
        try_people(contract, customer)
        try_large(contract, values)
        try_sources(contract, customer)
        print(f"{contract.checked} answers are as described")


if __name__ == "__main__":
    main()
