#!/usr/bin/python3
"""The command line as people and scripts use it: exit codes, where the daemon is found, what is
trusted, help, tables on a terminal, answers it does not understand; and starts of belfryd that
fail, or are told to stop.
"""

import fcntl
import http.server
import json
import os
import pty
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import termios
import threading
import time

from customer import Customer, totp
from running_provider import COMMAND_LINE, DAEMON, Provider, wait_until


class Shell:
    """Runs belfry with an environment that knows of no daemon."""

    def __init__(self, provider):
        self.provider = provider
        self.home = provider.folder / "home"
        self.home.mkdir()

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BELFRY_", "XDG_"))}
        return {**kept, "HOME": str(self.home), "LC_ALL": "C", **more}

    def run(self, *arguments, code=0, stdin="", **environment):
        done = subprocess.run([COMMAND_LINE, *arguments], capture_output=True, text=True,
                              timeout=120, check=False, input=stdin,
                              env=self.environment(**environment))
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        if code not in (0, 2):
            assert done.stderr.startswith("belfry: ") and "Traceback" not in done.stderr, done
        return done

    def there(self, **more):
        """The environment that names the daemon."""
        return {"BELFRY_URL": self.provider.api, "BELFRY_CA": str(self.provider.ca),
                "BELFRY_TOKEN": self.provider.credentials["api_token"], **more}


def try_exit_codes(shell, customer):
    there = shell.there()
    shell.run("bucket", "create", "command-line", **there)
    shell.run("bucket", "create", "command-line", code=1, **there)
    for wrong in ((), ("bucket",), ("bucket", "create"), ("nothing",), ("status", "--nothing"),
                  ("annex", "--verdict", "good"), ("audit", "--limit", "0")):
        shell.run(*wrong, code=2, **there)
    by_customer = shell.there(BELFRY_TOKEN=customer.token["secret"])
    assert "role" in shell.run("disk", "show", code=3, **by_customer).stderr
    shell.run("status", code=3, **shell.there(BELFRY_TOKEN="blf_nobodys"))
    assert "S99-P-99" in shell.run("measure", "show", "S99-P-99", code=4, **there).stderr
    shell.run("object", "where", "s3://command-line/none", code=4, **there)
    shell.run("object", "where", "command-line", code=1, **there)
    shell.run("audit", "--from", "yesterday", code=1, **there)
    assert shell.run("--version").stdout.strip()
    french = shell.run("measure", "show", "S99-P-99", code=4, **{**there, "LC_ALL": "fr_FR.UTF-8"})
    assert "existe pas" in french.stderr, french.stderr


def try_places(shell):
    """BELFRY_URL with its authority and token, the data directory, the profile."""
    provider = shell.provider
    assert "BELFRY_URL" in shell.run("status", code=1).stderr
    shell.run("status", **shell.there())
    shell.run("status", BELFRY_DATA=str(provider.data))
    shell.run("status", "--data", str(provider.data))
    shell.run("--url", provider.api, "--ca", str(provider.ca), "--token",
              provider.credentials["api_token"], "status")
    shell.run("status", code=4, BELFRY_DATA=str(provider.folder / "nowhere"))
    # Nothing listens there; nobody vouches for it; somebody else does.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{closed.getsockname()[1]}"
        shell.run("status", code=1, **shell.there(BELFRY_URL=url))
    without_ca = shell.there()
    del without_ca["BELFRY_CA"]
    assert "trust" in shell.run("status", code=3, **without_ca).stderr.lower()
    other = provider.folder / "other.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    str(provider.folder / "other.key"), "-out", str(other), "-days", "2",
                    "-subj", "/CN=Somebody else"], check=True, capture_output=True, timeout=60)
    shell.run("status", code=3, **shell.there(BELFRY_CA=str(other)))


