"""A PostgreSQL cluster of the benchmark's own, so that it disturbs none and is the same on every machine."""

import glob
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

from .places import WORK
from .processes import Failure, Server, free_port, run

# Everything not said here is as PostgreSQL has it; a commit waits for the disk.
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "shared_buffers": "512MB",
    "max_connections": "150",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",  # solid state, and all of it in memory anyway
    "autovacuum": "off",  # it would hit whoever is being measured; before each one's turn everything is vacuumed
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


def program(name):
    """PostgreSQL's programs are seldom on the path; where several versions are, it is the latest."""
    installed = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
    found = max(installed, key=lambda path: int(path.split("/")[4]), default=None) or shutil.which(name)
    if not found:
        raise Failure(f"PostgreSQL's `{name}` is not here (on Debian: apt-get install postgresql)")
    return found


class Database:
    """One database of the cluster."""

    def __init__(self, port, name):
        self.port, self.name = port, name
        self.url = f"postgres://postgres@127.0.0.1:{port}/{name}"

    def sql(self, text):
        """Runs SQL, and gives the rows as lists of texts."""
        printed = run(program("psql"), self.url, "-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", text)
        return [line.split("\t") for line in printed.splitlines()]

    def one(self, text):
        return self.sql(text)[0][0]


class Cluster:
    """The running cluster, and its databases by name."""

    def __init__(self, server):
        self.server, self.port = server, server.port
        self.maintenance = Database(self.port, "postgres")

    def wait_until_it_answers(self, seconds=60):
        """It listens before it is ready."""
        for _ in range(seconds * 10):
            if subprocess.run([program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0:
                return
            time.sleep(0.1)
        raise Failure("PostgreSQL does not answer")

    def database(self, name):
        return Database(self.port, name)

    def has(self, name):
        return self.maintenance.one(f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == "1"

    def create(self, name, template=None):
        self.maintenance.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        copied = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        self.maintenance.sql(f'CREATE DATABASE "{name}"{copied}')
        return self.database(name)

    def drop(self, name):
        self.maintenance.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def cluster(fresh=False):
    """The cluster, running until the block ends. Its files stay, so that the next run need not seed again."""
    folder = WORK / "postgres"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    # PostgreSQL refuses to run as root.
    account = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if not (folder / "PG_VERSION").exists():
        folder.mkdir(parents=True)
        if account:
            shutil.chown(folder, **account)
        run(program("initdb"), "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", cwd="/", **account)
    port = free_port()
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    server = Server("postgres", [program("postgres"), "-D", folder, "-p", port, *settings], port, cwd="/", **account)
    try:
        server.wait_until_it_listens()
        running = Cluster(server)
        running.wait_until_it_answers()
        running.maintenance.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        yield running
    finally:
        # "Fast": ends connections, writes everything out.
        server.stop(signal.SIGINT, seconds=60)
