#!/usr/bin/python3
"""Makes cases of the policy language by chance: the same seed and number, the same case.

Usage: generate.py SEED COUNT [FIRST]     one case a line, as README.md describes them
"""

import json
import random
import sys

from case_conditions import Condition, glob_of, swapped, variable
from case_requests import (ACCOUNTS, ACTIONS, BUCKETS, OBJECTS, ON_NOTHING, USERS, draw_request)

OTHER_SERVICES = ("iam:*", "ec2:DescribeInstances", "sts:AssumeRole")


class Writer:
    """Writes documents about one request. Each part of a statement is drawn to match it or not."""

    def __init__(self, draw, request, features):
        self.draw, self.request, self.features = draw, request, features
        self.variables = True

    def document(self, kind, deny_share, fit_share):
        draw = self.draw
        version = draw.choices(("2012-10-17", "2008-10-17", None), (85, 7, 8))[0]
        # Only the newest version has variables.
        self.variables = version == "2012-10-17"
        statements = []
        for at in range(draw.choice((1, 1, 2, 2, 3, 4))):
            effect = "Deny" if draw.random() < deny_share else "Allow"
            fits = draw.random() < (0.22 if effect == "Deny" else fit_share)
            statements.append(self.statement(kind, effect, fits))
            if draw.random() < 0.2:
                statements[-1]["Sid"] = f"Statement{at}"
        written = {"Statement": statements}
        if len(statements) == 1 and draw.random() < 0.3:
            written["Statement"] = statements[0]
        if version:
            written = {"Version": version, **written}
        self.features.add(f"version {version}")
        return written

    def statement(self, kind, effect, fits):
        """Fits: every part is drawn to match; else one part surely tries not to."""
        draw = self.draw
        parts = ["action", "resource"] + ["principal"] * (kind == "resource policy")
        odd = None if fits else draw.choice(parts + ["condition"])
        written = {"Effect": effect}
        if kind == "resource policy":
            written.update(self.principal(effect, odd != "principal"))
        written.update(self.action(odd != "action"))
        written.update(self.resource(odd != "resource"))
        if odd == "condition" or draw.random() < 0.4:
            wanted = odd != "condition"
            written["Condition"] = Condition(draw, self.request, self.variables, wanted,
                                             self.features).element()
            self.features.add("Condition")
        self.features.add(f"{effect} in {kind}")
        return written

    def one_or_list(self, values):
        if len(values) == 1 and self.draw.random() < 0.6:
            return values[0]
        self.draw.shuffle(values)
        return values

    def action(self, fits):
        draw = self.draw
        negated = draw.random() < 0.12
        others = [a for a in ACTIONS if a != self.request.action]
        values = draw.sample(others, draw.choice((1, 1, 2)))
        if draw.random() < 0.2:
            values.append(draw.choice(OTHER_SERVICES))
        if fits != negated:
            values = values[1:] + [self.action_pattern()]
        self.features.add("NotAction" if negated else "Action")
        return {"NotAction" if negated else "Action": self.one_or_list(values)}

    def action_pattern(self):
        draw, action = self.draw, self.request.action
        kind = draw.randrange(6)
        if kind == 0:
            return draw.choice(("*", "s3:*", "S3:*"))
        if kind == 1:
            return swapped(draw, action)
        if kind == 2:
            return "s3:" + glob_of(draw, action[3:], False)
        return action

    def resource(self, fits):
        draw = self.draw
        negated = draw.random() < 0.12
        values = [self.other_resource() for _ in range(draw.choice((1, 1, 2)))]
        if fits != negated:
            values = values[1:] + [self.resource_pattern(negated)]
        self.features.add("NotResource" if negated else "Resource")
        return {"NotResource" if negated else "Resource": self.one_or_list(values)}

    def resource_pattern(self, must_resolve):
        draw, resource = self.draw, self.request.resource
        kind = draw.randrange(8)
        if kind == 0 or resource == "*":
            return "*"
        bucket, slash, key = resource.removeprefix("arn:aws:s3:::").partition("/")
        if kind == 1:
            return "arn:aws:s3:::*"
        if kind == 2:
            return f"arn:aws:s3:::{bucket}/*" if slash else f"arn:aws:s3:::{bucket}"
        if kind == 3 and self.variables:
            return self.with_variable(bucket, must_resolve)
        if kind in (4, 5):
            return "arn:aws:s3:::" + glob_of(draw, bucket + slash + key, self.variables)
        if kind == 6:
            return f"arn:aws:s3:::{bucket}*"
        return resource

    def with_variable(self, bucket, must_resolve):
        self.features.add("variable in a resource")
        written = variable(self.draw, self.request.context, must_resolve)
        return f"arn:aws:s3:::{bucket}/" + self.draw.choice((
            f"{written}/*", f"*{written}*", f"{written}?notes.txt"))

    def other_resource(self):
        draw = self.draw
        bucket, key = draw.choice(BUCKETS), draw.choice(OBJECTS)
        return "arn:aws:s3:::" + draw.choice((
            bucket, f"{bucket}/*", f"{bucket}/{key}", f"{bucket}?", f"{bucket}/{key[:-1]}?*",
            f"{bucket.upper()}/*", f"*/{key}", f"{bucket}/{key.upper()}", "other*",
            glob_of(draw, f"{bucket}/{key}", self.variables)))

    def principal(self, effect, fits):
        draw = self.draw
        negated = draw.random() < (0.12 if effect == "Deny" else 0.04)
        own = self.own_principals()
        values = [self.other_principal() for _ in range(draw.choice((1, 1, 2)))]
        if fits != negated:
            values = values[1:] + [draw.choice(own)]
        name = "NotPrincipal" if negated else "Principal"
        self.features.add(name)
        if "*" in values and draw.random() < 0.6:
            self.features.add("anybody")
            return {name: "*"}
        return {name: {"AWS": self.one_or_list(values)}}

    def own_principals(self):
        account = self.request.principal["account"]
        if self.request.is_anonymous:
            return ["*"]
        return self.request.names * 3 + ["*", "*", account, f"arn:aws:iam::{account}:root"]

    def other_principal(self):
        draw = self.draw
        account = self.request.principal["account"] or ACCOUNTS[0]
        stranger = next(a for a in ACCOUNTS if a != account)
        named = next(u for u in USERS if u not in self.request.principal["arn"])
        return draw.choice((
            stranger, f"arn:aws:iam::{stranger}:root", f"arn:aws:iam::{account}:user/{named}",
            f"arn:aws:iam::{stranger}:user/anna", f"arn:aws:iam::{account}:role/other",
            f"arn:aws:iam::{account}:user/Anna"))


