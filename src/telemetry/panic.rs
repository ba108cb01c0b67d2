//! Panics, in the log.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{PanicHookInfo, set_hook},
};

/// The longest message of a panic that is kept, in characters.
const LONGEST: usize = 1000;

/// Has panics told by the log, like anything else, instead of past it.
pub(super) fn to_the_log() {
    set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let message: String = panic
        .payload_as_str()
        .unwrap_or("without a word")
        .chars()
        .take(LONGEST)
        .collect();
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    // Only where the environment asks for it (`RUST_BACKTRACE`).
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(location, backtrace, "panicked: {message}");
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        panic::{catch_unwind, take_hook},
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_a_line_of_the_log() {
        let kept = Kept::default();
        let writer = kept.clone();
        let log = tracing_subscriber::fmt()
            .json()
            .with_writer(move || writer.clone())
            .finish();
        let before = take_hook();
        to_the_log();
        tracing::subscriber::with_default(log, || {
            let _request = tracing::error_span!("request", id = "7").entered();
            catch_unwind(|| panic!("at the worst {}", "moment")).unwrap_err();
        });
        set_hook(before);
        let bytes = kept.0.lock().unwrap().clone();
        let line: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["fields"]["message"], "panicked: at the worst moment");
        assert!(
            line["fields"]["location"].as_str().unwrap().starts_with(file!()),
            "{line}"
        );
        assert_eq!(line["span"]["id"], "7", "it tells which request it was");
    }
}
