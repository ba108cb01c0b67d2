//! Any bytes as a request's body, and as its query string.
#![no_main]

#[path = "../door.rs"]
mod door;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    door::Door::of_this_thread(|door| {
        door.post(bytes);
        door.get(bytes);
    });
});
