"""The rounds: every system in turn, again and again, so that whatever the machine does meanwhile hits all of them."""

import time
from dataclasses import asdict, dataclass

from .load import Load, ask_all
from .processes import Failure, say

# What a gateway does from time to time without being asked touches these tables, and is not counted: it looks whether the database is
# there and up to date, and adds up views.
HOUSEKEEPING = ("content_views", "seaql_migrations", "information_schema")


@dataclass(frozen=True)
class Plan:
    """How much is measured."""
    rounds: int
    seconds: int
    warm_up: int
    connections: tuple
    works: tuple


@dataclass(frozen=True)
class Measured:
    round: int
    work: str
    connections: int
    system: str
    rate: float
    # Milliseconds.
    p50: float
    p99: float
    # Milliseconds of processor time a request: of the system itself, and of PostgreSQL.
    cpu: float
    database_cpu: float

    asdict = asdict


# How often a measurement is made of which nothing came at all: the disk may stand still for seconds.
TRIES = 3


def measure(servers, samples, plan, cluster, tidy=lambda: None):
    """Runs the rounds, and gives what was measured. Before each system's turn `tidy` has the database be as before."""
    loads = {(system.name, work): Load(system, server, work, samples[system.name][work])
             for system, server in servers for work in plan.works}
    say("Warming up")
    for load in loads.values():
        load.run(max(plan.connections), plan.warm_up * 2)

    server_of = {system.name: server for system, server in servers}
    measured = []
    for number in range(plan.rounds):
        # Nobody is always the first, or after the same one; and neither is any number of connections.
        turn = number % len(servers)
        order = servers[turn:] + servers[:turn]
        order = order if number % 2 == 0 else order[::-1]
        numbers = plan.connections if number % 2 == 0 else plan.connections[::-1]
        for work in plan.works:
            for system, _ in order:
                tidy()
                # One right after the other, since they are compared: how quick a machine is can change within minutes.
                for connections in numbers:
                    load = loads[system.name, work]
                    for _ in range(TRIES):
                        load.run(connections, plan.warm_up)
                        busy = (server_of[system.name], cluster.server)
                        before = [server.cpu() for server in busy]
                        came = load.run(connections, plan.seconds)
                        cpu = [(server.cpu() - start) * 1_000 for server, start in zip(busy, before)]
                        if came["failed"] or came["requests"]:
                            break
                    if came["failed"] or not came["requests"]:
                        raise Failure(f"{system.name}, {work}, {connections} connections: {came}")
                    requests = came["requests"]
                    one = Measured(
                        number, work, connections, system.name, requests / came["seconds"], came["p50"], came["p99"],
                        *(milliseconds / requests for milliseconds in cpu),
                    )
                    measured.append(one)
                    say(f"  round {number + 1}, {work}, {connections} connections, {system.name}: {one.rate:.0f} requests/s, "
                        f"p50 {one.p50:.2f} ms, p99 {one.p99:.2f} ms, processor {one.cpu:.2f} + {one.database_cpu:.2f} ms")
    return measured


def statements(servers, samples, plan, cluster, database):
    """How many statements a request takes, by pg_stat_statements: for each system and work, with one connection and with the most."""
    counted = {}
    few = (1, max(plan.connections))
    for system, server in servers:
        for work in plan.works:
            # The same every time: it may depend on the row how many there are.
            values = samples[system.name][work]
            asked = [values[number % len(values)] for number in range(64)]
            for connections in few:
                # So that whatever is only done at first is done.
                ask_all(system, server, work, asked, connections)
                settled(cluster, database)
                cluster.maintenance.sql("SELECT pg_stat_statements_reset()")
                requests = ask_all(system, server, work, asked * (4 if connections > 1 else 1), connections)
                counted[system.name, work, connections] = settled(cluster, database) / requests
    return counted


def settled(cluster, database):
    """How many statements there were since the last reset, when there are no more: a transaction may end after its answer."""
    counted = " AND ".join(f"query NOT LIKE '%{table}%'" for table in HOUSEKEEPING)
    count, before = None, -1
    while count != before:
        time.sleep(0.1)
        before, count = count, int(cluster.maintenance.one(f"""
            SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
            WHERE datname = '{database.name}' AND {counted}"""))
    return count
