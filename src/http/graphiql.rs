//! GraphiQL, on one page of ours.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};
use tower_http::services::ServeFile;

/// Somebody that a visitor can act as.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Who that is, in a line.
    pub role: String,
    /// The token of a session of theirs.
    pub token: String,
}

/// How the page is served.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A folder of npm packages that its parts are taken from; none: from the network.
    pub assets: Option<PathBuf>,
    /// Whom a visitor can act as.
    pub people: Vec<Person>,
}

/// A file of an npm package.
struct Asset {
    package: &'static str,
    version: &'static str,
    file: &'static str,
    /// Of that version's file, as it is in the package.
    integrity: &'static str,
}

/// Where packages come from if not from a folder.
const CDN: &str = "https://cdn.jsdelivr.net/npm";

/// What GraphiQL consists of, in the order in which it has to run. GraphiQL 4 and React 18 are the last that browsers
/// load without a bundler.
const ASSETS: [Asset; 4] = [
    Asset {
        package: "graphiql",
        version: "4.1.2",
        file: "graphiql.min.css",
        integrity: "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
    },
    Asset {
        package: "react",
        version: "18.3.1",
        file: "umd/react.production.min.js",
        integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    },
    Asset {
        package: "react-dom",
        version: "18.3.1",
        file: "umd/react-dom.production.min.js",
        integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    },
    Asset {
        package: "graphiql",
        version: "4.1.2",
        file: "graphiql.min.js",
        integrity: "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    },
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The page's own parts: address, content type, text.
const PARTS: [(&str, &str, &str); 5] = [
    ("/graphiql/page.css", CSS, include_str!("graphiql/page.css")),
    ("/graphiql/page.js", JAVASCRIPT, include_str!("graphiql/page.js")),
    ("/graphiql/session.js", JAVASCRIPT, include_str!("graphiql/session.js")),
    ("/graphiql/form.js", JAVASCRIPT, include_str!("graphiql/form.js")),
    (
        "/graphiql/examples.js",
        JAVASCRIPT,
        include_str!("graphiql/examples.js"),
    ),
];

/// What the page may load and do: its own parts, and of the network those files that it names; nothing of anybody else's.
fn policy(settings: &Settings) -> String {
    let network: String = match settings.assets {
        Some(_) => String::new(),
        None => ASSETS
            .iter()
            .map(|asset| format!(" {}", asset.on_the_network()))
            .collect(),
    };
    // GraphiQL puts styles into the page, and its fonts and pictures into its styles.
    format!(
        "default-src 'none'; script-src 'self'{network}; style-src 'self' 'unsafe-inline'{network}; font-src 'self' data:; \
         img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page, and its own parts.
pub(super) fn router(settings: &Settings) -> Router {
    // The page holds tokens: nothing keeps it.
    let head = [
        (header::CONTENT_TYPE, HTML.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy(settings)),
    ];
    let (whole, without_people) = (page(settings, &settings.people), page(settings, &[]));
    let answer = |headers: HeaderMap| async move { (head, if is_local(&headers) { whole } else { without_people }) };
    let mut router = Router::new().route("/", get(answer));
    for (address, content_type, text) in PARTS {
        router = router.route(address, get(([(header::CONTENT_TYPE, content_type)], text)));
    }
    if let Some(folder) = &settings.assets {
        // These files alone, and not what else is in the folder.
        for asset in &ASSETS {
            let file = ServeFile::new(folder.join(asset.package).join(asset.file));
            router = router.route_service(&format!("/{}", asset.here()), file);
        }
    }
    router.route_layer(map_response(revalidated))
}

impl Asset {
    /// Its address on this server, without the slash that it begins with.
    fn here(&self) -> String {
        format!("graphiql/assets/{}/{}", self.package, self.file)
    }

    fn on_the_network(&self) -> String {
        format!("{CDN}/{}@{}/{}", self.package, self.version, self.file)
    }

    /// How the page loads it. A folder may hold other versions than ours, so that integrity is for the network alone.
    fn described(&self, folder: Option<&Path>) -> Value {
        match folder {
            Some(_) => json!({ "url": self.here() }),
            None => json!({
                "url": self.on_the_network(),
                "integrity": self.integrity,
            }),
        }
    }
}

/// Whether the page was asked for under this machine's own name. A foreign name that leads here is somebody else's page, which
/// would read the tokens out of ours.
fn is_local(headers: &HeaderMap) -> bool {
    // Whatever stands before the gateway asks in its own name.
    if ["forwarded", "x-forwarded-for", "x-forwarded-host", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
    {
        return false;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

/// The page, with what its scripts need to know.
fn page(settings: &Settings, people: &[Person]) -> String {
    let folder = settings.assets.as_deref();
    let person = |person: &Person| json!({ "name": person.name, "role": person.role, "token": person.token });
    let data = json!({
        "assets": ASSETS.iter().map(|asset| asset.described(folder)).collect::<Vec<_>>(),
        "people": people.iter().map(person).collect::<Vec<_>>(),
    });
    // In a script element, `<` could end it; in JSON this is the same character.
    let data = data.to_string().replace('<', "\\u003c");
    include_str!("graphiql/page.html").replace("@SETTINGS@", &data)
}

/// What does not say how long it may be kept is asked for again: the next version has it at the same address.
async fn revalidated(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    response
}
