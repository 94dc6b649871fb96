//! Changed answers, and files that are wanted back.

use std::collections::BTreeSet;

use super::failure::{Failure, Outcome};
use super::out::Out;
use super::pieces::{from_root, select_paths};
use super::reconcile::{Manner, Opened, Wish, reconcile};
use crate::answers::{
    Answer, AnswerError, Answers, DraftError, Key, Question, Resource, ResourceName, Rest,
};
use crate::merge::{There, has_markers};
use crate::project::look;

const EXAMPLES: &str = "\
Examples:
  palisade regen --set ci=none
  palisade regen --dry-run
  palisade regen ci/github deny.toml";

/// Change an answer, apply an edited palisade.toml, or bring files back
///
/// Files you have not touched are replaced; files you have edited are merged, and what
/// cannot be merged is left to you between markers, with code 3. What you deleted stays away
/// unless its piece or its path is named. Nothing is written before you have seen the plan.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RegenArgs {
    /// Pieces, files or folders of which whatever was deleted comes back
    #[arg(value_name = "PIECE|FILE")]
    pieces: Vec<String>,
    /// Answer to change, as `choice=option` (can be repeated)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Resource to give up, whose files you have removed
    #[arg(long, value_name = "NAME")]
    forget: Vec<String>,
    /// File whose conflict is settled as it stands, without markers
    #[arg(long, value_name = "FILE")]
    keep: Vec<String>,
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(args: &RegenArgs, out: Out) -> Result<Outcome, Failure> {
    let opened = Opened::open(!args.manner.dry_run, out)?;
    let mut draft = opened.draft.clone();
    for set in &args.sets {
        draft.change(parse_set(set, &opened.questions)?)?;
    }
    let forgotten = args.forget.iter().map(|name| parse_name(name));
    let forgotten = forgotten.collect::<Result<Vec<_>, _>>()?;
    opened.permit_forgetting(&forgotten)?;
    for answer in without(opened.here(), &forgotten).into_iter().flatten() {
        draft.change(answer)?;
    }
    let answers = draft.finish(&opened.questions, Rest::Missing)?;
    opened.permit(&answers, &forgotten)?;
    let kept = args.keep.iter().map(|path| from_root(&opened, path));
    let wish = Wish {
        command: command(args),
        restored: select_paths(&opened, &answers, &args.pieces)?,
        settled: kept.collect::<Result<_, _>>()?,
        added: None,
        answers,
    };
    refuse_idle_keeps(&opened, &wish.settled)?;
    reconcile(&opened, &wish, args.manner, out)
}

/// Reads `ci=none`.
fn parse_set(set: &str, questions: &[Question]) -> Result<Answer, Failure> {
    let keys = || {
        let choices = questions.iter().map(|q| Key::Choice(q.id.clone()));
        [Key::Name, Key::Description, Key::SecurityContact]
            .into_iter()
            .chain(choices)
    };
    let word = |key: &Key| match key {
        Key::Choice(id) => id.to_string(),
        _ => key.to_string().replace(' ', "_"),
    };
    let found = set.split_once('=').and_then(|(name, text)| {
        let key = keys().find(|key| word(key) == name)?;
        Some((key, text))
    });
    let Some((key, text)) = found else {
        return Err(Failure::UnknownAnswer {
            given: set.to_owned(),
            known: keys().map(|key| word(&key)).collect(),
        });
    };
    let answer = Answer::parse(&key, text, questions);
    answer.map_err(|cause| refused(&format!("`--set {set}`"), cause))
}

fn parse_name(name: &str) -> Result<ResourceName, Failure> {
    let parsed = ResourceName::parse(name);
    parsed.map_err(|cause| refused(&format!("`{name}`"), AnswerError::from(cause)))
}

fn refused(place: &str, cause: AnswerError) -> Failure {
    let place = place.to_owned();
    Failure::Draft(DraftError::Refused { place, cause })
}

/// Returns the answers about resources once some are forgotten, unless none is left.
fn without(answers: &Answers, forgotten: &[ResourceName]) -> Option<[Answer; 3]> {
    if forgotten.is_empty() {
        return None;
    }
    let stays = |resource: &&Resource| !forgotten.contains(resource.name());
    let mut rest = answers.resources().iter().filter(stays).cloned();
    let first = rest.next()?;
    Some([
        Answer::Resource(first.name().clone()),
        Answer::Fields(first.fields().clone()),
        Answer::MoreResources(rest.collect()),
    ])
}

/// A file with markers would come up again with the next run, and compiles no more than before.
fn refuse_idle_keeps(opened: &Opened, settled: &BTreeSet<String>) -> Result<(), Failure> {
    let conflicts = &opened.project.record().conflicts;
    if let Some(path) = settled.iter().find(|path| !conflicts.contains(*path)) {
        return Err(Failure::NoConflict { path: path.clone() });
    }
    let disk = look(opened.root(), settled.iter().map(String::as_str))?;
    let is_marked = |path: &&String| {
        let bytes = disk.get(*path).and_then(There::bytes);
        bytes.is_some_and(has_markers)
    };
    let paths: Vec<_> = settled.iter().filter(is_marked).cloned().collect();
    match paths.is_empty() {
        true => Ok(()),
        false => Err(Failure::Unresolved { paths }),
    }
}

/// Returns the command as it was typed, without what does not matter to `undo`.
fn command(args: &RegenArgs) -> String {
    let mut words = vec!["regen".to_owned()];
    words.extend(args.pieces.iter().cloned());
    words.extend(args.sets.iter().map(|set| format!("--set {set}")));
    words.extend(args.forget.iter().map(|name| format!("--forget {name}")));
    words.extend(args.keep.iter().map(|path| format!("--keep {path}")));
    words.join(" ")
}
