#!/usr/bin/env python3
"""Runs the interop tests: other people's xDS clients and servers against ours.

    tests/interop/run.py                      all of it
    tests/interop/run.py --filter envoy       tests whose name contains "envoy"
    tests/interop/run.py --list               names only

    fairlead_serves   fairlead-control drives the real Envoy, and fairlead-proxy
    go_serves         go-control-plane drives the real Envoy (which proves the test), and
                      fairlead-proxy

each over ADS, state of the world and delta. The last line is "N passed, N failed"; the exit
status is 0 when nothing failed. A program that is missing fails the tests that need it.
"""

import argparse
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import fairlead_serves  # noqa: E402
import go_serves  # noqa: E402
from support import Scratch  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--control", default=ROOT / "bazel-bin/controlplane/fairlead-control", type=pathlib.Path
    )
    parser.add_argument(
        "--proxy", default=ROOT / "bazel-bin/dataplane/fairlead-proxy", type=pathlib.Path
    )
    parser.add_argument("--envoy", default=os.environ.get("ENVOY", "envoy"), help="default: $ENVOY")
    parser.add_argument(
        "--go-control-plane", type=pathlib.Path, help="built already; else `go build` builds it"
    )
    parser.add_argument("--filter", default="", help="only tests whose name contains this")
    parser.add_argument("--list", action="store_true", help="print the names and run nothing")
    return parser.parse_args()


def all_tests():
    """(name, module, function, subject, variant), in the order in which they run."""
    for module, subject, variant in itertools.product(
        (fairlead_serves, go_serves), ("envoy", "proxy"), ("sotw", "delta")
    ):
        for test in module.TESTS:
            name = f"{module.__name__}.{subject}.{variant}.{test.__name__}"
            yield name, module, test, subject, variant


def build_go_control_plane(folder):
    binary = pathlib.Path(folder) / "go_control_plane"
    subprocess.run(
        ["go", "build", "-o", str(binary), "."], cwd=HERE / "go_control_plane", check=True
    )
    return binary


def run_test(programs, module, test, subject, variant):
    """None, or the text of the failure."""
    scratch = Scratch()
    try:
        test(module.Setting(programs, scratch, subject, variant))
        return None
    except Exception:  # Whatever it is, it is this test's failure and not the run's.
        return traceback.format_exc() + scratch.logs()
    finally:
        scratch.close()


def main():
    arguments = parse_arguments()
    tests = [test for test in all_tests() if arguments.filter in test[0]]
    if arguments.list:
        print("\n".join(test[0] for test in tests))
        return 0
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="fairlead-interop-go-") as folder:
        programs = {
            "control": arguments.control,
            "proxy": arguments.proxy,
            "envoy": arguments.envoy,
        }
        if any(test[1] is go_serves for test in tests):
            programs["go_control_plane"] = arguments.go_control_plane or build_go_control_plane(
                folder
            )
        for name, module, test, subject, variant in tests:
            started = time.monotonic()
            failure = run_test(programs, module, test, subject, variant)
            print(
                f"{'FAILED' if failure else 'passed'} {name} ({time.monotonic() - started:.1f} s)",
                flush=True,
            )
            if failure:
                failed += 1
                print(failure, flush=True)
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
