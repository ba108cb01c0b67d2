// The page: GraphiQL where it can be loaded, and the plain form where it cannot.

import { examples } from "./examples.js";
import * as form from "./form.js";
import * as session from "./session.js";

/** How long one waits for GraphiQL before the form comes, in milliseconds. */
const PATIENCE = 3000;

const [loading, plain, why, change, graphiql] = ["loading", "plain", "why", "switch", "graphiql"].map((id) =>
  document.getElementById(id),
);
const { assets, people } = JSON.parse(document.getElementById("settings").textContent);

session.start(people);
form.start(examples);
show(loading);
const slow = setTimeout(() => offer("GraphiQL is slow to come."), PATIENCE);
try {
  await Promise.all(assets.map(load));
  if (form.used) {
    why.textContent = "GraphiQL was slow to come.";
    change.hidden = false;
    change.addEventListener("click", open);
  } else {
    open();
  }
} catch (error) {
  offer(`GraphiQL could not be loaded: ${error.message}.`);
} finally {
  clearTimeout(slow);
}

function show(part) {
  for (const each of [loading, plain, graphiql]) each.hidden = each !== part;
}

function offer(reason) {
  why.textContent = reason;
  show(plain);
}

/** Scripts run in the order of these calls, whichever comes first. */
function load({ url, integrity }) {
  return new Promise((resolve, reject) => {
    const style = url.endsWith(".css");
    const element = document.createElement(style ? "link" : "script");
    if (integrity) Object.assign(element, { integrity, crossOrigin: "anonymous" });
    Object.assign(element, style ? { rel: "stylesheet", href: url } : { async: false, src: url });
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`${url} did not load`)));
    document.head.append(element);
  });
}

function open() {
  try {
    mount();
  } catch (error) {
    offer(`GraphiQL could not be started: ${error.message}.`);
  }
}

function mount() {
  const { React, ReactDOM, GraphiQL } = window;
  if (!React || !ReactDOM || !GraphiQL) throw new Error("what came is not GraphiQL 4 with React 18");
  const element = React.createElement(GraphiQL, {
    fetcher: (request) => session.send(request),
    defaultTabs: examples.map(({ query, variables }) => ({
      query,
      variables: variables && JSON.stringify(variables, null, 2),
    })),
    defaultEditorToolsVisibility: "variables",
    // A token that is typed there would be kept in the browser's storage, with the history.
    isHeadersEditorEnabled: false,
    shouldPersistHeaders: false,
  });
  show(graphiql);
  // At once, so that what goes wrong is thrown here.
  ReactDOM.flushSync(() => ReactDOM.createRoot(graphiql).render(element));
  // Its `visiblePlugin` makes room for the documentation only once somebody has clicked.
  graphiql.querySelector('[aria-label="Show Documentation Explorer"]')?.click();
}
