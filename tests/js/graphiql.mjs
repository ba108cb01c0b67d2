// The page at `/`, in a real browser.
//
// CODEX_URL          a gateway with the demo data and `--graphiql-assets node_modules`
// CODEX_OFFLINE_URL  a gateway with the demo data, and without assets
// CHROMIUM           the browser [default: /usr/bin/chromium]
// SCREENSHOTS        a folder for pictures [default: none are taken]

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "playwright-core";

const { CODEX_URL: online, CODEX_OFFLINE_URL: offline, CHROMIUM = "/usr/bin/chromium", SCREENSHOTS } = process.env;
const CDN = /^https:\/\/cdn\.jsdelivr\.net\/npm\/((?:@[^/]+\/)?[^/@]+)@([^/]+)\/(.+)$/;
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Does one check, and says so. */
async function check(what, body) {
  try {
    await body();
  } catch (error) {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
  console.log(`ok: ${what}`);
}

/** Runs `body` with a page that nothing else has touched, and that reaches the gateway and nothing else. */
async function visit(browser, address, body, { network = (route) => route.abort(), ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  try {
    const page = await context.newPage();
    const broken = [];
    page.on("pageerror", (error) => broken.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) broken.push(message.text());
    });
    await page.route((url) => url.origin !== new URL(address).origin, network);
    await page.goto(address, { waitUntil: "commit" });
    await body(page);
    assert.deepEqual(broken, [], "no script may fail");
  } finally {
    await context.close();
  }
}

/** Answers for the CDN out of the packages that are installed here. */
async function fromPackages(route, change = (body) => body) {
  const [, name, version, file] = route.request().url().match(CDN) ?? [];
  assert.ok(name, `the page asks for ${route.request().url()}`);
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  assert.equal(JSON.parse(readFileSync(new URL("package.json", folder))).version, version, `the version of ${name}`);
  const contentType = file.endsWith(".css") ? "text/css" : "text/javascript";
  const headers = { "access-control-allow-origin": "*", "content-type": contentType };
  await route.fulfill({ headers, body: change(readFileSync(new URL(file, folder))) });
}

const settings = (page) => page.locator("#settings").textContent().then(JSON.parse);
const examples = (page) => page.evaluate(async () => (await import("/graphiql/examples.js")).examples);
const editor = (page, part) => page.locator(`${part} .CodeMirror`).first();
const text = (page, part) => editor(page, part).evaluate((element) => element.CodeMirror.getValue());
const shot = async (page, name) => SCREENSHOTS && (await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) }));

/** Does what makes the page ask the gateway, and gives what was asked and what came. */
async function asking(page, operation, action) {
  const asked = page.waitForResponse((response) => {
    const request = response.request();
    return request.method() === "POST" && request.postDataJSON()?.query?.includes(operation);
  });
  await action();
  const response = await asked;
  return { headers: response.request().headers(), answer: await response.json() };
}

/** Presses GraphiQL's button, and gives what it shows. */
async function run(page, operation) {
  // GraphiQL reads a new text a moment after it came, and until then asks for the last one's operation.
  await page.waitForFunction((operation) => {
    const { CodeMirror: editor } = document.querySelector(".graphiql-query-editor .CodeMirror");
    return editor.getValue().includes(operation) && operation.endsWith(` ${editor.operationName}`);
  }, operation);
  const { headers, answer } = await asking(page, operation, () => page.locator(".graphiql-execute-button").click());
  const shown = await page.waitForFunction((wanted) => {
    const value = document.querySelector(".result-window .CodeMirror").CodeMirror.getValue();
    try {
      return JSON.stringify(JSON.parse(value)) === wanted && value;
    } catch {
      return false;
    }
  }, JSON.stringify(answer));
  return { headers, answer: JSON.parse(await shown.jsonValue()) };
}

