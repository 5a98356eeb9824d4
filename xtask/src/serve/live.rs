//! What open pages are told about builds: the number of the last one, and its error.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a page's question stays open when nothing happens; then it asks again.
const ANSWER_AFTER: Duration = Duration::from_secs(20);

/// The state of the last build.
#[derive(Default)]
pub struct Live {
    last: Mutex<Last>,
    changed: Condvar,
}

#[derive(Clone, Default)]
struct Last {
    generation: u64,
    error: Option<String>,
}

impl Live {
    /// A build is done: open pages reload.
    pub fn succeeded(&self) {
        self.publish(None);
    }

    /// A build failed: open pages stay and show why.
    pub fn failed(&self, error: String) {
        self.publish(Some(error));
    }

    /// The script that a page carries to follow this. A page that is opened after a failed build
    /// asks from before it, and is told at once.
    pub fn script(&self) -> String {
        let last = self.lock();
        let generation = last.generation - u64::from(last.error.is_some());
        format!(
            "<script>{}({generation});</script>",
            include_str!("live.js").trim_end()
        )
    }

    /// Waits until something happened after the generation that the page has seen; JSON.
    pub fn wait(&self, seen: u64) -> String {
        let guard = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(guard, ANSWER_AFTER, |last| last.generation == seen);
        let last = match waited {
            Ok((guard, _)) => guard.clone(),
            Err(poisoned) => poisoned.into_inner().0.clone(),
        };
        serde_json::json!({ "generation": last.generation, "error": last.error }).to_string()
    }

    fn publish(&self, error: Option<String>) {
        let mut last = self.lock();
        last.generation += 1;
        last.error = error;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
