"""Which files are checked, and the rules that need more than one file: formatting, READMEs."""

import os
import pathlib
import re
import shutil
import subprocess

SUFFIXES = (".h", ".cc", ".proto", ".py", ".sh", ".bzl", ".md", ".yaml", ".go")
NAMES = ("BUILD", "BUILD.bazel", "WORKSPACE", ".bazelrc")
SKIPPED_FOLDERS = re.compile(r"^(?:bazel-|\.git$|\.demo$|__pycache__$)")


def _is_source(path):
    if path.name in NAMES or path.suffix in SUFFIXES:
        return True
    if path.suffix or not path.is_file():
        return False
    with open(path, "rb") as start:  # scripts have no suffix
        return start.read(2) == b"#!"


def files(root):
    """Paths of all sources relative to `root`, sorted."""
    found = []
    for folder, names, entries in os.walk(root):
        names[:] = sorted(name for name in names if not SKIPPED_FOLDERS.match(name))
        for entry in entries:
            path = pathlib.Path(folder) / entry
            if _is_source(path):
                found.append(str(path.relative_to(root)))
    return sorted(found)


def formatting(root, paths):
    """(path, line, text) for each C++ file that clang-format would change."""
    program = shutil.which("clang-format-19")
    if not program:
        raise FileNotFoundError("clang-format-19 is not installed: tools/setup check")
    sources = [path for path in paths if path.endswith((".h", ".cc"))]
    found = {}
    for at in range(0, len(sources), 200):
        done = subprocess.run(
            [program, "--dry-run", "--style=file", *sources[at : at + 200]],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        for match in re.finditer(
            r"^(.+?):(\d+):\d+: \w+: code should be clang-formatted", done.stderr, re.M
        ):
            found.setdefault(match[1], int(match[2]))
    return [
        (path, line, "not as clang-format-19 writes it") for path, line in sorted(found.items())
    ]


def readmes(paths):
    """(path, line, text) for each product folder with code and without a README.md."""
    there = set(paths)
    folders = {
        str(pathlib.PurePath(path).parent)
        for path in paths
        if path.endswith(".cc") and path.startswith(("dataplane/", "controlplane/"))
    }
    return [
        (f"{folder}/README.md", 1, "the folder has code and no README.md")
        for folder in sorted(folders)
        if f"{folder}/README.md" not in there
    ]
