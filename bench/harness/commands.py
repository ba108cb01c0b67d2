"""The three runs."""

import json
import sqlite3
from contextlib import ExitStack, closing
from datetime import date

from . import answers, growth as growing, report
from .building import build
from .databases import embedded_database, filled, rows_of
from .load import Client
from .measure import measure, statements
from .places import WORK
from .postgres import cluster
from .processes import Failure, say, serving
from .setting_up import machine, set_up
from .systems import CONNECTIONS, EMBEDDED, FLOOR_SYSTEM, GATEWAY_RLS, POSTGRAPHILE, SYSTEMS
from .works import DASHBOARD, FEED, TITLES, UPDATE_CONTENT, samples


def postgres(plan, asked, results):
    """All systems on PostgreSQL."""
    chosen = [system for name, system in SYSTEMS.items() if name in asked.systems]
    if GATEWAY_RLS not in chosen:
        raise Failure("`gateway` must be among the systems: the others' answers are compared with its")
    chosen.sort(key=lambda system: system is not GATEWAY_RLS)
    set_up()
    build()
    with cluster(asked.fresh) as running, ExitStack() as stack:
        database = filled(running, asked.contents)
        drawn = samples(database.sql, "postgres")
        servers = [(system, stack.enter_context(serving(system.start(database.url)))) for system in chosen]
        say("Comparing answers")
        answers.check(servers, drawn, database, plan.works)
        say("Counting statements")
        counted = statements(servers, {system.name: drawn for system in chosen}, plan, running, database)
        say("Measuring")
        measured = measure(servers, {system.name: drawn for system in chosen}, plan, running, lambda: tidy(database))
        memory = {system.name: server.memory() for system, server in servers}

    keep("postgres", measured)
    medians = report.Medians(measured, chosen)
    report.write("On PostgreSQL", "\n".join([
        heading(plan, asked), "### Targets\n", report.targets(medians, plan, counted, memory),
        *(report.of_work(work, medians, plan, counted) for work in plan.works),
        "### Memory\n", report.memory_table(memory),
    ]), results)


def embedded(plan, asked, results):
    """The gateway on its embedded database, beside PostGraphile and the floor on PostgreSQL."""
    set_up()
    build()
    file = embedded_database(asked.contents, asked.fresh)
    with cluster(asked.fresh) as running, ExitStack() as stack:
        database = filled(running, asked.contents)
        start = lambda system, url: (system, stack.enter_context(serving(system.start(url))))
        own = start(EMBEDDED, f"sqlite://{file}")
        others = [start(system, database.url) for system in (POSTGRAPHILE, FLOOR_SYSTEM)]
        drawn = {system.name: samples(database.sql, "postgres") for system, _ in others}
        with closing(sqlite3.connect(file)) as connection:
            drawn[EMBEDDED.name] = samples(rows_of(connection), "sqlite")
        say("Comparing answers")
        with serving(GATEWAY_RLS.start(database.url)) as server:
            # First, because the other check changes rows in one of the two databases.
            check_embedded((GATEWAY_RLS, server), own, drawn, plan)
            answers.check([(GATEWAY_RLS, server), *others], drawn[POSTGRAPHILE.name], database, plan.works)
        say("Measuring")
        servers = [own, *others]
        measured = measure(servers, drawn, plan, running, lambda: tidy(database))
        memory = {system.name: server.memory() for system, server in servers}

    keep("embedded", measured)
    medians = report.Medians(measured, [system for system, _ in servers])
    rows = []
    for connections in plan.connections if FEED in plan.works else ():
        times = report.ratio(medians.of(FEED, connections, EMBEDDED), medians.of(FEED, connections, POSTGRAPHILE))
        rows.append([f"{TITLES[FEED]}, {connections} connections: of PostGraphile on PostgreSQL", ">= 1",
                     report.number(times), report.verdict(times, times >= 1)])
    report.write("The embedded database", "\n".join([
        heading(plan, asked), report.table(["what", "asked", "measured", ""], rows),
        *(report.of_work(work, medians, plan, {}) for work in plan.works),
        "### Memory\n", report.memory_table(memory),
    ]), results)


def growth(plan, asked, results):
    """The feed over ten times the rows, and far into it."""
    set_up(peers=False)
    build()
    with cluster(asked.fresh) as running, ExitStack() as stack:
        small, large = (filled(running, contents) for contents in (asked.contents, 10 * asked.contents))
        measured, places = growing.measure_growth(stack, running, small, large, plan)
    keep("growth", measured)
    report.write("Growth", f"{heading(plan, asked)}\n{growing.tables(measured, places, plan, asked.contents)}", results)


def check_embedded(on_postgres, own, drawn, plan):
    """The embedded gateway's answers are those of the one on PostgreSQL, but for what depends on when the rows were made."""
    clients = Client(*on_postgres), Client(*own)
    by_user = [{sample["user"]: sample for sample in drawn[system.name][DASHBOARD]} for system in (POSTGRAPHILE, EMBEDDED)]
    for work in plan.works:
        pairs = [(sample, sample) for sample in drawn[POSTGRAPHILE.name][work][:answers.TRIED]]
        if work == DASHBOARD:
            users = sorted(by_user[0].keys() & by_user[1].keys())[:answers.TRIED]
            pairs = [(by_user[0][user], by_user[1][user]) for user in users]
        if work == UPDATE_CONTENT:
            # Another row: there is nothing to compare but that it succeeds.
            clients[1].ask(work, drawn[EMBEDDED.name][work][0])
            continue
        for pair in pairs:
            found = [answers.plain(client.ask(work, sample), without=answers.OF_THE_ROWS) for client, sample in zip(clients, pair)]
            if found[0] != found[1]:
                raise Failure(f"{EMBEDDED.name} answers {work} {pair[0]} otherwise: {answers.difference(*found)}")
        say(f"  {EMBEDDED.name}: {work}: same answers, {len(pairs)} tried")


def tidy(database):
    """What autovacuum would do some time or other: here it is done for everybody, before each one's turn."""
    database.sql("VACUUM (ANALYZE) content")
    database.sql("VACUUM (ANALYZE) audit_entries")
    database.sql("CHECKPOINT")


def heading(plan, asked):
    return (
        f"{date.today()}, {asked.contents:,} rows of content, pools of {CONNECTIONS}; {plan.rounds} rounds of {plan.seconds} s each after "
        f"{plan.warm_up} s of warming up, medians. {machine()}\n"
    )


def keep(name, measured):
    """All numbers, for who wants to look at them more closely."""
    (WORK / f"{name}.json").write_text(json.dumps([one.asdict() for one in measured], indent=1))
