"""Takes from a case what is not needed for the two evaluators to differ on it."""

import copy

ROUNDS_MAX = 60
DOCUMENTS = ("boundary", "session", "resource_policy")


def without(case, *path):
    """A copy of the case without what stands at the path."""
    made = copy.deepcopy(case)
    holder = made
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return made


def documents_of(case):
    yield from ((("identity", at), document) for at, document in enumerate(case["identity"]))
    yield from (((name,), case[name]) for name in DOCUMENTS if case[name])


def lists_of(statement):
    """Paths to what may have fewer values."""
    for name, value in statement.items():
        if isinstance(value, list):
            yield (name,), value
    for name in ("Principal", "NotPrincipal"):
        named = statement.get(name)
        if isinstance(named, dict) and isinstance(named["AWS"], list):
            yield (name, "AWS"), named["AWS"]
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if isinstance(values, list):
                yield ("Condition", operator, key), values


def smaller_statements(case, path, statement):
    for name in ("Sid", "Condition"):
        if name in statement:
            yield without(case, *path, name)
    for operator, keys in statement.get("Condition", {}).items():
        yield without(case, *path, "Condition", operator)
        if len(keys) > 1:
            yield from (without(case, *path, "Condition", operator, key) for key in keys)
    for inner, values in lists_of(statement):
        if len(values) > 1:
            yield from (without(case, *path, *inner, at) for at in range(len(values)))


def smaller_cases(case):
    """Every case that has one thing less."""
    for path, document in documents_of(case):
        if path[0] == "identity":
            yield without(case, *path)
        else:
            yield {**copy.deepcopy(case), path[0]: None}
        statements = document["Statement"]
        if isinstance(statements, dict):
            yield from smaller_statements(case, (*path, "Statement"), statements)
            continue
        for at, statement in enumerate(statements):
            if len(statements) > 1:
                yield without(case, *path, "Statement", at)
            yield from smaller_statements(case, (*path, "Statement", at), statement)
    yield from (without(case, "context", key) for key in case["context"])


def smallest(case, answers, ask):
    """The case without all that can go while both evaluators keep these answers. `ask` answers
    for many cases at once with pairs."""
    for _ in range(ROUNDS_MAX):
        candidates = list(smaller_cases(case))
        still = [c for c, pair in zip(candidates, ask(candidates)) if pair == answers]
        if not still:
            break
        case = min(still, key=lambda made: len(str(made)))
    return case
