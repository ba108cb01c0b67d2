//! GraphQL over HTTP, by the specification (<https://graphql.github.io/graphql-over-http/draft/>), for queries.

use std::{net::SocketAddr, sync::Arc};

use async_graphql::Response as Executed;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};

use super::{
    Gateway, client_address::client, csrf, execution::execute, negotiation::Answer, refusal::Refusal,
    request::Parameters, response::written,
};
use crate::{graphql::Code, viewer::Client};

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
    match respond(&gateway, client, &method, &headers, query.as_deref(), body).await {
        Ok(executed) => written(kind, executed),
        Err(refusal) => {
            gateway.metrics.refused(&refusal.code());
            refusal.answer(kind)
        }
    }
}

async fn respond(
    gateway: &Gateway,
    client: Client,
    method: &Method,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Executed, Refusal> {
    let parameters = match *method {
        // What a HEAD asks for is a GET's answer, of which the server then leaves out the body.
        Method::GET | Method::HEAD => {
            csrf::check(headers)?;
            Parameters::from_query_string(query.unwrap_or_default())?
        }
        Method::POST => Parameters::from_body(headers, body, &gateway.settings.limits)?,
        _ => return Err(Refusal::method("GET, HEAD, POST", "Queries come by POST or GET.")),
    };
    execute(gateway, client, method, headers, parameters).await
}
