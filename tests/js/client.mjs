// The gateway, with what JavaScript clients use: graphql-request, and graphql-js.
//
// CODEX_URL  a gateway with the demo data
// SCHEMA     the path of its schema.graphql
// TOKEN      the token of somebody's session

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from "graphql";
import { ClientError, gql, GraphQLClient } from "graphql-request";

const { CODEX_URL, SCHEMA, TOKEN } = process.env;

/** Does one check, and says so. */
async function check(what, body) {
  try {
    await body();
  } catch (error) {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
  console.log(`ok: ${what}`);
}

/** Everything in a schema that a client reads about and that is not GraphQL's own, by its name. */
function* named(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield [type.name, type];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      for (const argument of field.args ?? []) yield [`${type.name}.${field.name}(${argument.name}:)`, argument];
    }
  }
}

/** That the request fails as one that the gateway refused, with this code. */
async function refused(client, document, code, variables) {
  const wrong = (error) => {
    assert.ok(error instanceof ClientError, `not the client's error: ${error}`);
    assert.equal(error.response.errors[0].extensions.code, code);
    assert.ok(error.response.errors[0].message);
    return true;
  };
  await assert.rejects(client.request(document, variables), wrong);
}

async function main() {
  assert.ok(CODEX_URL && SCHEMA && TOKEN, "CODEX_URL, SCHEMA and TOKEN must be set");
  const endpoint = new URL("/graphql", CODEX_URL).href;
  const anonymous = new GraphQLClient(endpoint);
  const person = new GraphQLClient(endpoint, { headers: { authorization: `Bearer ${TOKEN}` } });
  const stranger = new GraphQLClient(endpoint, { headers: { authorization: "Bearer nobody-has-this-token" } });
  const who = gql`{ viewer { name } }`;

  await check("a query with variables runs", async () => {
    const page = gql`
      query Page($first: Int!, $filter: ContentFilter) {
        contents(first: $first, filter: $filter) {
          nodes { title status }
        }
      }
    `;
    const { contents } = await anonymous.request(page, { first: 2, filter: { status: ["PUBLISHED"] } });
    assert.equal(contents.nodes.length, 2);
    for (const { title, status } of contents.nodes) {
      assert.ok(title);
      assert.equal(status, "PUBLISHED");
    }
  });
  await check("a token says who the viewer is", async () => {
    assert.equal((await anonymous.request(who)).viewer, null);
    assert.ok((await person.request(who)).viewer.name);
  });
  await check("an error comes as the client's, with its code", async () => {
    await refused(anonymous, "{ contents {", "GRAPHQL_PARSE_FAILED");
    await refused(anonymous, "{ nothing }", "GRAPHQL_VALIDATION_FAILED");
    await refused(anonymous, "query ($first: Int) { contents(first: $first) { totalCount } }", "BAD_USER_INPUT", {
      first: 101,
    });
    await refused(stranger, who, "UNAUTHENTICATED");
  });

  const everything = { specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true };
  const introspected = buildClientSchema(await anonymous.request(getIntrospectionQuery(everything)));
  const written = buildSchema(readFileSync(SCHEMA, "utf8"));
  await check("the schema is valid", () => {
    assert.deepEqual(validateSchema(introspected), []);
    assert.deepEqual(validateSchema(written), []);
  });
  await check("what the gateway says about its schema is what the file says", () => {
    const text = (schema) => printSchema(lexicographicSortSchema(schema));
    assert.equal(text(introspected), text(written));
  });
  await check("everything in the schema has a description", () => {
    const bare = [...named(introspected)].filter(([, { description }]) => !description?.trim()).map(([name]) => name);
    assert.deepEqual(bare, [], `without a description: ${bare.join(", ")}`);
  });
}

main().catch((error) => {
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
});
