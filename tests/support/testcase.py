"""A unittest case that starts processes: it ends them after each test and keeps the logs of one
that failed."""

import shutil
import sys
import unittest

from .processes import Processes


class ProcessTest(unittest.TestCase):
    def setUp(self):
        self.processes = Processes("test")
        self.addCleanup(self.processes.stop_all)

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        folder = getattr(self, "processes", None) and self.processes.folder
        if folder and len(result.failures) + len(result.errors) > before:
            print(f"the logs of {self.id()} are kept in {folder}", file=sys.stderr)
        elif folder:
            shutil.rmtree(folder, ignore_errors=True)
        return result
