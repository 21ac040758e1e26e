#!/usr/bin/env python3
"""The prober of a running daemon: it plays a customer by itself, its results are the measures', it
leaves nothing behind, and a probe that was cut short is cleaned up by the next one. Without it the
measures know nothing.
"""

import time

from running_provider import Provider

OF_PROBE = ("S07-P-16", "S07-P-17", "S07-P-18", "S07-P-19", "S07-P-23")
# The first probe comes 20 s after the start, and the measures look every minute.
PROBED_SECONDS_MAX = 90


def verdict(provider, measure):
    return provider.belfry("measure", "check", measure)["verdict"]


def tenant_of_probe(provider):
    tenants = provider.rest("GET", "/api/v1/tenants?limit=1000")["items"]
    found = [tenant["id"] for tenant in tenants if tenant["name"].startswith("Belfry probe")]
    assert len(found) <= 1, found
    return found[0] if found else None


def users_of_probe(provider):
    tenant = tenant_of_probe(provider)
    return provider.rest("GET", f"/api/v1/tenants/{tenant}/users")["items"] if tenant else []


def wait_for(what, condition, seconds_max=PROBED_SECONDS_MAX, pause=0.5):
    end = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < end, f"not within {seconds_max} s: {what}"
        time.sleep(pause)


def is_over(provider):
    users = users_of_probe(provider)
    return len(users) == 1 and not users[0]["active"]


def cut_short_and_clean_up(provider):
    """Killed while its user is there, whoever it is: the next probe removes that one."""
    wait_for("a probe underway", lambda: len(users_of_probe(provider)) == 2, pause=0.01)
    provider.kill()
    provider.start()
    left = users_of_probe(provider)
    assert len(left) == 2, "the kill came too late to cut anything short"
    wait_for("the next probe", lambda: is_over(provider))
    assert {user["id"] for user in users_of_probe(provider)} < {user["id"] for user in left}


def main():
    with Provider("probe") as provider:
        for measure in OF_PROBE:
            assert verdict(provider, measure) == "no_data", measure
        assert tenant_of_probe(provider) is None
    with Provider("probe", environment={"BELFRY_PROBE_MINUTES": "1"}) as provider:
        assert tenant_of_probe(provider) is None, "a start does not wait for a probe"
        cut_short_and_clean_up(provider)
        wait_for("verdicts", lambda: verdict(provider, "S07-P-16") == "pass")
        for measure in OF_PROBE:
            said = provider.belfry("measure", "check", measure)
            # Nothing is an hour old here that could be looked for in the log.
            expected = "no_data" if measure == "S07-P-23" else "pass"
            assert said["verdict"] == expected, said
            assert said["proof"] == "observed" or expected == "no_data", said
        # Everything is as it should be, and the daemon is quiet about it.
        log = provider.log.read_text()
        assert "provider.probe_failed" not in log, log
        provider.stop()
        provider.start()


if __name__ == "__main__":
    main()