/** Presses the plain form's button, and gives what it shows. */
async function submit(page, operation, action = () => page.getByRole("button", { name: "Run" }).click()) {
  const { headers, answer } = await asking(page, operation, action);
  await page.waitForFunction((wanted) => {
    try {
      return JSON.stringify(JSON.parse(document.getElementById("result").textContent)) === wanted;
    } catch {
      return false;
    }
  }, JSON.stringify(answer));
  return { headers, answer };
}

/** Types a document into GraphiQL, in a tab of its own. */
async function type(page, document) {
  await page.locator(".graphiql-tab-add").click();
  await editor(page, ".graphiql-query-editor").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(document);
}

async function actAs(page, name) {
  await page.getByLabel("Act as").selectOption({ label: name });
}

const says = (page, words) => page.locator("#who", { hasText: words }).waitFor();
const label = ({ name, role }) => `${name}, ${role}`;

function fine({ answer }, what) {
  assert.equal(answer.errors, undefined, `${what} gives errors: ${JSON.stringify(answer.errors)}`);
  assert.ok(answer.data, `${what} gives no data`);
  return answer.data;
}

async function withGraphiql(page) {
  const { people } = await settings(page);
  assert.ok(people.length > 1, "the gateway has no demo people: does its database have the demo data?");
  const queries = await examples(page);
  const [person] = people;

  await check("GraphiQL loads", () => page.locator(".graphiql-container").waitFor());
  await check("it opens with the example queries", async () => {
    const tabs = await page.locator(".graphiql-tab-button").allTextContents();
    assert.deepEqual(tabs, queries.map(({ name }) => name));
    assert.equal(await text(page, ".graphiql-query-editor"), queries[0].query);
  });
  await check("the documentation is there, and shows a type's description", async () => {
    const docs = page.locator(".graphiql-doc-explorer");
    await docs.getByText("All Schema Types").waitFor();
    const { width, x } = await docs.boundingBox();
    assert.ok(width > 150 && x >= 0, "the documentation is on the screen");
    const query = `{ __type(name: "Content") { description } }`;
    const { data } = await page.evaluate(async (query) => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query }) })).json();
    }, query);
    await docs.getByRole("link", { name: "Content", exact: true }).click();
    // Its paragraphs are elements of their own.
    for (const paragraph of data.__type.description.split("\n\n")) {
      await docs.getByText(paragraph.replaceAll("`", "")).first().waitFor();
    }
  });
  await check("the first example runs", async () => {
    const data = fine(await run(page, `query ${queries[0].name}`), "it");
    assert.ok(data.contents.nodes.length > 0, "the feed is empty");
  });
  await shot(page, "graphiql-light");

  for (const who of [null, ...people]) {
    await check(`every example runs as ${who?.name ?? "nobody"}`, async () => {
      await actAs(page, who ? label(who) : "anonymous");
      await says(page, `You are ${who?.name ?? "anonymous"}.`);
      for (const { name, variables } of queries) {
        await page.locator(".graphiql-tab-button").getByText(name, { exact: true }).click();
        const shown = await text(page, ".graphiql-editor-tool");
        assert.deepEqual(shown ? JSON.parse(shown) : undefined, variables, `the variables of ${name}`);
        const ran = await run(page, `query ${name}`);
        const { contents } = fine(ran, name);
        assert.ok(!contents || contents.nodes.length > 0, `${name} finds nothing`);
        assert.equal(ran.headers.authorization, who ? `Bearer ${who.token}` : undefined);
      }
    });
  }
  await check("a person changes who the viewer is", async () => {
    await type(page, "query Who { viewer { name } }");
    for (const who of [people[1], people[0]]) {
      await actAs(page, label(who));
      assert.equal(fine(await run(page, "query Who"), "it").viewer.name, who.name);
    }
    await actAs(page, "anonymous");
    assert.equal(fine(await run(page, "query Who"), "it").viewer, null);
  });
  await check("a token that is typed changes who the viewer is, and an unknown one is said to be unknown", async () => {
    const token = page.getByRole("textbox", { name: "Session token" });
    await token.fill("nobody-has-this-token");
    await token.blur();
    await says(page, "The session token is unknown or has expired.");
    const { answer } = await run(page, "query Who");
    assert.equal(answer.errors[0].extensions.code, "UNAUTHENTICATED");
    await token.fill(person.token);
    await token.blur();
    await says(page, `You are ${person.name}.`);
    assert.equal(await page.getByLabel("Act as").locator("option:checked").textContent(), label(person));
    assert.equal(fine(await run(page, "query Who"), "it").viewer.name, person.name);
  });
  await check("an organization's slug pins to it", async () => {
    await type(page, "query Slugs { organizations { nodes { slug } } }");
    const all = fine(await run(page, "query Slugs"), "it").organizations.nodes;
    assert.ok(all.length > 1, "there is more than one organization");
    await page.getByRole("textbox", { name: "Organization" }).fill(all[1].slug);
    const { headers, answer } = await run(page, "query Slugs");
    assert.equal(headers["x-organization"], all[1].slug);
    assert.deepEqual(answer.data.organizations.nodes, [all[1]]);
    await page.getByRole("textbox", { name: "Organization" }).fill("");
  });
  await check("a partial field name is completed", async () => {
    await type(page, "{");
    await page.keyboard.type(" viewe", { delay: 30 });
    const hint = page.locator(".CodeMirror-hints li", { hasText: /^viewer/ });
    await hint.waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".CodeMirror-hints").waitFor({ state: "detached" });
    assert.match(await text(page, ".graphiql-query-editor"), /^\{ viewer\b/);
  });
  await check("a token is kept in no address and in no storage, and a reload forgets it", async () => {
    await page.waitForFunction(() => localStorage.getItem("graphiql:tabState")?.includes("query Who"));
    const places = () => JSON.stringify([location.href, localStorage, sessionStorage, document.cookie]);
    const kept = await page.evaluate(places);
    for (const { token } of people) assert.ok(!kept.includes(token), "a token is kept");
    await page.reload();
    await says(page, "You are anonymous.");
    assert.equal(await page.getByRole("textbox", { name: "Session token" }).inputValue(), "");
  });
}

