"""Counts test cases of a Bazel run from its build event file and the test.xml files it names."""

import json
import urllib.parse
import urllib.request
import xml.etree.ElementTree


def _cases(uri):
    """(passed, failed, skipped, names of the failed) in one test.xml."""
    path = urllib.request.url2pathname(urllib.parse.urlparse(uri).path)
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return 0, 0, 0, []
    passed, skipped, names = 0, 0, []
    for case in root.iter("testcase"):
        is_skipped = case.get("status") == "notrun" or case.get("result") in (
            "skipped",
            "suppressed",
        )
        if case.find("failure") is not None or case.find("error") is not None:
            names.append(f"{case.get('classname', '')}.{case.get('name', '')}".strip("."))
        elif is_skipped or case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, len(names), skipped, names


def count(events):
    """(passed, failed, skipped, details) of the run that wrote the event file `events`.

    A target that failed without a failed case in its file (a crash, a timeout, a build error) is
    one failure.
    """
    reports, statuses = {}, {}
    try:
        lines = events.read_text().splitlines()
    except OSError:
        return 0, 0, 0, []
    for line in lines:
        event = json.loads(line)
        if "testResult" in event:
            label = event["id"]["testResult"]["label"]
            outputs = event["testResult"].get("testActionOutput", [])
            reports[label] = [out["uri"] for out in outputs if out["name"] == "test.xml"]
        if "testSummary" in event:
            label = event["id"]["testSummary"]["label"]
            statuses[label] = event["testSummary"].get("overallStatus", "NO_STATUS")
    passed = failed = skipped = 0
    details = []
    for label, status in sorted(statuses.items()):
        target_failed = 0
        for uri in reports.get(label, []):
            good, bad, left_out, names = _cases(uri)
            passed, skipped, target_failed = passed + good, skipped + left_out, target_failed + bad
            details += [f"{label} {name}" for name in names]
        if status not in ("PASSED", "FLAKY") and target_failed == 0:
            target_failed = 1
            details.append(f"{label} {status}")
        failed += target_failed
    return passed, failed, skipped, details
