//! Which of the two answers of GraphQL over HTTP a client reads.

use std::cmp::Reverse;

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

/// What an `Accept` header says of one media type, in the order in which clients mean it: the quality first, then how closely
/// the type is named, then how early.
type Preference = (u16, u8, Reverse<usize>);

impl Answer {
    /// The one that the client prefers; nothing where it reads neither. A client that does not say reads JSON.
    pub fn preferred(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(header::ACCEPT).iter();
        let ranges: Vec<&str> = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|range| !range.is_empty())
            .collect();
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        // Of two that are equal the last counts: a range that names neither means JSON.
        [Self::GraphqlResponse, Self::Json]
            .into_iter()
            .filter_map(|answer| Some((answer.preference(&ranges)?, answer)))
            .max_by_key(|(preference, _)| *preference)
            .map(|(_, answer)| answer)
    }

    /// What these media ranges say of it: the one that names it most closely decides, so that `*/*` beside it changes
    /// nothing. Nothing where it is not wanted.
    fn preference(self, ranges: &[&str]) -> Option<Preference> {
        let named = ranges.iter().enumerate().filter_map(|(place, range)| {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            let closeness = match name.trim().to_ascii_lowercase().as_str() {
                "*/*" => 0,
                "application/*" => 1,
                name if name == self.name() => 2,
                _ => return None,
            };
            Some((closeness, Reverse(place), quality(parameters)))
        });
        let (closeness, place, quality) = named.max()?;
        (quality > 0).then_some((quality, closeness, place))
    }

    fn name(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    /// The media type, as an answer's header has it.
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

/// The quality among a media range's parameters, in thousandths; what is none counts as 1.
fn quality(parameters: &str) -> u16 {
    let quality = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    quality
        .and_then(|quality| quality.parse::<f32>().ok())
        .filter(|quality| (0.0..=1.0).contains(quality))
        .map_or(1000, |quality| (quality * 1000.0) as u16)
}
