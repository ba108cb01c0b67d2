//! Which of the two answers of GraphQL over HTTP a client reads.

use axum::http::{HeaderMap, StatusCode, header};

/// The media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `application/graphql-response+json`: the status says what became of the request.
    GraphqlResponse,
    /// `application/json`: older clients take any status other than 200 for a failure of the network, so only a request that
    /// is not GraphQL at all has one.
    Json,
}

impl Answer {
    /// The one that the client prefers; nothing where it reads neither. A client that does not say reads JSON.
    pub fn preferred(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        let mut said = false;
        let ranges = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok());
        for range in ranges.flat_map(|value| value.split(',')) {
            said = true;
            let mut parts = range.split(';').map(str::trim);
            let answer = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Self::GraphqlResponse,
                "application/json" | "application/*" | "*/*" => Self::Json,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
            if weight > 0 && best.is_none_or(|(_, best)| weight > best) {
                best = Some((answer, weight));
            }
        }
        match best {
            Some((answer, _)) => Some(answer),
            None if !said => Some(Self::Json),
            None => None,
        }
    }

    /// The media type's name.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The status of an answer to a request that was well formed, but failed before its execution began.
    pub fn refused(self) -> StatusCode {
        match self {
            Self::GraphqlResponse => StatusCode::BAD_REQUEST,
            Self::Json => StatusCode::OK,
        }
    }
}

/// A quality value, in thousandths; what is none counts as 1.
fn thousandths(quality: &str) -> u16 {
    quality
        .parse::<f32>()
        .ok()
        .filter(|quality| (0.0..=1.0).contains(quality))
        .map_or(1000, |quality| (quality * 1000.0) as u16)
}
