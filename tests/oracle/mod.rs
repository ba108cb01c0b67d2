//! An independent oracle: the access rules once more, in the plainest words there are (`rules`), over random worlds (`world`),
//! answers random queries (`queries`, `answers`), and the gateway must say exactly the same: every field, every null, every
//! count, every page and its edges.
//!
//! A difference is shrunk to the smallest world and query that still show it, and comes with the seed that replays it:
//! `ORACLE_SEED=... cargo test --test gateway -- oracle`. `PROPTEST_CASES` says how many cases there are: a case is one
//! query by one viewer, and many are asked of each world.

mod answers;
mod queries;
pub mod rules;
pub mod world;

use std::{
    collections::BTreeSet,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use codex_gateway::graphql::Limits;
use futures_util::{StreamExt, stream};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
    tuple::TupleValueTree,
};
use serde_json::{Value, json};
use similar::TextDiff;

use self::{
    answers::Oracle,
    queries::{Cursors, ListName, OrderBy, Question, Writer, questions},
    rules::{Kind, Row, Viewer},
    world::{World, organization_slug, token, worlds},
};
use crate::support::{App, Client, Database, Edge, open};

/// How many queries are asked of each world.
const QUESTIONS: usize = 40;

#[test]
fn sqlite() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(async { App::set(Database::sqlite().await, unlimited()).await });
    ask(&runtime, &app, "sqlite", 2400);
}

#[test]
fn postgres() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(async { Some(App::set(Database::postgres().await?, unlimited()).await) });
    if let Some(app) = app {
        ask(&runtime, &app, "postgres", 1200);
    }
}

/// Random queries know no measure.
fn unlimited() -> Edge {
    let limits = Limits {
        depth: Limits::MOST_DEPTH,
        aliases: u32::MAX,
        root_fields: u32::MAX,
        tokens: u32::MAX,
        cost: u32::MAX,
        ..Limits::USUAL
    };
    Edge { limits, ..open() }
}

/// The fields of the schema that the oracle's queries ask for, as `Type.field`: found by looking at many of them.
pub fn fields() -> &'static BTreeSet<String> {
    static FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let mut runner = runner(0);
        let question = questions();
        let trees = (0..2000).map(|_| question.new_tree(&mut runner).unwrap());
        trees.flat_map(|tree| queries::fields_of(&tree.current())).collect()
    });
    &FIELDS
}

/// The same chances for the same seed.
fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 3000,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// A number that somebody has set for this run.
fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// Asks many questions of many worlds.
fn ask(runtime: &tokio::runtime::Runtime, app: &App, name: &str, cases: u64) {
    let cases = setting("PROPTEST_CASES").unwrap_or(cases);
    let worlds = cases.div_ceil(QUESTIONS as u64);
    let seeds = match setting("ORACLE_SEED") {
        Some(seed) => seed..seed + 1,
        // Small enough to be read out, and to be counted on from.
        None => {
            let first = u64::from(rand::random::<u32>());
            first..first + worlds
        }
    };
    let started = std::time::Instant::now();
    let tally = Tally::default();
    let question = questions();
    for seed in seeds {
        one_world(runtime, app, name, seed, &question, &tally);
    }
    tally.report(name, started.elapsed());
}

/// Asks some questions of one world; where one is answered wrongly, finds the smallest world and question that show it.
fn one_world(
    runtime: &tokio::runtime::Runtime,
    app: &App,
    name: &str,
    seed: u64,
    question: &BoxedStrategy<Question>,
    tally: &Tally,
) {
    let mut runner = runner(seed);
    let world = worlds().new_tree(&mut runner).unwrap();
    let trees: Vec<_> = (0..QUESTIONS)
        .map(|_| question.new_tree(&mut runner).unwrap())
        .collect();

    let asked: Vec<Question> = trees.iter().map(ValueTree::current).collect();
    let Some(wrong) = runtime.block_on(first_wrong(app, &world.current(), &asked, tally)) else {
        return;
    };

    let tree = trees.into_iter().nth(wrong).unwrap();
    // The question first: what a small one does not need of the world can then go.
    let failed = runner.run_one(TupleValueTree::new((tree, world)), |(question, world)| {
        let answer = runtime.block_on(async {
            let house = House::new(app, world).await;
            house.check(&question, &Tally::default()).await
        });
        answer.map_err(TestCaseError::fail)
    });
    let replay = format!("ORACLE_SEED={seed} cargo test --test gateway -- oracle::{name}");
    match failed {
        Err(TestError::Fail(difference, (_, world))) => {
            panic!("the gateway and the oracle differ\n{difference}\n{world}\nto replay: {replay}\n")
        }
        Err(TestError::Abort(reason)) => panic!("{reason}\nto replay: {replay}"),
        Ok(_) => panic!("the gateway and the oracle differed once, and then no more\nto replay: {replay}"),
    }
}

