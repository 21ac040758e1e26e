#!/usr/bin/python3
"""What other programs read: every line of /metrics is Prometheus text, /readyz and /healthz answer;
and a daemon that is told to stop does not wait for a scrub.
"""

import re
import signal

from file_tree import MIB
from running_provider import Provider

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
# Text format 0.0.4.
HELP = re.compile(rf"# HELP ({NAME}) (?:[^\\\n]|\\\\|\\n)*")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)")
VALUE = r"[+-]?(?:[0-9.]+(?:e[+-]?[0-9]+)?|Inf)|NaN"
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*,?\}})? ({VALUE})( -?\d+)?")


def parse(text):
    """{name: {labels: value}}, or an error with the line."""
    assert text.endswith("\n"), "the last line does not end"
    found, typed = {}, set()
    for line in text.splitlines():
        if line.startswith("#"):
            described = HELP.fullmatch(line) or TYPE.fullmatch(line)
            assert described, f"no HELP and no TYPE: {line}"
            if line.startswith("# TYPE"):
                assert described.group(1) not in typed, f"a second TYPE: {line}"
                typed.add(described.group(1))
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"no sample: {line}"
        name, labels, value = sample.group(1), sample.group(2) or "", float(sample.group(3))
        assert name in typed, f"no TYPE before: {line}"
        assert labels not in found.setdefault(name, {}), f"twice: {line}"
        found[name][labels] = value
    return found


def try_metrics(provider):
    status, headers, octets = provider.request("GET", "/metrics", token="")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = parse(octets.decode())
    disks = found["belfry_disk_up"]
    assert disks['{disk="par1-s1-d1",health="good"}'] == 1 and len(disks) == 12, disks
    assert set(disks.values()) == {1.0}, disks
    assert '{disk="par1-s1-d1"}' in found["belfry_disk_free_bytes"], found.keys()
    assert found["belfry_ledger_healthy"] == {"": 1.0}
    assert len(found["belfry_measure_pass"]) > 200
    return sum(len(samples) for samples in found.values())


def try_machines(provider):
    for path in ("/readyz", "/healthz"):
        status, _, octets = provider.request("GET", path, token="")
        assert (status, octets) == (200, b"ok\n"), (path, status, octets)


def try_stop_in_scrub(provider):
    provider.rest("POST", "/api/v1/buckets", {"name": "machine-room"})
    for number in range(24):
        status, _, _ = provider.request("PUT", f"/api/v1/buckets/machine-room/objects/{number}",
                                        bytes(8 * MIB))
        assert status == 200, status
    job = provider.rest("POST", "/api/v1/scrub")
    assert job["state"] == "running", job
    provider.process.send_signal(signal.SIGTERM)
    # The harness would wait longer; systemd gives a minute.
    code = provider.process.wait(30)
    assert code == 0, f"{code}: {provider.last_words()}"
    provider.start()
    assert provider.request("GET", f"/api/v1/jobs/{job['id']}")[0] == 404
    orders = provider.rest("GET", "/api/v1/audit/events?action=disk:Scrub")["items"]
    assert len(orders) == 1, orders


def main():
    with Provider("machine-endpoints") as provider:
        samples = try_metrics(provider)
        try_machines(provider)
        try_stop_in_scrub(provider)
        print(f"{samples} samples are Prometheus text; a scrub ended with the daemon")


if __name__ == "__main__":
    main()
