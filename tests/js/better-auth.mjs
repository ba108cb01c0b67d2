// The gateway beside better-auth, the platform's authentication library, on one database: accounts and sessions that one of
// them makes are as good at the other.
//
// CODEX_URL     a gateway that has the same key
// DATABASE_URL  its database, on PostgreSQL
// SECRET        the key

import assert from "node:assert/strict";

import { betterAuth } from "better-auth";
import { bearer } from "better-auth/plugins";
import pg from "pg";

const { CODEX_URL, DATABASE_URL, SECRET } = process.env;
const HERE = new URL("/graphql", CODEX_URL).href;
const THERE = "http://localhost:3000";
const DAY = 24 * 60 * 60 * 1000;

const database = new pg.Pool({ connectionString: DATABASE_URL });

/** The library, on the tables as they are. */
function library(session = {}) {
  const times = { createdAt: "created_at", updatedAt: "updated_at" };
  return betterAuth({
    database,
    secret: SECRET,
    baseURL: THERE,
    emailAndPassword: { enabled: true },
    plugins: [bearer()],
    rateLimit: { enabled: false },
    logger: { disabled: true },
    user: { modelName: "users", fields: { emailVerified: "email_verified", ...times } },
    session: {
      modelName: "sessions",
      fields: { userId: "user_id", expiresAt: "expires_at", ipAddress: "ip_address", userAgent: "user_agent", ...times },
      ...session,
    },
    account: {
      modelName: "accounts",
      fields: {
        accountId: "account_id",
        providerId: "provider_id",
        userId: "user_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        ...times,
      },
    },
    verification: { modelName: "verification_tokens", fields: { expiresAt: "expires_at", ...times } },
  });
}

const auth = library();

/** A browser's cookies, or a telephone's token: whatever goes with each request. */
class Client {
  cookies = new Map();

  constructor(token) {
    this.token = token;
  }

  headers() {
    const headers = { "content-type": "application/json", origin: THERE, "user-agent": "A client of both" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (this.cookies.size) headers.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return headers;
  }

  keep(response) {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value, age] = cookie.match(/^([^=]+)=([^;]*).*?(?:Max-Age=(\d+))?$/i) ?? assert.fail(cookie);
      if (/Max-Age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
      assert.ok(!age || value !== undefined);
    }
    return response;
  }

  /** Asks the gateway. */
  async here(query, input) {
    const body = JSON.stringify({ query, variables: { input } });
    const response = this.keep(await fetch(HERE, { method: "POST", headers: this.headers(), body }));
    return { status: response.status, ...(await response.json()) };
  }

  /** Asks the library, through its own door. */
  async there(path, body, library = auth) {
    const request = { method: body ? "POST" : "GET", headers: this.headers(), body: body && JSON.stringify(body) };
    const response = this.keep(await library.handler(new Request(`${THERE}/api/auth${path}`, request)));
    return { status: response.status, token: response.headers.get("set-auth-token"), body: await response.json() };
  }

  async signUpHere(name, password) {
    const input = { name, email: `${name}@Example.com`, password };
    const { data } = await this.here("mutation ($input: SignUpInput!) { made: signUp(input: $input) { token userErrors { code } } }", input);
    assert.deepEqual(data.made.userErrors, []);
    return data.made.token;
  }

  async signInHere(name, password) {
    const input = { email: `${name}@example.com`, password };
    const { data } = await this.here("mutation ($input: SignInInput!) { made: signIn(input: $input) { token userErrors { code } } }", input);
    return data.made.token;
  }

  async signUpThere(name, password) {
    const made = await this.there("/sign-up/email", { name, email: `${name}@Example.com`, password });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    return made;
  }

  signInThere(name, password, more = {}) {
    return this.there("/sign-in/email", { email: `${name}@example.com`, password, ...more });
  }

  /** Whom the gateway takes this client for. */
  async knownHere() {
    const { status, data } = await this.here("{ viewer { name } }");
    return status === 200 ? (data.viewer?.name ?? null) : status;
  }

  /** Whom the library takes this client for. */
  async knownThere(library = auth) {
    const { body } = await this.there("/get-session", undefined, library);
    return body?.user?.name ?? null;
  }
}

/** How long the session of this person lasts, in days. */
async function left(name) {
  const { rows } = await database.query(
    "SELECT expires_at FROM sessions JOIN users ON users.id = user_id WHERE name = $1 ORDER BY expires_at",
    [name],
  );
  assert.equal(rows.length, 1, `one session of ${name}`);
  return (rows[0].expires_at - Date.now()) / DAY;
}

async function lasts(name, days) {
  const sql = "UPDATE sessions SET expires_at = now() + $2 * interval '1 day' FROM users WHERE users.id = user_id AND name = $1";
  await database.query(sql, [name, days]);
}