/// The first question that is not answered as it should be.
async fn first_wrong(app: &App, world: &World, questions: &[Question], tally: &Tally) -> Option<usize> {
    let house = House::new(app, world.clone()).await;
    let answers = stream::iter(questions).map(|question| house.check(question, tally));
    let answers: Vec<Result<(), String>> = answers.buffered(4).collect().await;
    answers.iter().position(Result::is_err)
}

/// What was asked, in numbers: a test that never asks what it should proves nothing.
#[derive(Default)]
struct Tally {
    cases: AtomicUsize,
    refused: AtomicUsize,
    pinned: AtomicUsize,
    anonymous: AtomicUsize,
    nothing: AtomicUsize,
}

impl Tally {
    fn report(&self, name: &str, time: std::time::Duration) {
        let Self {
            cases,
            refused,
            pinned,
            anonymous,
            nothing,
        } = self;
        println!(
            "{name}: {cases:?} cases in {time:.1?}; {pinned:?} pinned, {refused:?} of them to what is not there; {anonymous:?} \
             anonymous; {nothing:?} answered with nothing but nulls"
        );
    }
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A world that has moved into a gateway's database.
struct House<'a> {
    app: &'a App,
    world: World,
    cursors: Cursors,
}

impl<'a> House<'a> {
    async fn new(app: &'a App, world: World) -> Self {
        world.move_in(app).await;
        let cursors = all_cursors(app, &world).await;
        Self { app, world, cursors }
    }

    /// Asks, and says what is wrong with the answer.
    async fn check(&self, question: &Question, tally: &Tally) -> Result<(), String> {
        let user = match question.viewer % (self.world.users.len() + 1) {
            0 => None,
            number => Some(number - 1),
        };
        let mut client = self.app.anonymous();
        if let Some(user) = user {
            client = client.bearer(&token(user));
        }
        let houses = self.world.organizations.len();
        let pin = question.pin.map(|pin| pin.organization(houses));
        if let Some(house) = pin {
            client = client.pinned(&organization_slug(house));
        }
        let viewer = Viewer {
            world: &self.world,
            user,
            tenant: pin,
        };
        let (world, cursors) = (&self.world, &self.cursors);
        let text = Writer { world, cursors }.question(question);
        let answer = client.send(&text, json!({})).await;
        let fail = |what: String| {
            let viewer = user.map_or_else(|| "nobody".to_owned(), |user| format!("user {user}"));
            let pin = pin.map_or_else(String::new, |house| format!(", pinned to organization {house}"));
            Err(format!("asked by {viewer}{pin}:\n{}\n{what}", self.readable(&text)))
        };

        count(&tally.cases);
        if user.is_none() {
            count(&tally.anonymous);
        }
        if pin.is_some() {
            count(&tally.pinned);
        }
        // "An unknown slug is an error", and a deleted organization's is unknown.
        let refused = pin.is_some_and(|house| world.organizations.get(house).is_none_or(|house| house.deleted));
        if refused {
            count(&tally.refused);
            return match answer.status.as_u16() == 400 && answer.body.get("data").is_none_or(Value::is_null) {
                true => Ok(()),
                false => fail(format!("must be refused, and is not: {}", answer.body)),
            };
        }

        let expected = json!({ "data": Oracle { viewer, cursors }.question(question) });
        let nothing = |data: &Value| data.as_object().unwrap().values().all(Value::is_null);
        if nothing(&expected["data"]) {
            count(&tally.nothing);
        }
        if answer.status.as_u16() == 200 && answer.body == expected {
            return Ok(());
        }
        let pretty = |value: &Value| format!("{}\n", self.readable(&format!("{:#}", sorted(value))));
        let (expected, given) = (pretty(&expected), pretty(&answer.body));
        let difference = TextDiff::from_lines(&expected, &given)
            .unified_diff()
            .context_radius(20)
            .header("the oracle", "the gateway")
            .to_string();
        fail(format!("{}\n{difference}", answer.status))
    }

