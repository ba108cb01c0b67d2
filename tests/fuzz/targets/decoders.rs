//! Any texts as a global id, as cursors, and as a document's variables.
#![no_main]

#[path = "../door.rs"]
mod door;

#[derive(arbitrary::Arbitrary, Debug)]
struct Texts<'a> {
    id: &'a str,
    after: &'a str,
    before: &'a str,
    decoded: &'a str,
}

libfuzzer_sys::fuzz_target!(|texts: Texts| {
    door::Door::of_this_thread(|door| {
        door.decode(texts.id, texts.after, texts.before);
        // What would be one if it were decoded.
        door.decode_as_written(texts.decoded);
    });
});
