//! Nothing forgotten: every way to a row in the schema is one that the oracle's random queries walk, and is so compared with
//! the access rules; and every change is one that the matrix of changes has every kind of viewer try. A field that is new, or leads to a type that is new, fails here until the oracle knows it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{changes, oracle};

/// The ways to rows that another test walks for every kind of viewer, each with that test: `module::name`. For what random
/// queries cannot ask, such as a change.
const CASES: [(&str, &str); 1] = [
    // Whoever tries it can try nothing else afterwards.
    (
        "Mutation.signOut",
        "changes/signing_in::whoever_is_signed_in_can_sign_out",
    ),
];

/// The ways to rows that no test walks, each with the reason. This list may only shrink.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// The type where changes begin.
const MUTATION: &str = "Mutation";

/// The types that no row has a part in, each with the reason.
const ROWLESS: [(&str, &str); 1] = [("Limits", "the settings of this gateway, the same for everybody")];

const INTROSPECTION: &str = "{ __schema { queryType { name } types {
    name kind possibleTypes { name } interfaces { name }
    fields(includeDeprecated: true) { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
} } }";

/// The schema, as it says itself.
struct Schema {
    query: String,
    types: Vec<Value>,
}

impl Schema {
    async fn of(app: &crate::support::App) -> Self {
        let data = app.anonymous().data(INTROSPECTION).await;
        Self {
            query: data["__schema"]["queryType"]["name"].as_str().unwrap().to_owned(),
            types: data["__schema"]["types"].as_array().unwrap().clone(),
        }
    }

    /// The types with fields, but for those of introspection itself.
    fn objects(&self) -> impl Iterator<Item = (&str, &Value)> {
        let named = self.types.iter().map(|kind| (kind["name"].as_str().unwrap(), kind));
        named.filter(|(name, kind)| kind["kind"] == "OBJECT" && !name.starts_with("__"))
    }

    fn fields(kind: &Value) -> impl Iterator<Item = (&str, &str)> {
        let fields = kind["fields"].as_array().unwrap().iter();
        fields.map(|field| (field["name"].as_str().unwrap(), inner(&field["type"])))
    }

    /// The types that are a row of some table: those with a global id.
    fn rows(&self) -> BTreeSet<&str> {
        let is_node = |kind: &Value| {
            let mut interfaces = kind["interfaces"].as_array().unwrap().iter();
            interfaces.any(|interface| interface["name"] == "Node")
        };
        self.objects()
            .filter(|(_, kind)| is_node(kind))
            .map(|(name, _)| name)
            .collect()
    }

    /// The types that hold rows, directly or further down: rows, interfaces and unions of rows, connections and edges.
    fn holders(&self) -> BTreeSet<&str> {
        let mut holders = self.rows();
        loop {
            let before = holders.len();
            for kind in &self.types {
                let name = kind["name"].as_str().unwrap();
                let possible = kind["possibleTypes"].as_array().into_iter().flatten();
                let mut possible = possible.map(|kind| kind["name"].as_str().unwrap());
                let abstractly = possible.any(|name| holders.contains(name));
                let concretely = kind["kind"] == "OBJECT"
                    && !name.starts_with("__")
                    && Self::fields(kind).any(|(_, of)| holders.contains(of));
                if abstractly || concretely {
                    holders.insert(name);
                }
            }
            if holders.len() == before {
                return holders;
            }
        }
    }
}

/// Whether no row has a part in this type.
fn is_rowless(name: &str) -> bool {
    ROWLESS.iter().any(|(rowless, _)| *rowless == name)
}

/// The name of a type, without the lists and the bangs around it.
fn inner(kind: &Value) -> &str {
    match &kind["ofType"] {
        Value::Null => kind["name"].as_str().unwrap(),
        of_type => inner(of_type),
    }
}

/// What is wrong if these are the ways that there are, and those that are walked.
fn faults(
    ways: &BTreeSet<String>,
    walked: &BTreeSet<String>,
    cases: &[(&str, &str)],
    exceptions: &[(&str, &str)],
) -> Vec<String> {
    let listed = || cases.iter().chain(exceptions);
    let forgotten = ways
        .iter()
        .filter(|way| !walked.contains(*way) && listed().all(|(listed, _)| listed != way));
    let forgotten = forgotten.map(|way| {
        format!("{way} leads to rows, and is never tried: teach it to tests/oracle/queries.rs, or to tests/changes/matrix.rs")
    });
    let idle = listed().filter_map(|(way, _)| match (ways.contains(*way), walked.contains(*way)) {
        (false, _) => Some(format!("{way} is listed, and is no way to a row")),
        (true, true) => Some(format!("{way} is listed, and the oracle asks for it")),
        (true, false) => None,
    });
    let unfounded = exceptions.iter().filter(|(_, reason)| reason.trim().is_empty());
    let unfounded = unfounded.map(|(way, _)| format!("{way} is an exception without a reason"));
    let missing = cases.iter().filter(|(_, test)| !there_is(test));
    let missing = missing.map(|(way, test)| format!("{way} is left to {test}, and there is no such test"));
    forgotten.chain(idle).chain(unfounded).chain(missing).collect()
}

