#!/usr/bin/python3
"""A second tenant sees nothing of the first: every operation of S3, and every route of
openapi.yaml, which this test walks, so that a new route is tried without a word here.
"""

import re

import yaml

from customer import Customer, sign_in_name
from running_provider import SOURCE, Provider
from signed_requests import error_code
from token_issuer import TokenIssuer

BUCKET, KEY = "quiet-harbour", "letters/mother-of-pearl.txt"
NO_BUCKET = "quiet-morning"  # a name as long, of nobody
SECRET = b"what only the first tenant may read"
METHODS = ("get", "put", "post", "patch", "delete")
# S3 operations on another's bucket: (method, path, query, body).
PARTS = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>0</ETag></Part>" \
        b"</CompleteMultipartUpload>"
DELETE = f"<Delete><Object><Key>{KEY}</Key></Object></Delete>".encode()
OWN_BUCKET = "meadow-copies"
PASSWORD = "four kites over the pier"
DISK = "par1-s1-d1"
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}


def s3_operations(upload):
    there = {"uploadId": upload}
    bucket, key = f"/{BUCKET}", f"/{BUCKET}/{KEY}"
    return [
        ("HEAD", bucket, {}, b""), ("GET", bucket, {}, b""),
        ("GET", bucket, {"list-type": "2"}, b""), ("GET", bucket, {"location": ""}, b""),
        ("GET", bucket, {"uploads": ""}, b""), ("PUT", bucket, {}, b""),
        ("GET", bucket, {"versions": ""}, b""),
        ("GET", bucket, {"versioning": ""}, b""), ("GET", bucket, {"acl": ""}, b""),
        ("GET", bucket, {"policy": ""}, b""), ("GET", key, {"acl": ""}, b""),
        ("GET", key, {"attributes": ""}, b""), ("GET", key, {"partNumber": "1"}, b""),
        ("DELETE", bucket, {}, b""), ("POST", bucket, {"delete": ""}, DELETE),
        ("HEAD", key, {}, b""), ("GET", key, {}, b""), ("PUT", key, {}, b"x"),
        ("DELETE", key, {}, b""),
        ("PUT", f"/{BUCKET}/new", {}, b"x"), ("POST", key, {"uploads": ""}, b""),
        ("PUT", key, {**there, "partNumber": "1"}, b"x"), ("GET", key, there, b""),
        ("POST", key, there, PARTS), ("DELETE", key, there, b""),
    ]


def said(outcome):
    """An answer without what differs from request to request: names and ids."""
    status, headers, octets = outcome
    text = octets.decode(errors="replace").replace(BUCKET, NO_BUCKET)
    text = re.sub("<(RequestId|HostId)>[^<]*</", r"<\1></", text)
    return status, sorted(name.lower() for name in headers), text


