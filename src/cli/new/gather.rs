//! Answers from wherever they are given, before anything is asked.

use std::io;
use std::path::{Path, PathBuf};

use super::NewArgs;
use crate::answers::{Answer, Draft, Key, ProjectName, Question, STANDARD_INPUT, Source};
use crate::cli::clock::today;
use crate::cli::failure::Failure;

/// What was given, and where.
pub(super) struct Gathered {
    pub(super) draft: Draft,
    /// The folder that relative paths start from.
    pub(super) current: PathBuf,
}

/// Variables that are no answers.
const OTHERS: [&str; 1] = ["PALISADE_PRESET"];

/// Reads preset, answers file, variables and flags, weakest first.
pub(super) fn gather(args: &NewArgs, questions: &[Question]) -> Result<Gathered, Failure> {
    let current = current()?;
    let mut draft = Draft::new(today());
    if let Some(path) = &args.preset {
        draft.offer_preset(&path.display().to_string(), &load(path)?, questions)?;
    }
    if let Some(path) = &args.answers {
        match path.to_str() {
            Some("-") => draft.offer_file(STANDARD_INPUT, &load_standard_input()?, questions)?,
            _ => draft.offer_file(&path.display().to_string(), &load(path)?, questions)?,
        }
    }
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    draft.offer_variables(variables, &OTHERS, questions)?;
    for (key, text) in flags(args) {
        draft.offer_text(Source::Flag, &key, text, questions)?;
    }
    // A folder is a place: its name is taken where nobody gave one for this service.
    let is_usual = matches!(draft.source(&Key::Name), None | Some(Source::Preset(_)));
    if let Some(dir) = args.dir.as_ref().filter(|_| is_usual) {
        draft.offer(Source::Flag, Answer::Name(name_of(dir, &current)?))?;
    }
    Ok(Gathered { draft, current })
}

/// Returns the folder that this process is in.
pub(super) fn current() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(Failure::Current)
}

fn flags(args: &NewArgs) -> impl Iterator<Item = (Key, &str)> {
    let own = [
        (Key::Name, &args.name),
        (Key::Description, &args.description),
        (Key::SecurityContact, &args.security_contact),
        (Key::Resource, &args.resource),
        (Key::Fields, &args.fields),
        (Key::Created, &args.created),
    ];
    let own = own
        .into_iter()
        .filter_map(|(key, text)| Some((key, text.as_deref()?)));
    let choices = args.choices.0.iter();
    own.chain(choices.map(|(id, text)| (Key::Choice(id.clone()), text.as_str())))
}

/// Reads the name from a path's last part; that of `.` or `..` is where it leads.
fn name_of(dir: &Path, current: &Path) -> Result<ProjectName, Failure> {
    let last = match dir.file_name() {
        Some(last) => last.to_owned(),
        None => {
            let found = current.join(dir).canonicalize().unwrap_or_default();
            found.file_name().map(ToOwned::to_owned).unwrap_or_default()
        }
    };
    ProjectName::parse(&last.to_string_lossy()).map_err(|cause| Failure::FolderName { cause })
}

fn load(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|cause| Failure::Read {
        path: path.display().to_string(),
        cause,
    })
}

fn load_standard_input() -> Result<String, Failure> {
    io::read_to_string(io::stdin()).map_err(Failure::StandardInput)
}
