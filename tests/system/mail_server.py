"""A real mail server for a test (Debian's exim4): on loopback, TLS with a certificate of its own
authority, SMTP AUTH, a mailbox in a folder of its own; stopped by its process id.
"""

import email
import email.policy
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

EXIM = "/usr/sbin/exim4"
USER, PASSWORD = "belfry-daemon", "a passphrase for the relay"
START_SECONDS_MAX = 30

CONFIG = """
primary_hostname = mail.example.org
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/exim.pid
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
exim_user = {user}
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.key
keep_environment =
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
queue_only = false
never_users =

begin acl
check_mail:
  deny message = TLS first
       !encrypted = *
  deny message = authenticate first
       !authenticated = *
  accept
check_rcpt:
  deny message = no such user here: $local_part
       local_parts = nobody
  defer message = greylisted
       local_parts = later
       !condition = ${{if exists{{{folder}/open}}}}
  accept domains = example.org

begin routers
boxes:
  driver = accept
  transport = box

begin transports
box:
  driver = appendfile
  directory = {folder}/box
  maildir_format
  user = {user}
  create_directory
  delivery_date_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class MailServer:
    """Use it in a `with`. `authority` checks its certificate, which is for the name localhost."""

    def __init__(self, parent):
        self.folder = Path(parent) / f"mail-{os.getpid()}"
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "box/new").mkdir(parents=True)
        (self.folder / "spool").mkdir()
        self.authority = self.folder / "authority.pem"
        self._make_certificate()
        self.credentials = self.folder / "credentials"
        self.credentials.write_text(f"{USER}\n{PASSWORD}\n")
        self.credentials.chmod(0o600)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def _make_certificate(self):
        f = self.folder
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                 "/CN=Mail authority", "-keyout", f / "authority.key", "-out", self.authority)
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout",
                 f / "server.key", "-out", f / "server.csr")
        (f / "names").write_text("subjectAltName=DNS:localhost\n")
        _openssl("x509", "-req", "-in", f / "server.csr", "-CA", self.authority, "-CAkey",
                 f / "authority.key", "-CAcreateserial", "-days", "2", "-extfile", f / "names",
                 "-out", f / "server.pem")

    def __enter__(self):
        user = pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            user = "Debian-exim"
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, user, user)
            # Exim, no longer root, must reach its folder.
            for above in self.folder.parents:
                if not above.stat().st_mode & 0o001:
                    above.chmod(above.stat().st_mode | 0o011)
            shutil.chown(self.credentials, 0, 0)
        config = self.folder / "exim.conf"
        config.write_text(CONFIG.format(folder=self.folder, port=self.port, user=user, name=USER,
                                        password=PASSWORD))
        config.chmod(0o644)
        with (self.folder / "said").open("w") as said:
            self.process = subprocess.Popen([EXIM, "-C", config, "-bdf", "-q30s"], stdout=said,
                                            stderr=said, stdin=subprocess.DEVNULL)
        limit = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < limit:
            assert self.process.poll() is None, (self.folder / "said").read_text()
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as talk:
                    if talk.recv(100).startswith(b"220"):
                        return self
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("the mail server does not answer")

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            for name in ("mainlog", "rejectlog", "paniclog"):
                log = self.folder / name
                print(log.read_text(errors="replace")[-3000:] if log.exists() else "")

    def mails(self):
        """All that was delivered, the oldest first."""
        files = sorted((self.folder / "box/new").glob("*"), key=lambda f: f.stat().st_mtime_ns)
        return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
                for f in files]

    def box(self, name):
        """Those of one person."""
        return [mail for mail in self.mails()
                if mail["To"].addresses[0].addr_spec == f"{name}@example.org"]

    def let_in_later(self):
        (self.folder / "open").touch()

    def config(self, **changes):
        """The `smtp` section of provider.yaml."""
        keys = {"server": f"localhost:{self.port}", "from": "belfry@example.org",
                "credentials_file": self.credentials, "authority_file": self.authority, **changes}
        return "smtp:\n" + "".join(f"  {k}: {v}\n" for k, v in keys.items() if v is not None)
