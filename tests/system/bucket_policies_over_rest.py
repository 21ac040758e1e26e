#!/usr/bin/python3
"""Policies of buckets over REST: set, shown and taken away; what is wrong with one is told with its
place, in the reader's language; another tenant reads what a policy opens and nothing else; a Deny
refuses here what it refuses over S3; the owner's log has the policy.
"""

import json

from customer import Customer
from running_provider import Provider, wait_until
from signed_requests import error_code

BUCKET = "lantern-room"
POLICY = f"/api/v1/buckets/{BUCKET}/policy"
OBJECTS = f"/api/v1/buckets/{BUCKET}/objects"
OPEN, CLOSED = f"{OBJECTS}/open%2Fa", f"{OBJECTS}/closed%2Fb"


def statement(effect, principal, actions, *places, **more):
    return {"Sid": "ByRest", "Effect": effect, "Principal": principal, "Action": actions,
            "Resource": [f"arn:aws:s3:::{BUCKET}{p}" for p in places], **more}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


class OverRest:
    def __init__(self, provider):
        self.provider = provider
        self.owner, self.guest = Customer(provider, "harbour"), Customer(provider, "meadow")
        self.ask(self.owner, "POST", "/api/v1/buckets", {"name": BUCKET}, status=201)
        for place in OPEN, CLOSED:
            self.ask(self.owner, "PUT", place, b"bells")

    def ask(self, who, method, path, body=None, status=200, language="en"):
        answered, headers, octets = self.provider.request(
            method, path, body, who.token["secret"], headers={"Accept-Language": language})
        assert answered == status, f"{who.name} {method} {path}: {answered} {octets[:500]}"
        kind = headers.get("Content-Type", "")
        return json.loads(octets) if kind.endswith("json") else octets

    def set(self, *statements):
        self.ask(self.owner, "PUT", POLICY, policy(*statements), status=204)

    def account_of(self, customer):
        account = self.ask(customer, "GET", "/api/v1/session")["tenant"]["account"]
        assert account == customer.tenant["account"] == customer.tenant["id"].rjust(12, "0")
        return account

    def set_show_and_remove(self):
        none = {"policy": None, "is_public": False, "account": self.account_of(self.owner)}
        assert self.ask(self.owner, "GET", POLICY) == none
        # Members come back in the order in which they were written.
        written = policy(statement("Allow", {"AWS": self.account_of(self.guest)}, "s3:GetObject",
                                   "/open/*"))
        self.ask(self.owner, "PUT", POLICY, written, status=204)
        shown = self.ask(self.owner, "GET", POLICY)
        assert json.dumps(shown["policy"]) == json.dumps(written), shown
        _, octets = self.owner.signer().ok("GET", f"/{BUCKET}", query={"policy": ""})
        assert json.loads(octets) == written, "S3 shows another policy"
        for _ in range(2):
            self.ask(self.owner, "DELETE", POLICY, status=204)
        assert self.ask(self.owner, "GET", POLICY) == none

    def tell_what_is_wrong(self):
        guest = {"AWS": self.account_of(self.guest)}
        allow = statement("Allow", guest, "s3:GetObject", "/*")
        for body, status, message, where in (
                (b"{", 400, "policy.not_json", "document"),
                (b"{}", 400, "policy.no_statement", "document"),
                (policy({**allow, "Principal": {"AWS": "anna"}}), 400, "policy.bad_principal",
                 "Statement[0].Principal.AWS"),
                (policy(allow, {**allow, "Action": "GetObject"}), 400, "policy.bad_action",
                 "Statement[1].Action"),
                (policy({**allow, "Resource": "arn:aws:s3:::other/*"}), 400,
                 "policy.resource_outside", "ByRest"),
                (policy({**allow, "Principal": "*"}), 403, "policy.public", None),
                (b'{"Id": "' + b"x" * 20_480 + b'"}', 400, "policy.too_long", "document"),
                (b" " * 200_000, 400, "policy.too_long", "document")):
            problem = self.ask(self.owner, "PUT", POLICY, body, status=status)
            assert problem["message_id"] == message, problem
            assert problem["arguments"].get("where") == where, problem
            assert where is None or where == "document" or where in problem["detail"], problem
            assert "{" not in problem["detail"], problem
        french = self.ask(self.owner, "PUT", POLICY, policy(), status=400, language="fr")
        assert "au moins un" in french["detail"], french
        assert self.ask(self.owner, "GET", POLICY)["policy"] is None, "a refused policy is there"

    def open_a_folder(self):
        """Over REST as over S3: the same keys, and the same silence about others."""
        guest = {"AWS": self.account_of(self.guest)}
        self.ask(self.guest, "GET", OPEN, status=404)
        self.set(statement("Allow", guest, "s3:GetObject", "/open/*"))
        assert self.ask(self.guest, "GET", OPEN) == b"bells"
        refusals = [self.ask(self.guest, method, path, body, status=404) for method, path, body in (
            ("GET", CLOSED, None), ("GET", f"{OBJECTS}/closed%2Fnothing", None),
            ("GET", f"{OBJECTS}/open%2Fnothing", None), ("GET", OBJECTS, None),
            ("GET", f"/api/v1/buckets/{BUCKET}/copies/open%2Fnothing", None),
            ("GET", f"/api/v1/buckets/{BUCKET}/copies/open%2Fa", None),
            ("PUT", f"{OBJECTS}/open%2Fc", b"x"), ("DELETE", OPEN, None),
            ("GET", f"/api/v1/buckets/{BUCKET}", None), ("GET", POLICY, None),
            ("PUT", POLICY, policy()), ("DELETE", POLICY, None),
            ("DELETE", f"/api/v1/buckets/{BUCKET}", None))]
        assert {p["message_id"] for p in refusals} == {"bucket.missing"}, refusals
        # Who may list learns that nothing is there.
        self.ask(self.owner, "GET", f"{OBJECTS}/open%2Fnothing", status=404)
        self.set(statement("Allow", guest, ["s3:PutObject", "s3:DeleteObject"], "/in/*"))
        self.ask(self.guest, "PUT", f"{OBJECTS}/in%2Fc", b"x")
        self.ask(self.guest, "DELETE", f"{OBJECTS}/in%2Fc", status=204)
        self.ask(self.guest, "GET", OPEN, status=404)

    def list_by_prefix(self):
        guest = {"AWS": self.account_of(self.guest)}
        self.set(statement("Allow", guest, "s3:ListBucket", "",
                           Condition={"StringLike": {"s3:prefix": "open/*"}}))
        listed = self.ask(self.guest, "GET", f"{OBJECTS}?prefix=open%2F")["items"]
        assert [o["key"] for o in listed] == ["open/a"], listed
        for query in "", "?prefix=", "?prefix=closed%2F":
            self.ask(self.guest, "GET", OBJECTS + query, status=404)
        # Where it may list, it may know what is not there.
        self.set(statement("Allow", guest, "s3:GetObject", "/*"),
                 statement("Allow", guest, "s3:ListBucket", "",
                           Condition={"StringLike": {"s3:prefix": "open/*"}}))
        for key, message in ("open", "object.missing"), ("closed", "bucket.missing"):
            problem = self.ask(self.guest, "GET", f"{OBJECTS}/{key}%2Fnothing", status=404)
            assert problem["message_id"] == message, problem
        everybody = statement("Deny", "*", "s3:ListBucket", "",
                              Condition={"StringLike": {"s3:prefix": "closed/*"}})
        self.set(everybody)
        self.ask(self.owner, "GET", OBJECTS)
        self.ask(self.owner, "GET", f"{OBJECTS}?prefix=closed%2F", status=403)

    def deny(self):
        """A Deny on everybody refuses the owner's users too, but never locks them out."""
        self.set(statement("Deny", "*", "s3:*", "", "/*"))
        for method, path in (("GET", OPEN), ("GET", OBJECTS), ("DELETE", OPEN),
                             ("GET", f"/api/v1/buckets/{BUCKET}/copies/open%2Fa"),
                             ("DELETE", f"/api/v1/buckets/{BUCKET}")):
            problem = self.ask(self.owner, method, path, status=403)
            assert problem["message_id"] == "iam.denied", problem
        _, _, said = self.owner.signer().request("GET", f"/{BUCKET}/open/a")
        assert error_code(said) == "AccessDenied", said
        assert self.ask(self.owner, "GET", POLICY)["policy"]["Statement"][0]["Effect"] == "Deny"
        self.ask(self.owner, "DELETE", POLICY, status=204)
        assert self.ask(self.owner, "GET", OPEN) == b"bells"

    def both_logs_tell(self):
        """The owner's log has each policy, and what the guest read under the name that policies
        have; the guest's, the same and its refusals.
        """
        wait_until(lambda: any('"ByRest"' in json.dumps(e).replace("\\", "") for e in self.events(
            self.owner, "s3:PutBucketPolicy")), 30, "a policy in the owner's log")
        wait_until(lambda: self.events(self.owner, "s3:DeleteBucketPolicy"), 30, "its removal")
        wait_until(lambda: [e for e in self.events(self.owner, "s3:GetObject")
                            if e["actor"].endswith(":user/" + self.guest.user["name"])], 30,
                   "what the guest read")
        wait_until(lambda: [e for e in self.events(self.guest, "s3:GetObject")
                            if e["outcome"] == "success"], 30, "the same in the guest's log")
        wait_until(lambda: [e for e in self.events(self.guest, "s3:GetObject")
                            if e["outcome"] == "failure"], 30, "what the guest was refused")

    def events(self, customer, action):
        path = f"/api/v1/audit/events?action={action}&limit=1000"
        return [e for e in self.ask(customer, "GET", path)["items"] if BUCKET in e["resource"]]


def main():
    with Provider("bucket-policies-over-rest") as provider:
        rest = OverRest(provider)
        for step in (rest.set_show_and_remove, rest.tell_what_is_wrong, rest.open_a_folder,
                     rest.list_by_prefix, rest.deny, rest.both_logs_tell):
            step()
            print(f"{step.__name__}: holds", flush=True)


if __name__ == "__main__":
    main()
