//! One operation, from its document to what became of it.

use std::sync::Arc;

use async_graphql::{
    Request, Response as Executed, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use axum::http::{HeaderMap, Method, header};

use super::{Gateway, document, idempotency, refusal::Refusal, request::Parameters, response, viewer::Claim};
use crate::{database::Reader, store::Scope, viewer::Client};

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
    // In this order: what the headers alone tell, what the document tells, what only the database knows.
    let claim = Claim::from_headers(headers, gateway.settings.secret.as_ref())?;
    let document = document::parse(&parameters.query)?;
    if *method != Method::POST && !is_query(&document, parameters.operation_name.as_deref()) {
        return Err(Refusal::method("POST", "Only queries come by GET."));
    }
    let key = match is_query(&document, parameters.operation_name.as_deref()) {
        true => None,
        false => idempotency::key(headers, &parameters, claim.tenant())?,
    };
    let mut variables = parameters.variables;
    document::check(&document)?;
    if let Some(operation) = document::chosen(&document, parameters.operation_name.as_deref()).next() {
        document::complete(operation, &mut variables)?;
    }

    let reader = Reader::new(gateway.connection.clone(), gateway.row_security);
    let viewer = claim.viewer(&reader).await?;
    let cookie = claim.extended(gateway, &viewer, &reader).await;
    let scope = Arc::new(Scope::new(viewer, reader).await);
    let asked = scope.viewer();
    let keyed = key.is_some();
    if let Some(key) = key
        && let Some(answer) = idempotency::answered(&scope, key).await?
    {
        return Ok(answer);
    }
    let mut request = Request::new(parameters.query).data(Arc::clone(&scope)).data(client);
    request.set_parsed_query(document);
    request.operation_name = parameters.operation_name;
    request.variables = Variables::from_json(variables.into());
    let mut executed = scope.drive(gateway.schema.execute(request)).await;
    if let Some(cookie) = cookie {
        executed.http_headers.append(header::SET_COOKIE, cookie);
    }
    let executed = response::begun(executed)?;
    if keyed {
        idempotency::keep(&scope, &asked, &executed).await;
    }
    Ok(executed)
}

/// Whether nothing but a query can be meant.
fn is_query(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    document::chosen(document, operation_name).all(|operation| operation.ty == OperationType::Query)
}
