"""Where programs are: ours under bazel-bin, others' where the system or tools/setup put them."""

import glob
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "fairlead"

# Our programs: the environment variable that overrides each, and its Bazel output.
PROGRAMS = {
    "fairlead-proxy": ("FAIRLEAD_PROXY", "dataplane/fairlead-proxy"),
    "fairlead-control": ("FAIRLEAD_CONTROL", "controlplane/fairlead-control"),
    "fairlead": ("FAIRLEAD_CLI", "tools/fairlead/fairlead"),
}

# The test programs in C++ and their sources, for when Bazel has not built them.
TOOLS = {
    "load": ["tests/bench/load.cc", "tests/bench/response_reader.cc"],
    "backend": ["tests/bench/backend.cc"],
    "forward": ["tests/bench/forward.cc"],
}
TOOL_HEADERS = ["tests/bench/sockets.h", "tests/bench/response_reader.h"]


class Missing(Exception):
    """A program that is needed is not there; the message says how to get it."""


def program(name):
    """The path of one of our programs."""
    variable, output = PROGRAMS[name]
    path = os.environ.get(variable) or str(ROOT / "bazel-bin" / output)
    if not os.access(path, os.X_OK):
        package, target = output.rsplit("/", 1)
        raise Missing(f"{path} is not there: bazel build //{package}:{target} (or set {variable})")
    return path


def envoy():
    """The real Envoy, from $ENVOY or the environment that tools/setup makes."""
    pattern = CACHE / "envoy/lib/python*/site-packages/envoy/_bin/envoy"
    found = [os.environ.get("ENVOY", "")] + sorted(glob.glob(str(pattern)))
    for path in found:
        if path and os.access(path, os.X_OK):
            return path
    raise Missing("the real Envoy is not there: tools/setup envoy (or set ENVOY)")


def system(name):
    """A program of the system, such as nginx; /usr/sbin is searched as well."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if not path:
        raise Missing(f"{name} is not installed: tools/setup servers")
    return path


def tool(name):
    """A test program: Bazel's when it is newer than its sources, else compiled here."""
    sources = [ROOT / path for path in TOOLS[name]]
    newest = max(path.stat().st_mtime for path in sources + [ROOT / path for path in TOOL_HEADERS])
    built = [ROOT / "bazel-bin/tests/bench" / name, CACHE / "tools" / name]
    for path in built:
        if path.exists() and path.stat().st_mtime >= newest:
            return str(path)
    out = built[-1]
    out.parent.mkdir(parents=True, exist_ok=True)
    compiler = shutil.which("clang++-19") or shutil.which("g++")
    if not compiler:
        raise Missing("no C++ compiler: tools/setup build")
    scratch = f"{out}.{os.getpid()}"
    print(f"compiling {name}", file=sys.stderr)
    subprocess.run(
        [compiler, "-std=c++20", "-O2", f"-I{ROOT}", "-o", scratch, *map(str, sources)], check=True
    )
    os.replace(scratch, out)
    return str(out)
