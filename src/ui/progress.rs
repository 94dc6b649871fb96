use std::io::Write;
use std::time::{Duration, Instant};

use super::screen::Screen;

/// Tells how far something is that takes more than a second, and keeps silent otherwise.
pub struct Progress {
    screen: Screen,
    what: String,
    total: usize,
    done: usize,
    begun: Instant,
    shown: Option<Instant>,
}

const PATIENCE: Duration = Duration::from_secs(1);
const PACE: Duration = Duration::from_millis(100);

impl Progress {
    /// Begins to count; `what` is a present participle with its object, like `Writing files`.
    pub fn new(screen: Screen, what: &str, total: usize) -> Self {
        Self {
            screen,
            what: what.to_owned(),
            total,
            done: 0,
            begun: Instant::now(),
            shown: None,
        }
    }

    /// Counts one more.
    pub fn step(&mut self) {
        self.done += 1;
        let now = Instant::now();
        if self.screen.live && is_due(self.begun, self.shown, now) {
            self.shown = Some(now);
            write(&format!(
                "\r\u{1b}[2K{}",
                line(&self.what, self.done, self.total)
            ));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            write("\r\u{1b}[2K");
        }
    }
}

fn is_due(begun: Instant, shown: Option<Instant>, now: Instant) -> bool {
    now.duration_since(begun) >= PATIENCE
        && shown.is_none_or(|shown| now.duration_since(shown) >= PACE)
}

fn line(what: &str, done: usize, total: usize) -> String {
    format!("{what}: {done} of {total}")
}

fn write(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // Whoever closed standard error does not want to know.
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{is_due, line};

    #[test]
    fn the_first_second_is_silent_and_the_rest_is_paced() {
        let begun = Instant::now();
        let at = |millis| begun + Duration::from_millis(millis);
        assert!(!is_due(begun, None, at(999)));
        assert!(is_due(begun, None, at(1000)));
        assert!(!is_due(begun, Some(at(1000)), at(1050)));
        assert!(is_due(begun, Some(at(1000)), at(1100)));
    }

    #[test]
    fn a_line_says_how_far_it_is() {
        assert_eq!(line("Writing files", 3, 78), "Writing files: 3 of 78");
    }
}
