//! Somebody who asks.

use reqwest::StatusCode;
use serde_json::{Value, json};

/// Somebody who asks, with the same headers every time.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Client {
    pub(super) fn new(http: reqwest::Client, url: String) -> Self {
        Self {
            http,
            url,
            headers: Vec::new(),
        }
    }

    /// The same, with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, with this session's token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The same, pinned to the organization with this slug.
    pub fn pinned(self, slug: &str) -> Self {
        self.header("x-organization", slug)
    }

    /// Sends a query with variables.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        let mut request = self
            .http
            .post(&self.url)
            .json(&json!({ "query": query, "variables": variables }));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        Answer {
            status,
            body: response.json().await.unwrap(),
        }
    }

    /// Sends a query that must succeed, and gives its data.
    pub async fn data(&self, query: &str) -> Value {
        self.data_with(query, json!({})).await
    }

    /// Sends a query with variables that must succeed, and gives its data.
    pub async fn data_with(&self, query: &str, variables: Value) -> Value {
        let answer = self.send(query, variables).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}\n{}", answer.body);
        assert!(answer.body.get("errors").is_none(), "{query}\n{}", answer.body);
        answer.body["data"].clone()
    }

    /// Sends a query that must fail with one error, and gives that.
    pub async fn error(&self, query: &str) -> Value {
        let answer = self.send(query, json!({})).await;
        let errors = answer.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no error: {query}\n{}", answer.body));
        assert_eq!(errors.len(), 1, "{query}\n{}", answer.body);
        errors[0].clone()
    }
}
