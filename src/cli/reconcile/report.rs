//! What a command has changed in a project, or would.

use std::path::PathBuf;

use serde::Serialize;

use super::{Opened, Prepared};
use crate::catalog::Class;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::out::Out;
use crate::merge::{Note, Planned, Reason, There, Verdict};
use crate::project::VERSIONS;

/// The result of a command that changes a project, in `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The project's absolute path.
    path: PathBuf,
    /// Whether anything was written.
    written: bool,
    files: Vec<FileReport>,
    /// Files with a conflict to resolve, those of earlier runs too.
    conflicts: Vec<String>,
    /// What to type next, one command a line.
    next: Vec<String>,
    /// What else is left to do, and why what comes next does.
    notes: Vec<String>,
    /// Whether the lines were shown already, to ask.
    #[serde(skip)]
    shown: bool,
    #[serde(skip)]
    dry_run: bool,
}

/// One file, in `regen --json` and `add --json`.
#[derive(Debug, Serialize)]
struct FileReport {
    path: String,
    verdict: Verdict,
    class: Option<Class>,
    /// Why it is kept, or what the conflict is about.
    reason: Option<Reason>,
    /// Where it stood before.
    from: Option<String>,
    /// Whether it is written or removed.
    changes: bool,
}

const MERGED: &str = "Git had left a merge open in palisade's memory; what both sides remember stands there now. \
                      Tell git: git add .palisade";

impl Report {
    pub(super) fn new(opened: &Opened, prepared: &Prepared) -> Self {
        let plan = &prepared.changed.plan;
        let is_memory = |class| matches!(class, Some(Class::Memory | Class::Local));
        let files: Vec<_> = plan
            .iter()
            .filter(|(path, _)| !path.starts_with(".palisade/"))
            .map(|(path, planned)| FileReport::new(path, planned))
            .filter(|file| !is_memory(file.class))
            .collect();
        let conflicts = plan.conflicts().map(|(path, _)| path.to_owned());
        let mut report = Self {
            path: opened.root().to_owned(),
            written: false,
            files,
            conflicts: conflicts.collect(),
            next: Vec::new(),
            notes: Vec::new(),
            shown: false,
            dry_run: opened.work().is_none(),
        };
        let twins = opened.twins();
        let twins = twins.iter().map(|(one, other)| {
            format!("`{one}` and `{other}` have one number: give that which no database has run yet a higher one.")
        });
        report.notes = twins.collect();
        let unmerged = opened.project.unmerged();
        if !report.dry_run
            && plan
                .writes()
                .any(|(path, _)| unmerged.iter().any(|open| open == path))
        {
            report.notes.push(MERGED.to_owned());
        }
        if report.changes() > 0 && !report.dry_run {
            let mut notes = plan.notes();
            // Which version is in which document, and whether it ends, is told by the table.
            if report
                .files
                .iter()
                .any(|file| file.path == VERSIONS && file.changes)
            {
                notes.insert(Note::Derive);
            }
            report.notes.extend(notes.iter().map(ToString::to_string));
            report.next = notes.iter().map(|note| note.command().to_owned()).collect();
            report.next.push("cargo test".to_owned());
        }
        report
    }

    /// Returns how many files of the project change.
    pub(super) fn changes(&self) -> usize {
        self.files.iter().filter(|file| file.changes).count()
    }

    /// Returns a line for each file that changes, or that a conflict is in.
    pub(super) fn lines(&self) -> String {
        let told = self.files.iter().filter(|file| file.is_told());
        told.map(|file| format!("{}\n", file.line())).collect()
    }