async function withoutGraphiql(page) {
  const { people } = await settings(page);
  const queries = await examples(page);
  const form = page.getByRole("button", { name: "Run" });
  await check("without GraphiQL the page says so, and how to have it", async () => {
    await page.getByText("GraphiQL could not be loaded").waitFor();
    await page.getByText("npm install graphiql@4 react@18 react-dom@18").waitFor();
    await page.getByText("--graphiql-assets node_modules").waitFor();
    await form.waitFor();
  });
  await check("the plain form runs the first example", async () => {
    const { contents } = fine(await submit(page, `query ${queries[0].name}`), "it");
    assert.ok(contents.nodes.length > 0, "the feed is empty");
  });
  await shot(page, "form-light");
  for (const who of [null, ...people]) {
    await check(`every example runs in the plain form as ${who?.name ?? "nobody"}`, async () => {
      await actAs(page, who ? label(who) : "anonymous");
      await says(page, `You are ${who?.name ?? "anonymous"}.`);
      for (const { name } of queries) {
        await page.getByLabel("Example").selectOption(name);
        fine(await submit(page, `query ${name}`), name);
      }
    });
  }
  await check("the plain form takes any query, and runs it as a person, by Ctrl and Enter", async () => {
    await actAs(page, label(people[0]));
    await page.getByLabel("Query").fill("query Who($there: Boolean!) { viewer @include(if: $there) { name } }");
    await page.getByLabel("Variables").fill(`{"there": true}`);
    const { viewer } = fine(await submit(page, "query Who", () => page.keyboard.press("Control+Enter")), "it");
    assert.equal(viewer.name, people[0].name);
  });
  await check("the plain form says what is wrong", async () => {
    await page.getByLabel("Variables").fill("{there}");
    await form.click();
    await page.locator("#result", { hasText: "The variables are not JSON" }).waitFor();
    await page.getByLabel("Variables").fill("");
    await page.getByLabel("Query").fill("{ nothing }");
    const { answer } = await submit(page, "nothing");
    assert.equal(answer.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  });
}

async function answers() {
  const get = (path, options) => fetch(new URL(path, online), options);
  await check("the page and its parts have their types, and nothing keeps the page", async () => {
    const page = await get("/");
    assert.equal(page.status, 200);
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(page.headers.get("cache-control"), "no-store");
    assert.equal((await get("/", { method: "POST" })).status, 405);
    const parts = [["page.css", "css"], ["page.js", "javascript"], ["assets/graphiql/graphiql.min.css", "css"]];
    for (const [file, kind] of parts) {
      const part = await get(`/graphiql/${file}`);
      assert.equal(part.status, 200, file);
      assert.match(part.headers.get("content-type"), new RegExp(`^text/${kind}`));
      assert.equal(part.headers.get("cache-control"), "no-cache");
    }
  });
  await check("of the folder of packages, only what the page names is served", async () => {
    for (const file of ["react/package.json", "graphql/index.js", "react/..%2Freact/package.json"]) {
      assert.equal((await get(`/graphiql/assets/${file}`)).status, 404, file);
    }
    const here = "graphiql/assets/react/umd/react.production.min.js";
    assert.equal((await fetch(new URL(here, offline))).status, 404, "without the folder there are no assets");
  });
}

async function main() {
  assert.ok(online && offline, "CODEX_URL and CODEX_OFFLINE_URL must be set");
  assert.ok(existsSync(CHROMIUM), `there is no browser at ${CHROMIUM}: set CHROMIUM`);
  await answers();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  try {
    await visit(browser, online, withGraphiql);
    await visit(browser, offline, withoutGraphiql);

    const graphiql = (page) => page.locator(".graphiql-query-editor");
    const button = (page) => page.getByRole("button", { name: "switch to it" });
    await check("from the network, the pinned versions load with their integrity", () =>
      visit(browser, offline, (page) => graphiql(page).waitFor(), { network: (route) => fromPackages(route) }),
    );
    await check("from the network, nothing else does", () => {
      const changed = (body) => `${body} `;
      const refused = (page) => page.getByText("GraphiQL could not be loaded").waitFor();
      return visit(browser, offline, refused, { network: (route) => fromPackages(route, changed) });
    });
    for (const used of [false, true]) {
      const how = used ? "once asked for, since the form is in use" : "by itself";
      await check(`where GraphiQL is slow the form comes, and GraphiQL after it, ${how}`, async () => {
        let release;
        const released = new Promise((resolve) => (release = resolve));
        const network = (route) => released.then(() => fromPackages(route));
        const body = async (page) => {
          await page.getByText("GraphiQL is slow to come").waitFor();
          if (used) await submit(page, "query Feed");
          release();
          if (used) await button(page).click();
          await graphiql(page).waitFor();
          await button(page).waitFor({ state: "hidden" });
        };
        await visit(browser, offline, body, { network });
      });
    }
    await check("without scripts the page says that it needs them", () => {
      const body = async (page) => {
        await page.locator("noscript p").waitFor();
        await shot(page, "noscript");
      };
      return visit(browser, online, body, { javaScriptEnabled: false });
    });

    if (SCREENSHOTS) {
      const dark = { colorScheme: "dark" };
      await visit(browser, online, async (page) => {
        await graphiql(page).waitFor();
        await page.getByLabel("Act as").selectOption({ index: 2 });
        await page.locator(".graphiql-tab-button", { hasText: "Dashboard" }).click();
        await run(page, "query Dashboard");
        await shot(page, "graphiql-dark");
      }, dark);
      await visit(browser, offline, async (page) => {
        await page.getByText("GraphiQL could not be loaded").waitFor();
        await submit(page, "query Feed");
        await shot(page, "form-dark");
      }, dark);
      const narrow = { ...dark, viewport: { width: 420, height: 900 } };
      await visit(browser, offline, async (page) => {
        await page.getByText("GraphiQL could not be loaded").waitFor();
        await shot(page, "form-narrow");
      }, narrow);
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
});
