"""Starting programs, and making sure that none outlives the run."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from .places import WORK


class Failure(Exception):
    """Something that the person at the command line has to know, as a sentence."""


def say(text):
    print(text, flush=True)


def run(*command, **options):
    """Runs a program to its end and gives what it printed; what it complained of, if it failed."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if done.returncode != 0:
        raise Failure(f"`{' '.join(map(str, command))}` failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program that runs until it is stopped, in a process group of its own so that its children end with it."""

    def __init__(self, name, command, port, environment=None, **options):
        self.name, self.port = name, port
        self.log = WORK / "logs" / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **(environment or {})}, **options,
            )

    def wait_until_it_listens(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise Failure(f"{self.name} does not listen. Its log:\n{self.log.read_text(errors='replace')[-4000:]}")

    def stop(self, how=signal.SIGTERM, seconds=20):
        for which in (how, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, which)
            except ProcessLookupError:
                return
            try:
                self.process.wait(seconds)
                return
            except subprocess.TimeoutExpired:
                continue

    def _processes(self):
        """The program and all that it has started, as folders of /proc."""
        found, left = [], [self.process.pid]
        while left:
            folder = Path("/proc") / str(left.pop())
            found.append(folder)
            for children in folder.glob("task/*/children"):
                try:
                    left += children.read_text().split()
                except OSError:
                    continue
        return found

    def memory(self):
        """Resident memory of all of it in MiB: now, and at its highest."""
        now = peak = 0
        for folder in self._processes():
            try:
                sizes = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if line.startswith("Vm"))
            except OSError:
                continue
            now += int(sizes.get("VmRSS", "0 kB").split()[0])
            peak += int(sizes.get("VmHWM", "0 kB").split()[0])
        return now / 1024, peak / 1024

    def cpu(self):
        """How many seconds of processor time all of it has taken so far."""
        ticks = 0
        for folder in self._processes():
            try:
                # Behind the name, which may hold anything, in parentheses.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # Its own, and that of whatever it has started and seen end, in user and in system mode.
            ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(server):
    """The server, until the block ends, however it ends."""
    try:
        server.wait_until_it_listens()
        yield server
    finally:
        server.stop()
