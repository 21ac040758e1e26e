#!/usr/bin/python3
"""A provider's first start, and what must not look like one: the first password, the certificate
that clients see, and key disks that are not mounted.
"""

import json
import shutil
import socket
import ssl
import subprocess
import urllib.parse

from running_provider import DAEMON, Provider, wait_until

NAME = "belfry.example.net"


def real(text):
    return text.replace("demonstration: true", "demonstration: false")


def with_names(text):
    return real(text) + f"\ntls:\n  names: [{NAME}, 192.0.2.7]\n"


def with_files(text):
    return real(text) + ("\ntls: {certificate_file: own/server.pem, key_file: own/server.key, "
                         "authority_file: own/authority.pem}\n")


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder, timeout=60)


def make_own_certificate(folder, serial):
    """An authority once, and a server's certificate from it."""
    folder.mkdir(parents=True, exist_ok=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    if not (folder / "authority.pem").exists():
        openssl(folder, "req", "-x509", *curve, "-keyout", "authority.key", "-out", "authority.pem",
                "-days", "30", "-subj", "/CN=Operator authority")
    openssl(folder, "req", *curve, "-keyout", "server.key", "-out", "server.csr",
            "-subj", f"/CN={NAME}")
    (folder / "extensions").write_text(f"subjectAltName=DNS:{NAME},IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "authority.pem",
            "-CAkey", "authority.key", "-set_serial", str(serial), "-days", "20",
            "-extfile", "extensions", "-out", "server.pem")


def certificate_of(endpoint, ca, name):
    """What the server shows, once it is trusted under that name."""
    address = urllib.parse.urlsplit(endpoint)
    context = ssl.create_default_context(cafile=ca)
    with socket.create_connection((address.hostname, address.port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            return secure.getpeercert()


def try_doctor_before(provider):
    found = provider.belfry("doctor")
    assert found["lost"] == 0 and [f["condition"] for f in found["findings"]] == ["rebuilt"], found
    shutil.rmtree(provider.data, ignore_errors=True)


def try_first_password(provider):
    file = provider.data / "run/credentials.json"
    assert file.stat().st_mode & 0o777 == 0o600, oct(file.stat().st_mode)
    assert not any(name.startswith("customer") for name in provider.credentials)
    tenants = provider.rest("GET", "/api/v1/tenants")["items"]
    assert [t["kind"] for t in tenants] == ["provider"], tenants
    # What is put away does not come back, and nothing is founded again.
    saved = file.read_text()
    file.unlink()
    provider.stop()
    file.write_text(saved)  # for the harness, which reads the token there
    provider.start()
    assert json.loads(file.read_text()) == json.loads(saved)
    assert provider.rest("GET", "/api/v1/tenants")["items"] == tenants


def try_names(provider):
    for name in (NAME, "192.0.2.7", "localhost", "127.0.0.1"):
        for endpoint in (provider.api, provider.s3_tls):
            certificate_of(endpoint, provider.ca, name)
    try:
        certificate_of(provider.api, provider.ca, "other.example.net")
    except ssl.SSLCertVerificationError:
        return
    raise AssertionError("the certificate is for any name")


def refused_start(provider):
    run = subprocess.run([DAEMON, "--config", provider.config, "--data", provider.data],
                         capture_output=True, text=True, timeout=60, check=False,
                         env={**provider.environment, "LC_ALL": "C"})
    assert run.returncode == 1, (run.returncode, run.stderr)
    return run.stderr


def try_unmounted_keys(provider):
    provider.stop()
    keys, away = provider.data / "keys", provider.folder / "keys-away"
    keys.rename(away)
    said = refused_start(provider)
    assert "key disks" in said and "Mount" in said, said
    # The users alone are enough to know it by, and so are the objects.
    state, state_away = provider.data / "state.db", provider.folder / "state.db"
    state.rename(state_away)
    assert "key disks" in refused_start(provider)
    for left in provider.data.glob("state.db*"):
        left.unlink()
    state_away.rename(state)
    shutil.rmtree(keys)
    away.rename(keys)
    provider.start()
    assert provider.rest("GET", "/api/v1/session")["user"]["name"] == "admin"


def try_own_files(provider):
    serial = certificate_of(provider.api, provider.ca, NAME)["serialNumber"]
    assert int(serial, 16) == 1001, serial
    make_own_certificate(provider.data / "own", 1002)

    def exchanged():
        try:
            shown = certificate_of(provider.api, provider.ca, NAME)["serialNumber"]
            other = certificate_of(provider.s3_tls, provider.ca, NAME)["serialNumber"]
        except OSError:
            return False  # it listens anew
        return int(shown, 16) == int(other, 16) == 1002
    wait_until(exchanged, 60, "the exchanged certificate is shown")
    assert provider.rest("GET", "/api/v1/session")["user"]["name"] == "admin"


def recover(provider, *words):
    return subprocess.run([DAEMON, "--config", provider.config, "--data", provider.data,
                           "recover-administrator", *words], capture_output=True, text=True,
                          timeout=120, check=False, env={**provider.environment, "LC_ALL": "C"})


def try_way_back(provider):
    """The only administrator lost everything; whoever has the machine lets it in again."""
    words = ["admin", "--reason", "lost both keys"]
    said = recover(provider, *words)
    assert said.returncode == 1 and "Another daemon" in said.stderr, said
    provider.stop()
    said = recover(provider, "nobody", "--reason", "x")
    assert said.returncode == 1 and "No active administrator" in said.stderr, said
    assert recover(provider, "admin").returncode == 2, "without a reason"
    said = recover(provider, *words)
    assert said.returncode == 0, said
    link = said.stdout.split()[-1]
    console, secret = link.split("/#/password-reset/")
    assert console.startswith("https://") and len(secret) == 64, said.stdout
    provider.start()
    password = "nine herons mend the weir"
    headers = {"X-Belfry-Request": "1"}
    for status in (204, 404):  # once
        got = provider.request("POST", "/api/v1/password-reset/password",
                               {"secret": secret, "password": password}, "", headers)
        assert got[0] == status, got
    got = provider.request("POST", "/api/v1/session", {"user": "admin", "password": password}, "",
                           headers)
    assert got[0] < 300 and json.loads(got[2])["user"]["has_totp"] is False, got
    # What the lost factors had made may do nothing by the role until there is another.
    status, _, octets = provider.request("GET", "/api/v1/tenants/1/users")
    assert status == 403 and b"iam.second_factor_needed" in octets, (status, octets)


def main():
    with Provider("first-start", with_names, prepare=try_doctor_before) as provider:
        try_first_password(provider)
        try_names(provider)
        try_unmounted_keys(provider)
        try_way_back(provider)
    with Provider("own-certificate", with_files,
                  prepare=lambda p: make_own_certificate(p.data / "own", 1001)) as provider:
        try_own_files(provider)
    print("founded once, known by its names, and by its operator's certificate")


if __name__ == "__main__":
    main()