class Isolation:
    def __init__(self, provider, directory):
        self.provider, self.directory = provider, directory
        self.first, self.second = Customer(provider, "harbour"), Customer(provider, "meadow")
        signer = self.first.signer()
        signer.ok("PUT", f"/{BUCKET}")
        signer.ok("PUT", f"/{BUCKET}/{KEY}", SECRET)
        _, octets = signer.ok("POST", f"/{BUCKET}/{KEY}", query={"uploads": ""})
        self.upload = octets.split(b"<UploadId>")[1].split(b"<")[0].decode()
        token = self.first.token["secret"]
        self.reader = provider.rest(
            "POST", f"/api/v1/tenants/{self.first.tenant['id']}/users",
            {"name": "harbour-reader", "email": "", "role": "reader",
             "password": "a long passphrase of a reader"}, token)
        self.profile = provider.rest("POST", "/api/v1/profiles",
                                     {"name": "harbour masters", "policy": EVERYTHING}, token)
        self.group = provider.rest("POST", "/api/v1/groups", {"name": "harbour crew"}, token)
        provider.rest("PUT", f"/api/v1/profiles/{self.profile['id']}/groups/{self.group['id']}",
                      token=token)
        self.crew = provider.rest("POST", "/api/v1/groups", {"name": "harbour watch"}, token)
        self.request = provider.rest(
            "POST", "/api/v1/requests",
            {"group": self.crew["id"], "profile": self.profile["id"], "reason": "harbour works",
             "duration_s": 3600}, token)
        self.intervention = provider.rest(
            "POST", "/api/v1/interventions",
            {"tenant": self.first.tenant["id"], "actions": ["s3:GetObject"], "bucket": BUCKET,
             "reason": "harbour dredging", "duration_s": 60})
        self.review = provider.rest("POST", "/api/v1/reviews", {"name": "harbour review"}, token)
        self.item = provider.rest("GET", f"/api/v1/reviews/{self.review['id']}/items",
                                  token=token)["items"][0]
        self.grant = provider.rest("GET", "/api/v1/grants", token=token)["items"][0]
        self.invitation = provider.rest(
            "POST", f"/api/v1/tenants/{self.first.tenant['id']}/invitations",
            {"email": "pilot@harbour.example", "role": "reader"}, token)["invitation"]
        trust = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                               "Principal": {"AWS": self.first.tenant["account"]}}}
        self.role = provider.rest("POST", "/api/v1/roles", {"name": "harbour-pilot",
                                                            "trust": trust}, token)
        self.role_session = provider.rest(
            "POST", "/api/v1/role-sessions",
            {"role_arn": self.role["arn"], "session_name": "harbour"}, token)["access_key_id"]
        self.issuer = provider.rest("POST", "/api/v1/issuers",
                                    self.directory.registration("harbour-staff"), token)
        self.subject = provider.rest(
            "POST", f"/api/v1/issuers/{self.issuer['id']}/subjects",
            {"subject": "harbour-1", "user": self.reader["id"]}, token)
        self.account = provider.rest(
            "POST", "/api/v1/service-accounts",
            {"name": "harbour-robot", "role": "reader", "owner": self.first.user["id"]}, token)
        self.delegation = provider.rest(
            "POST", "/api/v1/delegations",
            {"delegate": self.reader["id"], "unit": self.crew["id"], "acts": ["invite"]}, token)
        self._keep_registers(token)
        provider.rest("POST", "/api/v1/users/" + self.first.user["id"] + "/factor-reset",
                      {"reason": "harbour phone lost"})
        resets = f"/api/v1/tenants/{self.first.tenant['id']}/factor-resets"
        self.reset = provider.rest("GET", resets, token=token)["items"][0]
        self.api = yaml.safe_load((SOURCE / "docs/api/openapi.yaml").read_text())
        factors = provider.rest("GET", "/api/v1/session/factors",
                                token=self.first.token["secret"])
        self.factor = factors["factors"][0]["id"]
        self.problems, self.tried = [], 0

    def _keep_registers(self, token):
        provider = self.provider
        self.hold = provider.rest("POST", "/api/v1/audit/holds", {"reason": "harbour case"}, token)
        self.job_role = provider.rest(
            "POST", "/api/v1/job-roles",
            {"name": "harbour master", "owner": "the harbour's board"}, token)
        self.person = provider.rest(
            "POST", "/api/v1/people",
            {"name": "Rosa of the harbour", "starts_us": 10**15, "job_role": self.job_role["id"]},
            token)
        self.step = provider.rest(
            "POST", "/api/v1/checklist-steps",
            {"kind": "arrival", "name": "harbour pass", "text": "Hand it out"}, token)
        # The provider's own.
        self.document = provider.rest("POST", "/api/v1/registers/documents", {
            "reference": "HARBOUR-1", "title": "Pilots of the harbour", "topic": "other",
            "owner_role": "the harbour's board"})
        # Signed by a person: by the session, not by the token.
        topics = provider.rest("GET", "/api/v1/attestation-topics", token=token)["items"]
        asked = next(topic for topic in topics if topic["topic"] == "staff")
        self.attestation = self.first.post("/api/v1/attestations", {
            key: asked[key] for key in ("topic", "version", "text_sha256")})

    def leaks(self, octets, asked):
        """Words of the first tenant in an answer, besides those that the question had."""
        words = (BUCKET, KEY, "harbour", self.first.tenant["id"], self.first.user["id"],
                 self.first.access_key, self.first.token["api_token"]["id"],
                 self.first.session["id"], self.factor, self.profile["id"], self.group["id"], DISK,
                 self.request["id"], self.grant["id"], self.review["id"],
                 self.intervention["id"],
                 self.item["id"], self.role["id"], self.role_session, self.invitation["id"],
                 self.issuer["id"], self.subject["id"], self.directory.url,
                 self.account["id"], self.reset["id"], self.delegation["id"],
                 self.person["id"], self.job_role["id"], self.step["id"], self.hold["id"],
                 self.attestation["id"], self.document["id"],
                 "pilot@harbour.example", SECRET.decode())
        text = octets.decode(errors="replace")
        return [w for w in words if w in text and w not in asked]

    def expect(self, what, asked, outcome, allowed):
        status, _, octets = outcome
        self.tried += 1
        if status not in allowed:
            self.problems.append(f"{what}: {status} {octets[:200]}")
        if leaked := self.leaks(octets, asked):
            self.problems.append(f"{what}: tells {leaked}")

    def try_s3(self):
        signer = self.second.signer()
        for method, path, query, body in s3_operations(self.upload):
            outcome = signer.request(method, path, body, query=query)
            asked = f"{path} {query} {body}"
            what = f"S3 {method} {path} {sorted(query)}"
            if (method, path, query) == ("PUT", f"/{BUCKET}", {}):
                self.expect(what, asked, outcome, (409,))  # a name is one bucket's, as in S3
                continue
            self.expect(what, asked, outcome, (404,))
            nothing = signer.request(method, path.replace(BUCKET, NO_BUCKET), body, query=query)
            if said(outcome) != said(nothing):
                self.problems.append(f"{what}: {said(outcome)}, of what is not there "
                                     f"{said(nothing)}")
            if method != "HEAD" and path != f"/{BUCKET}" and error_code(outcome[2]) == "":
                self.problems.append(f"{what}: no S3 error: {outcome[2][:200]}")
        self.expect("S3 ListBuckets", "", signer.request("GET", "/"), (200,))
        self.try_copies(signer)

    def try_copies(self, signer):
        """Another's object as the source of a copy into a bucket of one's own."""
        signer.ok("PUT", f"/{OWN_BUCKET}")
        _, octets = signer.ok("POST", f"/{OWN_BUCKET}/parts", query={"uploads": ""})
        upload = octets.split(b"<UploadId>")[1].split(b"<")[0].decode()
        part = {"partNumber": "1", "uploadId": upload}
        for source in (f"/{BUCKET}/{KEY}", f"{BUCKET}/{KEY}", f"/{BUCKET}/not-there"):
            for what, path, query in (("CopyObject", f"/{OWN_BUCKET}/copy", {}),
                                      ("UploadPartCopy", f"/{OWN_BUCKET}/parts", part)):
                outcome, nothing = (
                    signer.request("PUT", path, query=query, headers={"x-amz-copy-source": named})
                    for named in (source, source.replace(BUCKET, NO_BUCKET)))
                self.expect(f"S3 {what} from {source}", source, outcome, (404,))
                if said(outcome) != said(nothing):
                    self.problems.append(f"S3 {what} from {source}: {said(outcome)}, from what is "
                                         f"not there {said(nothing)}")
        status, _, _ = signer.request("GET", f"/{OWN_BUCKET}/copy")
        if status != 404:
            self.problems.append(f"a copy of another's object is there: {status}")

    def parameters_of(self, item, operation):
        for parameter in item.get("parameters", []) + operation.get("parameters", []):
            if "$ref" in parameter:
                name = parameter["$ref"].rsplit("/", 1)[1]
                parameter = self.api["components"]["parameters"][name]
            yield parameter

    def target(self, path, parameters):
        values = {"tenant": self.first.tenant["id"], "user": self.first.user["id"],
                  "access_key": self.first.access_key, "bucket": BUCKET, "key": KEY,
                  "token": self.first.token["api_token"]["id"],
                  "session": self.first.session["id"], "measure": "S06-P-20", "job": "1",
                  "factor": self.factor, "disk": DISK, "path": "checkpoint",
                  "profile": self.profile["id"], "group": self.group["id"],
                  "request": self.request["id"], "grant": self.grant["id"],
                  "intervention": self.intervention["id"],
                  "review": self.review["id"], "item": self.item["id"],
                  "invitation": self.invitation["id"], "version": "2026-1",
                  "role": self.role["id"], "role_session": self.role_session,
                  "issuer": self.issuer["id"], "subject": self.subject["id"],
                  "account": self.account["id"], "reset": self.reset["id"],
                  "delegation": self.delegation["id"],
                  "person": self.person["id"], "job_role": self.job_role["id"],
                  "step": self.step["id"],
                  "hold": self.hold["id"], "attestation": self.attestation["id"],
                  "register": "documents", "entry": self.document["id"]}
        query = []
        for parameter in parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", values[name].replace("/", "%2F"))
            elif parameter["in"] == "query" and name == "tenant":
                query.append(f"tenant={values['tenant']}")
            elif parameter["in"] == "query" and parameter.get("required"):
                query.append(f"{name}=1")
        return path + ("?" + "&".join(query) if query else "")

    def body_of(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return b"x" if content else None
        reference = content["application/json"]["schema"].get("$ref", "").rsplit("/", 1)[-1]
        return {"UserChange": {"active": False}, "NewBucket": {"name": "meadow-grass"},
                "NewProfile": {"name": "spies", "policy": EVERYTHING},
                "ProfileChange": {"policy": EVERYTHING}, "NewGroup": {"name": "spies"},
                "NewAccessRequest": {"user": self.first.user["id"], "profile": self.profile["id"],
                                     "reason": "spying", "duration_s": 60},
                "NewIntervention": {"tenant": self.first.tenant["id"], "actions": ["s3:GetObject"],
                                    "reason": "spying", "duration_s": 60},
                "NewBreakGlass": {"tenant": self.first.tenant["id"], "reason": "spying",
                                  "duration_s": 60},
                "InterventionReport": {"report": "spying"},
                "SimulatedRequest": {"user": self.first.user["id"], "action": "s3:GetObject",
                                     "bucket": BUCKET, "key": KEY},
                "NewReview": {"name": "spying", "reviewers": [self.first.user["id"]]},
                "ReviewVerdict": {"decision": "remove"},
                "Decision": {"reason": "spying"}, "AccessRulesChange": {"four_eyes": "all"},
                "FactorRuleChange": {"needed_by": "privileged"},
                "NewRole": {"name": "spies", "trust": {"Statement": {
                    "Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"AWS": self.second.tenant["account"]}}}},
                "NewIssuer": {"url": "no address", "client_id": "spies"},
                "IssuerChange": {"client_id": "spies"},
                "NewSubject": {"subject": "spy", "user": self.second.user["id"]},
                "RoleChange": {"session_max_us": 7_200_000_000},
                "RoleAssumption": {"role_arn": self.role["arn"], "session_name": "spies"},
                "BoundaryChange": {"profile": self.profile["id"]},
                "NewUser": {"name": "spy", "email": "spy@meadow.example", "role": "reader",
                            "password": "a long passphrase of a spy"},
                "NewInvitation": {"email": "spy@meadow.example", "role": "reader"},
                "NewServiceAccount": {"name": "meadow-robot", "role": "reader",
                                      "owner": self.first.user["id"]},
                "NewDelegation": {"delegate": self.first.user["id"], "unit": self.group["id"]},
                "PublicAccessBlock": {setting: True for setting in (
                    "block_public_acls", "ignore_public_acls", "block_public_policy",
                    "restrict_public_buckets")},
                "NewPerson": {"name": "Spy", "starts_us": 10**15,
                              "job_role": self.job_role["id"]},
                "NewChecklistStep": {"kind": "arrival", "name": "spies", "text": "spy"},
                "ChecklistStepWords": {"name": "spies", "text": "spy"},
                "StepDone": {"note": "spying"}, "StepReason": {"reason": "spying"},
                "PersonChange": {"name": "Spy"}, "Departure": {"reason": "spying"},
                "AccountBinding": {"user": self.first.user["id"]},
                "NewJobRole": {"name": "spies", "owner": "nobody", "groups": [self.group["id"]]},
                "Owner": {"owner": self.first.user["id"]},
                "NewServiceKey": {"lifetime_us": 10**9},
                "NewServiceToken": {"lifetime_us": 10**9, "label": "spy"},
                "LostPassword": {"user": "nobody"},
                "PasswordResetSecret": {"secret": "0" * 64},
                "PasswordReset": {"secret": "0" * 64, "password": SECRET.decode() * 2},
                "LostFactor": {"reason": "spying"},
                "NewTerms": {"version": "spies", "text": {"en": "x", "fr": "x"}},
                "InvitationSecret": {"secret": self.invitation["id"] * 4},
                "NewHold": {"reason": "spying", "tenant": self.first.tenant["id"]},
                "HoldRelease": {"reason": "spying"},
                "AttestationWithdrawal": {"reason": "spying"},
                "TenantChange": {"name": "spies"}, "NewSuspension": {"reason": "spying"},
                "NewTenant": {"name": "spies", "kind": "customer",
                              "parent": self.first.tenant["id"]}}.get(reference, {})

    def try_route(self, path, item, method):
        operation = item[method]
        scope = operation.get("x-belfry-scope")
        parameters = list(self.parameters_of(item, operation))
        target = self.target(path, parameters)
        body = self.body_of(operation)
        what = f"{method.upper()} {target} ({scope})"
        assert scope, f"{what}: no x-belfry-scope"
        if scope == "none":
            return
        self.expect(what + " by nobody", target,
                    self.provider.request(method.upper(), target, body, token=""), (401,))
        # Others' things are not there; one's own, the provider's and what all share tell nothing.
        names_first = any(w in target for w in (BUCKET, self.first.tenant["id"],
                                                self.first.user["id"], self.first.access_key,
                                                self.profile["id"], self.group["id"],
                                                self.invitation["id"], self.role["id"],
                                                self.role_session, self.issuer["id"],
                                                self.account["id"], self.reset["id"],
                                                self.delegation["id"], self.person["id"],
                                                self.job_role["id"]))
        names_first = names_first or any(w in path for w in ("{token}", "{session}", "{factor}",
                                                       "{request}", "{grant}", "{review}",
                                                       "{intervention}", "{hold}",
                                                       "{attestation}"))
        names_first = names_first or operation["operationId"] in ("createTenant", "askForRight",
                                                                 "createDelegation",
                                                                 "explainAccess", "assumeRole",
                                                                 "placeHold")
        if scope == "provider":
            allowed = (403, 404)
        elif names_first:
            allowed = (404,) if scope != "self" else (403, 404)
        else:
            allowed = (200, 201, 202, 204, 400, 404, 409)
        if operation["operationId"] in ("signOut", "beginTotp", "beginPasskey", "beginStepUp",
                                        "makeRecoveryCodes", "acceptTerms"):
            return  # the caller's own session, which a program has not, or the walk still needs
        asked = target + str(body)
        outcome = self.provider.request(method.upper(), target, body,
                                        token=self.second.token["secret"])
        self.expect(what, asked, outcome, allowed)

    def try_rest(self):
        for path, item in self.api["paths"].items():
            for method in METHODS:
                if method in item:
                    self.try_route(path, item, method)

    def try_names(self):
        """A name that somebody has elsewhere is given as any other, and signs in whose it is."""
        for name in (self.first.user["name"], "admin"):
            made = self.provider.rest(
                "POST", f"/api/v1/tenants/{self.second.tenant['id']}/users",
                {"name": name, "email": "", "role": "reader", "password": PASSWORD},
                self.second.token["secret"])
            opened = self.provider.rest("POST", "/api/v1/session",
                                        {"user": sign_in_name(made), "password": PASSWORD}, "")
            assert opened["user"]["id"] == made["id"], opened
            self.tried += 2

    def assert_untouched(self):
        _, octets = self.first.signer().ok("GET", f"/{BUCKET}/{KEY}")
        assert octets == SECRET, "the first tenant's object changed"
        user = self.provider.rest("GET", f"/api/v1/users/{self.first.user['id']}",
                                  token=self.first.token["secret"])
        assert user["active"], "the first tenant's user was suspended"
        keys = self.provider.rest("GET", f"/api/v1/users/{self.first.user['id']}/access-keys",
                                  token=self.first.token["secret"])["items"]
        assert self.first.access_key in [key["id"] for key in keys], "an access key is gone"
        profile = self.provider.rest("GET", f"/api/v1/profiles/{self.profile['id']}",
                                     token=self.first.token["secret"])
        assert profile["policy"] == EVERYTHING, "the first tenant's profile changed"
        request = self.provider.rest("GET", f"/api/v1/requests/{self.request['id']}",
                                     token=self.first.token["secret"])
        assert request["state"] == "pending", "the first tenant's request was decided"
        grants = self.provider.rest("GET", "/api/v1/grants",
                                    token=self.first.token["secret"])["items"]
        assert self.grant["id"] in [grant["id"] for grant in grants], "a right is gone"
        delegations = self.provider.rest("GET", "/api/v1/delegations",
                                         token=self.first.token["secret"])["items"]
        assert [each["id"] for each in delegations] == [self.delegation["id"]], delegations
        attestations = self.provider.rest("GET", "/api/v1/attestations",
                                          token=self.first.token["secret"])["items"]
        assert attestations == [self.attestation], attestations
        document = self.provider.rest("GET", f"/api/v1/registers/documents/{self.document['id']}")
        assert document == self.document, document


def main():
    with TokenIssuer() as directory, Provider("tenants-apart") as provider:
        isolation = Isolation(provider, directory)
        isolation.try_s3()
        isolation.try_rest()
        isolation.try_names()
        isolation.assert_untouched()
        assert not isolation.problems, "\n".join(isolation.problems)
        print(f"{isolation.tried} requests of the second tenant and of nobody: nothing told")


if __name__ == "__main__":
    main()
