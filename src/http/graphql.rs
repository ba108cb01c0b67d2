//! GraphQL over HTTP, by the specification (<https://graphql.github.io/graphql-over-http/draft/>), for queries.

use std::sync::Arc;

use async_graphql::{
    Name, Request, Response as Executed, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use async_graphql_axum::GraphQLResponse;
use axum::{
    body::Bytes,
    extract::{RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Gateway, negotiation::Answer};
use crate::{
    database::Reader,
    graphql::{ClientError, Code},
    store::Scope,
    viewer::{Credential, SignInError, Viewer, identify},
};

/// The header that pins a request to an organization: its slug.
const TENANT: HeaderName = HeaderName::from_static("x-organization");

/// What a client asks, out of a body or out of a query string.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(rename = "extensions")]
    _extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A request that gets no further than here.
struct Refusal {
    status: StatusCode,
    error: ClientError,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self {
            status,
            error: ClientError::new(code, message),
            header: None,
        }
    }

    fn bad_request(message: impl Into<String>) -> Self {
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
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(kind) = Answer::preferred(&headers) else {
        let message = "The answer is `application/graphql-response+json` or `application/json`; `Accept` has neither.";
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, message).answer(Answer::Json);
    };
    match respond(&gateway, kind, &method, &headers, query.as_deref(), body).await {
        Ok(response) => response,
        Err(refusal) => refusal.answer(kind),
    }
}

async fn respond(
    gateway: &Gateway,
    kind: Answer,
    method: &Method,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let parameters = match *method {
        Method::GET => from_query_string(query.unwrap_or_default())?,
        Method::POST => from_body(headers, body)?,
        _ => return Err(Refusal::method("GET, POST", "Queries come by POST or GET.")),
    };
    let document = match parse_query(&parameters.query) {
        Ok(document) => document,
        Err(error) => return Ok(refused(kind, vec![error.into()], Code::ParseFailed)),
    };
    if *method == Method::GET && !is_query(&document, parameters.operation_name.as_deref()) {
        return Err(Refusal::method("POST", "Only queries come by GET."));
    }

    if let Some(error) = missing_variable(&document, &parameters) {
        return Ok(refused(kind, vec![error.into()], Code::BadUserInput));
    }

    let reader = Reader::new(gateway.connection.clone(), gateway.row_security);
    let viewer = viewer(gateway, headers, &reader).await?;
    let scope = Arc::new(Scope::new(viewer, reader));
    let mut request = Request::new(parameters.query).data(Arc::clone(&scope));
    request.set_parsed_query(document);
    request.operation_name = parameters.operation_name;
    request.variables = parameters
        .variables
        .map(|map| Variables::from_json(map.into()))
        .unwrap_or_default();
    let executed = scope.drive(gateway.schema.execute(request)).await;
    Ok(written(kind, executed))
}

/// Reads the parameters out of a GET request's query string, where variables and extensions are JSON texts.
fn from_query_string(query: &str) -> Result<Parameters, Refusal> {
    let (mut document, mut operation_name, mut variables) = (None, None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "query" => document = Some(value.into_owned()),
            "operationName" => operation_name = Some(value.into_owned()).filter(|name| !name.is_empty()),
            "variables" if !value.is_empty() => {
                let wrong = |_| Refusal::bad_request("`variables` must be a JSON object.");
                variables = serde_json::from_str(&value).map_err(wrong)?;
            }
            "extensions" if !value.is_empty() => {
                let wrong = |_| Refusal::bad_request("`extensions` must be a JSON object.");
                let _: Option<serde_json::Map<String, serde_json::Value>> =
                    serde_json::from_str(&value).map_err(wrong)?;
            }
            _ => (),
        }
    }
    let query = document.ok_or_else(|| Refusal::bad_request("`query` is missing."))?;
    Ok(Parameters {
        query,
        operation_name,
        variables,
        _extensions: None,
    })
}

/// Reads the parameters out of a POST request's JSON body.
fn from_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Parameters, Refusal> {
    if !is_json(headers) {
        let message = "The body must be `application/json`, in UTF-8, and the `Content-Type` header must say so.";
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::BadUserInput,
            message,
        ));
    }
    let body = body.map_err(|rejection| Refusal::new(rejection.status(), Code::BadUserInput, rejection.body_text()))?;
    serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request(format!("The body is not a GraphQL request: {error}.")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().is_some_and(|name| name == "application/json");
    let charset = |part: String| {
        part.strip_prefix("charset=")
            .map(|charset| charset.trim_matches('"').to_owned())
    };
    json && parts
        .filter_map(charset)
        .all(|charset| charset == "utf-8" || charset == "utf8")
}

/// The operations that may be meant: one, unless the request is wrong, which the execution then says.
fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&'a str>,
) -> impl Iterator<Item = &'a OperationDefinition> {
    let operations = document.operations.iter();
    let meant = move |own: Option<&Name>| name.is_none_or(|name| own.is_some_and(|own| own == name));
    operations
        .filter(move |(own, _)| meant(*own))
        .map(|(_, operation)| &operation.node)
}

/// Whether nothing but a query can be meant.
fn is_query(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    chosen(document, operation_name).all(|operation| operation.ty == OperationType::Query)
}

/// A variable that must be given and is not; the execution would say no more than that some value is null.
fn missing_variable(document: &ExecutableDocument, parameters: &Parameters) -> Option<ClientError> {
    let operation = chosen(document, parameters.operation_name.as_deref()).next()?;
    let given = |name: &str| {
        parameters
            .variables
            .as_ref()
            .and_then(|map| map.get(name))
            .is_some_and(|value| !value.is_null())
    };
    let missing = operation
        .variable_definitions
        .iter()
        .map(|definition| &definition.node)
        .find(|definition| {
            !definition.var_type.node.nullable && definition.default_value.is_none() && !given(&definition.name.node)
        })?;
    let name = format!("${}", missing.name.node);
    Some(ClientError::argument(
        &name,
        format!(
            "of type `{}` must be given, and must not be null",
            missing.var_type.node
        ),
    ))
}

async fn viewer(gateway: &Gateway, headers: &HeaderMap, reader: &Reader) -> Result<Viewer, Refusal> {
    let credential = Credential::from_headers(headers, gateway.secret.as_ref())
        .map_err(|error| Refusal::unauthenticated(error.to_string()))?;
    let tenant = headers
        .get(TENANT)
        .map(|value| value.to_str().map(str::trim))
        .transpose();
    let unknown = || Refusal::bad_request("The `X-Organization` header must be the slug of an organization.");
    let tenant = tenant.map_err(|_| unknown())?;
    identify(reader, &credential, tenant)
        .await
        .map_err(|error| match error {
            SignInError::Unauthenticated => Refusal::unauthenticated("The session token is unknown or has expired."),
            SignInError::UnknownTenant => unknown(),
            SignInError::Database(error) => Refusal {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                error: ClientError::internal(error),
                header: None,
            },
        })
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
}

/// Writes why an operation was not executed.
fn refused(kind: Answer, mut failures: Vec<ServerError>, code: Code) -> Response {
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
    (status, [(header::CONTENT_TYPE, kind.content_type())], body).into_response()
}
