#!/usr/bin/python3
"""What the command line says is in the reader's language, and its global options stand before the
command or after it, as its help says.
"""

import json
import os
import re
import subprocess

from running_provider import COMMAND_LINE, SOURCE, Provider, wait_until

MESSAGES = SOURCE / "src/app/belfry/messages.tsv"
# Words that English sentences cannot do without, and French ones do not have.
ENGLISH = re.compile(r"(?<![\w/.:-])(the|and|of|with|is|are|was|not|no|at|by|from|to|in|for|its|"
                     r"has|this|that|all|none|yes|pass|good|healthy|provider|nothing|required)"
                     r"(?![\w/.:-])", re.I)
# What code quotes: names of options, values that a filter takes, `belfry verify`.
QUOTED = re.compile(r"`[^`]*`|\{[^}]*\}|--[a-z-]+|s3://\S+")
COMMANDS = (("status",), ("annex", "--bound"), ("annex", "--section", "2"),
            ("measure", "show", "S06-P-20"), ("measure", "check", "S06-P-08"),
            ("measure", "show", "S07-P-13"), ("bucket", "list"), ("disk", "show"),
            ("object", "list", "s3://words"), ("object", "where", "s3://words/one"),
            ("disk", "scrub"), ("disk", "heal"), ("topology", "check"), ("audit", "--limit", "3"),
            ("tenant", "list"), ("tenant", "show"),
            ("user", "list"), ("user", "show"), ("profile", "list"), ("group", "list"),
            ("group", "show", "Équipe"),
            ("profile", "holders", "Archives"), ("key", "list"), ("session", "list"),
            ("request", "list"), ("request", "four-eyes"), ("grant", "list", "--all"),
            ("review", "list"), ("access", "what"), ("factor-rule",),
            ("public-access", "show"), ("attestation", "list", "--tenant", "Demonstration"),
            ("attestation", "show", "staff", "--tenant", "Demonstration"),
            ("person", "list"), ("person", "add", "Rosa", "--starts", "2026-01-01"),
            ("job-role", "list"), ("checklist", "steps"), ("audit", "hold", "list"),
            ("document", "list"), ("document", "show", "MOTS-1"), ("system", "list"),
            ("system", "show", "Baie 1"), ("document", "propose", "MOTS-1", str(MESSAGES)),
            ("invitation", "list"), ("invitation", "create", "anna@example.org"), ("terms", "show"))


class Reader:
    def __init__(self, provider):
        self.provider = provider
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BELFRY_", "XDG_"))}
        self.environment = {**kept, "HOME": str(provider.folder), "LC_ALL": "C"}
        self.data = ("--data", str(provider.data))

    def run(self, *words, code=0, **environment):
        done = subprocess.run([COMMAND_LINE, *words], capture_output=True, text=True, timeout=120,
                              check=False, env={**self.environment, **environment})
        assert done.returncode == code, (words, done)
        return done.stdout + done.stderr


def expect_french(words, said):
    assert said.strip(), words
    for line in said.splitlines():
        found = ENGLISH.search(QUOTED.sub("", line))
        assert not found, f"{' '.join(words)}: “{found[0]}” in: {line}"


