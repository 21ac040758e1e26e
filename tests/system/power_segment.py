#!/usr/bin/env python3
"""Two servers of the example stand on one power segment: S06-P-08 fails and names them, proof kind
declared; the example as it is passes.
"""

import re

from running_provider import Provider

MEASURE = "S06-P-08"
SERVERS = ("par1-s1", "par1-s2")


def onto_one_segment(text):
    """The second supply of both servers into an outlet of the first PDU, which is on segment a."""
    for number, server in enumerate(SERVERS):
        pattern = re.compile(rf"(- name: {server}\n.*?name: psu2, outlet: )par1-k1-b/\d+", re.S)
        text, count = pattern.subn(rf"\g<1>par1-k1-a/{18 + number}", text, count=1)
        assert count == 1, f"the example has no {server} as this test knows it"
    return text


def main():
    with Provider("power-good") as provider:
        found = provider.belfry("measure", "check", MEASURE)
        assert (found["verdict"], found["proof"]) == ("pass", "declared"), found
    with Provider("power-bad", change_config=onto_one_segment) as provider:
        found = provider.belfry("measure", "check", MEASURE)
        assert (found["verdict"], found["proof"]) == ("fail", "declared"), found
        failing = {row["subject"] for row in found["rows"] if not row["pass"]}
        assert all(any(server in subject for subject in failing) for server in SERVERS), failing
        assert found["violations"] == len(failing) == len(SERVERS), found
        print(f"{MEASURE}: fails for {sorted(failing)}, declared")


if __name__ == "__main__":
    main()
