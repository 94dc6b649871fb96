//! The pipe is quick enough to run at each keystroke of the review screen.

use std::time::{Duration, Instant};

use palisade::answers::Key;

use crate::cases::{EVERY_TYPE, answers, rendered};

#[test]
fn a_service_is_rendered_before_anybody_notices() {
    let answers = answers(&[(Key::Name, "notes-api"), (Key::Fields, EVERY_TYPE)]);
    rendered(&answers);
    let fastest = (0..5)
        .map(|_| {
            let begun = Instant::now();
            rendered(&answers);
            begun.elapsed()
        })
        .min();
    // Unoptimized code on a busy machine; released, it is to take 5 ms.
    let limit = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 5 });
    assert!(fastest < Some(limit), "{fastest:?}");
}
