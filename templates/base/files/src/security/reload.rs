//! Files that take effect without a restart.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

use super::problem::Cause;
use super::telemetry::{Action, Log, Metrics, causes};

/// How often the files are looked at; a change holds within 10 s (TLS-7, VER-7).
const PERIOD: Duration = Duration::from_secs(2);

/// A part of the service that can be read anew. What cannot be used is logged,
/// and what was in use stays.
pub struct Reloadable {
    name: &'static str,
    files: Vec<PathBuf>,
    reload: Box<dyn Fn() -> Result<(), Cause> + Send + Sync>,
}

impl Reloadable {
    pub fn new(
        name: &'static str,
        files: impl Into<Vec<PathBuf>>,
        reload: impl Fn() -> Result<(), Cause> + Send + Sync + 'static,
    ) -> Self {
        Self { name, files: files.into(), reload: Box::new(reload) }
    }
}

/// Watches the files, and the hang-up signal, for as long as the service runs.
pub async fn watch(parts: Vec<Reloadable>, log: Log, metrics: Arc<Metrics>) -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut ticks = interval(PERIOD);
    let mut seen: Vec<_> = parts.iter().map(stamps).collect();
    loop {
        let asked = tokio::select! {
            _ = hangup.recv() => true,
            _ = ticks.tick() => false,
        };
        for (part, seen) in parts.iter().zip(&mut seen) {
            let now = stamps(part);
            if asked || *seen != now {
                *seen = now;
                reload(part, &log, &metrics);
            }
        }
    }
}

fn reload(part: &Reloadable, log: &Log, metrics: &Metrics) {
    match (part.reload)() {
        Ok(()) => log.event(Action::Reloaded, |line| line.text("part", part.name)),
        Err(error) => {
            metrics.reloads_failed.inc();
            log.event(Action::ReloadFailed, |line| {
                line.text("part", part.name);
                causes(line, &*error);
            });
        }
    }
}

/// A file that is swapped through a link changes its time, too.
fn stamps(part: &Reloadable) -> Vec<Option<SystemTime>> {
    part.files.iter().map(|file| fs::metadata(file).and_then(|data| data.modified()).ok()).collect()
}
