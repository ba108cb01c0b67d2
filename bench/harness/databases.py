"""The databases that are measured: seeded once, and a copy for each run."""

import shutil
import sqlite3
import uuid
from contextlib import closing

from .places import GATEWAY, WORK
from .processes import run, say
from .systems import PEER_SET_UP


def filled(running, contents):
    """A database with that much content, as the seed leaves it: whatever an earlier run has changed is gone."""
    template = f"seed_{contents}"
    if not running.has(template):
        say(f"Seeding {contents} rows of content")
        making = running.create("seeding")
        seed(making.url, contents)
        running.maintenance.sql(f'ALTER DATABASE seeding RENAME TO "{template}"')
    database = running.create(f"codex_bench_{contents}", template)
    # For a template of before a migration.
    migrate(database.url)
    database.sql(PEER_SET_UP)
    database.sql("VACUUM (ANALYZE)")
    return database


def embedded_database(contents, fresh=False):
    """The same in a file."""
    template, file = WORK / f"seed_{contents}.sqlite", WORK / "embedded.sqlite"
    if fresh:
        template.unlink(missing_ok=True)
    if not template.exists():
        say(f"Seeding {contents} rows of content, embedded")
        making = WORK / "seeding.sqlite"
        remove(making)
        seed(f"sqlite://{making}", contents)
        # What is still in the log beside the file goes into it.
        with closing(sqlite3.connect(making)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        making.rename(template)
        remove(making)
    remove(file)
    shutil.copy(template, file)
    migrate(f"sqlite://{file}")
    return file


def remove(file):
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()


def rows_of(connection):
    """Runs a query on the embedded database, which has uuids as bytes."""
    text = lambda value: str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else str(value)
    return lambda statement: [[text(value) for value in row] for row in connection.execute(statement)]


def migrate(url):
    run(GATEWAY, "migrate", "up", "--database-url", url)


def seed(url, contents):
    """The schema, and that many rows of content with all that belongs to them."""
    migrate(url)
    run(GATEWAY, "seed", "--scale", contents, "--database-url", url)