def try_languages(reader):
    rows = [line.split("\t") for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    heads = {en: fr for message, en, fr in rows if message.startswith("cli.head.")}
    assert len(heads) > 30, heads
    for words in COMMANDS:
        said = reader.run("--lang", "fr", *words, *reader.data)
        expect_french(words, said)
        assert said == reader.run(*words, *reader.data, LC_ALL="fr_FR.UTF-8") or "check" in words \
            or words[0] in ("audit", "checklist", "object", "disk", "status", "invitation",
                            "document") \
            or words[:2] == ("person", "add"), words
        for line in said.splitlines():
            cells = re.split(r" {2,}", line.strip())
            assert not [c for c in cells if heads.get(c, c) != c], f"{words}: {line}"
    english = reader.run("--lang=en", "disk", "show", *reader.data, LC_ALL="fr_FR.UTF-8")
    assert english.splitlines()[0].startswith("DISK  "), english
    assert "disk" in json.loads(reader.run("object", "where", "s3://words/one", "--json", "--lang",
                                           "fr", *reader.data))["copies"][0]
    for wrong, said in ((("statu",), "statu"), (("bucket", "create"), "name"), ((), "commande"),
                        (("annex", "--verdict", "bon"), "--verdict"),
                        (("status", "--nothing"), "--nothing"),
                        (("--lang", "de", "status"), "--lang"),
                        (("audit", "--limit", "many"), "--limit")):
        told = reader.run("--lang", "fr", *wrong, code=2) if "--lang" not in wrong else \
            reader.run(*wrong, code=2)
        assert told.startswith("belfry: ") and said in told, (wrong, told)
    for wrong, code in ((("measure", "show", "S99-P-99"), 4), (("verify", "/nowhere"), 4),
                        (("bucket", "policy", "show", "words"), 4),
                        (("bucket", "policy", "set", "words", "/nowhere"), 4),
                        (("bucket", "policy", "set", "words", "/dev/null"), 1),
                        (("user", "show", "x"), 4), (("profile", "show", "x"), 4),
                        (("profile", "role", "x"), 4), (("group", "show", "x"), 4),
                        (("profile", "give", "x"), 1)):
        expect_french(wrong, reader.run("--lang", "fr", *wrong, *reader.data, code=code))
    doctor = ("doctor", "--config", str(reader.provider.config))
    expect_french(doctor, reader.run(*doctor, "--lang", "fr", *reader.data))


def help_of(reader, *above):
    said = reader.run(*above, "--help", "--lang", "fr")
    yield above, said
    listed = re.split(r"^Commandes:$", said, flags=re.M)[1:]
    for name in re.findall(r"^  ([a-z][a-z-]*)\b", listed[0], flags=re.M) if listed else []:
        yield from help_of(reader, *above, name)


def try_help(reader):
    count = 0
    for words, said in help_of(reader):
        expect_french(("--help", *words), said)
        # Each says where the global options stand; the program's own help lists them.
        for option in ("--json", "--data", "--url", "--ca", "--token", "--lang"):
            assert option in said, (words, option)
        count += 1
    assert count > 20, count
    return count


def try_global_options(reader):
    api, ca = reader.provider.api, str(reader.provider.ca)
    token = reader.provider.credentials["api_token"]
    remote = ("--url", api, "--ca", ca, "--token", token)
    good = json.loads(reader.run("status", *reader.data, "--json"))
    for words in ((*reader.data, "--json", "status"), ("--json", "status", *reader.data),
                  (*remote, "status", "--json"), ("--json", "status", *remote),
                  (*remote[:2], "status", *remote[2:], "--json")):
        assert json.loads(reader.run(*words))["disks"] == good["disks"], words
    for words in ((*reader.data, "bucket", "list"), ("bucket", *reader.data, "list"),
                  ("bucket", "list", *reader.data)):
        assert "words" in reader.run(*words), words
    # The place that is given goes before the environment's, wherever it stands.
    nowhere = {"BELFRY_DATA": "/nowhere"}
    reader.run("status", code=4, **nowhere)
    reader.run(*reader.data, "status", **nowhere)
    reader.run("status", *reader.data, **nowhere)


def main():
    with Provider("words") as provider:
        reader = Reader(provider)
        provider.belfry("bucket", "create", "words")
        provider.belfry("group", "create", "Équipe")
        provider.rest("POST", "/api/v1/profiles", {"name": "Archives", "policy": {
            "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}})
        provider.belfry("profile", "give", "Archives", "--group", "Équipe")
        provider.request("PUT", "/api/v1/buckets/words/objects/one", b"1")
        provider.belfry("document", "add", "MOTS-1", "--title", "Mots", "--topic", "iam",
                        "--owner-role", "RSSI")
        provider.belfry("system", "add", "Baie 1", "--purpose", "Consoles", "--owner-role", "RSSI",
                        "--sign-in", "local")
        wait_until(lambda: not any(m["bound"] and m["checked_at_us"] is None
                                   for m in provider.rest("GET", "/api/v1/annex")), 60,
                   "every check has run")
        try_global_options(reader)
        try_languages(reader)
        print(f"{len(COMMANDS)} outputs and the help of {try_help(reader)} commands are in French")


if __name__ == "__main__":
    main()
