#!/usr/bin/env python3
"""Asks the real Envoy and fairlead-proxy whether they take the bootstrap files of a folder.

    tests/examples/check.py DIR      # a checkout of github.com/envoyproxy/examples
    tests/examples/check.py          # fetches it with git for the time of the run

Each file is taken by both, refused by both, or refused by ours alone, which then has to name the
field. It is a failure when ours refuses without naming one, crashes, hangs, or takes what Envoy
refuses. Not a stage of tools/test, because it needs what is not in the tree.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import paths

SOURCE = "https://github.com/envoyproxy/examples"
SECONDS = 60
IS_BOOTSTRAP = re.compile(r"(?m)^(static_resources|dynamic_resources):")
# `static_resources.listeners[0].name`, after a file and line or a resource's name.
FIELD_PATH = re.compile(
    r"(?:^|[\s:'])((?:[a-z][a-z0-9_]*(?:\[[^\]]*\]|\([A-Za-z]+\))?\.)*"
    r"[a-z][a-z0-9_]*(?:\[[^\]]*\])?): "
)
RESOURCE = re.compile(r"(?:bootstrap|(?:listener|cluster|route configuration) '[^']*'): ")
TYPE = re.compile(r'"@type" is "type\.googleapis\.com/([^"]*)"')
# What a program built to run elsewhere would have: a failure to read it says nothing of the fields.
NEEDS_FILE = re.compile(r"(?i)cannot be read|no such file|unable to read file|does not exist")


@dataclasses.dataclass
class Answer:
    accepts: bool
    crashed: bool
    text: str


def validate(program, path, *flags):
    command = [program, "--mode", "validate", "-c", str(path), *flags]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Answer(False, True, f"still running after {SECONDS} s")
    crashed = done.returncode < 0 or done.returncode > 1
    return Answer(done.returncode == 0, crashed, done.stdout + done.stderr)


def missing(text):
    """What a refusal of ours names: field paths without their indices, or types."""
    found = set(TYPE.findall(text))
    if found:
        return found
    for part in re.split(r"(?=" + RESOURCE.pattern + ")", text):
        match = FIELD_PATH.search(RESOURCE.sub(" ", part, count=1))
        if match:
            found.add(re.sub(r"\[[^\]]*\]|\([A-Za-z]+\)", "", match[1]))
    return found


def judge(path):
    """(path, verdict, detail, fields)."""
    theirs = validate(paths.envoy(), path, "--log-level", "error", "--disable-hot-restart")
    ours = validate(paths.program("fairlead-proxy"), path)
    last = (ours.text.strip().splitlines() or [""])[-1]
    if ours.crashed:
        return path, "CRASH", last, set()
    if ours.accepts:
        if theirs.accepts:
            return path, "both take it", "", set()
        return path, "WRONGLY TAKEN", theirs.text.strip().splitlines()[-1], set()
    fields = missing(last)
    if not fields and not NEEDS_FILE.search(last):
        return path, "NO FIELD NAMED", last, set()
    return path, "refused by ours" if theirs.accepts else "refused by both", last, fields


def bootstraps(folder):
    found = [path for kind in ("*.yaml", "*.yml") for path in folder.rglob(kind)]
    return sorted(path for path in found if IS_BOOTSTRAP.search(path.read_text(errors="replace")))


def check(folder):
    files = bootstraps(folder)
    if not files:
        print(f"no bootstrap file in {folder}\n0 passed, 1 failed")
        return 1
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(judge, files))
    counts, named = collections.Counter(), collections.Counter()
    for path, verdict, detail, fields in results:
        counts[verdict] += 1
        named.update(fields)
        print(f"{verdict:16} {path.relative_to(folder)}")
        if detail:
            print(f"                 {detail[:300]}")
    print("\nnamed most often:")
    for field, count in named.most_common(20):
        print(f"{count:4} {field}")
    print("\n" + ", ".join(f"{verdict}: {count}" for verdict, count in sorted(counts.items())))
    failed = sum(count for verdict, count in counts.items() if verdict.isupper())
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=pathlib.Path, metavar="DIR")
    arguments = parser.parse_args()
    try:
        paths.envoy()
        paths.program("fairlead-proxy")
    except paths.Missing as problem:
        sys.exit(str(problem))
    if arguments.folder:
        return check(arguments.folder.resolve())
    with tempfile.TemporaryDirectory(prefix="fairlead-examples-") as scratch:
        command = ["git", "clone", "--quiet", "--depth", "1", SOURCE, scratch]
        if subprocess.run(command, check=False).returncode:
            sys.exit(f"{SOURCE} cannot be fetched: give the folder of a checkout")
        return check(pathlib.Path(scratch))


if __name__ == "__main__":
    sys.exit(main())
