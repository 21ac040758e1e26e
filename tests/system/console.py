#!/usr/bin/python3
"""The console in a real browser, against a real daemon: see console/browser/daemon."""

import os
import subprocess

from running_provider import SOURCE, Provider

SECONDS_MAX = 500

with Provider("console") as provider:
    subprocess.run(
        [SOURCE / "tools/with_node", "npm", "--prefix", SOURCE / "console", "--silent", "run",
         "daemon"],
        env={**os.environ, "BELFRY_RUN": str(provider.data / "run")},
        timeout=SECONDS_MAX, check=True)
