"""The stages of tools/test, their counts and times. Called by tools/test, which installs first."""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import bazel_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
BAZEL_FLAGS = ["--color=no", "--curses=no", "--show_progress_rate_limit=30"]

# The unit tests of the tools and of what the suites share.
PYTHON_TESTS = [
    "tools/check_test.py",
    "tools/testing/testing_test.py",
    "tests/support/support_test.py",
    "tests/bench/report_test.py",
]

ABOUT = """\
tools/test runs every test of the tree and ends with a line `N passed, N failed`.

stages, in this order:
  check      the tools' own tests, and tools/check (formatting, includes, clocks, sizes ...)
  build      bazel build //...
  unit       bazel test //... (unit tests beside the code, integration tests, fuzz corpora)
  NAME       tests/NAME/run.py for each such folder: differential, hotswap, interop ...
  demo       tools/demo --ci
  bench      tests/bench/run.py --gate (with --all or --bench; it wants a quiet machine)

A stage that fails does not stop the others, except that nothing runs on a build that failed.
"""

CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
UNITTEST_LINE = re.compile(r"^Ran (\d+) tests? in", re.M)
UNITTEST_FAILED = re.compile(r"^FAILED \((.*)\)", re.M)


class Result:
    """What a stage counted."""

    def __init__(self, name, passed, failed, skipped=0, details=()):
        self.name = name
        self.passed = passed
        self.failed = failed
        self.skipped = skipped
        self.details = list(details)
        self.seconds = 0.0


def run(command, minutes, env=None):
    """Runs a command from the top of the tree; its output goes to ours as it comes.

    Returns (exit status, output). After `minutes` it and all it started are ended, status 124.
    """
    print("$", " ".join(map(str, command)), flush=True)
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, **(env or {})},
    )
    deadline = time.monotonic() + minutes * 60
    previous = signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.alarm(int(minutes * 60))
    output = []
    try:
        for line in process.stdout:
            text = line.decode(errors="replace")
            output.append(text)
            sys.stdout.write(text)
            sys.stdout.flush()
        status = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    if time.monotonic() >= deadline:
        print(f"ended after {minutes} minutes", flush=True)
        status = 124
    return status, "".join(output)


def counted(name, status, output):
    """A result from the last closing line of a suite; a bad exit without a failed test is one."""
    found = CLOSING_LINE.findall(output)
    passed, failed, skipped = (int(number or 0) for number in found[-1]) if found else (0, 0, 0)
    details = []
    if status != 0 and failed == 0:
        failed = 1
        details.append(f"exit status {status}")
    elif status == 0 and not found:
        failed = 1
        details.append("it printed no closing line")
    return Result(name, passed, failed, skipped, details)


def check_stage():
    passed, failed, details = 0, 0, []
    for script in PYTHON_TESTS:
        status, output = run([sys.executable, "-B", script], 5)
        ran, bad = UNITTEST_LINE.search(output), UNITTEST_FAILED.search(output)
        wrong = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", bad[1]))) if bad else 0
        wrong = wrong or int(status != 0)
        passed += max(0, int(ran[1]) - wrong) if ran else 0
        failed += wrong
        details += [f"{script} failed"] * bool(wrong)
    status, _ = run([sys.executable, "-B", "tools/check"], 5)
    details += ["tools/check found faults"] * bool(status)
    return Result("check", passed + (status == 0), failed + (status != 0), 0, details)


def build_stage():
    status, _ = run(["bazel", "build", *BAZEL_FLAGS, "//..."], 40)
    return Result("build", int(status == 0), int(status != 0))


def unit_stage(config=None):
    """`config` names a sanitizer of .bazelrc."""
    events = ROOT / "bazel-test-events.json"
    events.unlink(missing_ok=True)
    flags = [
        *BAZEL_FLAGS,
        "--keep_going",
        "--test_output=errors",
        f"--build_event_json_file={events}",
    ]
    if config:
        flags.append(f"--config={config}")
    if "ENVOY" in os.environ:
        # One test asks the real Envoy whether it takes what we translate.
        flags.append(f"--test_env=FAIRLEAD_ENVOY={os.environ['ENVOY']}")
    status, _ = run(["bazel", "test", *flags, "//..."], 80 if config else 30)
    passed, failed, skipped, details = bazel_results.count(events)
    events.unlink(missing_ok=True)
    if status != 0 and failed == 0:
        failed, details = 1, [f"bazel exit status {status}"]
    return Result(config or "unit", passed, failed, skipped, details)


# Those that start our programs and whose limits of time leave room for slower ones.
SANITIZED_SUITES = ("integration", "smuggling", "field", "hotswap")
# Where tests/support/paths.py looks for them, and what they are to Bazel.
PROGRAMS = {
    "FAIRLEAD_PROXY": "//dataplane:fairlead-proxy",
    "FAIRLEAD_CONTROL": "//controlplane:fairlead-control",
    "FAIRLEAD_CLI": "//tools/fairlead:fairlead",
}


