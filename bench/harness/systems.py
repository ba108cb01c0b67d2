"""Who is measured: how each is started, and how a request to it looks."""

import base64
import json
from dataclasses import dataclass, field

from .places import FLOOR, GATEWAY, NODE, PEERS
from .processes import Server, free_port
from .works import DASHBOARD, UPDATE_CONTENT, document

# Of each system's pool.
CONNECTIONS = 8


@dataclass(frozen=True)
class System:
    name: str
    # What its requests and answers look like: gateway, postgraphile, yoga or floor.
    dialect: str
    flags: tuple = ()
    environment: dict = field(default_factory=dict)
    # Whether it wants to be told who asks.
    names_user: bool = False

    @property
    def is_peer(self):
        return self.dialect in ("postgraphile", "yoga")

    def start(self, url):
        port = free_port()
        environment = {
            "DATABASE_URL": url, "PORT": str(port), "CONNECTIONS": str(CONNECTIONS),
            "PGAPPNAME": PEER_NAME if self.is_peer else self.dialect,
            "NODE_ENV": "production", "GRAPHILE_ENV": "production", **self.environment,
        }
        if self.dialect == "gateway":
            command = [
                GATEWAY, "--database-url", url, "--database-connections", CONNECTIONS,
                "--listen", f"127.0.0.1:{port}", "--log", "warn",
                # The load generator is one address, and asks for more than any.
                "--rate-viewer", 0, "--rate-address", 0, *self.flags,
            ]
            return Server(self.name, command, port)
        if self.dialect == "floor":
            return Server(self.name, [FLOOR], port, environment)
        return Server(self.name, [NODE, "server.mjs"], port, environment, cwd=PEERS / self.dialect)

    def request(self, work, sample):
        """Path, headers and body of a request."""
        headers = {"content-type": "application/json", "accept": "application/json"}
        values = {name: value for name, value in sample.items() if name not in ("token", "user")}
        if self.is_peer:
            if work == DASHBOARD:
                values["user"] = sample["user"]
            if self.names_user and "user" in sample:
                headers["x-user-id"] = sample["user"]
        elif "token" in sample:
            headers["authorization"] = f"Bearer {sample['token']}"
        if self.dialect == "floor":
            return f"/{work}", headers, json.dumps(values)
        if self.dialect == "gateway" and work == UPDATE_CONTENT:
            values["id"] = global_id("Content", values["id"])
        return "/graphql", headers, json.dumps({"query": document(self.dialect, work), "variables": values})


def global_id(kind, uuid):
    return base64.urlsafe_b64encode(f"{kind}:{uuid.replace('-', '')}".encode()).decode().rstrip("=")


GATEWAY_RLS = System("gateway", "gateway")
GATEWAY_NO_RLS = System("gateway --no-rls", "gateway", flags=("--no-rls",))
EMBEDDED = System("gateway, embedded", "gateway")
FLOOR_SYSTEM = System("floor", "floor")
POSTGRAPHILE = System("PostGraphile", "postgraphile")
POSTGRAPHILE_SETTINGS = System("PostGraphile + pgSettings", "postgraphile", environment={"SETTINGS": "1"}, names_user=True)
POSTGRAPHILE_WORKERS = System("PostGraphile, 2 processes", "postgraphile", environment={"WORKERS": "2"})
YOGA = System("yoga + Drizzle", "yoga")

SYSTEMS = {
    "floor": FLOOR_SYSTEM,
    "gateway": GATEWAY_RLS,
    "gateway-no-rls": GATEWAY_NO_RLS,
    "postgraphile": POSTGRAPHILE,
    "postgraphile-settings": POSTGRAPHILE_SETTINGS,
    "postgraphile-workers": POSTGRAPHILE_WORKERS,
    "yoga": YOGA,
}
USUAL = [name for name in SYSTEMS if name != "postgraphile-workers"]

# What peers' connections call themselves.
PEER_NAME = "peer"

# The role that PostGraphile takes with pgSettings: bound by the same policies as the gateway, and able to change a title. And the rest
# of a write, which is the database's business where the server knows no more than tables: the time of the change, and its place in
# the audit log. The gateway and the floor write these themselves.
PEER_SET_UP = f"""
    DO $$ BEGIN CREATE ROLE bench_peer NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    GRANT codex_reader TO bench_peer;
    GRANT UPDATE (title) ON content TO bench_peer;

    CREATE FUNCTION bench_log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
        INSERT INTO audit_entries
            (id, actor_id, organization_id, action, subject_type, subject_id, before, after, created_at, updated_at)
        VALUES (
            gen_random_uuid(), substr(NULLIF(current_setting('app.viewer', true), ''), 6), NEW.organization_id, 'content.update',
            'content', NEW.id::text, jsonb_build_object('title', OLD.title), jsonb_build_object('title', NEW.title), now(), now()
        );
        RETURN NEW;
    END $$;
    CREATE TRIGGER bench_log BEFORE UPDATE ON content FOR EACH ROW
    WHEN (current_setting('application_name') = '{PEER_NAME}' AND OLD.title <> NEW.title) EXECUTE FUNCTION bench_log();
"""
