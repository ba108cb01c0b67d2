//! GraphQL over HTTP, by the specification (<https://graphql.github.io/graphql-over-http/draft/>), for queries.

use std::{net::SocketAddr, sync::Arc};

use async_graphql::{
    Request, Response as Executed, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType},
    },
};
use async_graphql_axum::GraphQLResponse;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Gateway, client_address::client, document, negotiation::Answer, request::Parameters};
use crate::{
    database::Reader,
    graphql::{ClientError, Code},
    store::Scope,
    viewer::{Client, Credential, LASTS, SignInError, Viewer, cookie, extend, identify},
};

/// The header that pins a request to an organization: its slug.
const TENANT: HeaderName = HeaderName::from_static("x-organization");

/// An answer is for one viewer, and no cache tells viewers apart.
const NOT_KEPT: &str = "no-store";
/// The most errors in an answer that gets no further than the validation: a document may have as many as it has fields.
const MOST_ERRORS: usize = 20;

/// A request that gets no further than here.
pub(super) struct Refusal {
    status: StatusCode,
    error: ClientError,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self {
            status,
            error: ClientError::new(code, message),
            header: None,
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadUserInput, message)
    }

    fn method(allow: &'static str, message: &str) -> Self {
        let header = (header::ALLOW, HeaderValue::from_static(allow));
        Self {
            header: Some(header),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, message)
        }
    }

    fn unauthenticated(message: impl Into<String>) -> Self {
        let header = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Self {
            header: Some(header),
            ..Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message)
        }
    }

    /// The answer: like any GraphQL response, but without `data`, since nothing was executed.
    fn answer(self, answer: Answer) -> Response {
        let mut response = errors(self.status, answer, &[self.error.into()]);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Answers a request to the GraphQL endpoint.
pub(super) async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(kind) = Answer::preferred(&headers) else {
        let message = "The answer is `application/graphql-response+json` or `application/json`; `Accept` has neither.";
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, message).answer(Answer::Json);
    };
    let client = client(peer, &headers, gateway.settings.trusted_proxies);
    match respond(&gateway, kind, client, &method, &headers, query.as_deref(), body).await {
        Ok(response) => response,
        Err(refusal) => refusal.answer(kind),
    }
}

async fn respond(
    gateway: &Gateway,
    kind: Answer,
    client: Client,
    method: &Method,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let parameters = match *method {
        Method::GET => Parameters::from_query_string(query.unwrap_or_default())?,
        Method::POST => Parameters::from_body(headers, body)?,
        _ => return Err(Refusal::method("GET, POST", "Queries come by POST or GET.")),
    };
    let document = match parse_query(&parameters.query) {
        Ok(document) => document,
        Err(error) => return Ok(refused(kind, vec![unreadable(error.into())], Code::ParseFailed)),
    };
    if *method == Method::GET && !is_query(&document, parameters.operation_name.as_deref()) {
        return Err(Refusal::method("POST", "Only queries come by GET."));
    }

    let mut variables = parameters.variables;
    let checked = document::check(&document).and_then(|()| {
        match document::chosen(&document, parameters.operation_name.as_deref()).next() {
            Some(operation) => document::complete(operation, &mut variables),
            None => Ok(()),
        }
    });
    if let Err(error) = checked {
        return Ok(refused(kind, vec![error.into()], Code::BadUserInput));
    }

    let reader = Reader::new(gateway.connection.clone(), gateway.row_security);
    let credential = Credential::from_headers(headers, gateway.settings.secret.as_ref())
        .map_err(|error| Refusal::unauthenticated(error.to_string()))?;
    let viewer = viewer(headers, &credential, &reader).await?;
    let cookie = match viewer.session_is_due() && !cookie::is_passing(headers) {
        true => extended(gateway, &credential, &viewer, &reader).await,
        false => None,
    };
    let scope = Arc::new(Scope::new(viewer, reader).await);
    let mut request = Request::new(parameters.query).data(Arc::clone(&scope)).data(client);
    request.set_parsed_query(document);
    request.operation_name = parameters.operation_name;
    request.variables = Variables::from_json(variables.into());
    let executed = scope.drive(gateway.schema.execute(request)).await;
    let mut response = written(kind, executed);
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether nothing but a query can be meant.
fn is_query(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    document::chosen(document, operation_name).all(|operation| operation.ty == OperationType::Query)
}

async fn viewer(headers: &HeaderMap, credential: &Credential, reader: &Reader) -> Result<Viewer, Refusal> {
    let unknown = || Refusal::bad_request("The `X-Organization` header must be the slug of one organization.");
    let mut tenants = headers.get_all(TENANT).iter();
    let tenant = tenants
        .next()
        .map(|value| value.to_str().map(str::trim))
        .transpose()
        .map_err(|_| unknown())?;
    if tenants.next().is_some() {
        return Err(unknown());
    }
    identify(reader, credential, tenant).await.map_err(|error| match error {
        SignInError::Unauthenticated => Refusal::unauthenticated("The session token is unknown or has expired."),
        SignInError::UnknownTenant => unknown(),
        SignInError::Database(error) => Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: ClientError::internal(error),
            header: None,
        },
    })
}

/// Extends the session, and gives the cookie that goes on as long, if the request came with one. A session that cannot be
/// extended just now is still a session.
async fn extended(gateway: &Gateway, credential: &Credential, viewer: &Viewer, reader: &Reader) -> Option<HeaderValue> {
    // A request holds one connection at a time.
    reader.end().await;
    if let Err(error) = extend(&gateway.connection, viewer).await {
        tracing::warn!("a session could not be extended: {error}");
        return None;
    }
    let (Credential::Cookie(token), Some(secret)) = (credential, &gateway.settings.secret) else {
        return None;
    };
    let cookie = cookie::set(secret, token, LASTS, gateway.settings.https).ok()?;
    HeaderValue::try_from(cookie).ok()
}

/// Writes what became of an operation.
fn written(kind: Answer, mut executed: Executed) -> Response {
    // Whatever failed while it was executed says where; what failed before has no place in an answer.
    let began = executed.data != Value::Null || executed.errors.iter().any(|error| !error.path.is_empty());
    if !began {
        return refused(kind, executed.errors, Code::ValidationFailed);
    }
    // What has no code of ours is the library's word on an argument's value.
    executed
        .errors
        .iter_mut()
        .for_each(|error| set_code(error, Code::BadUserInput));
    let mut response = GraphQLResponse::from(executed).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT));
    response
}

/// What a parser says of a document, without the drawing of it that may be as long as the document.
fn unreadable(error: ServerError) -> ServerError {
    let expected = error
        .message
        .lines()
        .filter_map(|line| line.trim().strip_prefix("= "))
        .next_back();
    let message = format!(
        "The document is not GraphQL: {}.",
        expected.unwrap_or("it cannot be read")
    );
    ServerError { message, ..error }
}

/// Writes why an operation was not executed.
fn refused(kind: Answer, mut failures: Vec<ServerError>, code: Code) -> Response {
    failures.truncate(MOST_ERRORS);
    failures.iter_mut().for_each(|error| set_code(error, code));
    errors(kind.refused(), kind, &failures)
}

fn set_code(error: &mut ServerError, code: Code) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code.name());
    }
}

fn errors(status: StatusCode, kind: Answer, errors: &[ServerError]) -> Response {
    let body = serde_json::json!({ "errors": errors }).to_string();
    let headers = [
        (header::CONTENT_TYPE, kind.content_type()),
        (header::CACHE_CONTROL, NOT_KEPT),
    ];
    (status, headers, body).into_response()
}