/// Whether there is a test `module::name` in this folder.
fn there_is(test: &str) -> bool {
    let Some((module, name)) = test.split_once("::") else {
        return false;
    };
    let file = format!("{}/tests/{module}.rs", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("fn {name}(")))
}

#[test]
fn a_way_that_is_forgotten_is_found() {
    let set = |ways: &[&str]| ways.iter().map(|way| (*way).to_owned()).collect::<BTreeSet<String>>();
    let ways = set(&["Query.a", "Query.b", "Query.c"]);
    let walked = set(&["Query.a"]);
    let count = |cases: &[(&str, &str)], exceptions: &[(&str, &str)]| faults(&ways, &walked, cases, exceptions).len();
    let case = ("Query.b", "coverage::a_way_that_is_forgotten_is_found");
    assert_eq!(count(&[], &[]), 2, "two are forgotten");
    assert_eq!(count(&[case], &[("Query.c", "a reason")]), 0);
    assert_eq!(count(&[case], &[("Query.c", " ")]), 1, "no reason");
    assert_eq!(
        count(&[("Query.b", "coverage::none")], &[("Query.c", "a reason")]),
        1,
        "no such test"
    );
    assert_eq!(
        count(&[case], &[("Query.c", "a reason"), ("Query.a", "a reason")]),
        1,
        "the oracle does"
    );
    assert_eq!(
        count(&[case], &[("Query.c", "a reason"), ("Query.d", "a reason")]),
        1,
        "not in the schema"
    );
}

on_both! {
    async fn every_way_to_a_row_is_walked(app) {
        let schema = Schema::of(&app).await;
        let holders = schema.holders();
        let walked: BTreeSet<String> = oracle::fields().union(&changes::matrix::walked()).cloned().collect();

        let mut ways = BTreeSet::new();
        for (kind_name, kind) in schema.objects() {
            for (field, of) in Schema::fields(kind) {
                // A root field is one even where it gives a number: that is counted from rows. So is every change.
                if (holders.contains(of) || kind_name == schema.query || kind_name == MUTATION) && !is_rowless(of) {
                    ways.insert(format!("{kind_name}.{field}"));
                }
            }
        }
        let faults = faults(&ways, &walked, &CASES, &EXCEPTIONS);
        assert!(faults.is_empty(), "{faults:#?}");
    }

    async fn every_field_beside_a_row_is_compared(app) {
        // Of rows, connections and edges all: a count or a page's end can tell of a row as well. What a change answers is left
        // to the tests of changes.
        let schema = Schema::of(&app).await;
        let (mut reached, mut fields) = (BTreeSet::new(), BTreeSet::new());
        let mut next = vec![schema.query.clone()];
        while let Some(name) = next.pop() {
            if !reached.insert(name.clone()) {
                continue;
            }
            let kind = schema.types.iter().find(|kind| kind["name"] == name.as_str()).unwrap();
            let possible = kind["possibleTypes"].as_array().into_iter().flatten();
            next.extend(possible.map(|kind| kind["name"].as_str().unwrap().to_owned()));
            if kind["kind"] == "OBJECT" {
                for (field, of) in Schema::fields(kind).filter(|(_, of)| !is_rowless(of)) {
                    fields.insert(format!("{name}.{field}"));
                    next.push(of.to_owned());
                }
            }
        }
        let walked = oracle::fields();
        let listed = |way: &str| CASES.iter().chain(&EXCEPTIONS).any(|(listed, _)| *listed == way);
        let forgotten: Vec<&String> = fields.difference(walked).filter(|field| !listed(field)).collect();
        assert!(forgotten.is_empty(), "the oracle never compares these with what they should be: {forgotten:#?}");
    }

    async fn the_oracle_asks_for_nothing_that_is_not_there(app) {
        let schema = Schema::of(&app).await;
        let mut fields = BTreeSet::new();
        for (kind_name, kind) in schema.objects() {
            fields.extend(Schema::fields(kind).map(|(field, _)| format!("{kind_name}.{field}")));
        }
        let walked: BTreeSet<String> = oracle::fields().union(&changes::matrix::walked()).cloned().collect();
        let gone: Vec<&String> = walked.difference(&fields).collect();
        assert!(gone.is_empty(), "{gone:#?}");
    }
}
