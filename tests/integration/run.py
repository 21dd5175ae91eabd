#!/usr/bin/env python3
"""Runs the tests here (*_test.py): our programs from outside, over real sockets.

tests/integration/run.py             all; ends with `N passed, N failed`
tests/integration/run.py drain ready only tests whose name has one of these words
"""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support import paths


def cases(suite):
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            yield from cases(entry)
        else:
            yield entry


def main():
    if "--help" in sys.argv or "-h" in sys.argv:
        print(__doc__)
        return 0
    words = [word.lower() for word in sys.argv[1:]]
    found = cases(unittest.defaultTestLoader.discover(str(HERE), "*_test.py"))
    chosen = [case for case in found if not words or any(w in case.id().lower() for w in words)]
    try:
        for program in ("fairlead-proxy", "fairlead-control", "fairlead"):
            paths.program(program)
    except paths.Missing as missing:
        print(f"{missing}\n0 passed, 1 failed")
        return 1
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2)
    result = runner.run(unittest.TestSuite(chosen))
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    passed = result.testsRun - failed - skipped
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
