#!/usr/bin/env python3
"""Runs the tests here (*_test.py): our programs from outside, over real sockets.

tests/integration/run.py             all; ends with `N passed, N failed`
tests/integration/run.py drain ready only tests whose name has one of these words
"""

import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support import test_runner

if __name__ == "__main__":
    sys.exit(test_runner.run(__doc__, HERE, "*_test.py"))
