//! GraphQL over HTTP, by the specification (<https://graphql.github.io/graphql-over-http/draft/>).

use std::{net::SocketAddr, sync::Arc};

use async_graphql::Response as Executed;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use serde_json::Value;

use super::{
    Gateway,
    client_address::client,
    csrf,
    execution::Operation,
    limits::Cost,
    negotiation::Answer,
    observation::Observation,
    refusal::Refusal,
    request::{Parameters, check_json},
    response::{self, Answered},
    viewer::Claim,
};
use crate::{
    database::Standing,
    graphql::{ClientError, Code},
    viewer::Client,
};

/// Answers a request to the GraphQL endpoint.
pub(super) async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Some(kind) = Answer::preferred(&head.headers) else {
        let message = "The answer is `application/graphql-response+json` or `application/json`; `Accept` has neither.";
        let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, message);
        return gateway.refused(refusal).answer(Answer::Json);
    };
    let client = client(peer, &head.headers, gateway.settings.trusted_proxies);
    match respond(&gateway, client, &head, body).await {
        Ok(answered) => response::written(kind, answered),
        Err(refusal) => gateway.refused(refusal).answer(kind),
    }
}

async fn respond(gateway: &Gateway, client: Client, head: &Parts, body: Body) -> Result<Answered, Refusal> {
    // Whatever it is, it is a request.
    gateway.rates.charge_address(client.address, Cost::LEAST)?;
    let received;
    let asked = match head.method {
        // What a HEAD asks for is a GET's answer, of which the server then leaves out the body.
        Method::GET | Method::HEAD => {
            csrf::check(&head.headers)?;
            Asked::One(Parameters::from_query_string(head.uri.query().unwrap_or_default())?)
        }
        Method::POST => {
            check_json(&head.headers)?;
            received = gateway.bodies.read(&head.headers, body).await?;
            Asked::read(&received.bytes, gateway.settings.batch)?
        }
        _ => return Err(Refusal::method("GET, HEAD, POST", "Queries come by POST or GET.")),
    };
    let claim = Claim::from_headers(&head.headers, gateway.settings.secret.as_ref())?;
    let prepare = |parameters| {
        let mut seen = Observation::begin(gateway, &head.headers);
        let operation = Operation::prepare(gateway, &claim, &head.method, &head.headers, parameters, &mut seen)?;
        Ok((seen, operation))
    };
    match asked {
        Asked::One(parameters) => {
            let (seen, operation) = prepare(parameters)?;
            let turn = gateway.turn().await?;
            let execute = |reader| operation.execute(gateway, client, &claim, reader);
            let executed = turn.run(Box::pin(seen.during(execute))).await;
            Ok(Answered::One(gateway.noted(executed)?))
        }
        Asked::Batch(batch) => {
            let operations: Vec<_> = batch.into_iter().map(prepare).collect();
            let prepared = operations.iter().filter_map(|operation| operation.as_ref().ok());
            Cost::sum(prepared.map(|(_, operation)| operation.cost)).check(gateway.settings.limits.cost)?;
            let turn = gateway.turn().await?;
            let mut answers = Vec::with_capacity(operations.len());
            // One after another: a request holds one connection at a time.
            for operation in operations {
                let executed: Result<Executed, Refusal> = match operation {
                    Ok((seen, operation)) => {
                        let execute = |reader| operation.execute(gateway, client.clone(), &claim, reader);
                        turn.run(Box::pin(seen.during(execute))).await
                    }
                    Err(refusal) => Err(refusal),
                };
                answers.push(gateway.noted(executed).map_err(|refusal| gateway.refused(refusal)));
            }
            Ok(Answered::Batch(answers))
        }
    }
}

/// What a request asks for.
enum Asked {
    One(Parameters),
    /// Several operations, each answered for itself, in this order.
    Batch(Vec<Parameters>),
}

impl Asked {
    /// Reads a body: a JSON object, or an array of up to so many.
    fn read(body: &[u8], most: usize) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(parameters)) => Parameters::from_map(parameters).map(Self::One),
            Ok(Value::Array(_)) if most == 0 => Err(Refusal::bad_request(
                "The body must be a JSON object; batches of operations are not taken here.",
            )),
            Ok(Value::Array(batch)) if batch.is_empty() || batch.len() > most => Err(Refusal::bad_request(format!(
                "A batch must have 1 to {most} operations, and has {}.",
                batch.len()
            ))),
            Ok(Value::Array(batch)) => batch
                .into_iter()
                .map(one_of_batch)
                .collect::<Result<_, _>>()
                .map(Self::Batch),
            Ok(_) => Err(Refusal::bad_request("The body must be a JSON object.")),
            Err(error) => Err(Refusal::bad_request(format!("The body is not JSON: {error}."))),
        }
    }
}

fn one_of_batch(operation: Value) -> Result<Parameters, Refusal> {
    match operation {
        Value::Object(parameters) => Parameters::from_map(parameters),
        _ => Err(Refusal::bad_request("Each operation of a batch must be a JSON object.")),
    }
}

impl Gateway {
    /// Waits for a request's turn, unless there is no database to ask.
    async fn turn(&self) -> Result<super::load::Turn<'_>, Refusal> {
        if self.availability.standing() == Standing::Unreachable {
            return Err(Refusal::failed(ClientError::unavailable()));
        }
        self.load.turn().await
    }

    /// Counts a refusal.
    fn refused(&self, refusal: Refusal) -> Refusal {
        self.metrics.refused(&refusal.code());
        refusal
    }

    /// Has somebody look after the database, if the request has lost it.
    fn noted(&self, executed: Result<Executed, Refusal>) -> Result<Executed, Refusal> {
        let lost = match &executed {
            Ok(executed) => executed
                .errors
                .iter()
                .any(|error| response::failure(error) == Some(Code::Unavailable)),
            Err(refusal) => refusal.failure() == Some(Code::Unavailable),
        };
        if lost {
            self.availability.doubt();
        }
        executed
    }
}
