//! One operation, from its document to what became of it.

use std::sync::Arc;

use async_graphql::{
    Request, Response as Executed, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use axum::http::{HeaderMap, Method, header};
use serde_json::{Map, Value, json};

use super::{
    Gateway, document, document::Document, idempotency, limits::Cost, observation::Observation, refusal::Refusal,
    request::Parameters, response, viewer::Claim,
};
use crate::{
    database::Reader,
    graphql::{ClientError, Code, Merges, found_first},
    store::{Scope, change::IdempotencyKey},
    viewer::{Beside, Client, Handover},
};

/// An operation that can be executed. Nothing has been read for it yet.
pub(super) struct Operation {
    document: Arc<Document>,
    is_query: bool,
    name: Option<String>,
    variables: Map<String, Value>,
    key: Option<IdempotencyKey>,
    pub(super) cost: Cost,
    /// The row that its only change finds first, if that is known.
    beside: Option<Beside>,
    wants_cost: bool,
}

impl Operation {
    /// Prepares the operation that a request asks for.
    ///
    /// # Errors
    /// If it cannot be executed, or must not be.
    pub(super) fn prepare(
        gateway: &Gateway,
        claim: &Claim<'_>,
        method: &Method,
        headers: &HeaderMap,
        parameters: Parameters,
        observation: &mut Observation<'_>,
    ) -> Result<Self, Refusal> {
        let key = idempotency::key(headers)?.map(|key| (key, parameters.document.digest()));
        let document = gateway.documents.find(parameters.document)?;
        observation.found(&document, parameters.operation_name.as_deref());
        if document.introspects && !gateway.settings.introspection {
            let message = "This gateway does not tell what its schema is.";
            return Err(ClientError::new(Code::IntrospectionDisabled, message).into());
        }
        let is_query = is_query(&document.parsed, parameters.operation_name.as_deref());
        if *method != Method::POST && !is_query {
            return Err(Refusal::method("POST", "Only queries come by GET."));
        }
        let key = match key.filter(|_| !is_query) {
            Some((key, document)) => {
                let request = json!([
                    document,
                    parameters.operation_name,
                    parameters.variables,
                    claim.tenant()
                ]);
                Some(idempotency::keyed(key, &request, gateway.settings.secret.as_ref())?)
            }
            None => None,
        };
        let mut variables = parameters.variables;
        let (mut cost, mut beside) = (Cost(0), None);
        if let Some(operation) = document::chosen(&document.parsed, parameters.operation_name.as_deref()).next() {
            document::complete(operation, &mut variables)?;
            cost = document.cost(operation, &variables);
            cost.check(gateway.settings.limits.cost)?;
            // What a keyed change finds, it holds.
            beside = key.is_none().then(|| found_first(operation, &variables)).flatten();
        }
        Ok(Self {
            document,
            is_query,
            name: parameters.operation_name,
            variables,
            key,
            cost,
            beside,
            wants_cost: parameters.wants_cost,
        })
    }

    /// Executes it.
    ///
    /// # Errors
    /// If it gets no further than here: nothing has been executed; or if the database was away for a part of a query.
    pub(super) async fn execute(
        self,
        gateway: &Gateway,
        client: Client,
        claim: &Claim<'_>,
        reader: Reader,
    ) -> Result<Executed, Refusal> {
        let (viewer, found) = claim.viewer(&reader, self.beside.as_ref()).await?;
        let rates = match viewer.user_id() {
            Some(user_id) => gateway.rates.charge_viewer(user_id, self.cost)?,
            None => gateway.rates.charge_address(client.address, self.cost)?,
        };
        let extended = claim.extend(&viewer, &reader).await;
        let scope = Arc::new(Scope::new(viewer, reader, found));
        let asked = scope.viewer();
        let keyed = self.key.is_some();
        if let Some(key) = self.key
            && let Some(answer) = Box::pin(idempotency::answered(&scope, key)).await?
        {
            return Ok(answer);
        }
        let valid = self.document.validity.is_known(&self.document.parsed, &self.variables);
        let schema = if valid { &gateway.trusting } else { &gateway.schema };
        let handover = Arc::<Handover>::default();
        let mut request = Request::new("")
            .data(Arc::clone(&scope))
            .data(client)
            .data(Arc::clone(&handover));
        if self.document.merges {
            request = request.data(Merges);
        }
        request.set_parsed_query(self.document.parsed.clone());
        request.operation_name = self.name;
        let variables = (!valid).then(|| self.variables.clone());
        request.variables = Variables::from_json(self.variables.into());
        // In a box, which is moved where the library's own large future would be copied.
        let execution = Box::pin(schema.execute(request));
        let mut executed = response::begun(scope.drive(execution).await)?;
        if let Some(variables) = variables {
            self.document.validity.found(&self.document.parsed, &variables);
        }
        if self.is_query {
            executed = response::whole(executed)?;
        }
        executed.http_headers.extend(rates);
        if self.wants_cost {
            executed.extensions.insert("cost".to_owned(), self.cost.0.into());
        }
        if keyed {
            Box::pin(idempotency::keep(&scope, &asked, &executed)).await;
        }
        for cookie in claim.cookies(handover.take(), extended, &gateway.settings) {
            executed.http_headers.append(header::SET_COOKIE, cookie);
        }
        Ok(executed)
    }
}

/// Whether nothing but a query can be meant.
fn is_query(document: &ExecutableDocument, operation_name: Option<&str>) -> bool {
    document::chosen(document, operation_name).all(|operation| operation.ty == OperationType::Query)
}
