//! Random bytes at the gateway's door: what `tests/fuzz` does for as long as one likes, here for a moment.

#[path = "../fuzz/door.rs"]
mod door;

use door::Door;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};

/// Requests to change a little.
const SEEDS: [&str; 5] = [
    r#"{"query":"query Q($n: Int = 5, $s: [ContentStatus!]) { contents(first: $n, filter: { status: $s }) { nodes { id title @include(if: true) ...F } } } fragment F on Content { slug }","variables":{"n":3,"s":["PUBLISHED"]},"operationName":"Q"}"#,
    r#"{"query":"{ __schema { types { name fields(includeDeprecated: true) { name } } } limits { cost } }","extensions":{"cost":true}}"#,
    r#"{"query":"mutation { createContent(input: { title: \"a\\u00e9\", slug: \"b\", contentType: WRITTEN, priceCents: -0 }) { userErrors { message } } }"}"#,
    r#"[{"query":"{ __typename }"},{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}}]"#,
    r#"{"query":"{ node(id: \"Q29udGVudDox\") { ... on Content { id } } nodes(ids: [\"\"\"x\"\"\", null, 1]) { id } }","variables":null}"#,
];

/// Texts that mean something to whoever reads requests, ids or cursors.
const WORDS: [&str; 26] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "\\",
    "...",
    "@",
    "$",
    "!",
    ":",
    "null",
    "-1",
    "1e400",
    "99999999999999999999",
    "\u{0}",
    "\u{feff}",
    "\u{1f3ca}",
    "#",
    "\n",
    "Content:",
    "PUBLISHED_AT",
    "2026-01-01T00:00:00Z",
];

/// A request with some of its bytes taken out, doubled, or replaced by words.
fn requests() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<Index>(), 0..4_u8, select(&WORDS[..]), any::<u8>());
    let edited = (select(&SEEDS[..]), vec(edit, 1..6)).prop_map(|(seed, edits)| {
        let mut bytes = seed.as_bytes().to_vec();
        for (place, kind, word, byte) in edits {
            let place = place.index(bytes.len() + 1);
            match kind {
                0 => drop(bytes.splice(place..place, word.bytes())),
                1 => drop(bytes.splice(place..(place + usize::from(byte % 16)).min(bytes.len()), [])),
                2 => bytes.insert(place, byte),
                _ => drop(bytes.splice(place..place, bytes[..place].to_vec())),
            }
        }
        bytes
    });
    prop_oneof![4 => edited, 1 => vec(any::<u8>(), 0..64)]
}

/// What an id or a cursor says, before it is encoded.
const SAID: [&str; 5] = [
    "Content:0199a5a0-0000-7000-8000-000000000001",
    "User:somebody",
    r#"{"o":"PUBLISHED_AT","v":{"t":"2026-01-01T00:00:00.000000Z"},"k":{"u":"0199a5a0-0000-7000-8000-000000000001"}}"#,
    r#"{"o":"TITLE","v":{"s":"a"},"k":{"u":"0199a5a0-0000-7000-8000-000000000001"}}"#,
    r#"{"o":"PUBLISHED_AT","v":{"t":null},"k":{"s":"x"}}"#,
];

/// The same, with a word put in or in place of some characters.
fn said() -> impl Strategy<Value = String> {
    let edit = (any::<Index>(), 0..12_usize, select(&WORDS[..]));
    (select(&SAID[..]), vec(edit, 0..3)).prop_map(|(said, edits)| {
        let mut characters: Vec<char> = said.chars().collect();
        for (place, gone, word) in edits {
            let place = place.index(characters.len() + 1);
            let end = (place + gone).min(characters.len());
            characters.splice(place..end, word.chars());
        }
        characters.into_iter().collect()
    })
}

/// Words, and what stands between them.
fn texts() -> impl Strategy<Value = String> {
    vec(prop_oneof![select(&WORDS[..]).prop_map(str::to_owned), ".{0,8}"], 0..6).prop_map(|parts| parts.concat())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn any_bytes_have_a_well_formed_answer() {
    let door = Door::open();
    let thrown = runner(1000).run(&requests(), |request| {
        door.post(&request);
        door.get(&request);
        Ok(())
    });
    thrown.unwrap();
}

#[test]
fn any_text_as_an_id_or_a_cursor_has_a_well_formed_answer() {
    let door = Door::open();
    let thrown = runner(300).run(&(texts(), texts(), said()), |(id, cursor, said)| {
        door.decode(&id, &cursor, &cursor);
        door.decode_as_written(&said);
        Ok(())
    });
    thrown.unwrap();
}