def try_login(shell):
    provider = shell.provider
    secrets = provider.credentials
    place = ("--url", provider.api, "--ca", str(provider.ca))
    code = totp(secrets["admin_totp_secret"], time.time())
    shell.run(*place, "login", "--user", "admin", "--totp", code, code=3, stdin="wrong\n")
    profile = shell.home / ".config/belfry/profile.json"
    assert not profile.exists()
    said = shell.run(*place, "login", "--user", "admin", "--totp", code,
                     stdin=secrets["admin_password"] + "\n").stdout
    assert "admin" in said and str(profile) in said, said
    assert secrets["admin_password"] not in said
    assert profile.stat().st_mode & 0o777 == 0o600, oct(profile.stat().st_mode)
    status = json.loads(shell.run("status", "--json").stdout)
    assert status["disks"] == {"good": 12, "total": 12}, status
    # The token of the environment goes before the profile's.
    shell.run("status", code=3, BELFRY_TOKEN="blf_nobodys")
    saved = profile.read_text()
    profile.write_text("[]")
    shell.run("status", code=1)
    profile.write_text(saved)


def try_output(shell):
    there = shell.there()
    for words, expected in ((("status",), "disks         12 of 12 good"),
                            (("disk", "show"), "par1-s1-d1"), (("bucket", "list"), "command-line"),
                            (("annex", "--bound"), "S06-P-20"),
                            (("measure", "show", "S06-P-20"), "copies_min = 3"),
                            (("measure", "show", "S05-P-01"), "countries = AT"),
                            (("topology", "show", "site"), "par1"),
                            (("audit", "--limit", "3"), "OUTCOME"),
                            (("topology", "check"), "No fault")):
        said = shell.run(*words, **there).stdout
        assert expected in said, (words, said[:500])
    table = shell.run("annex", **there).stdout.splitlines()
    assert max(map(len, table)) > 120, "wrapped although no terminal reads it"


def try_bucket_policy(shell, customer):
    """What `show` prints is what `set` takes, from a file or from standard input."""
    by_owner = shell.there(BELFRY_TOKEN=customer.token["secret"])
    policy, bucket = ("bucket", "policy"), "lamp-oil"
    shell.run("bucket", "create", bucket, **by_owner)
    said = shell.run(*policy, "show", bucket, code=4, **by_owner).stderr
    assert "belfry bucket policy set" in said, said
    none = json.loads(shell.run(*policy, "show", bucket, "--json", **by_owner).stdout)
    assert none == {"policy": None, "is_public": False,
                    "account": customer.tenant["account"]}, none
    document = {"Version": "2012-10-17", "Statement": [
        {"Sid": "Auditors", "Effect": "Allow", "Principal": {"AWS": "999999999999"},
         "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/reports/*"}]}
    file = shell.provider.folder / "policy.json"
    file.write_text(json.dumps(document))
    shell.run(*policy, "set", bucket, str(file), **by_owner)
    shown = shell.run(*policy, "show", bucket, **by_owner).stdout
    assert json.dumps(json.loads(shown)) == json.dumps(document), shown
    assert shown.splitlines()[1] == '  "Version": "2012-10-17",', shown
    shell.run(*policy, "delete", bucket, **by_owner)
    for words in ((), ("-",)):
        shell.run(*policy, "set", bucket, *words, stdin=shown, **by_owner)
        as_json = json.loads(shell.run(*policy, "show", bucket, "--json", **by_owner).stdout)
        assert as_json["policy"] == document, as_json
    wrong = shown.replace("s3:GetObject", "GetObject")
    said = shell.run(*policy, "set", bucket, stdin=wrong, code=1, **by_owner).stderr
    assert "Statement[0].Action" in said, said
    said = shell.run(*policy, "set", bucket, stdin=wrong, code=1,
                     **{**by_owner, "LC_ALL": "fr_FR.UTF-8"}).stderr
    assert "n'est pas une action" in said, said
    public = shown.replace('"999999999999"', '"*"')
    assert "everybody" in shell.run(*policy, "set", bucket, stdin=public, code=3, **by_owner).stderr
    shell.run(*policy, "set", bucket, stdin="", code=1, **by_owner)
    shell.run(*policy, "set", bucket, stdin="x" * 100_000, code=1, **by_owner)
    shell.run(*policy, "set", bucket, str(file) + ".none", code=4, **by_owner)
    shell.run(*policy, "set", bucket, str(shell.provider.folder), code=1, **by_owner)
    for words in (("show", bucket), ("set", bucket, str(file)), ("delete", bucket)):
        shell.run(*policy, *words, code=4, **shell.there())  # the provider's: another tenant
    for words in ((), ("show",), ("set",), ("delete",)):
        shell.run(*policy, *words, code=2, **by_owner)


