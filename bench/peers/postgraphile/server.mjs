// PostGraphile over the benchmark's database, as its documentation sets it up for production.
//   SETTINGS=1   per-request pgSettings: every request reads as a role that row-level security binds
//   WORKERS=n    that many processes on one port (node:cluster), the connections divided among them
import cluster from "node:cluster";
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const { DATABASE_URL, PORT, CONNECTIONS, SETTINGS, WORKERS = "1" } = process.env;

// The load generator says who asks in a header: looking the token up is work that is left out here.
const settings = (request) => {
  const user = request.headers["x-user-id"];
  return { role: "bench_peer", "app.viewer": user ? `user:${user}` : "anonymous", "app.tenant": "none" };
};

const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  // It takes partial indexes for none, and then offers neither the conditions nor the orders and relations that the queries need.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: DATABASE_URL,
      schemas: ["public"],
      poolConfig: { max: Number(CONNECTIONS) / Number(WORKERS) },
    }),
  ],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: {
    explain: false,
    context: SETTINGS ? ({ node }) => ({ pgSettings: settings(node.req) }) : undefined,
  },
};

if (Number(WORKERS) > 1 && cluster.isPrimary) {
  for (let worker = 0; worker < Number(WORKERS); worker++) cluster.fork();
} else {
  const server = createServer();
  await postgraphile(preset).createServ(grafserv).addTo(server);
  server.listen(Number(PORT), "127.0.0.1");
}
