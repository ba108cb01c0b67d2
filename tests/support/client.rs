//! Somebody who asks.

use reqwest::{StatusCode, header::HeaderMap};
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
    pub headers: HeaderMap,
    /// The `Set-Cookie` headers.
    pub cookies: Vec<String>,
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
        let headers = response.headers().clone();
        let cookies = headers.get_all("set-cookie").iter();
        let cookies = cookies.map(|value| value.to_str().unwrap().to_owned()).collect();
        Answer {
            status,
            cookies,
            headers,
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

    /// Tries to make a change with this input (null: it takes none), and gives all that came back.
    pub async fn send_change(&self, name: &str, input: Value, fields: &str) -> Answer {
        self.send(&mutation(name, &input, fields), json!({ "input": input }))
            .await
    }

    /// The same, and gives the answer's body.
    pub async fn try_change(&self, name: &str, input: Value, fields: &str) -> Value {
        self.send_change(name, input, fields).await.body
    }

    /// Makes a change with this input, which must get through to the change itself, and gives its payload: all of its `fields`
    /// (a selection) and what has to be mended.
    pub async fn change(&self, name: &str, input: Value, fields: &str) -> Value {
        let data = self
            .data_with(&mutation(name, &input, fields), json!({ "input": input }))
            .await;
        data[name].clone()
    }

    /// Makes a change with this input, which must find nothing to mend, and gives its payload.
    pub async fn changed(&self, name: &str, input: Value, fields: &str) -> Value {
        let payload = self.change(name, input, fields).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }

    /// Makes a change with this input that has something to mend, and gives that: code and field of each.
    pub async fn to_mend(&self, name: &str, input: Value) -> Vec<(String, String)> {
        let payload = self.change(name, input, "__typename").await;
        let errors = payload["userErrors"].as_array().unwrap();
        assert!(!errors.is_empty(), "{name} has nothing to mend");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        errors
            .iter()
            .map(|error| (text(&error["code"]), text(&error["field"])))
            .collect()
    }

    /// Makes a change with this input that is refused as a whole, and gives the error's code.
    pub async fn refused(&self, name: &str, input: Value) -> String {
        let answer = self.send_change(name, input, "__typename").await;
        assert_eq!(answer.body["data"][name], Value::Null, "{}", answer.body);
        let errors = answer.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{name} is not refused: {}", answer.body));
        assert_eq!(errors.len(), 1, "{}", answer.body);
        errors[0]["extensions"]["code"].as_str().unwrap().to_owned()
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

/// The document of one change: `updateContent` takes an `UpdateContentInput`.
fn mutation(name: &str, input: &Value, fields: &str) -> String {
    if input.is_null() {
        return format!("mutation {{ {name} {{ {fields} userErrors {{ code field message }} }} }}");
    }
    let (first, rest) = name.split_at(1);
    let kind = format!("{}{rest}Input", first.to_uppercase());
    format!("mutation ($input: {kind}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}")
}
