"""What was measured, as tables in RESULTS.md: one section a command, and each run replaces its own."""

import re
from statistics import median

from .places import RESULTS
from .systems import FLOOR_SYSTEM, GATEWAY_NO_RLS, GATEWAY_RLS
from .works import CONTENT_BY_SLUG, FEED, ORGANIZATION_PAGE, TITLES, UPDATE_CONTENT

HEAD = """# Results

Written by `bench/run`; what is measured, and how, stands in [README.md](README.md). Numbers of two runs, or of two machines, say
nothing when compared: the ratios within one run do.
"""
SECTIONS = ("On PostgreSQL", "The embedded database", "Growth")

# How many times the best peer, and what part of the floor without and with row-level security, at 16 connections.
TARGETS = {FEED: (3, 0.60, 0.50), ORGANIZATION_PAGE: (3, 0.55, 0.45), CONTENT_BY_SLUG: (2, 0.60, 0.45), UPDATE_CONTENT: (1, 0.50, None)}
MEMORY = 80  # MiB
TAIL = 2.5  # p99, of the floor's
CROWDED = 0.9  # the rate at the most connections, of that at 16


class Medians:
    """The medians over the rounds, and what they are compared to."""

    def __init__(self, measured, systems):
        self.systems = systems
        self.cells = {}
        for one in measured:
            self.cells.setdefault((one.work, one.connections, one.system), []).append(one)

    def of(self, work, connections, system, what="rate"):
        found = self.cells.get((work, connections, system.name))
        return median(getattr(one, what) for one in found) if found else None

    def spread(self, work, connections, system):
        rates = [one.rate for one in self.cells[work, connections, system.name]]
        return min(rates), max(rates)

    def best_peer(self, work, connections):
        """Its name and its rate."""
        rates = [(self.of(work, connections, system), system.name) for system in self.systems if system.is_peer]
        rate, name = max((pair for pair in rates if pair[0] is not None), default=(None, None))
        return name, rate


def ratio(one, other):
    return None if one is None or not other else one / other


def number(value, digits=2):
    return "–" if value is None else f"{value:,.{digits}f}"


def verdict(value, met):
    return "–" if value is None else "met" if met else "**missed**"


def table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n"


def of_work(work, medians, plan, counted):
    """One work's table."""
    rows = []
    for connections in plan.connections:
        best, best_rate = medians.best_peer(work, connections)
        floor = medians.of(work, connections, FLOOR_SYSTEM)
        for system in medians.systems:
            rate = medians.of(work, connections, system)
            low, high = medians.spread(work, connections, system)
            statements = counted.get((system.name, work, connections))
            rows.append([
                str(connections), system.name, number(rate, 0), f"{number(low, 0)}–{number(high, 0)}",
                number(medians.of(work, connections, system, "p50")), number(medians.of(work, connections, system, "p99")),
                number(ratio(rate, floor)), number(ratio(rate, best_rate)) + (" (best peer)" if system.name == best else ""),
                number(medians.of(work, connections, system, "cpu")), number(medians.of(work, connections, system, "database_cpu")),
                number(statements, 1),
            ])
    head = [
        "connections", "system", "requests/s", "lowest–highest", "p50 ms", "p99 ms", "of the floor", "of the best peer",
        "processor ms a request", "PostgreSQL's", "statements",
    ]
    return f"### {TITLES[work]}\n\n{table(head, rows)}"


def targets(medians, plan, counted, memory):
    """What was asked, beside what was measured."""
    rows = []

    def row(what, asked, value, met, digits=2, unit=""):
        shown = number(value, digits) + (unit if value is not None else "")
        rows.append([what, asked, shown, verdict(value, value is not None and met(value))])

    at, most = 16, max(plan.connections)
    for work, (peer, without, within) in TARGETS.items():
        if at not in plan.connections or work not in plan.works:
            continue
        name = TITLES[work]
        _, best = medians.best_peer(work, at)
        floor = medians.of(work, at, FLOOR_SYSTEM)
        for system, least in ((GATEWAY_RLS, within), (GATEWAY_NO_RLS, without)):
            rate = medians.of(work, at, system)
            times, part = ratio(rate, best), ratio(rate, floor)
            row(f"{name}, `{system.name}`: of the best peer", f">= {peer}", times, lambda value: value >= peer)
            if least is not None:
                row(f"{name}, `{system.name}`: of the floor", f">= {least:.2f}", part, lambda value: value >= least)
    for work in plan.works:
        for system in (GATEWAY_RLS, GATEWAY_NO_RLS):
            name = f"{TITLES[work]}, `{system.name}`"
            one, many = (counted.get((system.name, work, connections)) for connections in (1, most))
            if one is not None:
                shown = f"{one:.2f}, {many:.2f}"
                rows.append([f"{name}: statements with 1, {most} connections", "the same", shown, verdict(one, abs(one - many) < 0.05)])
            if at in plan.connections:
                tail = ratio(medians.of(work, at, system, "p99"), medians.of(work, at, FLOOR_SYSTEM, "p99"))
                row(f"{name}: p99, of the floor's", f"<= {TAIL}", tail, lambda value: value <= TAIL)
                if most > at:
                    kept = ratio(medians.of(work, most, system), medians.of(work, at, system))
                    row(f"{name}: {most} connections, of {at}", f">= {CROWDED}", kept, lambda value: value >= CROWDED)
    for system in (GATEWAY_RLS, GATEWAY_NO_RLS):
        if system.name in memory:
            row(f"`{system.name}`: memory after the run", f"< {MEMORY} MiB", memory[system.name][0], lambda value: value < MEMORY, 1, " MiB")
    return table(["what", "asked", "measured", ""], rows)


def memory_table(memory):
    rows = [[name, number(now, 1), number(peak, 1)] for name, (now, peak) in memory.items()]
    return table(["system", "resident at the end, MiB", "at its highest, MiB"], rows)


def write(section, text, path=RESULTS):
    """Puts the section in its place, and leaves the others alone."""
    found = {}
    if path.exists():
        for part in re.split(r"^## ", path.read_text(), flags=re.MULTILINE)[1:]:
            title, _, body = part.partition("\n")
            found[title.strip()] = body.strip("\n")
    found[section] = text.strip("\n")
    parts = [HEAD, *(f"## {title}\n\n{found[title]}\n" for title in SECTIONS if title in found)]
    path.write_text("\n".join(parts))
