#!/usr/bin/python3
"""Our evaluator of policies and an independent one decide the same, on cases made by chance.

Usage: policy_agreement.py [COUNT [SEED [WORKERS]]]

Prints how often each verdict and each feature occurred, and the first differing cases in full,
each also without what is not needed for the difference. Exit code 1: a case differed, a verdict
was rare, or a case of deviations.json is no longer answered as it says.
"""

import collections
import concurrent.futures
import json
import os
import subprocess
import sys
from pathlib import Path

from generate import case_of
from smaller import smallest

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
BUILD = Path(os.environ.get("BELFRY_BUILD", SOURCE / "build/release")).resolve()
OURS = [BUILD / "bin/policy_cases"]
INDEPENDENT = [SOURCE / "tools/with_node", "node", HERE / "independent.mjs"]
PACKAGES = HERE / "node_modules/.installed"

CASES_DEFAULT = 100_000
CHUNK_CASES = 5_000
CHUNK_SECONDS_MAX = 300
VERDICTS = ("allowed", "denied_explicitly", "denied_implicitly")
VERDICT_SHARE_MIN = 0.10
THROWN_AWAY_SHARE_MAX = 0.01
SHOWN_MAX = 3


def answers_of(command, cases):
    """One word a case. A tool that ends early, or says more, is an error and no difference."""
    if not cases:
        return []
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False,
                          timeout=CHUNK_SECONDS_MAX, env={**os.environ, "TZ": "UTC"})
    answers = done.stdout.splitlines()
    if done.returncode != 0 or len(answers) != len(cases):
        raise SystemExit(f"{command[-1]}: code {done.returncode}, {len(answers)} answers to "
                         f"{len(cases)} cases\n{done.stderr[-2000:]}")
    return answers


def both(cases):
    return list(zip(answers_of(OURS, cases), answers_of(INDEPENDENT, cases)))


def reason_of(case):
    """Why ours refuses a case."""
    done = subprocess.run(OURS, input=json.dumps(case) + "\n", capture_output=True, text=True,
                          check=True, timeout=CHUNK_SECONDS_MAX)
    return done.stderr.strip()


class Tally:
    """What a run of cases came to."""

    def __init__(self):
        self.verdicts, self.features = collections.Counter(), collections.Counter()
        self.thrown_away, self.differing = collections.Counter(), []

    def add(self, number, features, ours, independent):
        if independent not in VERDICTS:
            self.thrown_away[independent] += 1
            return
        self.verdicts[independent] += 1
        self.features.update((feature, independent) for feature in features)
        if ours != independent:
            self.differing.append(number)

    def merge(self, other):
        self.verdicts += other.verdicts
        self.features += other.features
        self.thrown_away += other.thrown_away
        self.differing += other.differing

    @property
    def counted(self):
        return self.verdicts.total()


def tried(seed, first, count):
    """One chunk, in a process of its own."""
    made = [case_of(seed, number) for number in range(first, first + count)]
    tally = Tally()
    for at, pair in enumerate(both([case for case, _ in made])):
        tally.add(first + at, made[at][1], *pair)
    return tally


def tried_all(seed, count, workers):
    tally = Tally()
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        chunks = [pool.submit(tried, seed, first, min(CHUNK_CASES, count - first))
                  for first in range(0, count, CHUNK_CASES)]
        for chunk in chunks:
            tally.merge(chunk.result())
    tally.differing.sort()
    return tally


def show_tally(tally):
    print(f"{tally.counted} cases counted, {tally.thrown_away.total()} thrown away")
    for reason, times in tally.thrown_away.most_common():
        print(f"  {times:7}  thrown away: {reason}")
    for verdict in VERDICTS:
        print(f"  {tally.verdicts[verdict]:7}  {verdict}")
    print("in cases that were:        " + "  ".join(f"{verdict:>17}" for verdict in VERDICTS))
    for feature in sorted({feature for feature, _ in tally.features}):
        print(f"  {feature:25}" + "  ".join(
            f"{tally.features[feature, verdict]:17}" for verdict in VERDICTS))


def show_difference(seed, number):
    case = case_of(seed, number)[0]
    pair = both([case])[0]
    print(f"\ncase {number} of seed {seed}: ours {pair[0]}, independent {pair[1]}")
    print(json.dumps(case))
    if pair[0] == "invalid":
        print("ours says why:", reason_of(case))
    print("without what is not needed:")
    print(json.dumps(smallest(case, pair, both), indent=2))


def wrong_deviations():
    """Where AWS's documentation decides against the independent evaluator: a case each, both
    answers. It fails too when the independent one has been mended: then the entry goes."""
    deviations = json.loads((HERE / "deviations.json").read_text(encoding="utf-8"))
    pairs = both([deviation["case"] for deviation in deviations])
    for deviation, pair in zip(deviations, pairs):
        expected = (deviation["ours"], deviation["independent"])
        if pair != expected:
            yield f"deviation '{deviation['name']}': {pair}, not {expected}"


def faults_of(tally):
    if tally.differing:
        yield f"{len(tally.differing)} cases differ"
    for verdict in VERDICTS:
        share = tally.verdicts[verdict] / max(tally.counted, 1)
        if share < VERDICT_SHARE_MIN:
            yield f"only {share:.1%} of the cases are {verdict}: they try too little"
    if tally.thrown_away.total() > THROWN_AWAY_SHARE_MAX * tally.counted:
        yield "too many cases were thrown away"
    yield from wrong_deviations()


def main(arguments):
    count = int(arguments[0]) if arguments else CASES_DEFAULT
    seed = arguments[1] if len(arguments) > 1 else "1"
    workers = int(arguments[2]) if len(arguments) > 2 else os.cpu_count()
    if not PACKAGES.exists():
        raise SystemExit(f"no independent evaluator: make {PACKAGES.relative_to(SOURCE)}")
    tally = tried_all(seed, count, workers)
    show_tally(tally)
    for number in tally.differing[:SHOWN_MAX]:
        show_difference(seed, number)
    faults = list(faults_of(tally))
    for fault in faults:
        print(f"policy_agreement: {fault}", file=sys.stderr)
    if not faults:
        print(f"both evaluators decide {tally.counted} cases of seed {seed} alike")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
