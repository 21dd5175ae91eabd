"""Runs a folder's unittest cases and prints the closing line that tools/test reads."""

import sys
import unittest

from . import paths


def _cases(suite):
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            yield from _cases(entry)
        else:
            yield entry


def run(about, folder, pattern):
    """The exit status. `about` is the help text; words on the command line choose tests by name."""
    if "--help" in sys.argv or "-h" in sys.argv:
        print(about)
        return 0
    words = [word.lower() for word in sys.argv[1:]]
    found = _cases(unittest.defaultTestLoader.discover(str(folder), pattern))
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
