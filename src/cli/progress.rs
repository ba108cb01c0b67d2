//! Signs of life, on standard error.

use std::{future::Future, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// How long something may take before it says that it is still at work.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for `work`; from one second on, says what is being waited for.
pub(super) async fn shown<T>(what: &'static str, work: impl Future<Output = T>) -> T {
    let spinner = ProgressBar::new_spinner().with_message(what);
    let mut work = std::pin::pin!(work);
    let output = tokio::select! {
        output = &mut work => output,
        () = tokio::time::sleep(PATIENCE) => {
            spinner.enable_steady_tick(Duration::from_millis(100));
            if spinner.is_hidden() {
                // No terminal to draw on: a line will do.
                eprintln!("{what} ...");
            }
            work.await
        }
    };
    spinner.finish_and_clear();
    output
}

/// A bar that fills up as `total` things get done.
pub(super) fn bar(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar
}
