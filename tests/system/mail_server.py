"""A real mail server for a test (Debian's exim4): TLS with a certificate of its own authority, SMTP
AUTH, a mailbox in its folder.
"""

import email
import email.policy
import os
import pwd
import subprocess
from pathlib import Path

from outside_server import OutsideServer

EXIM = "/usr/sbin/exim4"
USER, PASSWORD = "belfry-daemon", "a passphrase for the relay"

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


class MailServer(OutsideServer):
    """`authority` checks its certificate, which is for the name localhost."""

    account = "Debian-exim"
    drops_root = True
    kept = ("exim.conf", "credentials")
    logs = ("mainlog", "rejectlog", "paniclog")

    def __init__(self, parent):
        super().__init__(Path(parent) / f"mail-{os.getpid()}")
        self.authority = self.folder / "authority.pem"
        self._make_certificate()
        self.credentials = self.folder / "credentials"
        self.credentials.write_text(f"{USER}\n{PASSWORD}\n")
        self.credentials.chmod(0o600)

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

    def prepare(self):
        (self.folder / "box/new").mkdir(parents=True)
        (self.folder / "spool").mkdir()
        user = self.account if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        config = self.folder / "exim.conf"
        config.write_text(CONFIG.format(folder=self.folder, port=self.port, user=user, name=USER,
                                        password=PASSWORD))
        config.chmod(0o644)

    def command(self):
        return [EXIM, "-C", self.folder / "exim.conf", "-bdf", "-q30s"]

    def is_ready(self, connection):
        return connection.recv(100).startswith(b"220")

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
