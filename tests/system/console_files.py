#!/usr/bin/python3
"""The console's listener gives out the console's files and nothing else of the machine."""

import http.client
import urllib.parse

from running_provider import Provider

SECRET = b"what only the machine's owner may read"


def get(provider, target):
    """Sends the target as it stands: ordinary clients tidy `//` and `..` away."""
    address = urllib.parse.urlsplit(provider.api)
    connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=30,
                                             context=provider.tls)
    connection.putrequest("GET", target, skip_accept_encoding=True)
    connection.endheaders()
    answer = connection.getresponse()
    octets = answer.read()
    connection.close()
    return answer.status, octets


def make_console(folder):
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<html>the console</html>")
    (folder / "assets/app.js").write_bytes(b"script")
    outside = folder.parent / "outside.txt"
    outside.write_bytes(SECRET)
    (folder / "link.txt").symlink_to(outside)
    (folder / "up").symlink_to(folder.parent)
    return outside


def odd_targets(outside):
    whole = str(outside)
    coded = whole.replace("/", "%2F")
    parent = "outside.txt"
    return [
        f"/{whole}", f"//{whole}", f"/{coded}", f"//{coded[3:]}", "//etc/passwd",
        "/%2Fetc/hostname", "/%2fetc%2Fhostname", "/%2F%2Fetc/hostname",
        f"/../{parent}", f"/..%2f{parent}", f"/%2e%2e/{parent}", f"/%2e%2e%2f{parent}",
        f"/assets/../../{parent}", f"/assets/..%2f..%2f{parent}", f"/assets%2F..%2F..%2F{parent}",
        f"/..%5C{parent}", f"/assets/app.js%00/../../{parent}", "/link.txt", f"/up/{parent}",
    ]


def main():
    with Provider("console-files", prepare=lambda p: make_console(p.folder / "console"),
                  arguments=lambda p: ["--console", p.folder / "console"]) as provider:
        outside = provider.folder / "outside.txt"
        passwd = open("/etc/passwd", "rb").read()
        assert get(provider, "/assets/app.js") == (200, b"script")
        for page in ("/", "/annex/S06-P-20", "/buckets/photographs.2026"):
            assert get(provider, page) == (200, b"<html>the console</html>"), page
        targets = odd_targets(outside)
        for target in targets:
            status, octets = get(provider, target)
            assert status in (400, 404), f"{target}: {status} {octets[:100]}"
            assert SECRET not in octets and passwd not in octets, target
        print(f"{len(targets)} spellings of an address lead nowhere")


if __name__ == "__main__":
    main()
