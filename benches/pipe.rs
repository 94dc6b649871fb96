//! What `new` does in memory, before the first file is written.
//!
//!     cargo bench --bench pipe
//!
//! Of many runs the least counts, since what else runs on the machine only adds.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use palisade::answers::{Answer, Answers, Date, Draft, ProjectName, Question, Rest, Source};
use palisade::catalog::Catalog;
use palisade::pipe::prepare_new;
use palisade::render::Surroundings;

const RUNS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let mut least = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let (read, prepared) = run()?;
        least = (read.min(least.0), prepared.min(least.1));
    }
    println!("read the catalog        {:6.2} ms", milliseconds(least.0));
    println!(
        "select, render, plan    {:6.2} ms  (aim: less than 5)",
        milliseconds(least.1)
    );
    Ok(())
}

/// Returns how long each step took.
fn run() -> Result<(Duration, Duration), Box<dyn Error>> {
    let start = Instant::now();
    let catalog = Catalog::embedded()?;
    let questions = catalog.questions();
    let read = Instant::now();
    let answers = answers(&questions)?;
    let surroundings = Surroundings::Alone;
    black_box(prepare_new(&catalog, &questions, &answers, surroundings)?);
    Ok((read - start, read.elapsed()))
}

fn answers(questions: &[Question]) -> Result<Answers, Box<dyn Error>> {
    let mut draft = Draft::new(Date::from_unix_seconds(1_800_000_000));
    draft.offer(Source::Flag, Answer::Name(ProjectName::parse("notes-api")?))?;
    Ok(draft.finish(questions, Rest::Defaults)?)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
