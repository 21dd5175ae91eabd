"""Names that resolve to something, to nothing, or not at all."""

import pathlib
import subprocess
import sys
import unittest

SCENE = pathlib.Path(__file__).with_name("dns_scene.py")
APART = ["unshare", "--user", "--map-root-user", "--net", "--mount"]


def can_be_apart():
    try:
        return subprocess.run([*APART, "true"], capture_output=True, timeout=10).returncode == 0
    except OSError:
        return False


class DnsCases(unittest.TestCase):
    @unittest.skipUnless(can_be_apart(), "needs network and mount namespaces (unshare)")
    def test_O34_an_empty_answer_empties_a_failure_keeps(self):
        command = [*APART, sys.executable, "-B", str(SCENE)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
