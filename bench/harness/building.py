"""Building the two programs that are ours, each with a profile of itself at work, by which the compiler knows what is run often
(https://doc.rust-lang.org/rustc/profile-guided-optimization.html).

The gateway's profile is of other questions than those that are measured (`queries/gateway/training`), the floor's of just those.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .databases import embedded_database, filled, rows_of
from .load import Client, Load
from .places import BENCH, FLOOR, GATEWAY, ROOT, WORK
from .postgres import cluster
from .processes import Failure, run, say, serving
from .systems import EMBEDDED, FLOOR_SYSTEM, GATEWAY_NO_RLS, GATEWAY_RLS, global_id
from .works import CONTENT_BY_SLUG, DASHBOARD, MARK, UPDATE_CONTENT, samples

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
PROFILES = WORK / "profiles"
# Where in it the programs are put that count what is run, and those that are compiled by what was counted.
MEASURING, PROFILED = "measuring", "profiled"

# How the programs are asked for their profiles.
CONTENTS = 100_000
CONNECTIONS_AND_SECONDS = ((16, 3), (1, 1))


@dataclass(frozen=True)
class Program:
    name: str
    # Where its sources are, and where it is put.
    sources: Path
    place: Path

    @property
    def profile(self):
        return PROFILES / f"{self.name}.profdata"

    def compiled(self, folder, flag):
        """Compiles it with this flag, and gives where cargo has put it."""
        # With a target named, what runs while others are compiled goes without the flag.
        command = ["cargo", "build", "--release", "--locked", "--package", self.name, "--target", host(), "--target-dir", TARGET / folder]
        if subprocess.run(command, cwd=self.sources, env={**os.environ, "CARGO_ENCODED_RUSTFLAGS": flag}).returncode != 0:
            raise Failure(f"{self.sources} does not build")
        return TARGET / folder / host() / "release" / self.name

    def put(self, compiled):
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.place.unlink(missing_ok=True)
        shutil.copy2(compiled, self.place)


PROGRAMS = (Program("codex-gateway", ROOT, GATEWAY), Program("floor", BENCH / "floor", FLOOR))


def build():
    """Brings both up to date, unless `BENCH_NO_BUILD` is set. A profile is made anew where the sources have changed."""
    if os.environ.get("BENCH_NO_BUILD"):
        return
    merge = profdata()
    say("Building, to see what is run")
    measuring = {program: program.compiled(MEASURING, "-Cprofile-generate") for program in PROGRAMS}
    if any(not program.profile.exists() or program.profile.stat().st_mtime < measuring[program].stat().st_mtime for program in PROGRAMS):
        say("Looking what is run")
        shutil.rmtree(PROFILES, ignore_errors=True)
        try:
            for program in PROGRAMS:
                program.put(measuring[program])
            with profiled("aside"):
                train()
        finally:
            # They are slow, and must not be taken for the others.
            for program in PROGRAMS:
                program.place.unlink(missing_ok=True)
        for program in PROGRAMS:
            run(merge, "merge", "-o", program.profile, *PROFILES.glob(f"{program.name}-*.profraw"))
        # Cargo does not see that a profile is another one.
        shutil.rmtree(TARGET / PROFILED, ignore_errors=True)
    say("Building, with what was seen")
    for program in PROGRAMS:
        program.put(program.compiled(PROFILED, f"-Cprofile-use={program.profile}"))


def train():
    """Has both do what they are to be good at."""
    with cluster() as running:
        database = filled(running, CONTENTS)
        file = embedded_database(CONTENTS)
        drawn = samples(database.sql, "postgres")
        with closing(sqlite3.connect(file)) as connection:
            drawn_embedded = samples(rows_of(connection), "sqlite")
        for name, system, url, asked in (
            ("codex-gateway", GATEWAY_RLS, database.url, training(drawn)),
            ("codex-gateway", GATEWAY_NO_RLS, database.url, training(drawn)),
            ("codex-gateway", EMBEDDED, f"sqlite://{file}", training(drawn_embedded)),
            ("floor", FLOOR_SYSTEM, database.url, drawn),
        ):
            with profiled(name), serving(system.start(url)) as server:
                for work, values in asked.items():
                    client = Client(system, server)
                    client.ask(work, values[0])
                    client.close()
                    load = Load(system, server, work, values)
                    for connections, seconds in CONNECTIONS_AND_SECONDS:
                        load.run(connections, seconds)


def training(drawn):
    """What the gateway is asked for its profile: a document's name, and the values that it is asked with."""
    slugs, changes = drawn[CONTENT_BY_SLUG], drawn[UPDATE_CONTENT]
    return {
        "training/latest": [{}],
        "training/houses": [{}],
        "training/house": [{"organization": sample["organization"]} for sample in slugs],
        "training/piece": slugs,
        "training/own": drawn[DASHBOARD],
        "training/change": [
            {"token": sample["token"], "id": global_id("Content", sample["id"]), "description": f"Described {MARK}"} for sample in changes
        ],
    }


@contextmanager
def profiled(name):
    """Whatever is started and ends within the block leaves a profile under this name."""
    variable = "LLVM_PROFILE_FILE"
    before = os.environ.get(variable)
    os.environ[variable] = str(PROFILES / f"{name}-%p.profraw")
    try:
        yield
    finally:
        os.environ.pop(variable)
        if before is not None:
            os.environ[variable] = before


def rustc(fact):
    """What `rustc -vV` says of this."""
    return re.search(rf"^{fact}: (.*)$", run("rustc", "-vV"), re.MULTILINE)[1]


def host():
    return rustc("host")


def profdata():
    """The program that puts profiles together: the toolchain's own, or another of the same LLVM."""
    major = rustc("LLVM version").split(".")[0]
    own = Path(run("rustc", "--print", "sysroot").strip()) / "lib" / "rustlib" / host() / "bin" / "llvm-profdata"
    for candidate in (own, f"llvm-profdata-{major}", f"/usr/lib/llvm-{major}/bin/llvm-profdata"):
        if found := shutil.which(candidate):
            return found
    raise Failure(f"`llvm-profdata` of LLVM {major} is not here (`rustup component add llvm-tools`, or a package such as llvm-{major})")
