//! What `new` and `regen` do in memory, before the first file is written.
//!
//!     cargo bench --bench pipe
//!
//! Of many runs the least counts, since what else runs on the machine only adds.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use palisade::answers::{Answer, Answers, Date, Draft, ProjectName, Question, Rest, Source};
use palisade::catalog::{Catalog, Class};
use palisade::merge::{Disk, There, Wanted, Written, plan};
use palisade::pipe::prepare_new;
use palisade::render::{File, Surroundings, Tree};
use semver::Version;

const RUNS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let mut least = [Duration::MAX; 3];
    for _ in 0..RUNS {
        let [read, prepared] = new()?;
        for (least, time) in least.iter_mut().zip([read, prepared, unchanged()]) {
            *least = time.min(*least);
        }
    }
    let [read, prepared, unchanged] = least.map(|time| time.as_secs_f64() * 1e3);
    println!("read the catalog              {read:6.2} ms");
    println!("select, render, plan          {prepared:6.2} ms  (aim: less than 5)");
    println!("plan for 220 unchanged files  {unchanged:6.2} ms  (aim: less than 5)");
    Ok(())
}

/// Returns how long the catalog took, and all that comes after it.
fn new() -> Result<[Duration; 2], Box<dyn Error>> {
    let start = Instant::now();
    let catalog = Catalog::embedded()?;
    let questions = catalog.questions();
    let read = Instant::now();
    let answers = answers(&questions)?;
    let surroundings = Surroundings::Alone;
    black_box(prepare_new(&catalog, &questions, &answers, surroundings)?);
    Ok([read - start, read.elapsed()])
}

fn answers(questions: &[Question]) -> Result<Answers, Box<dyn Error>> {
    let mut draft = Draft::new(Date::from_unix_seconds(1_800_000_000));
    draft.offer(Source::Flag, Answer::Name(ProjectName::parse("notes-api")?))?;
    Ok(draft.finish(questions, Rest::Defaults)?)
}

/// Returns how long `regen` takes to see that there is nothing to do.
fn unchanged() -> Duration {
    let line = "    let total = first.checked_add(second).ok_or(Error::Overflow)?;\n";
    let file = File::new(Class::Managed, line.repeat(80));
    let mut written = Written::nothing(Version::new(0, 1, 0));
    let (mut disk, mut tree) = (Disk::new(), Tree::default());
    for index in 0..220 {
        let path = format!("src/file_{index}.rs");
        let (bytes, executable) = (file.bytes.clone(), file.executable);
        written.files.insert(path.clone(), bytes.clone());
        disk.insert(path.clone(), There::File { bytes, executable });
        tree.insert(path, file.clone());
    }
    let wanted = Wanted::new(Version::new(0, 1, 0), tree);
    let start = Instant::now();
    let plan = black_box(plan(&written, &disk, wanted));
    let taken = start.elapsed();
    assert!(plan.is_empty(), "nothing has changed");
    taken
}
