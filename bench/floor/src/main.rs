//! The floor: the benchmark's five works with one hand-written statement each, plain joined columns, and JSON written by hand.
//! It knows no GraphQL: a work is a path, and its variables are a small JSON body. Its answers are the gateway's, to the letter.
//! `DATABASE_URL`, `PORT` and `CONNECTIONS` say where and how.

mod answers;
mod json;
mod row;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Deserialize;
use sqlx::{
    Postgres,
    postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow},
    query::Query,
};
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FEED: &str = include_str!("sql/feed.sql");
const ORGANIZATION_PAGE: &str = include_str!("sql/organization_page.sql");
const CONTENT_BY_SLUG: &str = include_str!("sql/content_by_slug.sql");
const DASHBOARD: &str = include_str!("sql/dashboard.sql");
const UPDATE_CONTENT: &str = include_str!("sql/update_content.sql");

#[derive(Deserialize)]
struct Address {
    organization: String,
    slug: String,
}

#[derive(Deserialize)]
struct Title {
    id: Uuid,
    title: String,
}

// A body that is not read to its end costs the connection: also those are taken that nothing stands in.
async fn feed(State(pool): State<PgPool>, _: Bytes) -> Response {
    answer(&pool, sqlx::query(FEED), answers::feed).await
}

async fn organization_page(State(pool): State<PgPool>, _: Bytes) -> Response {
    answer(&pool, sqlx::query(ORGANIZATION_PAGE), answers::organization_page).await
}

async fn content_by_slug(State(pool): State<PgPool>, body: Bytes) -> Response {
    let Ok(address) = serde_json::from_slice::<Address>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let query = sqlx::query(CONTENT_BY_SLUG)
        .bind(address.organization)
        .bind(address.slug);
    answer(&pool, query, answers::content_by_slug).await
}

async fn dashboard(State(pool): State<PgPool>, headers: HeaderMap, _: Bytes) -> Response {
    answer(&pool, sqlx::query(DASHBOARD).bind(token(&headers)), answers::dashboard).await
}

async fn update_content(State(pool): State<PgPool>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(Title { id, title }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let title = title.trim();
    if !(1..=500).contains(&title.chars().count()) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let query = sqlx::query(UPDATE_CONTENT)
        .bind(token(&headers))
        .bind(id)
        .bind(title)
        .bind(Uuid::now_v7());
    answer(&pool, query, answers::update_content).await
}

fn token(headers: &HeaderMap) -> &str {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|header| header.to_str().ok());
    header
        .and_then(|header| header.strip_prefix("Bearer "))
        .unwrap_or_default()
}

async fn answer(
    pool: &PgPool,
    query: Query<'_, Postgres, PgArguments>,
    write: impl Fn(&[PgRow]) -> String,
) -> Response {
    match query.fetch_all(pool).await {
        Ok(rows) => ([(header::CONTENT_TYPE, "application/json")], write(&rows)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() {
    let setting = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let connections = setting("CONNECTIONS").parse().expect("CONNECTIONS is a number");
    // Testing a connection before its use would be one more round trip.
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false);
    let database: PgConnectOptions = setting("DATABASE_URL").parse().expect("a database's address");
    // The feed ends long before it pays to keep what its rows name, for which there would be room made.
    let database = database.options([("enable_memoize", "off")]);
    let pool = pool.connect_with(database).await.expect("a database");
    let app = Router::new()
        .route("/feed", post(feed))
        .route("/organization_page", post(organization_page))
        .route("/content_by_slug", post(content_by_slug))
        .route("/dashboard", post(dashboard))
        .route("/update_content", post(update_content))
        .with_state(pool);
    let address = format!("127.0.0.1:{}", setting("PORT"));
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .expect("an address to listen on");
    // Only a program that ends by itself leaves a profile of what it did.
    let mut told = signal(SignalKind::terminate()).expect("signals");
    tokio::select! {
        served = axum::serve(listener, app) => served.expect("a server"),
        _ = told.recv() => (),
    }
}
