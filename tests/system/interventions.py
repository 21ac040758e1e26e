#!/usr/bin/python3
"""How staff of the provider reach a customer's data, with Debian's awscli: not at all; by an
intervention that another one approved exactly what it names, told to the customer with its number;
after its end, by hand or by time, not at all; in an emergency by two administrators, who report.
"""

import json
import os
import subprocess
import time

from customer import Customer, totp
from requested_rights import Administrator, Person
from running_provider import Provider, wait_until
from sources import actions_from_somewhere
from staff import make_staff

BUCKET = "harbour-papers"


class Staff(Customer):
    """A user of the provider's, with a second factor, token and key of its own."""

    def __init__(self, provider, name, role="reader"):
        self.provider, self.name = provider, name
        self.tenant = provider.rest("GET", "/api/v1/session")["tenant"]
        password = f"a long passphrase of {name}"
        self.user = make_staff(provider, name, role, password) if role != "reader" else (
            provider.rest("POST", f"/api/v1/tenants/{self.tenant['id']}/users",
                          {"name": name, "email": "", "role": role, "password": password}))
        self.enrol(password)

    def aws(self, operation, *words):
        """awscli's own exit code and what it said."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.provider.folder),
                       "AWS_ACCESS_KEY_ID": self.access_key, "AWS_DEFAULT_REGION": "eu-west-1",
                       "AWS_SECRET_ACCESS_KEY": self.secret_key, "AWS_MAX_ATTEMPTS": "1"}
        run = subprocess.run(["aws", "--endpoint-url", self.provider.s3, "s3api", operation,
                              *words], capture_output=True, text=True, timeout=120, check=False,
                             env=environment)
        return run.returncode, run.stdout + run.stderr

    def read(self, bucket=BUCKET):
        code, said = self.aws("get-object", "--bucket", bucket, "--key", "a",
                              str(self.provider.folder / "got"))
        # Without an intervention at the customer, its buckets are not there.
        assert code == 0 or "AccessDenied" in said or "NoSuchBucket" in said, said
        return code == 0


class Interventions:
    def __init__(self, provider):
        self.provider = provider
        self.customer, self.nadia = Customer(provider, "harbour"), Staff(provider, "nadia")
        for bucket in (BUCKET, "harbour-secrets"):
            self.customer.signer().ok("PUT", f"/{bucket}")
            self.customer.signer().ok("PUT", f"/{bucket}/a", b"tides")
        self.as_customer = Administrator(provider, self.customer.token["secret"])
        self.as_nadia = Administrator(provider, self.nadia.token["secret"])

    def ask(self, duration):
        # Staff that administers nothing sees no customer's name, and knows the number.
        return self.as_nadia.belfry("intervention", "request", "--tenant",
                                    self.customer.tenant["id"], "--action", "s3:GetObject",
                                    "--action", "s3:List*", "--bucket", BUCKET, "--reason",
                                    "ticket 7", "--for", duration)

    def events(self, action):
        return self.provider.rest("GET", f"/api/v1/audit/events?limit=200&action={action}",
                                  token=self.customer.token["secret"])["items"]

    def who(self):
        return self.as_customer.belfry("access", "who", f"s3://{BUCKET}")["staff"]

    def is_told_among_who_reaches(self, opened):
        staff = self.who()
        assert [(s["name"], s["intervention"], s["approved_by_name"], s["expires_us"])
                for s in staff] == [("nadia", opened["id"],
                                     self.provider.credentials["admin_user"],
                                     opened["expires_us"])], staff
        assert {act["act"] for act in staff[0]["acts"]} == {"read", "list"}, staff
        for words in (("who", f"s3://{BUCKET}"), ("what", "nadia"),
                      ("explain", "nadia", "s3:GetObject", f"s3://{BUCKET}/a")):
            said = self.as_customer.say("access", *words)
            assert "nadia, staff of the provider" in said and opened["id"] in said, said
        explained = self.as_customer.belfry("access", "explain", "nadia", "s3:GetObject",
                                            f"s3://{BUCKET}/a", "--second-factor")
        assert explained["allowed"] and explained["is_staff"], explained
        explained = self.as_customer.belfry("access", "explain", "nadia", "s3:PutObject",
                                            f"s3://{BUCKET}/a", "--second-factor")
        assert not explained["allowed"], explained

    def is_told_no_more(self):
        assert not self.who(), "who reaches nothing is not among them"
        for words in (("what", "nadia"),
                      ("explain", "nadia", "s3:GetObject", f"s3://{BUCKET}/a")):
            said = self.as_customer.say("access", *words)
            assert "nadia is staff of the provider" in said, said
        # Of whom no intervention told it the customer learns nothing, and what to look at.
        self.as_customer.belfry("access", "what", self.provider.credentials["admin_user"], code=4)
        can = self.as_customer.say("access", "what", self.customer.user["name"])
        assert "iam:CreateUser" in can and "audit:ListEvents" in can, can
        explained = self.as_customer.belfry("access", "explain", self.customer.user["name"],
                                            "iam:CreateUser", "--second-factor")
        assert explained["allowed"], explained

    def until_the_customer_ends_it(self):
        nadia = self.nadia
        assert not nadia.read(), "staff reads a customer's object"
        asked = self.ask("8h")
        assert (asked["state"], asked["deciders"]) == ("pending", 1), asked
        assert not nadia.read(), "asked for is not approved"
        self.as_nadia.belfry("intervention", "approve", asked["id"], code=3)
        self.as_customer.belfry("intervention", "approve", asked["id"], code=3)
        seen = self.as_customer.belfry("intervention", "list", "--state", "pending")
        assert [i["reason"] for i in seen] == ["ticket 7"], seen
        opened = self.provider.belfry("intervention", "approve", asked["id"], "--reason", "agreed")
        assert opened["state"] == "open", opened
        assert nadia.read(), "it is open at once"
        self.is_told_among_who_reaches(opened)
        with open(self.provider.folder / "got", encoding="utf-8") as got:
            assert got.read() == "tides"
        code, said = nadia.aws("list-objects-v2", "--bucket", BUCKET)
        assert code == 0 and json.loads(said)["Contents"][0]["Key"] == "a", said
        for operation, *words in (("put-object", "--bucket", BUCKET, "--key", "a"),
                                  ("delete-object", "--bucket", BUCKET, "--key", "a"),
                                  ("get-bucket-policy", "--bucket", BUCKET)):
            code, said = nadia.aws(operation, *words)
            assert code != 0 and "AccessDenied" in said, (operation, said)
        code, said = nadia.aws("delete-objects", "--bucket", BUCKET, "--delete",
                               json.dumps({"Objects": [{"Key": "a"}]}))
        assert "AccessDenied" in said and '"Deleted"' not in said, (code, said)
        assert not nadia.read("harbour-secrets"), "another bucket"
        over_rest = f"/api/v1/buckets/{BUCKET}/objects/a"
        status, _, octets = self.provider.request("GET", over_rest,
                                                  token=nadia.token["secret"])
        assert (status, octets) == (200, b"tides"), (status, octets)
        status, _, _ = self.provider.request("GET", over_rest)
        assert status == 404, "who approved is not who acts"
        reads = wait_until(lambda: [e for e in self.events("s3:GetObject")
                                    if e["actor"].endswith(":user/nadia")
                                    and asked["id"] in json.dumps(e)
                                    and not json.dumps(e).count("iam.denied")],
                           15, "the act in the customer's log, with the number")
        assert reads[0]["actor"] == f"arn:aws:iam::{'1'.zfill(12)}:user/nadia", reads[0]
        assert "8h" in self.as_customer.say("intervention", "show", asked["id"])
        ended = self.as_customer.belfry("intervention", "end", asked["id"])
        assert (ended["state"], ended["end_reason"]) == ("ended", "customer"), ended
        assert not nadia.read(), "it ended at once"
        self.is_told_no_more()
        self.as_customer.belfry("intervention", "end", asked["id"], code=1)

    def deletes_as_a_batch(self):
        """What asks for each of its keys, in a bucket without a policy."""
        asked = self.as_nadia.belfry("intervention", "request", "--tenant",
                                     self.customer.tenant["id"], "--action", "s3:DeleteObject",
                                     "--reason", "ticket 8", "--for", "1h")
        self.provider.belfry("intervention", "approve", asked["id"])
        code, said = self.nadia.aws("delete-objects", "--bucket", "harbour-secrets", "--delete",
                                    json.dumps({"Objects": [{"Key": "a"}]}))
        assert code == 0 and json.loads(said)["Deleted"][0]["Key"] == "a", said
        self.as_nadia.belfry("intervention", "end", asked["id"])

    def until_its_time_is_over(self):
        asked, signer = self.ask("6s"), self.nadia.signer()
        opened = self.provider.belfry("intervention", "approve", asked["id"])
        # Not with awscli, which on a busy machine takes as long to start as this is open.
        signer.ok("GET", f"/{BUCKET}/a")
        time.sleep(max(0, opened["expires_us"] / 1e6 - time.time()))
        assert not self.nadia.read(), "it expired"
        wait_until(lambda: self.events("iam:InterventionExpired"), 15, "the log says so")
        over = self.as_customer.belfry("intervention", "show", asked["id"])
        assert (over["state"], over["end_reason"]) == ("ended", "expired"), over
        told = {action for action in ("iam:RequestIntervention", "iam:ApproveIntervention",
                                      "iam:EndIntervention") if self.events(action)}
        assert len(told) == 3, told


    def until_it_is_reported(self):
        """Break-glass: opened by one administrator, approved by another, both just now."""
        provider, secrets = self.provider, self.provider.credentials
        ines = Staff(provider, "ines", "provider_administrator")
        as_ines = Administrator(provider, ines.token["secret"])
        words = ("intervention", "break-glass", "--tenant", self.customer.tenant["id"], "--reason",
                 "the harbour is on fire", "--for", "30m")
        for who in (self.as_nadia, self.as_customer):
            who.belfry(*words, code=3)
        # The token of the first start: nobody proved a factor for it.
        provider.belfry(*words, code=3)
        as_ines.belfry(*words[:-1], "61m", code=1)
        opened = as_ines.belfry(*words)
        assert (opened["kind"], opened["state"], opened["actions"]) == (
            "break_glass", "pending", ["s3:*"]), opened
        assert opened["pending_until_us"] - opened["requested_us"] == 15 * 60 * 10**6, opened
        seen = self.as_customer.belfry("intervention", "list", "--state", "pending")
        assert [(i["kind"], i["reason"]) for i in seen] == [
            ("break_glass", "the harbour is on fire")], seen
        listed = self.as_customer.say("intervention", "list", "--state", "pending")
        assert "break-glass" in listed, listed
        wait_until(lambda: self.events("iam:BreakGlass"), 15, "the customer's log says so")
        assert not ines.read(), "one person opens nothing"
        as_ines.belfry("intervention", "approve", opened["id"], code=3)
        provider.belfry("intervention", "approve", opened["id"], code=3)
        assert not ines.read()
        admin = Person(provider, secrets["admin_user"], secrets["admin_password"] + "\n"
                       + totp(secrets["admin_totp_secret"], time.time()))
        assert admin.belfry("intervention", "approve", opened["id"])["state"] == "open"
        assert ines.read(), "it is open at once"
        code, said = ines.aws("list-objects-v2", "--bucket", "harbour-secrets")
        assert code == 0, "all of the customer's buckets: " + said
        code, said = ines.aws("put-object", "--bucket", BUCKET, "--key", "sluice")
        assert code == 0, said
        code, said = ines.aws("get-bucket-policy", "--bucket", BUCKET)
        assert code != 0 and "AccessDenied" in said, said
        assert not self.nadia.read(), "who is not named"
        wait_until(lambda: opened["id"] in json.dumps(self.events("s3:PutObject")), 15,
                   "the act in the customer's log, with the number")
        self.tells_of_its_report(as_ines, ines, opened["id"])

    def tells_of_its_report(self, as_ines, ines, number):
        told = "opened the sluice; the tide would not wait"
        as_ines.belfry("intervention", "report", number, "--text", "in advance", code=1)
        ended = self.as_customer.belfry("intervention", "end", number)
        assert ended["report_due_us"] - ended["ended_us"] == 72 * 3600 * 10**6, ended
        assert not ines.read(), "it ended at once"
        as_ines.belfry("intervention", "report", number, "--text", " ", code=1)
        self.provider.belfry("intervention", "report", number, "--text", told, code=3)
        as_ines.belfry("intervention", "report", number, "--text", told)
        as_ines.belfry("intervention", "report", number, "--text", "or rather", code=1)
        assert told in self.as_customer.say("intervention", "show", number)
        reports = wait_until(lambda: self.events("iam:ReportIntervention"), 15, "its log has it")
        assert told in json.dumps(reports[0]), reports
        # The one who approved made every account of the staff here: one person may have both.
        for action in ("iam:ApproveIntervention", "s3:GetObject"):
            assert self.events(action), action
        assert "approved_by_own_account" in json.dumps(self.events("iam:ApproveIntervention"))
        checked = self.provider.rest("POST", "/api/v1/annex/S01-P-04/check")
        assert checked["verdict"] == "fail", checked


def main():
    with Provider("interventions") as provider:
        interventions = Interventions(provider)
        interventions.until_the_customer_ends_it()
        interventions.deletes_as_a_batch()
        interventions.until_its_time_is_over()
        interventions.until_it_is_reported()
        told = {"iam:ApproveIntervention", "iam:EndIntervention", "iam:ReportIntervention"}
        for token in (None, interventions.customer.token["secret"]):
            assert told <= actions_from_somewhere(provider, token)
        print("staff reaches a customer's data by an open intervention alone")


if __name__ == "__main__":
    main()
