"""Conditions on a request: every operator family, set operators, IfExists, keys that are missing.

What the two evaluators cannot agree on by design is left out here, and stands in deviations.json.
"""

import datetime
import ipaddress

from case_requests import KEYS, VARIABLES

# Operators by what they compare: (those that look for a match, those that look for none).
OPERATORS = {
    "string": (("StringEquals", "StringEqualsIgnoreCase", "StringLike"),
               ("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike")),
    "numeric": (("NumericEquals", "NumericLessThan", "NumericLessThanEquals",
                 "NumericGreaterThan", "NumericGreaterThanEquals"), ("NumericNotEquals",)),
    "date": (("DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
              "DateGreaterThanEquals"), ("DateNotEquals",)),
    "bool": (("Bool",), ()),
    "binary": (("BinaryEquals",), ()),
    "ip": (("IpAddress",), ("NotIpAddress",)),
    "arn": (("ArnEquals", "ArnLike"), ("ArnNotEquals", "ArnNotLike")),
}
OPERATORS["epoch"] = OPERATORS["date"]


def variable(draw, context, must_resolve):
    """A policy variable, with a default where it has to have a value."""
    name = draw.choice(VARIABLES)
    written = name.upper() if draw.random() < 0.1 else name
    missing = name not in context
    if (missing and must_resolve) or draw.random() < 0.35:
        return f"${{{written}, '{draw.choice(('anna', 'red', 'x y'))}'}}"
    return f"${{{written}}}"


def literal(text, variables):
    """The text so that nothing in it is a wildcard, as far as the document's version can."""
    if not variables:
        return text
    return "".join("${" + c + "}" if c in "*?" else c for c in text)


def glob_of(draw, text, variables):
    """A pattern that the text matches."""
    kind = draw.randrange(8)
    at = draw.randint(0, len(text))
    end = draw.randint(at, len(text))
    before, after = literal(text[:at], variables), literal(text[end:], variables)
    if kind == 0:
        return "*"
    if kind == 1:
        return before + "*"
    if kind == 2:
        return "*" + after
    if kind == 3 and at < len(text):
        return before + "?" + literal(text[at + 1:], variables)
    if kind == 4:
        return literal(text, variables) + "*"
    if kind == 5:
        return before + "*" + after
    if kind == 6:
        return "".join(draw.choices((literal(c, variables), "?", "*", "*" + literal(c, variables)),
                                    (85, 7, 4, 4))[0] for c in text)
    return before + "*" * draw.randint(1, 2) + literal(text[end:-1], variables) + "?" * (end < len(
        text))


def swapped(draw, text):
    return "".join(c.swapcase() if c.isascii() and draw.random() < 0.5 else c for c in text)


