//! What a client asks, out of a body or out of a query string.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::{
    documents::{Asked, Hash},
    refusal::Refusal,
};
use crate::graphql::Code;

/// The parameters of a request, as GraphQL over HTTP names them.
#[derive(Debug)]
pub(super) struct Parameters {
    pub(super) document: Asked,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
    /// Of the extensions: whether the client wants to know what its operation costs.
    pub(super) wants_cost: bool,
}

impl Parameters {
    /// Reads the parameters out of a GET request's query string, where variables and extensions are JSON texts.
    pub(super) fn from_query_string(query: &str) -> Result<Self, Refusal> {
        let mut parameters = Map::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // What stands before the gateway may have looked at the other one.
            if parameters.contains_key(&*name) {
                return Err(must_be(&name, "given once"));
            }
            let value = match &*name {
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => {
                    serde_json::from_str(&value).map_err(|_| must_be(&name, "a JSON object"))?
                }
                _ => Value::String(value.into_owned()),
            };
            parameters.insert(name.into_owned(), value);
        }
        Self::from_map(parameters)
    }

    /// Reads the parameters out of a JSON object.
    pub(super) fn from_map(mut parameters: Map<String, Value>) -> Result<Self, Refusal> {
        let mut take = |name: &str| parameters.remove(name).filter(|value| !value.is_null());
        let text = match take("query") {
            Some(Value::String(text)) => Some(text),
            Some(_) => return Err(must_be("query", "a text")),
            None => None,
        };
        let operation_name = match take("operationName") {
            // Some clients send an empty name for none.
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => return Err(must_be("operationName", "a text")),
            None => None,
        };
        let mut object = |name: &str| match take(name) {
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(must_be(name, "a JSON object")),
            None => Ok(Map::new()),
        };
        let extensions = object("extensions")?;
        let variables = object("variables")?;
        let hash = persisted_query(&extensions)?;
        if text.is_none() && hash.is_none() {
            return Err(Refusal::bad_request("`query` is missing."));
        }
        Ok(Self {
            document: Asked { text, hash },
            operation_name,
            variables,
            wants_cost: extensions.get("cost") == Some(&Value::Bool(true)),
        })
    }
}

/// The hash that stands for a document, or beside it: `{"persistedQuery": {"version": 1, "sha256Hash": "..."}}`.
fn persisted_query(extensions: &Map<String, Value>) -> Result<Option<Hash>, Refusal> {
    let Some(said) = extensions.get("persistedQuery").filter(|said| !said.is_null()) else {
        return Ok(None);
    };
    let hash = said.get("sha256Hash").and_then(Value::as_str).and_then(Hash::read);
    match (said.get("version").and_then(Value::as_u64), hash) {
        (Some(1), Some(hash)) => Ok(Some(hash)),
        _ => Err(must_be(
            "extensions.persistedQuery",
            "of version 1, with the SHA-256 of the document as `sha256Hash`",
        )),
    }
}

/// Makes sure that a POST request says that its body is JSON.
///
/// # Errors
/// If it says anything else, or nothing.
pub(super) fn check_json(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_json(headers) {
        return Ok(());
    }
    let message = "The body must be `application/json`, in UTF-8, and the `Content-Type` header must say so.";
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::BadUserInput,
        message,
    ))
}

fn must_be(name: &str, what: &str) -> Refusal {
    Refusal::bad_request(format!("`{name}` must be {what}."))
}

/// Whether a request says that its body is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type
        .unwrap_or_default()
        .split(';')
        .map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().is_some_and(|name| name == "application/json");
    let charset = |part: String| {
        part.strip_prefix("charset=")
            .map(|charset| charset.trim_matches('"').to_owned())
    };
    json && parts
        .filter_map(charset)
        .all(|charset| charset == "utf-8" || charset == "utf8")
}
