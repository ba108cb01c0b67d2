"""Installing whatever is measured beside what is ours, and saying what it all is."""

import json
import os
import platform
import re
import shutil
import subprocess

from .load import wrk
from .places import BENCH, NODE, PEERS, ROOT, WORK
from .postgres import program
from .processes import Failure, run, say


def set_up(peers=True):
    """Brings everything up to date; where it is already, this takes a moment."""
    for name in ("cargo", "npm") if peers else ("cargo",):
        if not shutil.which(name):
            raise Failure(f"`{name}` is not here")
    wrk()
    WORK.mkdir(parents=True, exist_ok=True)
    if peers:
        for peer in ("node", "postgraphile", "yoga"):
            install(PEERS / peer)


def install(folder):
    """The packages that the lock file names, unless they are there."""
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        say(f"Installing {folder.name}")
        run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)


def machine():
    """What all was measured on, and with, in a line or two."""
    processor = re.search(r"^model name\s*: (.*)$", open("/proc/cpuinfo").read(), re.MULTILINE)
    memory = int(re.search(r"^MemTotal:\s*(\d+)", open("/proc/meminfo").read())[1]) / 1024**2
    commit = run("git", "rev-parse", "--short", "HEAD", cwd=ROOT).strip()
    # But for what an earlier section has put into the results.
    changes = run("git", "status", "--porcelain", "-uno", "--", ".", ":!bench/RESULTS.md", cwd=ROOT)
    changed = " with changes" if changes.strip() else ""
    load = subprocess.run([wrk(), "-v"], stdout=subprocess.PIPE, text=True).stdout.split()[1]
    facts = [
        f"{os.cpu_count()} × {processor[1].strip() if processor else platform.machine()}, {memory:.0f} GiB, Linux {platform.release()}",
        f"PostgreSQL {run(program('postgres'), '--version').split()[2]}",
        f"Rust {run('rustc', '--version').split()[1]}, gateway at {commit}{changed}",
        f"floor: {locked_crates('axum', 'sqlx')}; both built with a profile",
        f"wrk {load}",
    ]
    if NODE.exists():
        packages = locked("postgraphile", "postgraphile", "postgraphile-plugin-connection-filter")
        others = locked("yoga", "graphql-yoga", "drizzle-orm", "pg")
        facts.append(f"Node {run(NODE, '--version').strip().lstrip('v')}, {packages}; {others}")
    return "; ".join(facts) + "."


def locked(peer, *names):
    packages = json.loads((PEERS / peer / "package-lock.json").read_text())["packages"]
    return ", ".join(f"{name} {packages[f'node_modules/{name}']['version']}" for name in names)


def locked_crates(*names):
    text = (BENCH / "floor" / "Cargo.lock").read_text()
    found = {name: re.search(rf'^name = "{name}"\nversion = "(.*)"', text, re.MULTILINE) for name in names}
    return ", ".join(f"{name} {version[1]}" for name, version in found.items())
