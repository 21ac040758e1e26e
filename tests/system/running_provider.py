"""A real daemon for a test: a folder of its own, free ports, stopped by its process id."""

import json
import os
import re
import resource
import shutil
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

SOURCE = Path(os.environ.get("BELFRY_SOURCE", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("BELFRY_BUILD", SOURCE / "build/release"))
DAEMON = BUILD / "bin/belfryd"
COMMAND_LINE = BUILD / "bin/belfry"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
# The daemon that whoever runs the tests works with is not theirs.
for _name in ("URL", "CA", "DATA", "TOKEN"):
    os.environ.pop(f"BELFRY_{_name}", None)


class CommandFailed(Exception):
    def __init__(self, arguments, code, said):
        super().__init__(f"{arguments} ended with {code}:\n{said}")
        self.code = code
        self.said = said


class Problem(Exception):
    """An answer of the REST API that is not a success."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Provider:
    """Starts at once; use it in a `with`, which stops it and removes its folder.

    `prepare(provider)` runs before the first start; `arguments(provider)` are more of the daemon's;
    `open_files` is its limit of descriptors, soft and hard (None: the test's own); `programs` is
    the folder of both programs, `parent` that of the provider's folder.
    """

    def __init__(self, name, change_config=None, environment=None, prepare=None, arguments=None,
                 open_files=None, programs=DAEMON.parent, parent=BUILD / "system"):
        self.folder = parent / f"{name}-{os.getpid()}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.data = self.folder / "data"
        self.config = self.folder / "provider.yaml"
        text = (SOURCE / "examples/provider.yaml").read_text()
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:0", text)
        self.config.write_text(change_config(text) if change_config else text)
        # Tests look at what they do themselves; those of the prober turn it on.
        self.environment = {**os.environ, "BELFRY_PROBE_MINUTES": "0", **(environment or {})}
        self.open_files = open_files
        self.programs = programs
        self.log = self.folder / "daemon.log"
        self.process = None
        self.arguments = arguments(self) if arguments else []
        if prepare:
            prepare(self)
        try:
            self.start()
        except BaseException:
            if self.process is not None and self.process.poll() is None:
                self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process is not None and self.process.poll() is None:
            if kind is None:
                self.stop()
            else:
                self.kill()
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            print(f"kept: {self.folder}\nthe daemon's last words:\n{self.last_words()}")

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def start(self):
        endpoints = self.data / "run/endpoints.json"
        endpoints.unlink(missing_ok=True)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [self.programs / DAEMON.name, "--config", self.config, "--data", self.data,
                 *self.arguments],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment,
                preexec_fn=self._limit_open_files if self.open_files else None)
        limit = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n"
                                     + self.last_words())
            if endpoints.exists() and self._read(endpoints) and self.is_ready():
                return
            time.sleep(0.02)
        raise AssertionError("the daemon is not ready in time:\n" + self.last_words())

    def _limit_open_files(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.open_files, self.open_files))

    def _read(self, endpoints):
        try:
            found = json.loads(endpoints.read_text())
        except ValueError:
            return False  # being written
        self.s3, self.s3_tls, self.api = found["s3"], found["s3_tls"], found["api"]
        self.ca = Path(found["ca"])
        self.credentials = json.loads((self.data / "run/credentials.json").read_text())
        self.tls = ssl.create_default_context(cafile=self.ca)
        return True

    def is_ready(self):
        try:
            answer = urllib.request.urlopen(self.api + "/readyz", context=self.tls, timeout=5)
            with answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS_MAX)
        if code != 0:
            raise AssertionError(f"the daemon stopped with {code}:\n{self.last_words()}")

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def restart(self):
        self.stop()
        self.start()

    def belfry(self, *arguments, code=0):
        """What a command of the command line says with --json."""
        command = [str(self.programs / COMMAND_LINE.name), *map(str, arguments), "--json"]
        environment = {**self.environment, "BELFRY_DATA": str(self.data),
                       "BELFRY_CONFIG": str(self.config)}
        for name in ("BELFRY_URL", "BELFRY_CA", "BELFRY_TOKEN"):
            environment.pop(name, None)
        run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False,
                             env=environment)
        if run.returncode != code:
            raise CommandFailed(command, run.returncode, run.stdout + run.stderr)
        return json.loads(run.stdout) if run.stdout.strip() else None

    def request(self, method, path, body=None, token=None, headers=None):
        """One request of the REST API: (status, headers, octets), whatever the status."""
        fields = {"Authorization": f"Bearer {token or self.credentials['api_token']}",
                  "Accept": "application/json", **(headers or {})}
        if token == "":
            del fields["Authorization"]
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.api + path, data=body, headers=fields, method=method)
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=120) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def rest(self, method, path, body=None, token=None):
        """The same as JSON; raises Problem."""
        status, _, octets = self.request(method, path, body, token)
        if status >= 300:
            raise Problem(status, octets.decode(errors="replace"))
        return json.loads(octets) if octets else None

    def resident_kib(self):
        return int(re.search(r"VmRSS:\s+(\d+)",
                             Path(f"/proc/{self.process.pid}/status").read_text()).group(1))


def wait_until(holds, seconds, what):
    limit = time.monotonic() + seconds
    while True:
        outcome = holds()
        if outcome:
            return outcome
        if time.monotonic() > limit:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.1)
