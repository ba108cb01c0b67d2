//! What we know of async-graphql's pinned pre-release. A test that fails after an upgrade says that the gateway may now do
//! without something, or must now do something else.

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Error, InputObject, MaybeUndefined, Object, Request, Response, Schema,
    Variables,
};
use serde_json::{Value, json};

struct Query;

struct Part(bool);

#[derive(InputObject)]
struct Patch {
    name: MaybeUndefined<String>,
}

#[Object]
impl Query {
    async fn part(&self) -> Option<Part> {
        Some(Part(true))
    }

    async fn parts(&self) -> Vec<Part> {
        vec![Part(false), Part(true)]
    }

    async fn patch(&self, patch: Patch) -> &'static str {
        match patch.name {
            MaybeUndefined::Undefined => "absent",
            MaybeUndefined::Null => "null",
            MaybeUndefined::Value(_) => "value",
        }
    }

    async fn slow(&self) -> i32 {
        tokio::task::yield_now().await;
        1
    }

    async fn fast(&self) -> i32 {
        2
    }

    async fn big(&self) -> i64 {
        1 << 40
    }
}

#[Object]
impl Part {
    async fn fine(&self) -> i32 {
        1
    }

    /// The error outside: how one would write a nullable field that can fail.
    async fn outside(&self) -> Result<Option<i32>, Error> {
        if self.0 { Err(Error::new("outside")) } else { Ok(None) }
    }

    /// The error inside: how the gateway writes it.
    async fn inside(&self) -> Option<Result<i32, Error>> {
        self.0.then(|| Err(Error::new("inside")))
    }

    async fn required(&self, _context: &Context<'_>) -> Result<i32, Error> {
        if self.0 { Err(Error::new("required")) } else { Ok(1) }
    }
}

async fn run(query: &str, variables: Value) -> Response {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).finish();
    schema
        .execute(Request::new(query).variables(Variables::from_json(variables)))
        .await
}

async fn data(query: &str) -> Value {
    run(query, json!({})).await.data.into_json().unwrap()
}

#[tokio::test]
async fn a_failing_required_field_takes_its_parent_away() {
    // 7.2 dropped the field from the answer.
    assert_eq!(data("{ part { fine required } }").await, json!({ "part": null }));
}

#[tokio::test]
async fn a_variable_that_is_left_out_of_an_input_object_is_absent() {
    // 7.2 made it null, and a patch then wiped data.
    let query = "query ($name: String) { patch(patch: { name: $name }) }";
    assert_eq!(
        run(query, json!({})).await.data.into_json().unwrap(),
        json!({ "patch": "absent" })
    );
    assert_eq!(
        run(query, json!({ "name": null })).await.data.into_json().unwrap(),
        json!({ "patch": "null" })
    );
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_query() {
    // 7.2 answered in order of completion.
    assert_eq!(
        run("{ slow fast }", json!({})).await.data.to_string(),
        "{slow: 1, fast: 2}"
    );
}

#[tokio::test]
async fn an_error_outside_a_nullable_value_takes_the_parent_away() {
    // A fault: the field alone should be null. Hence `Option<Result<_>>` for every nullable field that can fail.
    assert_eq!(data("{ part { fine outside } }").await, json!({ "part": null }));
    assert_eq!(
        data("{ part { fine inside } }").await,
        json!({ "part": { "fine": 1, "inside": null } })
    );
}

#[tokio::test]
async fn whole_numbers_beyond_32_bits_leave_as_int() {
    // A fault: `Int` has 32 bits. Hence a scalar of our own for them.
    assert_eq!(data("{ big }").await, json!({ "big": 1_099_511_627_776_i64 }));
}

#[tokio::test]
async fn an_error_in_a_list_says_where() {
    let path =
        async |query: &str| serde_json::to_value(&run(query, json!({})).await.errors[0]).unwrap()["path"].clone();
    assert_eq!(path("{ parts { inside } }").await, json!(["parts", 1, "inside"]));
    // A fault: the field's name is missing where the error takes the list's item away.
    assert_eq!(path("{ parts { required } }").await, json!(["parts", 1]));
}

#[tokio::test]
async fn a_default_is_not_known_in_include() {
    // A fault: a variable that is left out has its default. Hence the gateway writes the defaults into the variables.
    let query = "query ($yes: Boolean = true) { fast @include(if: $yes) slow }";
    assert_eq!(
        run(query, json!({})).await.data.into_json().unwrap(),
        json!({ "slow": 1 })
    );
    assert_eq!(
        run(query, json!({ "yes": true })).await.data.into_json().unwrap(),
        json!({ "fast": 2, "slow": 1 })
    );
}
