#!/usr/bin/env python3
"""What tools/test counts, from outputs and Bazel's files made here."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import bazel_results
import run

XML = """<testsuites><testsuite name="A">
<testcase name="passes" status="run" result="completed" classname="A"/>
<testcase name="fails" status="run" result="completed" classname="A">
<failure message="x"/></testcase>
<testcase name="skips" status="run" result="skipped" classname="A"/>
<testcase name="is off" status="notrun" result="suppressed" classname="A"/>
</testsuite></testsuites>"""


class CountTest(unittest.TestCase):
    def counts(self, status, output):
        result = run.counted("x", status, output)
        return result.passed, result.failed, result.skipped

    def test_the_last_closing_line_counts(self):
        self.assertEqual(
            self.counts(0, "1 passed, 0 failed\nmore\n7 passed, 0 failed\n"), (7, 0, 0)
        )
        self.assertEqual(self.counts(1, "7 passed, 2 failed, 3 skipped\n"), (7, 2, 3))

    def test_a_bad_exit_is_a_failure(self):
        self.assertEqual(self.counts(1, "7 passed, 0 failed\n"), (7, 1, 0))
        self.assertEqual(self.counts(124, ""), (0, 1, 0))

    def test_a_suite_that_counted_nothing_is_a_failure(self):
        self.assertEqual(self.counts(0, "all is well: 7 passed, 0 failed, really\n"), (0, 1, 0))


class BazelTest(unittest.TestCase):
    def count(self, targets):
        """Counts a run with these (label, status, test.xml text or None)."""
        with tempfile.TemporaryDirectory() as folder:
            events = pathlib.Path(folder, "events.json")
            lines = []
            for number, (label, status, xml) in enumerate(targets):
                output = []
                if xml is not None:
                    path = pathlib.Path(folder, f"{number}.xml")
                    path.write_text(xml)
                    output = [{"name": "test.xml", "uri": path.as_uri()}]
                key = {"label": label}
                lines.append(
                    {"id": {"testResult": key}, "testResult": {"testActionOutput": output}}
                )
                lines.append({"id": {"testSummary": key}, "testSummary": {"overallStatus": status}})
            events.write_text("\n".join(map(json.dumps, lines)))
            return bazel_results.count(events)

    def test_cases_count_one_by_one(self):
        counted = self.count([("//a:b", "FAILED", XML)])
        self.assertEqual(counted, (1, 1, 2, ["//a:b A.fails"]))

    def test_a_target_that_died_is_one_failure(self):
        passing = XML.replace('<failure message="x"/>', "")
        for xml in (None, passing, "<testsuites"):
            self.assertEqual(self.count([("//a:b", "TIMEOUT", xml)])[1], 1)
        self.assertEqual(self.count([("//a:b", "TIMEOUT", None)])[3], ["//a:b TIMEOUT"])

    def test_no_events_are_no_tests(self):
        self.assertEqual(bazel_results.count(pathlib.Path("not-there.json")), (0, 0, 0, []))


if __name__ == "__main__":
    unittest.main()
