"""Whether each line of a log tells from where it came: asked at the end of tests that did much."""

import json

# By these names the program acts by itself, and these only: it is no request.
BY_ITSELF = {"system", "belfry"}


def lines_of(provider, token=None):
    status, _, octets = provider.request("GET", "/api/v1/audit/export", token=token)
    assert status == 200, (status, octets[:300])
    *lines, end = map(json.loads, octets.splitlines())
    assert end["complete"] and end["events"] == len(lines), end
    return [line["ocsf"] for line in lines]


def actions_from_somewhere(provider, token=None):
    """The actions in the log of whose token it is, after each was found to have an address."""
    lines, actions = lines_of(provider, token), set()
    for line in lines:
        action = line["api"]["operation"]
        if "ip" in line.get("src_endpoint", {}):
            assert line["src_endpoint"]["ip"] == "127.0.0.1", line
            actions.add(action)
            continue
        assert line["actor"]["user"]["name"] in BY_ITSELF, f"{action} came from nowhere: {line}"
        assert line.get("unmapped", {}).get("method", "system") == "system", line
    return actions