def on_terminal(shell, columns, *arguments):
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen([COMMAND_LINE, *arguments], stdout=follower, stderr=follower,
                               stdin=subprocess.DEVNULL, env=shell.environment(**shell.there()))
    os.close(follower)
    octets = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break  # the other end is closed
        if not piece:
            break
        octets += piece
    os.close(leader)
    assert process.wait(60) == 0, octets[-500:]
    return octets.decode().replace("\r", "").splitlines()


def try_terminal(shell):
    whole = " ".join(shell.run("annex", "--bound", **shell.there()).stdout.split())
    for columns in (120, 160):
        lines = on_terminal(shell, columns, "annex", "--bound")
        assert max(map(len, lines)) <= columns, max(lines, key=len)
        told = sorted(" ".join(lines).split())
        assert told == sorted(whole.split()), "wrapping lost words"


def commands_of(shell, *above):
    """Every command, by what --help lists."""
    said = shell.run(*above, "--help").stdout
    assert "Usage" in said or "SUBCOMMAND" in said or said.strip(), above
    yield above
    listed = re.split(r"^Commands:$", said, flags=re.M)[1:]
    for name in re.findall(r"^  ([a-z][a-z-]*)\b", listed[0], flags=re.M) if listed else []:
        yield from commands_of(shell, *above, name)


def try_help(shell):
    commands = list(commands_of(shell))
    for expected in (("object", "where"), ("measure", "proof"), ("verify",), ("doctor",),
                     ("audit", "fetch"), ("topology", "check"), ("disk", "heal"), ("login",),
                     ("bucket", "policy", "set"), ("user", "boundary", "set"), ("profile", "give"),
                     ("group", "add"), ("key", "create"), ("session", "revoke")):
        assert expected in commands, (expected, commands)
    return len(commands)