    /// The text with names in the place of global ids and cursors.
    fn readable(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for ((_, order, row), cursor) in &self.cursors {
            text = text.replace(cursor, &format!("<{:?} {}, {order:?}>", row.kind, row.place));
        }
        for row in rows(&self.world) {
            text = text.replace(&row.global_id(), &format!("<{:?} {}>", row.kind, row.place));
        }
        text
    }
}

/// All rows, and of each kind one that is not there.
fn rows(world: &World) -> impl Iterator<Item = Row> {
    Kind::ALL
        .into_iter()
        .flat_map(move |kind| (0..=kind.count(world)).map(move |place| kind.at(place)))
}

/// The same value with its keys in the order of the alphabet.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            fields
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect()
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        value => value.clone(),
    }
}

/// The cursors of all that lives, in all orders, as the platform owner finds them: whoever has a cursor may use it, whether
/// they see its row or not. The queries are none of the cases; what they must answer is what the cases ask for cursors.
async fn all_cursors(app: &App, world: &World) -> Cursors {
    let client: Client = app.anonymous().bearer(&token(0));
    let edges = "edges { cursor node { id } }";
    let mut fields = Vec::new();
    for (list, kind) in [
        (ListName::Contents, "contents"),
        (ListName::Organizations, "organizations"),
        (ListName::MediaItems, "mediaItems"),
        (ListName::AuditLog, "auditLog"),
    ] {
        for order in list.orders() {
            let order_by = match list.orders().len() {
                1 => String::new(),
                _ => format!(", orderBy: {{ field: {} }}", order.name()),
            };
            fields.push(format!("{kind}{order:?}: {kind}(first: 100{order_by}) {{ {edges} }}"));
        }
    }
    let ids = |kind: Kind| {
        let rows = (0..kind.count(world)).map(|place| kind.at(place).global_id());
        serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap()
    };
    fields.push(format!(
        "users: nodes(ids: {}) {{ ... on User {{
            organizations(first: 100) {{ {edges} }} grants(first: 100) {{ {edges} }}
            purchases(first: 100) {{ {edges} }} sessions(first: 100) {{ {edges} }}
        }} }}",
        ids(Kind::User)
    ));
    fields.push(format!(
        "houses: nodes(ids: {}) {{ ... on Organization {{ members(first: 100) {{ {edges} }} }} }}",
        ids(Kind::Organization)
    ));
    let data = client.data(&format!("{{ {} }}", fields.join("\n"))).await;

    let mut cursors = Cursors::new();
    let mut keep = |list: ListName, order: OrderBy, connection: &Value, row: &dyn Fn(&Value) -> Option<Row>| {
        for edge in connection["edges"].as_array().into_iter().flatten() {
            if let (Some(row), Some(cursor)) = (row(&edge["node"]["id"]), edge["cursor"].as_str()) {
                cursors.insert((list, order, row), cursor.to_owned());
            }
        }
    };
    let with_id = |kind: Kind, id: &Value| {
        let mut rows = (0..kind.count(world)).map(|place| kind.at(place));
        rows.find(|row| *id == json!(row.global_id()))
    };
    for (list, kind) in [
        (ListName::Contents, "contents"),
        (ListName::Organizations, "organizations"),
        (ListName::MediaItems, "mediaItems"),
        (ListName::AuditLog, "auditLog"),
    ] {
        for order in list.orders() {
            keep(list, *order, &data[format!("{kind}{order:?}")], &|id| {
                with_id(list.rows(), id)
            });
        }
    }
    let created = OrderBy::CreatedAt;
    for place in 0..world.users.len() {
        let user = &data["users"][place];
        keep(ListName::Grants, created, &user["grants"], &|id| {
            with_id(Kind::Grant, id)
        });
        keep(ListName::Purchases, created, &user["purchases"], &|id| {
            with_id(Kind::Purchase, id)
        });
        keep(ListName::Sessions, created, &user["sessions"], &|id| {
            with_id(Kind::Session, id)
        });
        keep(ListName::UserOrganizations, created, &user["organizations"], &|id| {
            let house = with_id(Kind::Organization, id)?.place;
            let own = |membership: &world::Membership| membership.user == place && membership.organization == house;
            Some(Kind::Membership.at(world.memberships.iter().position(own)?))
        });
    }
    for place in 0..world.organizations.len() {
        let members = &data["houses"][place]["members"];
        keep(ListName::Members, created, members, &|id| with_id(Kind::Membership, id));
    }
    cursors
}