def documents_of(draw, request, writer):
    """The policies of a case. Nobody known has none but the resource's."""
    fit = 0.8 if request.across else 0.72
    is_session = ":sts:" in request.principal["arn"]
    identity, boundary, session, resource_policy = [], None, None, None
    if not request.is_anonymous:
        identity = [writer.document("identity", 0.25, fit)
                    for _ in range(draw.choice((0, 1, 1, 1, 2, 3)))]
        if draw.random() < 0.25:
            boundary = writer.document("boundary", 0.15, 0.8)
        if is_session and draw.random() < 0.6:
            session = writer.document("session", 0.15, 0.8)
    if request.action not in ON_NOTHING and draw.random() < (0.9 if request.across else 0.45):
        resource_policy = writer.document("resource policy", 0.25, fit)
    return {"identity": identity, "boundary": boundary, "session": session,
            "resource_policy": resource_policy}


def case_of(seed, number):
    """One case, and the set of what is in it."""
    draw = random.Random(f"{seed}/{number}")
    features = set()
    request = draw_request(draw)
    documents = documents_of(draw, request, Writer(draw, request, features))
    # The names of keys have no case; what was drawn so far looked them up by one.
    context = {swapped(draw, key) if draw.random() < 0.05 else key: values
               for key, values in request.context.items()}
    features.add("nobody known" if request.is_anonymous else
                 "across accounts" if request.across else "same account")
    features.update(name for name in documents if name != "identity" and documents[name])
    return {"action": request.action, "resource": request.resource,
            "resource_account": request.resource_account, "principal": request.principal,
            "context": context, **documents}, features


def main(arguments):
    seed, count = arguments[0], int(arguments[1])
    first = int(arguments[2]) if len(arguments) > 2 else 0
    for number in range(first, first + count):
        print(json.dumps(case_of(seed, number)[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
