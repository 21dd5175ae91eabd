"""The rules. Each takes a File and yields (line, text) for what is wrong; RULES names them."""

import pathlib
import re

from . import source, tables


class File:
    """One source file, its path relative to the top of the tree."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.is_cpp = path.endswith((".h", ".cc"))
        self.is_python = path.endswith(".py") or text.startswith("#!/usr/bin/env python3")
        self.is_test = bool(re.search(r"_(?:test|fuzz|bench)\.cc$", path))
        self._code = None

    @property
    def code(self):
        """The text without comments and strings."""
        if self._code is None:
            self._code = source.blank(self.text)
        return self._code

    def find(self, pattern):
        """(line, match) for each match in the code."""
        for match in re.finditer(pattern, self.code):
            yield self.code.count("\n", 0, match.start()) + 1, match


def _is_product(file):
    return file.path.startswith(("dataplane/", "controlplane/"))


def _rank(steps, folder):
    return next((rank for rank, names in enumerate(steps) if folder in names), None)


def _dataplane_include(here, there):
    """What is wrong with dataplane/<here> including dataplane/<there>; None when it may."""
    steps, beside = tables.DATAPLANE_STEPS, tables.DATAPLANE_BESIDE
    for folder in (here, there):
        if _rank(steps, folder) is None and folder not in beside:
            return f"dataplane/{folder} has no place in the steps (tools/source_check/tables.py)"
    if here in beside and there in beside:
        return None
    if here in beside:
        limit = beside[here]["includes_below"]
        return (
            None
            if _rank(steps, there) < _rank(steps, limit)
            else f"dataplane/{here} stands below {there}"
        )
    if there in beside:
        floor = beside[there]["included_above"]
        return (
            None
            if _rank(steps, here) > _rank(steps, floor)
            else f"dataplane/{here} is ground, {there} is not"
        )
    if _rank(steps, there) < _rank(steps, here):
        return None
    return f"dataplane/{here} may not include {there}: it is not a step below"


def _controlplane_include(here, there):
    steps = tables.CONTROLPLANE_STEPS
    for folder in (here, there):
        if _rank(steps, folder) is None:
            return f"controlplane/{folder} has no place in the steps (tools/source_check/tables.py)"
    if _rank(steps, there) < _rank(steps, here):
        return None
    return f"controlplane/{here} may not include {there}: it is not a step below"


def includes(file):
    """Includes go down the path of a request, never from data plane to control plane."""
    if not file.is_cpp or not _is_product(file):
        return
    plane, here = file.path.split("/")[:2]
    for number, line in enumerate(file.lines, 1):
        match = re.match(r'#include "((dataplane|controlplane|tools|tests)/(\w+)/[^"]+)"', line)
        if not match or (file.is_test and match[2] == "tests"):
            continue
        wrong = _include(plane, here, match[2], match[3])
        if wrong:
            yield number, wrong


def _include(plane, here, other_plane, there):
    """What is wrong with <plane>/<here> including <other plane>/<there>; None when it may."""
    if other_plane in ("tools", "tests"):
        return f"{plane} includes {other_plane}"
    if plane == other_plane and here == there:
        return None
    if plane == "dataplane":
        is_own = other_plane == "dataplane"
        return _dataplane_include(here, there) if is_own else "dataplane includes controlplane"
    if other_plane == "controlplane":
        return _controlplane_include(here, there)
    if there in tables.CONTROLPLANE_USES_OF_DATAPLANE:
        return None
    return f"controlplane may not include dataplane/{there}"


def clock(file):
    """Clocks are read in event/ only (and in tests, for deadlines); nobody else sleeps."""
    if (
        not file.is_cpp
        or not _is_product(file)
        or file.path.startswith(tuple(tables.CLOCK_FOLDERS))
    ):
        return
    for line, match in file.find(tables.SLEEP_PATTERN):
        yield line, f"{match[0].strip('( ')}: wait on the loop or on an event"
    for line, match in [] if file.is_test else file.find(tables.CLOCK_PATTERN):
        yield line, f"{match[0].strip('( ')}: take a clock as an argument"


def exceptions(file):
    """The data plane does not throw."""
    if file.is_cpp and file.path.startswith("dataplane/"):
        for line, _ in file.find(r"\bthrow\b"):
            yield line, "throw in dataplane/"


def output(file):
    """Libraries do not print."""
    is_program = pathlib.PurePath(file.path).name.endswith(tables.PROGRAM_NAMES)
    if not file.is_cpp or not _is_product(file) or file.is_test or is_program:
        return
    for line, match in file.find(tables.OUTPUT_PATTERN):
        yield line, f"{match[0].strip('( ')} in a library: use FL_LOG"


def function_length(file):
    """A function fits on a screen."""
    if not file.is_cpp:
        return
    for first, last, name in source.functions(file.code):
        lines = last - first + 1
        if lines > tables.FUNCTION_LINES_MAX:
            yield first, f"{lines} lines, more than {tables.FUNCTION_LINES_MAX}: {name}"


def file_length(file):
    """A file is one idea."""
    count = len(file.lines) - 1
    if count > tables.FILE_LINES_MAX:
        yield count, f"{count} lines, more than {tables.FILE_LINES_MAX}"


def columns(file):
    """Lines of C++ and Python fit 100 columns; links and includes may be longer."""
    if not file.is_cpp and not file.is_python:
        return
    for number, line in enumerate(file.lines, 1):
        if len(line) > tables.COLUMNS_MAX and "://" not in line and not line.startswith("#include"):
            yield number, f"{len(line)} columns, more than {tables.COLUMNS_MAX}"


def markers(file):
    """Nothing is left for later without an issue."""
    pattern = re.compile(r"\b(?:" + "|".join(tables.MARKERS) + r")\b")
    for number, line in enumerate(file.lines, 1):
        match = pattern.search(line)
        if match:
            yield number, f"{match[0]} left in the tree"


def forbidden(file):
    """No path of a developer's machine and no registry's host."""
    for number, line in enumerate(file.lines, 1):
        for word in tables.FORBIDDEN:
            if re.search(r"(?<![\w.])" + re.escape(word), line):
                yield number, f"{word} belongs to a machine, not to the tree"


def header_guard(file):
    """Header guards are named after the path."""
    if not file.path.endswith(".h"):
        return
    name = "FAIRLEAD_" + re.sub(r"[^A-Za-z0-9]", "_", file.path).upper() + "_"
    found = re.search(r"^#ifndef (\S+)\n#define (\S+)$", file.text, re.M)
    if not found:
        yield 1, f"no header guard; it would be {name}"
    elif found[1] != name or found[2] != name:
        line = file.text.count("\n", 0, found.start()) + 1
        yield line, f"header guard {found[1]}, not {name}"


def last_newline(file):
    """A file ends with one newline and no line ends with spaces."""
    if file.text and (not file.text.endswith("\n") or file.text.endswith("\n\n")):
        yield len(file.lines), "the file does not end with one newline"
    for number, line in enumerate(file.lines, 1):
        if line != line.rstrip() and not file.path.endswith(".md"):
            yield number, "spaces at the end of the line"


RULES = {
    "includes": includes,
    "clock": clock,
    "throw": exceptions,
    "output": output,
    "function-length": function_length,
    "file-length": file_length,
    "columns": columns,
    "marker": markers,
    "forbidden": forbidden,
    "header-guard": header_guard,
    "newline": last_newline,
}


def check(file):
    """(line, rule, text) for all that is wrong with one file, in line order."""
    found = []
    for name, rule in RULES.items():
        if (name, file.path) not in tables.ALLOWED:
            found += [(line, name, text) for line, text in rule(file)]
    return sorted(found)
