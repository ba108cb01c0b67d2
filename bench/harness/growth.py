"""How much longer the feed takes over ten times the rows, and on a page far into it."""

import base64
import json
from dataclasses import dataclass, replace

from . import report
from .load import Client
from .measure import measure
from .processes import Failure, say, serving
from .systems import GATEWAY_NO_RLS, GATEWAY_RLS, System
from .works import FEED

# How far into the feed the far page is.
FAR = 0.9
MOST = 1.25

_PUBLIC = "status = 'published' AND visibility = 'public' AND deleted_at IS NULL"
_PAGES = ("first page", "first page of ten times the rows", "page 90 % into ten times the rows")


@dataclass(frozen=True)
class Place:
    """One way of asking: a system, a database and a page."""
    gateway: System
    page: str

    @property
    def system(self):
        return replace(self.gateway, name=f"{self.gateway.name}: {self.page}")


def measure_growth(stack, running, small, large, plan):
    plan = replace(plan, works=(FEED,))
    places, servers, samples = [], [], {}
    for gateway in (GATEWAY_RLS, GATEWAY_NO_RLS):
        over = {database: stack.enter_context(serving(gateway.start(database.url))) for database in (small, large)}
        far = {"after": cursor(gateway, over[large], large)}
        for page, database, values in zip(_PAGES, (small, large, large), ({}, {}, far)):
            place = Place(gateway, page)
            places.append(place)
            servers.append((place.system, over[database]))
            samples[place.system.name] = {FEED: [values]}
    say("Measuring")
    return measure(servers, samples, plan, running), places


def cursor(gateway, server, database):
    """The cursor of the row so far into the feed: the gateway's own of another row, with this one's time and key in it."""
    client = Client(gateway, server)
    first = client.ask(FEED, {})["contents"]
    values = json.loads(decoded(first["pageInfo"]["endCursor"]))
    before = int(int(database.one(f"SELECT count(*) FROM content WHERE {_PUBLIC}")) * FAR)
    rows = f"""SELECT to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), id, slug
        FROM content WHERE {_PUBLIC} ORDER BY published_at DESC, id DESC OFFSET {before} LIMIT 2"""
    (time, key, _), (_, _, next_slug) = database.sql(rows)
    values["v"]["t"], values["k"]["u"] = time, key
    far = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    found = client.ask(FEED, {"after": far})["contents"]["nodes"]
    client.close()
    if len(found) != 50 or found[0]["slug"] != next_slug:
        raise Failure("the page far into the feed is not the one that was meant")
    return far


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def tables(measured, places, plan, contents):
    medians = report.Medians(measured, [place.system for place in places])
    rows = []
    for connections in plan.connections:
        for place in places:
            first = next(other for other in places if other.gateway == place.gateway)
            rate = medians.of(FEED, connections, place.system)
            # As many connections are always busy: how long a page takes is one over how many there are a second.
            longer = report.ratio(medians.of(FEED, connections, first.system), rate)
            is_first = place is first
            rows.append([
                str(connections), f"`{place.gateway.name}`", place.page, report.number(rate, 0),
                report.number(medians.of(FEED, connections, place.system, "p50")),
                report.number(medians.of(FEED, connections, place.system, "p99")),
                "1.00" if is_first else report.number(longer), "" if is_first else f"<= {MOST}",
                "" if is_first else report.verdict(longer, longer <= MOST),
            ])
    head = ["connections", "system", f"page ({contents:,} rows)", "requests/s", "p50 ms", "p99 ms", "times as long", "asked", ""]
    return report.table(head, rows)
