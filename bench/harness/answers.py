"""Whether all systems give the same answers, which has to be so before anything is measured."""

import base64
import json
from datetime import datetime

from .load import Client
from .processes import Failure, say
from .works import CONTENT_BY_SLUG, DASHBOARD, UPDATE_CONTENT, WORKS

# What a peer's schema has no equivalent of, because it is a matter of who asks.
VIEWERS_OWN = {"viewerHasAccess", "viewerCanEdit", "current"}
# What every system writes in a way of its own.
OPAQUE = {"endCursor"}
TIMES = {"publishedAt", "createdAt", "expiresAt"}
NAMES = {"contentType", "mediaType", "status", "role"}
# What depends on when, and by whom, the rows were made: two databases do not have it in common.
OF_THE_ROWS = {"id", *TIMES, *OPAQUE}

# How many sets of values are tried for each work.
TRIED = 50


def plain(value, *, without=frozenset(), gated=frozenset(), global_ids=False):
    """An answer without what is a system's own: spelling of ids, times and names, and the fields `without`. Of content whose
    body is not for everyone (`gated`: its ids), body and media are left out: only the gateway and the floor keep them back."""
    if isinstance(value, list):
        return [plain(item, without=without, gated=gated, global_ids=global_ids) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, item in value.items():
        if name in without:
            continue
        if item is None or isinstance(item, (dict, list)):
            made[name] = plain(item, without=without, gated=gated, global_ids=global_ids)
        elif name == "id":
            made[name] = local_id(item) if global_ids else item
        elif name in TIMES:
            made[name] = datetime.fromisoformat(item).timestamp()
        elif name in NAMES:
            made[name] = item.lower()
        else:
            made[name] = item
    if made.get("id") in gated:
        made.pop("mediaItem", None)
        made.pop("contentBody", None)
    return made


def local_id(global_id):
    """The key in a global id: a uuid as PostgreSQL writes it, or a text."""
    key = base64.urlsafe_b64decode(global_id + "=" * (-len(global_id) % 4)).decode().split(":", 1)[1]
    if len(key) == 32 and all(letter in "0123456789abcdef" for letter in key):
        return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
    return key


def reshaped(system, work, data):
    """A peer's answer in the shape of the gateway's."""
    if system.dialect == "postgraphile" and work == CONTENT_BY_SLUG:
        found = (data["organization"] or {"contents": {"nodes": []}})["contents"]["nodes"]
        return {"content": found[0] if found else None}
    return data


def check(servers, samples, database, works=WORKS):
    """Compares every system's answers with those of the first, which is the gateway. Fails with the first that differ."""
    gated = {row[0] for row in database.sql(
        "SELECT id FROM content WHERE visibility <> 'public' AND NOT (visibility = 'purchased_only' AND price_cents IS NULL)"
    )}
    (gateway, its_server), *others = servers
    for system, server in others:
        for work in works:
            clients = Client(gateway, its_server), Client(system, server)
            tried = samples[work][:TRIED]
            for sample in tried:
                if work == UPDATE_CONTENT:
                    check_change(clients, sample, database)
                else:
                    expected, found = (client.ask(work, sample) for client in clients)
                    compare(system, work, sample, expected, found, gated)
            for client in clients:
                client.close()
            say(f"  {system.name}: {work}: same answers, {len(tried)} tried")


def compare(system, work, sample, expected, found, gated=frozenset()):
    if system.is_peer:
        # A creator has all of their own.
        leave_out = {"without": VIEWERS_OWN | OPAQUE, "gated": frozenset() if work == DASHBOARD else gated}
        expected = plain(expected, global_ids=True, **leave_out)
        found = plain(reshaped(system, work, found), **leave_out)
    if expected != found:
        at = difference(expected, found)
        raise Failure(f"{system.name} answers {work} {sample} otherwise than the gateway: {at}")


def check_change(clients, sample, database):
    """A change of the same row by both: the answer, the row, and what the audit log says of it (but for peers, who did it)."""
    expected, found = (change(client, sample, database) for client in clients)
    system = clients[1].system
    if system.is_peer:
        expected, found = ([*known[:2], known[-1][0][1:]] for known in (expected, found))
    if expected != found:
        raise Failure(f"{system.name} makes another change of it than the gateway: {difference(expected, found)}")


def change(client, sample, database):
    """What is known of the change: which fields were answered, whether the row has the answered title, and the audit log's word."""
    answer = client.ask(UPDATE_CONTENT, sample)["updateContent"]
    key = sample["id"]
    title = answer["content"]["title"]
    row = database.sql(f"SELECT title, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') FROM content WHERE id = '{key}'")[0]
    entry = database.sql(f"""
        SELECT actor_id, organization_id, action, subject_type, subject_id, after ->> 'title' = '{title}', before - 'title', after - 'title'
        FROM audit_entries WHERE subject_id = '{key}' ORDER BY created_at DESC LIMIT 1""")
    own_id = answer["content"]["id"] if client.system.is_peer else local_id(answer["content"]["id"])
    seen = answer["content"].get("updatedAt")
    moved = seen is None or datetime.fromisoformat(seen) == datetime.fromisoformat(row[1] + "Z")
    return [own_id == key, row[0] == title, moved, sorted(answer), sorted(answer["content"]), entry]


def difference(expected, found, path="data"):
    """Where two answers part, in words."""
    if type(expected) is type(found) is dict and expected.keys() == found.keys():
        for name in expected:
            if expected[name] != found[name]:
                return difference(expected[name], found[name], f"{path}.{name}")
    if type(expected) is type(found) is list and len(expected) == len(found):
        for position, (one, other) in enumerate(zip(expected, found)):
            if one != other:
                return difference(one, other, f"{path}.{position}")
    return f"at {path}, {json.dumps(expected)[:600]} and {json.dumps(found)[:600]}"
