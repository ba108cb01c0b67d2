// The audits of GraphQL over HTTP that the package graphql-http has: what must be, what should be and what may be.
//
// CODEX_URL  a gateway

import assert from "node:assert/strict";

import { auditServer } from "graphql-http";

const { CODEX_URL } = process.env;
assert.ok(CODEX_URL, "CODEX_URL must be set");

const results = await auditServer({ url: new URL("/graphql", CODEX_URL).href });
for (const { status, id, name, reason } of results) {
  console.log(`${status}: ${id} ${name}${reason ? `: ${reason}` : ""}`);
}
assert.ok(results.length >= 60, `only ${results.length} audits`);
const failed = results.filter(({ status }) => status !== "ok");
assert.equal(failed.length, 0, `${failed.length} of ${results.length} audits failed`);
