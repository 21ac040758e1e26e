#!/usr/bin/env python3
"""A real client puts a tree of 2,000 files, 1 GiB in all, 0 B to 200 MiB, lists it, and gets it
back identical.

Usage: real_clients.py awscli|s3cmd|rclone http|tls
"""

import sys
import time

from file_tree import differences, digests_of, make_tree
from running_provider import Provider
from s3_clients import CLIENTS


def main(name, protocol):
    with Provider(f"clients-{name}-{protocol}") as provider:
        source, copy = provider.folder / "source", provider.folder / "copy"
        sizes = make_tree(source)
        copy.mkdir()
        assert len(sizes) == 2000 and max(sizes.values()) == 200 * 2**20, "the tree is not as told"
        client = CLIENTS[name](provider, protocol == "tls", provider.folder)
        client.make_bucket("tree")
        began = time.monotonic()
        client.put_tree(source, "tree")
        put = time.monotonic()
        wrong = differences({f"tree/{n}": s for n, s in sizes.items()}, client.list("tree"))
        assert not wrong, "the listing: " + "; ".join(wrong)
        listed = time.monotonic()
        client.get_tree("tree", copy)
        got = time.monotonic()
        wrong = differences(digests_of(source), digests_of(copy))
        assert not wrong, "what came back: " + "; ".join(wrong)
        print(f"{name} over {protocol}: {len(sizes)} files, {sum(sizes.values()) / 2**30:.2f} GiB: "
              f"put {put - began:.0f} s, listed {listed - put:.1f} s, got {got - listed:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