def programs_stage(config):
    """Suites against programs built with a sanitizer. What it reports counts as failed."""
    name = config + "-suites"
    build = ["bazel", "build", *BAZEL_FLAGS, f"--config={config}", *PROGRAMS.values()]
    status, _ = run(build, 80)
    if status != 0:
        return Result(name, 0, 1, 0, ["left out: the build failed"])
    with tempfile.TemporaryDirectory() as folder:
        log = f"log_path={folder}/report"
        env = {
            "ASAN_OPTIONS": log,
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            "TSAN_OPTIONS": log,
            "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer",
            "TSAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer",
        }
        for variable, target in PROGRAMS.items():
            # The next build without the sanitizer takes the place of this one.
            built = ROOT / "bazel-bin" / target[2:].replace(":", "/")
            env[variable] = shutil.copy(built, folder)
        total = Result(name, 0, 0)
        for suite in SANITIZED_SUITES:
            result = suite_stage(suites()[suite], env, minutes=30)
            total.passed += result.passed
            total.failed += result.failed
            total.skipped += result.skipped
            total.details += [f"{suite}: {detail}" for detail in result.details]
        for report in sorted(pathlib.Path(folder).glob("report*")):
            print(report.read_text(errors="replace"), flush=True)
            total.failed += 1
            total.details.append(f"the sanitizer reported something, see above ({report.name})")
    return total


def suite_stage(script, env=None, minutes=15):
    status, output = run([sys.executable, "-B", script], minutes, env)
    return counted(script.parent.name, status, output)


def demo_stage():
    status, output = run(["tools/demo", "--ci"], 10)
    return counted("demo", status, output)


def bench_stage():
    status, output = run([sys.executable, "-B", "tests/bench/run.py", "--gate"], 15)
    return counted("bench", status, output)


def suites():
    """tests/*/run.py, except the benchmark."""
    found = sorted((ROOT / "tests").glob("*/run.py"))
    return {script.parent.name: script for script in found if script.parent.name != "bench"}


def stages(arguments):
    """(name, function, needs a build) in the order they run."""
    if arguments.sanitizers:
        plan = []
        for name in arguments.sanitizers:
            plan.append((name, lambda n=name: unit_stage(n), False))
            plan.append((f"{name}-suites", lambda n=name: programs_stage(n), False))
        return plan
    plan = [("check", check_stage, False), ("build", build_stage, False)]
    plan.append(("unit", unit_stage, True))
    if not arguments.quick:
        plan += [(name, lambda s=script: suite_stage(s), True) for name, script in suites().items()]
        plan.append(("demo", demo_stage, True))
    if arguments.all or arguments.bench:
        plan.append(("bench", bench_stage, True))
    if arguments.only:
        plan = [stage for stage in plan if stage[0] in arguments.only]
    return plan


def summarize(results):
    print("\nstage              passed  failed  skipped     time")
    for result in results:
        minutes, seconds = divmod(int(result.seconds), 60)
        print(
            f"{result.name:17} {result.passed:7} {result.failed:7} {result.skipped:8}"
            f"  {minutes:3}:{seconds:02}  {'; '.join(result.details[:3])}"
        )
    for result in results:
        for detail in result.details[3:]:
            print(f"  {result.name}: {detail}")
    total = sum(result.seconds for result in results)
    print(f"in all {int(total) // 60}:{int(total) % 60:02}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/test", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="check, build and unit only")
    parser.add_argument("--bench", action="store_true", help="the bench's bars as well")
    parser.add_argument("--all", action="store_true", help="everything there is")
    for name, finds in (("asan", "memory faults and undefined behaviour"), ("tsan", "data races")):
        parser.add_argument(
            f"--{name}",
            action="append_const",
            dest="sanitizers",
            const=name,
            help=f"bazel test //... and {', '.join(SANITIZED_SUITES)}, built to find {finds}, "
            "and nothing else",
        )
    parser.add_argument("--only", action="append", metavar="STAGE", help="only this; repeatable")
    arguments = parser.parse_args()
    if arguments.only:
        arguments.bench = arguments.bench or "bench" in arguments.only
        known = {"check", "build", "unit", "demo", "bench", *suites()}
        unknown = set(arguments.only) - known
        if unknown:
            parser.error(f"no stage {', '.join(sorted(unknown))}; there are {sorted(known)}")
    return arguments


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results, is_built = [], True
    for name, function, needs_build in stages(arguments):
        print(f"\n=== {name}", flush=True)
        if needs_build and not is_built:
            print("left out: the build failed", flush=True)
            results.append(Result(name, 0, 1, 0, ["left out: the build failed"]))
            continue
        started = time.monotonic()
        try:
            result = function()
        except OSError as error:
            result = Result(name, 0, 1, 0, [str(error)])
        result.seconds = time.monotonic() - started
        is_built = is_built and not (name == "build" and result.failed)
        results.append(result)
    summarize(results)
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    # Scripts read this line, so it has one form; the table above tells what was skipped.
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
