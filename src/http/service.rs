//! What is done for every request, whatever it asks for.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use axum::{
    BoxError, Router,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    response::Response,
};
use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::{
    panics::masked,
    request_id::{self, REQUEST_ID},
    security::secured,
};

/// All that is answered: a request gets its id, and the answer its headers; a panic ends its own request alone.
///
/// It is one service around the router. As layers of the router, each part would be copied for each request with all that is within.
#[derive(Clone)]
pub struct Service {
    router: Router,
    https: bool,
}

impl Service {
    /// What this router answers. `https`: clients reach it by that alone.
    pub fn around(router: Router, https: bool) -> Self {
        Self { router, https }
    }

    async fn answer(mut self, mut request: Request) -> Response {
        let id = request_id::name(request.headers_mut());
        // At the level of errors, or they would go without where nothing else is logged.
        let span = tracing::error_span!("request", request_id = id.to_str().unwrap_or_default());
        let answering = async {
            tower::Service::call(&mut self.router, request)
                .await
                .unwrap_or_else(|never| match never {})
        };
        let mut response = secured(masked(answering).instrument(span).await, self.https);
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
}

impl<B> tower::Service<Request<B>> for Service
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router always is.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = self.clone().answer(request.map(Body::new));
        Box::pin(async { Ok(answer.await) })
    }
}
