// The plain form: what there is where GraphiQL is not.

import { send } from "./session.js";

const [form, example, query, variables, result] = ["form", "example", "query", "variables", "result"].map((id) =>
  document.getElementById(id),
);
let latest;

/** Whether somebody has begun to use it. */
export let used = false;

/** Sets the form up, with these examples to choose from. */
export function start(examples) {
  example.append(...examples.map(({ name }) => new Option(name)));
  const show = () => {
    const chosen = examples[example.selectedIndex];
    query.value = chosen.query;
    variables.value = chosen.variables ? JSON.stringify(chosen.variables, null, 2) : "";
  };
  show();
  example.addEventListener("change", show);
  form.addEventListener("input", () => (used = true));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    used = true;
    run();
  });
}

async function run() {
  const now = (latest = {});
  result.textContent = "…";
  const text = await answer();
  if (now === latest) result.textContent = text;
}

async function answer() {
  let values;
  try {
    values = variables.value.trim() ? JSON.parse(variables.value) : undefined;
  } catch (error) {
    return `The variables are not JSON: ${error.message}`;
  }
  return JSON.stringify(await send({ query: query.value, variables: values }), null, 2);
}
