//! One operation, from its document to what became of it.

use std::sync::Arc;

use async_graphql::{
    Request, Response as Executed, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use axum::http::{HeaderMap, Method};

use super::{
    Gateway, document,
    limits::{self, Cost},
    refusal::Refusal,
    request::Parameters,
    response,
    viewer::Claim,
};
use crate::{database::Reader, store::Scope};

/// Executes the operation that a request asks for.
///
/// # Errors
/// If it gets no further than here: nothing has been executed.
pub(super) async fn execute(
    gateway: &Gateway,
    method: &Method,
    headers: &HeaderMap,
    parameters: Parameters,
) -> Result<Executed, Refusal> {
    // In this order: what the headers alone tell, what the document tells, what only the database knows.
    let claim = Claim::from_headers(headers, gateway.secret.as_ref())?;
    let document = gateway.documents.find(parameters.document)?;
    let document = &document.parsed;
    if *method != Method::POST && !is_query(document, parameters.operation_name.as_deref()) {
        return Err(Refusal::method("POST", "Only queries come by GET."));
    }
    let mut variables = parameters.variables;
    let mut cost = Cost(0);
    if let Some(operation) = document::chosen(document, parameters.operation_name.as_deref()).next() {
        document::complete(operation, &mut variables)?;
        cost = limits::cost(document, operation, &variables, gateway.limits.cost)?;
    }

    let reader = Reader::new(gateway.connection.clone(), gateway.row_security);
    let viewer = claim.viewer(&reader).await?;
    let scope = Arc::new(Scope::new(viewer, reader));
    let mut request = Request::new("").data(Arc::clone(&scope));
    request.set_parsed_query(document.clone());
    request.operation_name = parameters.operation_name;
    request.variables = Variables::from_json(variables.into());
    let mut executed = response::begun(scope.drive(gateway.schema.execute(request)).await)?;
    if parameters.wants_cost {
        executed.extensions.insert("cost".to_owned(), cost.0.into());
    }
    Ok(executed)
}

/// Whether nothing but a query can be meant.
fn is_query(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    document::chosen(document, operation_name).all(|operation| operation.ty == OperationType::Query)
}