class Strange(http.server.BaseHTTPRequestHandler):
    answers = []

    def do_GET(self):
        body = self.answers[0]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def try_strange_server(shell):
    """Whatever comes back, the command ends with a sentence."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Strange)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = shell.provider.folder
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    str(folder / "strange.key"), "-out", str(folder / "strange.pem"), "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True, timeout=60)
    context.load_cert_chain(folder / "strange.pem", folder / "strange.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    place = {"BELFRY_URL": f"https://127.0.0.1:{server.server_port}",
             "BELFRY_CA": str(folder / "strange.pem"), "BELFRY_TOKEN": "blf_any"}
    commands = (("status",), ("annex",), ("measure", "show", "S06-P-20"), ("bucket", "list"),
                ("bucket", "policy", "show", "b"), ("object", "list", "s3://b"), ("object", "where", "s3://b/k"), ("disk", "show"),
                ("disk", "scrub"), ("disk", "heal"), ("audit",), ("topology", "show"),
                ("user", "list"), ("user", "show", "a"), ("profile", "show", "a"),
                ("profile", "role", "reader"), ("profile", "holders", "a"), ("group", "show", "a"),
                ("key", "create"), ("session", "list"), ("topology", "check"),
                ("audit", "fetch", str(folder / "strange-log")),
                ("measure", "proof", "S06-P-20", "x"))
    answers = (b"", b"hello", b"null", b"17", b"[17]", b'[{"id": 5}]', b'{"items": [{"name": 1}]}',
               b'{"items": 5, "next_cursor": null}', b'{"kind": "scrub", "state": 7}', b'{"a"')
    try:
        for answer in answers:
            Strange.answers = [answer]
            for words in commands:
                done = subprocess.run([COMMAND_LINE, *words], capture_output=True, text=True,
                                      timeout=60, check=False, env=shell.environment(**place))
                assert done.returncode in (0, 1), (words, answer, done)
                assert done.returncode == 0 or done.stderr.startswith("belfry: "), done
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def try_damaged_copies(shell):
    """A log that was copied, and a keys.json that is not what it was."""
    folder = shell.provider.folder / "copied"
    shell.run("audit", "fetch", str(folder), **shell.there())
    assert (folder / "keys.json").stat().st_mode & 0o777 == 0o600
    shell.run("verify", str(folder))
    keys = json.loads((folder / "keys.json").read_text())
    for damaged in ("[]", "{", "{}", '{"verifier_key": 5}', {**keys, "month_keys": 5},
                    {**keys, "month_keys": [5]}, {**keys, "month_keys": [{}]},
                    {**keys, "month_keys": [{"key_id": 5, "key": "00"}]},
                    {**keys, "month_keys": [{"key_id": "five", "key": "00"}]},
                    {**keys, "month_keys": [{"key_id": "5", "key": "zz"}]},
                    {**keys, "verifier_key": None}):
        text = damaged if isinstance(damaged, str) else json.dumps(damaged)
        (folder / "keys.json").write_text(text)
        said = shell.run("verify", str(folder), code=1).stderr
        assert "keys.json" in said, (damaged, said)
    shell.run("verify", str(shell.provider.folder / "none"), code=4)


def start(shell, *arguments, seconds=60):
    return subprocess.run([DAEMON, *map(str, arguments)], capture_output=True, text=True,
                          timeout=seconds, check=False, env=shell.environment())


def try_failed_starts(shell):
    provider = shell.provider
    other = provider.folder / "other"
    config = provider.config
    wrong = provider.folder / "wrong.yaml"
    wrong.write_text(config.read_text().replace("country: FR", "country: France", 1))
    line = 1 + wrong.read_text().split("country: France")[0].count("\n")
    for words, code, said in (
            (("--config", config), 2, "--data"),
            (("--config", config, "--data", other, "--log-level", "infos"), 2, "infos"),
            (("--config", config, "--data", other, "--role", "king"), 2, "king"),
            (("--config", provider.folder / "none.yaml", "--data", other), 1, "none.yaml"),
            (("--config", wrong, "--data", other), 1, f"wrong.yaml:{line}:"),
            (("--config", config, "--data", provider.data), 1, str(provider.data)),
            (("--config", config, "--data", other, "--annex", other), 1, "annex")):
        done = start(shell, *words)
        assert done.returncode == code and said in done.stderr, (words, done)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = provider.folder / "busy.yaml"
        busy.write_text(re.sub(r"api: 127\.0\.0\.1:\d+", f"api: 127.0.0.1:{port}",
                               config.read_text()))
        shutil.rmtree(other, ignore_errors=True)
        done = start(shell, "--config", busy, "--data", other)
        assert done.returncode == 1 and str(port) in done.stderr, done
    # What failed once is no obstacle.
    assert not (other / "run/endpoints.json").exists()


def try_stop_in_start(shell):
    """A start that waits for ever, because its configuration is a pipe that nobody writes to."""
    folder = shell.provider.folder
    os.mkfifo(folder / "slow.yaml")
    words = [DAEMON, "--config", folder / "slow.yaml", "--data", folder / "slow"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env=shell.environment())
    # It is past its arguments once it has opened the pipe, which a writer's open waits for.
    writer = os.open(folder / "slow.yaml", os.O_WRONLY)
    process.send_signal(signal.SIGTERM)
    try:
        _, said = process.communicate(timeout=30)
    finally:
        os.close(writer)
        if process.poll() is None:
            process.kill()
            process.wait()
    assert process.returncode == 0 and "before the start" in said, (process.returncode, said)


def main():
    with Provider("command-line") as provider:
        wait_until(lambda: not any(m["reason"].startswith("The check has not run yet")
                                   for m in provider.rest("GET", "/api/v1/annex")), 60,
                   "every check has run")
        shell = Shell(provider)
        customer = Customer(provider, "terminal")
        try_exit_codes(shell, customer)
        try_bucket_policy(shell, customer)
        try_places(shell)
        try_login(shell)
        try_output(shell)
        try_terminal(shell)
        commands = try_help(shell)
        try_strange_server(shell)
        try_damaged_copies(shell)
        try_failed_starts(shell)
        try_stop_in_start(shell)
        print(f"{commands} commands, their exit codes, places and faults are as described")


if __name__ == "__main__":
    main()
