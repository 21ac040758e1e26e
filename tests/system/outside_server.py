"""A real server of somebody else's for a test: on loopback and a free port, without privileges, in
a folder of its own; stopped by its process id, with whatever it started.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30


def _lives(group):
    """Whether a process of the group is there, which is not just waited for."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue  # it ended
        if int(its_group) == group and state != "Z":
            return True
    return False


class OutsideServer:
    """Use it in a `with`. A server says with `prepare` what lies in its folder, with `command` how
    it starts in the foreground.
    """

    account = "nobody"  # whose it is, where the test is root's
    drops_root = False  # by itself, so that it starts as root
    kept = ()  # files of its folder that stay the test's own
    logs = ()  # files of its folder, told when a test fails

    def __init__(self, folder):
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def prepare(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def is_ready(self, connection):
        """Whether it is this server that answers."""
        return connection.fileno() >= 0

    def after_start(self):
        """What is set up by talking to it."""

    def __enter__(self):
        try:
            self.prepare()
            owner = pwd.getpwnam(self.account) if os.getuid() == 0 else None
            if owner:
                self._hand_over(owner)
            self._start(owner if not self.drops_root else None)
            self._wait()
            self.after_start()
        except BaseException:
            self.__exit__(AssertionError, None, None)
            raise
        return self

    def __exit__(self, kind, error, trace):
        if self.process is not None:
            self._stop()
        if kind is None:
            shutil.rmtree(self.folder)
            return
        for name in ("said", *self.logs):
            log = self.folder / name
            print(log.read_text(errors="replace")[-3000:] if log.exists() else "")

    def _stop(self):
        """What it started writes into its folder, and may end after it."""
        self.process.terminate()
        limit = time.monotonic() + STOP_SECONDS_MAX
        while time.monotonic() < limit:
            if self.process.poll() is not None and not _lives(self.process.pid):
                return
            time.sleep(0.02)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)

    def _hand_over(self, owner):
        for path in (self.folder, *self.folder.rglob("*")):
            if path.name not in self.kept:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        # It must reach its folder.
        for above in self.folder.parents:
            if not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)

    def _start(self, owner):
        with (self.folder / "said").open("w") as said:
            self.process = subprocess.Popen(
                self.command(), stdout=said, stderr=said, stdin=subprocess.DEVNULL,
                cwd=self.folder, start_new_session=True, user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None, extra_groups=[] if owner else None)

    def _wait(self):
        limit = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < limit:
            assert self.process.poll() is None, (self.folder / "said").read_text()
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    if self.is_ready(connection):
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{self.command()[0]} does not answer")
