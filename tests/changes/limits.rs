//! The limits on input: at each edge, exactly at it and one over.

use serde_json::{Value, json};

use crate::support::{App, Person, content, global_id};

/// Tries values of one field: those that must pass, and those that must not, each with the code that says why.
pub async fn edges(
    app: &App,
    person: &Person,
    change: &str,
    input: impl Fn(Value) -> Value,
    field: &str,
    fine: &[Value],
    wrong: &[(Value, &str, &str)],
) {
    let short = |value: &Value| value.to_string().chars().take(60).collect::<String>();
    for value in fine {
        let payload = app.as_(person).change(change, input(value.clone()), "__typename").await;
        assert_eq!(payload["userErrors"], json!([]), "{change}.{field}: {}", short(value));
    }
    for (value, code, named) in wrong {
        let errors = app.as_(person).to_mend(change, input(value.clone())).await;
        let expected = ((*code).to_owned(), (*named).to_owned());
        assert_eq!(errors, [expected], "{change}.{field}: {}", short(value));
    }
}

/// A text of so many characters, each of more than one byte.
pub fn long(characters: usize) -> Value {
    "ü".repeat(characters).into()
}

/// The edges of a text with a limit: exactly at it and one over; blanks do not count.
pub fn text(most: usize, field: &str) -> (Vec<Value>, Vec<(Value, &'static str, &str)>) {
    let padded = format!("  {}  ", "x".repeat(most));
    (
        vec![long(1), long(most), padded.into()],
        vec![
            (long(most + 1), "TOO_LONG", field),
            (json!("a\u{0}b"), "MALFORMED", field),
        ],
    )
}

on_both! {
    async fn what_content_may_say(app) {
        let ann = app.person("ann").await;
        let id = global_id("Content", content(&ann, "piece").save(&app).await);
        let with = |field: &'static str| {
            let id = id.clone();
            move |value: Value| json!({ "id": id, field: value })
        };
        for (field, most, required) in [
            ("title", 500, true), ("description", 10_000, false), ("contentBody", 100_000, true), ("category", 100, false),
        ] {
            let (mut fine, mut wrong) = text(most, field);
            if required {
                // The body, because this is published.
                wrong.extend([(json!(""), "REQUIRED", field), (json!("  "), "REQUIRED", field), (Value::Null, "REQUIRED", field)]);
            } else {
                fine.extend([json!(""), json!("  "), Value::Null]);
            }
            edges(&app, &ann, "updateContent", with(field), field, &fine, &wrong).await;
        }
        edges(&app, &ann, "updateContent", with("slug"), "slug",
            &[json!("a"), json!("0"), json!("a-b-1"), "x".repeat(500).into(), json!(" piece ")],
            &[
                ("x".repeat(501).into(), "TOO_LONG", "slug"), (json!(""), "REQUIRED", "slug"), (Value::Null, "REQUIRED", "slug"),
                (json!("A"), "MALFORMED", "slug"), (json!("a b"), "MALFORMED", "slug"), (json!("-a"), "MALFORMED", "slug"),
                (json!("a-"), "MALFORMED", "slug"), (json!("a--b"), "MALFORMED", "slug"), (json!("ü"), "MALFORMED", "slug"),
                (json!("a\u{0}"), "MALFORMED", "slug"),
            ]).await;
        let tags = |count: usize| json!((0..count).map(|n| format!("tag {n}")).collect::<Vec<_>>());
        edges(&app, &ann, "updateContent", with("tags"), "tags",
            &[json!([]), tags(20), json!([long(50)]), Value::Null],
            &[
                (tags(21), "TOO_LONG", "tags"), (json!([long(51)]), "TOO_LONG", "tags.0"), (json!(["a", " "]), "REQUIRED", "tags.1"),
                (json!(["a", "b", " a "]), "DUPLICATE", "tags.2"),
            ]).await;
        edges(&app, &ann, "updateContent", with("priceCents"), "priceCents",
            &[json!(0), json!(10_000_000), Value::Null],
            &[(json!(-1), "OUT_OF_RANGE", "priceCents"), (json!(10_000_001), "OUT_OF_RANGE", "priceCents")]).await;
        edges(&app, &ann, "updateContent", with("thumbnailUrl"), "thumbnailUrl",
            &[json!("http://example.com/a.png"), json!("https://example.com"), json!(""), Value::Null],
            &[
                (json!("ftp://example.com/a.png"), "MALFORMED", "thumbnailUrl"), (json!("javascript:alert(1)"), "MALFORMED", "thumbnailUrl"),
                (json!("/a.png"), "MALFORMED", "thumbnailUrl"), (json!("https://"), "MALFORMED", "thumbnailUrl"),
                (format!("https://example.com/{}", "a".repeat(2030)).into(), "TOO_LONG", "thumbnailUrl"),
            ]).await;
        edges(&app, &ann, "updateContent", with("visibility"), "visibility",
            &[json!("PRIVATE")], &[(Value::Null, "REQUIRED", "visibility")]).await;
    }

    async fn what_is_to_be_bought_costs_something(app) {
        let ann = app.person("ann").await;
        let id = global_id("Content", content(&ann, "piece").save(&app).await);
        let input = |(visibility, price): (&str, Value)| json!({ "id": id, "visibility": visibility, "priceCents": price });
        let client = app.as_(&ann);
        for fine in [("PURCHASED_ONLY", json!(1)), ("PURCHASED_ONLY", Value::Null), ("PUBLIC", json!(0))] {
            client.changed("updateContent", input(fine), "__typename").await;
        }
        let mend = [("OUT_OF_RANGE".to_owned(), "priceCents".to_owned())];
        assert_eq!(client.to_mend("updateContent", input(("PURCHASED_ONLY", json!(0)))).await, mend);
        // It costs nothing now, so it cannot be for sale either.
        assert_eq!(client.to_mend("updateContent", json!({ "id": id, "visibility": "PURCHASED_ONLY" })).await, mend);
    }

    async fn creating_has_the_same_limits_as_changing(app) {
        let ann = app.person("ann").await;
        let input = json!({
            "contentType": "WRITTEN", "title": long(501), "slug": "A", "description": long(10_001), "thumbnailUrl": "x",
            "contentBody": long(100_001), "category": long(101), "tags": [long(51)], "priceCents": 10_000_001,
        });
        let errors = app.as_(&ann).to_mend("createContent", input).await;
        let expected = [
            ("TOO_LONG", "title"), ("MALFORMED", "slug"), ("TOO_LONG", "description"), ("MALFORMED", "thumbnailUrl"),
            ("TOO_LONG", "contentBody"), ("TOO_LONG", "category"), ("TOO_LONG", "tags.0"), ("OUT_OF_RANGE", "priceCents"),
        ];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
    }
}