    /// Adds what else the user is to know.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(super) fn written(&mut self, shown: bool) {
        self.written = true;
        self.shown = shown;
    }

    pub(super) fn print(&self, out: Out) -> Result<Outcome, Failure> {
        let outcome = match self.conflicts.is_empty() {
            true => Outcome::Done,
            false => Outcome::Conflicts,
        };
        if out.json {
            out.json(self)?;
            return Ok(outcome);
        }
        if self.dry_run {
            out.result(self.lines())?;
            self.notes.iter().for_each(|note| out.say(note));
            out.say("Nothing was changed: this was a dry run.");
            return Ok(outcome);
        }
        if !self.shown {
            self.say_lines(out);
        }
        self.say_what_was_done(out);
        let next = self.next.iter().filter(|_| self.written);
        out.result(next.map(|line| format!("{line}\n")).collect::<String>())?;
        Ok(outcome)
    }

    fn say_lines(&self, out: Out) {
        for file in &self.files {
            match file.is_told() {
                true => out.say(file.line()),
                false => out.detail(file.line()),
            }
        }
    }

    fn say_what_was_done(&self, out: Out) {
        match self.changes() {
            0 if self.conflicts.is_empty() => out.say("Everything is as your answers say."),
            0 => {}
            1 => out.say("Changed 1 file. `palisade undo` takes it back."),
            n => out.say(format_args!(
                "Changed {n} files. `palisade undo` takes it back."
            )),
        }
        if !self.conflicts.is_empty() {
            out.say("To resolve, and until then `palisade status` ends with code 3:");
            self.conflicts
                .iter()
                .for_each(|path| out.say(format_args!("  {path}")));
        }
        self.notes.iter().for_each(|note| out.say(note));
    }
}

impl FileReport {
    fn new(path: &str, planned: &Planned) -> Self {
        Self {
            path: path.to_owned(),
            verdict: planned.verdict,
            class: planned.wanted.as_ref().map(|file| file.class),
            reason: planned.reason.clone(),
            from: planned.from.clone(),
            changes: planned.result.is_some() || planned.verdict == Verdict::Deleted,
        }
    }

    fn is_told(&self) -> bool {
        use crate::merge::Kept;
        let news = match &self.reason {
            // What is the user's may come and go.
            Some(Reason::Kept(Kept::Deleted)) => {
                matches!(self.class, Some(Class::Managed | Class::Lock))
            }
            Some(Reason::Kept(Kept::Settled)) => true,
            _ => false,
        };
        self.changes || self.verdict == Verdict::Conflict || news
    }

    fn line(&self) -> String {
        let reason = match &self.reason {
            Some(Reason::Kept(why)) => format!(": {why}"),
            Some(Reason::Conflict(what)) => format!(": {what}"),
            None => String::new(),
        };
        let from = match &self.from {
            Some(from) => format!(", which was {from}"),
            None => String::new(),
        };
        format!("{:9} {}{from}{reason}", self.verdict, self.path)
    }
}

impl Prepared {
    /// Returns what changes, as patches one after another.
    pub(super) fn patches(&self) -> String {
        let plan = &self.changed.plan;
        let before = |path: &str| self.disk.get(path).and_then(There::bytes);
        let is_memory = |path: &str| path.starts_with(".palisade/");
        let writes = plan.writes().filter(|(path, _)| !is_memory(path));
        let writes = writes.map(|(path, file)| patch(path, before(path), Some(&file.bytes)));
        let removes = plan.removes().filter(|path| !is_memory(path));
        let removes = removes.map(|path| patch(path, before(path), None));
        writes.chain(removes).collect()
    }
}

/// Returns how one text becomes the other, as `diff -u` tells it; nothing where both are equal.
pub(in crate::cli) fn patch(path: &str, from: Option<&[u8]>, to: Option<&[u8]>) -> String {
    if from == to {
        return String::new();
    }
    let name = |side: char, there: bool| match there {
        true => format!("{side}/{path}"),
        false => "/dev/null".to_owned(),
    };
    let (old, new) = (name('a', from.is_some()), name('b', to.is_some()));
    let texts = str::from_utf8(from.unwrap_or_default())
        .ok()
        .zip(str::from_utf8(to.unwrap_or_default()).ok());
    let Some((from, to)) = texts else {
        return format!("Binary files {old} and {new} differ\n");
    };
    let mut options = diffy::DiffOptions::new();
    options
        .set_original_filename(old)
        .set_modified_filename(new);
    options.create_patch(from, to).to_string()
}