/** Does one check, and says so. */
async function check(what, body) {
  try {
    await body();
  } catch (error) {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
  console.log(`ok: ${what}`);
}

async function main() {
  assert.ok(CODEX_URL && DATABASE_URL && SECRET, "CODEX_URL, DATABASE_URL and SECRET must be set");

  await check("an account made there signs in here", async () => {
    await new Client().signUpThere("jane", "password1234");
    const browser = new Client();
    assert.ok(await browser.signInHere("jane", "password1234"));
    assert.equal(await browser.knownHere(), "jane");
    assert.equal(await new Client().signInHere("jane", "password1235"), null);
  });
  await check("an account made here signs in there", async () => {
    await new Client().signUpHere("mike", "password1234");
    const browser = new Client();
    assert.equal((await browser.signInThere("mike", "password1234")).status, 200);
    assert.equal(await browser.knownThere(), "mike");
    assert.equal((await new Client().signInThere("mike", "password1235")).status, 401);
    const again = await new Client().there("/sign-up/email", { name: "x", email: "MIKE@example.com", password: "password1234" });
    assert.equal(again.status, 422, "the address is one account's");
  });
  await check("passwords mean the same however their letters are written", async () => {
    await new Client().signUpThere("composed", "Gr\u00fc\u00dfe \u{1f642}\ufb01");
    assert.ok(await new Client().signInHere("composed", "Gru\u0308\u00dfe \u{1f642}fi"));
    await new Client().signUpHere("apart", "Gru\u0308\u00dfe \u{1f642}fi");
    assert.equal((await new Client().signInThere("apart", "Gr\u00fc\u00dfe \u{1f642}\ufb01")).status, 200);
  });

  await check("a session made there works here, by cookie and by bearer", async () => {
    const browser = new Client();
    const made = await browser.signInThere("jane", "password1234");
    assert.ok(browser.cookies.has("better-auth.session_token"));
    assert.equal(await browser.knownHere(), "jane");
    assert.equal(await new Client(made.body.token).knownHere(), "jane", "by its token");
    assert.ok(made.token.includes("."));
    assert.equal(await new Client(made.token).knownHere(), "jane", "by its signed token, as the library gives it");
    assert.equal(await new Client(decodeURIComponent(made.token)).knownHere(), "jane", "by its signed token");
  });
  await check("a session made here works there, by cookie and by bearer", async () => {
    const browser = new Client();
    const token = await browser.signInHere("mike", "password1234");
    assert.ok(browser.cookies.has("better-auth.session_token"));
    assert.equal(await browser.knownThere(), "mike");
    assert.equal(await new Client(token).knownThere(), "mike", "by its token");
    const first = new Client();
    assert.equal(await new Client(await first.signUpHere("mary", "password1234")).knownThere(), "mary", "the first one, too");
    assert.equal(await first.knownThere(), "mary");
    const { body } = await first.there("/list-sessions");
    assert.deepEqual(body.map(({ ipAddress, userAgent }) => [ipAddress, userAgent]), [["127.0.0.1", "A client of both"]]);
  });

  await check("who signs out here is signed out there, and the other way round", async () => {
    const browser = new Client();
    const token = await browser.signInHere("mary", "password1234");
    await browser.here("mutation { signOut { revokedSessionId } }");
    assert.equal(browser.cookies.size, 0, "nothing is left in the browser");
    assert.equal(await new Client(token).knownThere(), null);
    const made = await browser.signInThere("mary", "password1234");
    await browser.there("/sign-out", {});
    assert.equal(await new Client(made.body.token).knownHere(), 401);
  });
  await check("a password changed at one is changed at the other", async () => {
    const browser = new Client();
    await browser.signInHere("mary", "password1234");
    const change = "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }";
    await browser.here(change, { currentPassword: "password1234", newPassword: "password5678" });
    assert.equal((await new Client().signInThere("mary", "password1234")).status, 401);
    assert.equal((await new Client().signInThere("mary", "password5678")).status, 200);
    const changed = await browser.there("/change-password", { currentPassword: "password5678", newPassword: "password9999" });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal(await new Client().signInHere("mary", "password5678"), null);
    assert.ok(await new Client().signInHere("mary", "password9999"));
  });

  await check("a session is extended by both alike", async () => {
    const browser = new Client();
    await browser.signUpThere("lasting", "password1234");
    await lasts("lasting", 5);
    assert.equal(await browser.knownHere(), "lasting");
    assert.ok((await left("lasting")) > 6.99);
    await lasts("lasting", 5);
    assert.equal(await browser.knownThere(), "lasting");
    assert.ok((await left("lasting")) > 6.99);
    await lasts("lasting", 6.5);
    await browser.knownHere();
    await browser.knownThere();
    assert.ok((await left("lasting")) < 6.51, "not before a day is over");
  });
  await check("who does not want to be remembered is forgotten by both", async () => {
    await new Client().signUpThere("passing", "password1234");
    await database.query("DELETE FROM sessions USING users WHERE users.id = user_id AND name = 'passing'");
    const browser = new Client();
    await browser.signInThere("passing", "password1234", { rememberMe: false });
    assert.ok(browser.cookies.has("better-auth.dont_remember"));
    assert.equal(await browser.knownHere(), "passing");
    assert.equal(await browser.knownThere(), "passing");
    assert.ok((await left("passing")) < 1);
  });
  await check("who becomes somebody else here is not taken there for who they were", async () => {
    const caching = library({ cookieCache: { enabled: true, maxAge: 300 } });
    const browser = new Client();
    await browser.there("/sign-in/email", { email: "jane@example.com", password: "password1234" }, caching);
    assert.ok(browser.cookies.has("better-auth.session_data"));
    assert.equal(await browser.knownThere(caching), "jane");
    await browser.signInHere("mike", "password1234");
    assert.equal(await browser.knownThere(caching), "mike");
  });
}

main()
  .catch((error) => {
    console.error(`FAILED: ${error.stack}`);
    process.exitCode = 1;
  })
  .finally(() => database.end());
