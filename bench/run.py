#!/usr/bin/env python3
"""`make bench`: Belfry beside the disk's limit and beside two bare loops, in one run, as ratios.

Each figure is the median of several rounds; in a round the candidates take turns, so that a noisy
machine disturbs all of them alike."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests/system"))
os.environ.setdefault("BELFRY_BUILD", str(SOURCE / "build/release"))
from running_provider import BUILD, Provider  # noqa: E402

FOLDER = BUILD / "bench"
SIZES = {"4 KiB": 4096, "1 MiB": 1 << 20}
KEYS = {4096: 20_000, 1 << 20: 500}
INLINE_MAX = 128 << 10  # larger objects are files of their own


def spread_folders():
    """Lets ext4 put each candidate's folder into a group of blocks of its own: without a journal it
    searches past the inodes removed there in the last minutes, which other programs left."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(["chattr", "+T", FOLDER], stderr=subprocess.DEVNULL, check=False)


class BareLoop:
    def __init__(self, mode, size):
        command = [BUILD / "bin/bare_loop", "--mode", mode, "--size-bytes", str(size),
                   "--directory", FOLDER / "bare"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def load(address, operation, size, clients, seconds, keys=None, credentials=None):
    command = [BUILD / "bin/belfry_load", "--address", address, "--operation", operation,
               "--size-bytes", str(size), "--clients", str(clients), "--seconds", str(seconds),
               "--keys", str(keys or KEYS[size])]
    if credentials:
        command += ["--access-key", credentials["s3_access_key"],
                    "--secret-key", credentials["s3_secret_key"]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{command} failed: {run.stdout}{run.stderr}")
    return json.loads(run.stdout)


def fio_jobs(*options):
    folder = FOLDER / "fio"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run = subprocess.run(["fio", "--name=batch", f"--directory={folder}", "--rw=write",
                          *options, "--output-format=json"],
                         capture_output=True, text=True, check=True)
    shutil.rmtree(folder)
    return [job["write"]["iops"] for job in json.loads(run.stdout)["jobs"]]


def fio_batches(seconds):
    """Batches a second as a commit of one small object is: 8 KiB (the object, its event and their
    headers in whole pages) over existing octets of three files at once, durable in all three before
    the next begins."""
    writes = fio_jobs(
        "--bs=8k", "--nrfiles=3", "--filesize=64m", "--size=192m", "--overwrite=1",
        "--file_service_type=roundrobin", "--ioengine=io_uring", "--sync=dsync", "--iodepth=3",
        "--iodepth_batch=3", "--iodepth_batch_complete_min=3", "--iodepth_batch_complete_max=3",
        "--time_based", f"--runtime={seconds}")
    return sum(writes) / 3


def fio_new_files(size):
    """Files a second of three jobs that each write new files and sync them, as large objects are:
    the slowest of the three, though they do not wait for each other."""
    return min(fio_jobs(
        "--numjobs=3", f"--bs={size}", f"--filesize={size}", "--nrfiles=400", "--openfiles=1",
        "--create_on_open=1", "--file_service_type=sequential", "--fsync_on_close=1",
        "--fallocate=none", "--ioengine=psync"))


def fio_free_running(size, seconds):
    """Durable writes a second of three jobs over existing octets of a file each, that wait for
    nobody: no store that keeps three copies in step can reach it."""
    return min(fio_jobs("--numjobs=3", f"--bs={size}", "--size=64m", "--overwrite=1",
                        "--fdatasync=1", "--ioengine=psync", "--time_based",
                        f"--runtime={seconds}"))


class Bench:
    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.figures = {}

    def note(self, name, value):
        self.figures.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.figures[name])

    def round(self, provider, label, size):
        address = provider.s3.removeprefix("http://")
        for clients in (1, 32):
            for operation in ("put", "get"):
                report = load(address, operation, size, clients, self.seconds,
                              credentials=provider.credentials)
                self.note(f"belfry {operation} {label} {clients}", report["per_second"])
                self.note(f"belfry {operation} {label} {clients} p99", report["p99_us"])
            for mode in ("commit", "http"):
                with BareLoop(mode, size) as bare:
                    for operation in ("put", "get"):
                        report = load(bare.address, operation, size, clients, self.seconds)
                        self.note(f"{mode} {operation} {label} {clients}", report["per_second"])
        small = size <= INLINE_MAX
        self.note(f"fio {label}", fio_batches(self.seconds) if small else fio_new_files(size))
        self.note(f"fio free-running {label}", fio_free_running(size, self.seconds))

    def run(self):
        spread_folders()
        with Provider("bench", parent=FOLDER) as provider:
            provider.rest("POST", "/api/v1/buckets", {"name": "bench"})
            for label, size in SIZES.items():
                # Every key is there before the first GET.
                load(provider.s3.removeprefix("http://"), "put", size, 32, 8,
                     credentials=provider.credentials)
                for number in range(self.rounds):
                    print(f"{label}: round {number + 1} of {self.rounds}", file=sys.stderr,
                          flush=True)
                    self.round(provider, label, size)
                print(f"resident after {label}: {provider.resident_kib() // 1024} MiB",
                      file=sys.stderr)

    def decisions(self):
        """What a decision over 100 statements takes, beside the HMACs of one signature."""
        for _ in range(self.rounds):
            run = subprocess.run([BUILD / "bin/policy_decisions"], capture_output=True, text=True,
                                 check=True)
            for kind, taken in json.loads(run.stdout).items():
                self.note(f"{kind} decision", taken["median_ns"])
                self.note(f"{kind} decision p99", taken["p99_ns"])

    def report_decisions(self):
        lines = ["| decision over 100 statements | median ns | p99 ns | beside a signature |",
                 "|---|---|---|---|"]
        beside = self.median("signature decision")
        for kind in ("ordinary", "hostile"):
            median = self.median(f"{kind} decision")
            lines.append(f"| {kind} | {median:,.0f} | {self.median(f'{kind} decision p99'):,.0f} "
                         f"| {median / beside:.2f} |")
        return "\n".join(lines)

    def audit(self, events):
        """The ledger's whole way beside the journal alone and sealing alone, and queries over what
        was written."""
        for number in range(self.rounds):
            print(f"audit: round {number + 1} of {self.rounds}", file=sys.stderr, flush=True)
            run = subprocess.run([BUILD / "bin/audit_rate", "--directory", FOLDER / "audit",
                                  "--events", str(events)],
                                 capture_output=True, text=True, check=True)
            measured = json.loads(run.stdout)
            for name in ("durable", "with_index", "journal", "sealing"):
                self.note(f"audit {name}", measured[f"{name}_per_second"])
            for name, taken in measured["queries"].items():
                self.note(f"audit query {name}", taken["median_ms"])
                self.note(f"audit query {name} worst", taken["worst_ms"])

    def report_audit(self, events):
        durable = self.median("audit durable")
        lines = [f"| {events:,} events | a second | beside | a second | ratio | goal |",
                 "|---|---|---|---|---|---|",
                 f"| durable | {durable:,.0f} | | | | 25,000 |",
                 f"| indexed too | {self.median('audit with_index'):,.0f} | | | | |"]
        for name in ("journal", "sealing"):
            beside = self.median(f"audit {name}")
            lines.append(f"| durable | {durable:,.0f} | {name} alone | {beside:,.0f} "
                         f"| {durable / beside:.2f} | |")
        lines += ["", "| query over them, first page | median ms | worst ms |", "|---|---|---|"]
        for name in self.figures:
            if name.startswith("audit query ") and not name.endswith(" worst"):
                lines.append(f"| {name.removeprefix('audit query ')} | {self.median(name):.1f} "
                             f"| {max(self.figures[name + ' worst']):.1f} |")
        return "\n".join(lines)

    def report(self):
        lines = ["| | a second | p99 µs | beside | a second | ratio | goal |",
                 "|---|---|---|---|---|---|---|"]
        for label in SIZES:
            peers = {("put", 1): [(f"fio {label}", 0.5), (f"fio free-running {label}", None),
                                  (f"commit put {label} 1", None)],
                     ("put", 32): [(f"commit put {label} 32", 0.6)],
                     ("get", 1): [(f"commit get {label} 1", None),
                                  (f"http get {label} 1", None)],
                     ("get", 32): [(f"commit get {label} 32", 0.6),
                                   (f"http get {label} 32", 0.6)]}
            for (operation, clients), besides in peers.items():
                own = self.median(f"belfry {operation} {label} {clients}")
                p99 = self.median(f"belfry {operation} {label} {clients} p99")
                for name, goal in besides:
                    peer = self.median(name)
                    lines.append(f"| {operation.upper()} {label}, {clients} clients | {own:,.0f} "
                                 f"| {p99:,.0f} | {name} | {peer:,.0f} | {own / peer:.2f} "
                                 f"| {goal or ''} |")
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--audit-events", type=int, default=5_000_000)
    arguments = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.rounds, arguments.seconds)
    bench.decisions()
    bench.run()
    bench.audit(arguments.audit_events)
    print("\n\n".join((bench.report(), bench.report_decisions(),
                        bench.report_audit(arguments.audit_events))))
    shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