class Condition:
    """Draws one Condition element: `wanted` says whether it should rather match the request."""

    def __init__(self, draw, request, variables, wanted, features):
        self.draw, self.request, self.variables = draw, request, variables
        self.wanted, self.features = wanted, features

    def element(self):
        found = {}
        for _ in range(self.draw.choice((1, 1, 1, 2, 2, 3))):
            operator, key, values = self.test()
            found.setdefault(operator, {})[key] = values
        return found

    def test(self):
        draw = self.draw
        present = [key for key in KEYS if key.name in self.request.context]
        key = draw.choice(present if present and draw.random() < 0.75 else KEYS)
        name = swapped(draw, key.name) if draw.random() < 0.1 else key.name
        actual = self.request.context.get(key.name)
        if actual is None:
            self.features.add("missing key")
        elif not set(actual) <= set(key.values):
            self.features.add("malformed value")
        if draw.random() < 0.08 and actual != []:
            return self.null(name, actual)
        kind = "string" if key.kind == "arn" and draw.random() < 0.2 else key.kind
        positive, negative = OPERATORS[kind]
        negated = bool(negative) and draw.random() < 0.4
        base = draw.choice(negative if negated else positive)
        operator = self.with_set(base, key, actual)
        if draw.random() < 0.15:
            operator += "IfExists"
            self.features.add("IfExists")
        self.features.update((base, "negated" if negated else "not negated"))
        count = draw.choice((1, 1, 2, 3))
        values = [self.value(kind, base, key, actual, negated) for _ in range(count)]
        return operator, name, values[0] if count == 1 and draw.random() < 0.7 else values

    def with_set(self, base, key, actual):
        if not key.many and (actual == [""] or self.draw.random() < 0.9):
            return base
        prefix = self.draw.choice(("ForAllValues:", "ForAnyValue:"))
        self.features.update((prefix, "multi-valued" if key.many else "set operator, single"))
        return prefix + base

    def null(self, name, actual):
        self.features.add("Null")
        asked = (actual is None) == (self.draw.random() < (0.8 if self.wanted else 0.3))
        value = "true" if asked else "false"
        return "Null", name, self.draw.choice((value, value, value, asked, ["false", "true"]))

    def value(self, kind, base, key, actual, negated):
        draw = self.draw
        fits = draw.random() < (0.75 if self.wanted != negated else 0.15)
        known = [fact for fact in actual or () if fact in key.values]
        source = draw.choice(known if known and fits else key.values)
        return getattr(self, kind)(base, source, negated, actual)

    def string(self, base, source, negated, _):
        draw = self.draw
        if self.variables and draw.random() < 0.2:
            self.features.add("variable in a condition")
            written = variable(draw, self.request.context, negated)
            return draw.choice((written, written, "a" + written, written * 2))
        if base.endswith("Like"):
            return glob_of(draw, source, self.variables)
        return swapped(draw, source) if base.endswith("IgnoreCase") else source

    def arn(self, base, source, negated, _):
        draw = self.draw
        parts = source.split(":", 5)
        if self.variables and draw.random() < 0.15:
            self.features.add("variable in a condition")
            parts[5] = "user/" + variable(draw, self.request.context, negated)
        for at in draw.sample(range(1, 6), draw.choice((0, 1, 1, 2, 5))):
            if "$" not in parts[at]:
                parts[at] = glob_of(draw, parts[at], False)
        return ":".join(parts)

    def numeric(self, base, source, negated, _):
        draw = self.draw
        number = float(source) + draw.choice((-1, -0.5, 0, 0, 0, 0.5, 1))
        whole = number == int(number)
        if draw.random() < 0.2:
            return int(number) if whole else number
        return f"{int(number)}" if whole and draw.random() < 0.7 else f"{number:.2f}"

    def date(self, base, source, negated, _):
        draw = self.draw
        moment = datetime.datetime.fromisoformat(source.replace("Z", "+00:00"))
        moment += datetime.timedelta(seconds=draw.choice((-86400, -1, 0, 0, 0, 1, 3600)))
        form = draw.randrange(4)
        if form == 0:
            zone = datetime.timezone(datetime.timedelta(hours=draw.choice((-5, 1, 5.5))))
            return moment.astimezone(zone).isoformat()
        if form == 1:
            return moment.strftime(draw.choice(("%Y-%m-%d", "%Y-%m-%d", "%Y-%m")))
        if form == 2:
            return moment.strftime("%Y-%m-%dT%H:%MZ")
        return moment.isoformat().replace("+00:00", "Z")

    def epoch(self, base, source, negated, _):
        return str(max(0, int(source) + self.draw.choice((-1, 0, 0, 0, 1, 86400))))

    def bool(self, base, source, negated, _):
        draw = self.draw
        return draw.choice((source, source, source == "true", source.upper(), source.title()))

    def binary(self, base, source, negated, _):
        return source

    def ip(self, base, source, negated, actual):
        draw = self.draw
        version = ipaddress.ip_address(source).version
        same = not actual or (":" in actual[0]) == (version == 6)
        if same and draw.random() < 0.3:
            return source
        if draw.random() < 0.4:
            return self.near(ipaddress.ip_address(source))
        # 0.0.0.0/0 is a deviation.
        bits = draw.choice((8, 24, 32, draw.randint(1, 32)) if version == 4 else
                           (0, 32, 64, 128, draw.randint(0, 128)))
        return f"{source.upper() if draw.random() < 0.3 else source}/{bits}"

    def near(self, address):
        """A network that the address is just inside of, or just outside."""
        at = self.draw.randrange(address.max_prefixlen - 1)
        other = type(address)(int(address) ^ (1 << at))
        return f"{other}/{address.max_prefixlen - at - self.draw.randint(0, 1)}"
