"""Medians, ratios, tables, and the bars that --gate holds Fairlead to."""

import statistics

COLUMNS = [
    "cpu_us",
    "ratio",
    "spread_pct",
    "user_us",
    "sys_us",
    "rps",
    "kib_per_conn",
    "idle_cpu_pct",
    "start_ms",
    "start_cpu_ms",
    "effect_ms",
    "p50_us",
    "p99_us",
    "max_us",
    "mem_mib",
    "used",
    "others",
    "closed",
    "failed",
]

# (scenario, the peers of which the cheapest counts, the largest share of its CPU per request)
GATES = [
    ("h1_1k", ("nginx", "haproxy"), 0.85),
    ("h1_1k", ("envoy",), 0.45),
]


def ratios(rows, scenario, peer, against, key="cpu_us"):
    """peer's figure over the cheapest of `against` in each round that has both."""
    out = []
    for row in rows:
        if row["scenario"] != scenario or row["peer"] != peer:
            continue
        others = [
            other[key]
            for other in rows
            if other["scenario"] == scenario
            and other["round"] == row["round"]
            and other["peer"] in against
        ]
        if others:
            out.append(row[key] / min(others))
    return out


def medians(rows, scenario, peers):
    """{peer name: {column: median}} in the order of `peers`; failures are summed."""
    real = {peer.name for peer in peers if not peer.is_anchor}
    out = {}
    for peer in peers:
        mine = [row for row in rows if row["scenario"] == scenario and row["peer"] == peer.name]
        if not mine:
            continue
        line = {
            key: statistics.median(row[key] for row in mine) for key in COLUMNS if key in mine[0]
        }
        line["failed"] = sum(row["failed"] for row in mine)
        if "cpu_us" in line:
            line["ratio"] = statistics.median(ratios(rows, scenario, peer.name, real) or [0])
            costs = [row["cpu_us"] for row in mine]
            line["spread_pct"] = (max(costs) - min(costs)) / line["cpu_us"] * 100
        out[peer.name] = line
    return out


def _cell(value):
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"


def table(scenario, lines):
    """A Markdown table."""
    columns = [column for column in COLUMNS if any(column in line for line in lines.values())]
    out = [
        f"\n### {scenario}\n",
        f"| peer | {' | '.join(columns)} |",
        "|---" + "|---:" * len(columns) + "|",
    ]
    out += [
        f"| {name} | {' | '.join(_cell(line.get(column)) for column in columns)} |"
        for name, line in lines.items()
    ]
    return "\n".join(out)


def gate(rows):
    """[(passes, text)] for each bar and for lost requests; a bar without figures fails."""
    results = []
    for scenario, against, bar in GATES:
        found = ratios(rows, scenario, "fairlead", against)
        name = f"{scenario}: CPU per request over {' or '.join(against)}"
        if not found:
            results.append((False, f"{name}: not measured"))
            continue
        value = statistics.median(found)
        results.append(
            (
                value <= bar,
                f"{name}: {value:.3f} of at most {bar} "
                f"({len(found)} rounds, {min(found):.3f} to {max(found):.3f})",
            )
        )
    for scenario in sorted({row["scenario"] for row in rows}):
        lost = sum(
            row["failed"]
            for row in rows
            if row["scenario"] == scenario and row["peer"] == "fairlead"
        )
        results.append((lost == 0, f"{scenario}: {lost} requests failed"))
    return results
