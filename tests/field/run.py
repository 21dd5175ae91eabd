#!/usr/bin/env python3
"""Runs the field cases: what went wrong for users of gateways, each as a test with its number.

tests/field/run.py           all; ends with `N passed, N failed`
tests/field/run.py O04 dns   only tests whose name has one of these words
"""

import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "integration")]

from support import test_runner

if __name__ == "__main__":
    sys.exit(test_runner.run(__doc__, HERE, "*_cases.py"))
