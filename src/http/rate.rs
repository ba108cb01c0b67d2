//! How much a client may ask for in a minute, in the units of cost: by viewer, and for the anonymous by address. Each gateway
//! counts for itself.
//!
//! The headers are those of <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};
use quick_cache::sync::Cache;

use super::{limits::Cost, refusal::Refusal};
use crate::graphql::Code;

/// What may be asked for.
pub(super) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
pub(super) const STATE: HeaderName = HeaderName::from_static("ratelimit");
/// The time for which a rate holds, in seconds.
const WINDOW: u32 = 60;
/// How many clients are remembered at most: those that were seen longest ago are forgotten, and begin anew.
const CLIENTS: usize = 100_000;

/// How much may be asked for in a minute, in units of cost; 0: as much as they like.
#[derive(Clone, Copy, Debug)]
pub struct RateSettings {
    /// By one viewer.
    pub viewer: u32,
    /// By all anonymous clients of one address (of IPv6: of one /64 network).
    pub address: u32,
}

impl RateSettings {
    /// What holds where nothing else is set.
    pub const USUAL: Self = Self {
        viewer: 600_000,
        address: 300_000,
    };
}

impl Default for RateSettings {
    fn default() -> Self {
        Self::USUAL
    }
}

/// What each client has asked for of late.
pub(super) struct Rates {
    viewers: Option<Limiter<String>>,
    addresses: Option<Limiter<IpAddr>>,
}

impl Rates {
    pub(super) fn new(settings: RateSettings) -> Self {
        Self {
            viewers: Limiter::new(settings.viewer),
            addresses: Limiter::new(settings.address),
        }
    }

    /// Charges a viewer, and gives the headers that tell them what is left.
    ///
    /// # Errors
    /// If they have asked for too much; then nothing is charged.
    pub(super) fn charge_viewer(&self, user_id: &str, cost: Cost) -> Result<HeaderMap, Refusal> {
        charge(self.viewers.as_ref(), || user_id.to_owned(), cost)
    }

    /// Charges whoever sends from this address.
    ///
    /// # Errors
    /// If they have asked for too much; then nothing is charged.
    pub(super) fn charge_address(&self, address: IpAddr, cost: Cost) -> Result<HeaderMap, Refusal> {
        charge(self.addresses.as_ref(), || network(address), cost)
    }
}

/// Who can choose freely among the addresses of a network counts as one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}

fn charge<K: Clone + Eq + std::hash::Hash>(
    limiter: Option<&Limiter<K>>,
    key: impl FnOnce() -> K,
    cost: Cost,
) -> Result<HeaderMap, Refusal> {
    match limiter {
        Some(limiter) => limiter.charge(&key(), cost),
        None => Ok(HeaderMap::new()),
    }
}

struct Limiter<K: Clone + Eq + std::hash::Hash> {
    most: NonZeroU32,
    limiter: RateLimiter<K, Clients<K>, MonotonicClock, StateInformationMiddleware>,
}

impl<K: Clone + Eq + std::hash::Hash> Limiter<K> {
    fn new(most: u32) -> Option<Self> {
        let most = NonZeroU32::new(most)?;
        Some(Self {
            most,
            limiter: RateLimiter::new(Quota::per_minute(most), Clients(Cache::new(CLIENTS)), MonotonicClock),
        })
    }

    fn charge(&self, key: &K, cost: Cost) -> Result<HeaderMap, Refusal> {
        let cost = NonZeroU32::new(cost.0).unwrap_or(NonZeroU32::MIN);
        match self.limiter.check_key_n(key, cost) {
            Ok(Ok(state)) => Ok(self.headers(state.remaining_burst_capacity())),
            Ok(Err(until)) => {
                let wait = until.wait_time_from(self.limiter.clock().now());
                let wait = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
                let message = format!(
                    "You have asked for too much of late: at most {} units of cost a minute. Try again in {wait} seconds.",
                    self.most
                );
                let mut refusal = self.refusal(message, 0);
                refusal = refusal.with(header::RETRY_AFTER, wait.into());
                Err(refusal)
            }
            Err(_) => Err(self.refusal(
                format!("This costs {cost}, and a minute's units of cost are {}.", self.most),
                self.most.get(),
            )),
        }
    }

    fn refusal(&self, message: String, left: u32) -> Refusal {
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, message);
        let headers = self.headers(left).into_iter();
        headers.fold(refusal, |refusal, (name, value)| match name {
            Some(name) => refusal.with(name, value),
            None => refusal,
        })
    }

    /// What is left, and in how many seconds it will be all again.
    fn headers(&self, left: u32) -> HeaderMap {
        let most = self.most.get();
        let spent = u64::from(most.saturating_sub(left));
        let full_in = (spent * u64::from(WINDOW)).div_ceil(u64::from(most));
        let values = [
            (POLICY, format!("\"cost\";q={most};w={WINDOW}")),
            (STATE, format!("\"cost\";r={left};t={full_in}")),
        ];
        let values = values
            .into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)));
        values.collect()
    }
}

/// Clients, within bounds, however many addresses somebody has.
struct Clients<K>(Cache<K, Arc<InMemoryState>>);

impl<K: Clone + Eq + std::hash::Hash> StateStore for Clients<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let state = match self.0.get(key) {
            Some(state) => state,
            None => {
                let new = Arc::<InMemoryState>::default();
                // Of two who come at once, both count with the one that is kept.
                let kept = self
                    .0
                    .get_or_insert_with(key, || Ok::<_, std::convert::Infallible>(Arc::clone(&new)));
                kept.unwrap_or(new)
            }
        };
        state.measure_and_replace(&NotKeyed::NonKey, measure)
    }
}
