// Who asks: the bar at the top. Its token is the field's value and nothing else: in no address, and in no storage.

const ids = ["acting", "people", "person", "token", "organization", "who"];
const [acting, people, person, token, organization, who] = ids.map((id) => document.getElementById(id));
let introduction;

/** Asks the gateway as whoever the bar says; the answer is GraphQL's, whatever went wrong. */
export async function send({ query, variables, operationName }, signal) {
  const headers = { accept: "application/graphql-response+json, application/json", "content-type": "application/json" };
  if (token.value.trim()) headers.authorization = `Bearer ${token.value.trim()}`;
  if (organization.value.trim()) headers["x-organization"] = organization.value.trim();
  try {
    const body = JSON.stringify({ query, variables, operationName });
    const response = await fetch("graphql", { method: "POST", headers, body, signal });
    const text = await response.text();
    return parsed(text) ?? failure(`The answer is not JSON (HTTP status ${response.status}): ${text.slice(0, 300)}`);
  } catch (error) {
    return failure(`The gateway could not be asked: ${error.message}`);
  }
}

/** Sets the bar up, with these people to choose from. */
export function start(list) {
  people.hidden = list.length === 0;
  person.append(
    new Option("anonymous", ""),
    ...list.map(({ name, role, token }) => new Option(`${name}, ${role}`, token)),
    new Option("whoever has this token:", "?"),
  );
  person.addEventListener("change", () => {
    if (person.value === "?") return token.focus();
    token.value = person.value;
    introduce();
  });
  token.addEventListener("input", () => {
    const known = [...person.options].some((option) => option.value === token.value.trim());
    person.value = known ? token.value.trim() : "?";
  });
  for (const field of [token, organization]) field.addEventListener("change", introduce);
  acting.addEventListener("submit", (event) => event.preventDefault());
  acting.hidden = false;
  introduce();
}

/** Shows who one is, in the gateway's eyes. */
async function introduce() {
  introduction?.abort();
  introduction = new AbortController();
  const { signal } = introduction;
  const { data, errors } = await send({ query: "{ viewer { name } }" }, signal);
  if (signal.aborted) return;
  who.classList.toggle("failed", Boolean(errors));
  who.textContent = errors ? errors[0].message : `You are ${data.viewer?.name ?? "anonymous"}.`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failure(message) {
  return { errors: [{ message }] };
}
