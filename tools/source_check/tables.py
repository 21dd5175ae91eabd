"""The check's data: who may include whom, limits, patterns, exceptions with their reasons."""

# The path of a request, lowest first: a folder includes itself and what stands on lower lines.
# Several folders on one line do not include each other.
DATAPLANE_STEPS = [
    ["base"],
    ["net", "runtime"],
    ["event"],
    ["codec", "dns"],
    ["observe"],
    ["wire"],
    ["upstream"],
    ["balance"],
    ["cluster"],
    ["route"],
    ["filters"],
    ["http"],
    ["listener"],
    ["server"],
]

# Beside the path: such a folder includes whatever is below `includes_below` and is included by
# what is above `included_above`. Bazel's visibility says the rest, target by target.
DATAPLANE_BESIDE = {
    # Reading configuration: the folders of the path declare what they support with it, and it
    # compiles for them.
    "xds": {"includes_below": "server", "included_above": "codec"},
}

CONTROLPLANE_STEPS = [
    ["base"],
    ["model"],
    ["store"],
    ["fleet"],
    ["xds"],
    ["translate"],
    ["auth", "rollout"],
    ["management"],
    ["ui"],
    ["server"],
]

# What the control plane takes from the data plane.
CONTROLPLANE_USES_OF_DATAPLANE = {"base"}

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 800
COLUMNS_MAX = 100

# Where clocks are read and threads sleep.
CLOCK_FOLDERS = ["dataplane/event/"]
CLOCK_PATTERN = (
    r"\b(?:steady|system|high_resolution)_clock::now\b|\bclock_gettime\s*\(|\bgettimeofday\s*\("
    r"|\btime\s*\(\s*(?:nullptr|NULL|0|&)|\babsl::Now\b"
)
SLEEP_PATTERN = r"\bsleep_(?:for|until)\b|\b(?:u|nano)?sleep\s*\(|\babsl::SleepFor\b"

# Writing to the terminal belongs to programs, not to libraries.
OUTPUT_PATTERN = (
    r"\bstd::(?:cerr|cout|clog)\b|(?<![\w:])(?:std::)?(?:f|v|vf)?printf\s*\(|\bf?puts\s*\("
)
PROGRAM_NAMES = ("main.cc", "_main.cc")

# Put together here so that this file does not hold them itself.
MARKERS = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
FORBIDDEN = ["/wo" + "rk/", "/ro" + "ot/", "/tmp/hel" + "per"] + [
    host + tail
    for host, tail in [
        ("pypi", ".org"),
        ("registry.npm", "js.org"),
        ("repo1.ma", "ven.org"),
        ("repo.ma", "ven.apache.org"),
        ("proxy.go", "lang.org"),
        ("deb.deb", "ian.org"),
    ]
]

# (rule, path): the reason why it may.
ALLOWED = {
    ("clock", "controlplane/server/main.cc"): "hands the clocks to all that takes one",
    ("output", "dataplane/base/check.h"): "a failed check cannot rely on the log",
}
