//! All that runs on a node: it ends with the node at the latest.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tasks of a node.
#[derive(Default)]
pub(crate) struct Tasks {
    stopping: CancellationToken,
    running: TaskTracker,
    /// Why the node cannot go on.
    failed: Mutex<Option<String>>,
}

impl Tasks {
    /// Runs a task until it returns, or the node stops.
    pub(crate) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        let until = async move {
            tokio::select! {
                biased;
                () = stopping.cancelled() => {}
                () = task => {}
            }
        };
        drop(tokio::spawn(self.running.track_future(until)));
    }

    /// The node cannot go on.
    pub(crate) fn fail(&self, why: String) {
        tracing::error!(why, "the node stops");
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.stopping.cancel();
    }

    /// Waits until the node stops; says why it does, if it failed.
    pub(crate) async fn failed(&self) -> Option<String> {
        self.stopping.cancelled().await;
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends all tasks.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    /// Waits until none is left of tasks that are about to end.
    pub(crate) async fn ended(&self) {
        self.running.close();
        self.running.wait().await;
    }
}
