//! One operation, from its document to what became of it.

use std::sync::Arc;

use async_graphql::{
    Request, Response as Executed, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use axum::http::{HeaderMap, Method, header};
use serde_json::json;

use super::{
    Gateway, document, idempotency,
    limits::{self, Cost},
    observation::Observation,
    refusal::Refusal,
    request::Parameters,
    response,
    viewer::Claim,
};
use crate::{
    database::Reader,
    store::Scope,
    viewer::{Client, Handover},
};

/// Executes the operation that a request asks for.
///
/// # Errors
/// If it gets no further than here: nothing has been executed.
pub(super) async fn execute(
    gateway: &Gateway,
    client: Client,
    method: &Method,
    headers: &HeaderMap,
    parameters: Parameters,
) -> Result<Executed, Refusal> {
    let mut observation = Observation::begin(gateway);
    let became = executed(gateway, client, method, headers, parameters, &mut observation).await;
    observation.end(&became);
    became
}

async fn executed(
    gateway: &Gateway,
    client: Client,
    method: &Method,
    headers: &HeaderMap,
    parameters: Parameters,
    observation: &mut Observation<'_>,
) -> Result<Executed, Refusal> {
    // In this order: what the headers alone tell, what the document tells, what only the database knows.
    let claim = Claim::from_headers(headers, gateway.settings.secret.as_ref())?;
    let key = idempotency::key(headers)?.map(|key| (key, parameters.document.digest()));
    let document = gateway.documents.find(parameters.document)?;
    observation.found(&document, parameters.operation_name.as_deref());
    let document = &document.parsed;
    let is_query = is_query(document, parameters.operation_name.as_deref());
    if *method != Method::POST && !is_query {
        return Err(Refusal::method("POST", "Only queries come by GET."));
    }
    let key = key.filter(|_| !is_query).map(|(key, document)| {
        let request = json!([
            document,
            parameters.operation_name,
            parameters.variables,
            claim.tenant()
        ]);
        idempotency::keyed(key, &request)
    });
    let mut variables = parameters.variables;
    let mut cost = Cost(0);
    if let Some(operation) = document::chosen(document, parameters.operation_name.as_deref()).next() {
        document::complete(operation, &mut variables)?;
        cost = limits::cost(document, operation, &variables, gateway.settings.limits.cost)?;
    }

    let reader = Reader::new(observation.connection(), gateway.row_security);
    let viewer = claim.viewer(&reader).await?;
    let extended = claim.extend(&viewer, &reader).await;
    let scope = Arc::new(Scope::new(viewer, reader).await);
    let asked = scope.viewer();
    let keyed = key.is_some();
    if let Some(key) = key
        && let Some(answer) = idempotency::answered(&scope, key).await?
    {
        return Ok(answer);
    }
    let handover = Arc::<Handover>::default();
    let mut request = Request::new("")
        .data(Arc::clone(&scope))
        .data(client)
        .data(Arc::clone(&handover));
    request.set_parsed_query(document.clone());
    request.operation_name = parameters.operation_name;
    request.variables = Variables::from_json(variables.into());
    let mut executed = response::begun(scope.drive(gateway.schema.execute(request)).await)?;
    if parameters.wants_cost {
        executed.extensions.insert("cost".to_owned(), cost.0.into());
    }
    if keyed {
        idempotency::keep(&scope, &asked, &executed).await;
    }
    for cookie in claim.cookies(handover.take(), extended, &gateway.settings) {
        executed.http_headers.append(header::SET_COOKIE, cookie);
    }
    Ok(executed)
}

/// Whether nothing but a query can be meant.
fn is_query(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    document::chosen(document, operation_name).all(|operation| operation.ty == OperationType::Query)
}
