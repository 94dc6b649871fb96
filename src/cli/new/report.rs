//! What `new` has done, or would do.

use std::path::PathBuf;

use serde::Serialize;

use super::{NewArgs, target};
use crate::answers::{Answers, Date};
use crate::apply::{Applied, Target};
use crate::catalog::Class;
use crate::cli::failure::Failure;
use crate::cli::out::Out;
use crate::merge::{Plan, Verdict};
use crate::vcs::{FirstCommit, Why};

/// The first commit's message.
pub(super) const MESSAGE: &str = "Begin the service";

/// The result of `new`, in `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The folder as it was named.
    directory: PathBuf,
    /// The folder's absolute path.
    path: PathBuf,
    /// Whether anything was written.
    written: bool,
    files: Vec<FileReport>,
    repository: Option<RepositoryReport>,
    /// The root of a repository that the folder stands in.
    inside_repository: Option<PathBuf>,
    /// The day on which the crates of Cargo.lock were resolved.
    crates_resolved: String,
    /// How many days that is ago.
    crates_age_days: u32,
    /// What to type next, one command a line.
    next: Vec<String>,
    #[serde(skip)]
    swept: usize,
}

/// One file, in `new --json`.
#[derive(Debug, Serialize)]
struct FileReport {
    path: String,
    verdict: Verdict,
    class: Option<Class>,
}

/// The repository, in `new --json`.
#[derive(Debug, Serialize)]
struct RepositoryReport {
    /// The first commit's id; without one everything is staged.
    commit: Option<String>,
    /// What to type for a commit that palisade left to you.
    to_commit: Vec<String>,
}

impl Report {
    pub(super) fn new(
        target: &Target,
        args: &NewArgs,
        answers: &Answers,
        plan: &Plan,
        resolved: Date,
    ) -> Self {
        let directory = target::path(args, answers);
        let file = |(path, planned): (&str, &crate::merge::Planned)| FileReport {
            path: path.to_owned(),
            verdict: planned.verdict,
            class: planned.wanted.as_ref().map(|file| file.class),
        };
        Self {
            next: vec![
                format!("cd {}", shell_quoted(&directory.to_string_lossy())),
                "cargo run".to_owned(),
                "cargo test".to_owned(),
            ],
            crates_resolved: resolved.to_string(),
            crates_age_days: answers.created().days_since(resolved),
            directory,
            path: target.path().to_owned(),
            written: false,
            files: plan.iter().map(file).collect(),
            repository: None,
            inside_repository: None,
            swept: 0,
        }
    }

    /// Notes what was done.
    pub(super) fn written(
        &mut self,
        applied: Applied<Option<FirstCommit>>,
        around: Option<PathBuf>,
    ) {
        self.written = true;
        self.swept = applied.swept;
        self.inside_repository = around;
        self.repository = applied.finished.map(|commit| match commit {
            FirstCommit::Made { id } => RepositoryReport {
                commit: Some(id),
                to_commit: Vec::new(),
            },
            FirstCommit::Staged(why) => RepositoryReport {
                commit: None,
                to_commit: to_commit(why),
            },
        });
    }

    pub(super) fn print(&self, out: Out) -> Result<(), Failure> {
        if out.json {
            return out.json(self);
        }
        if !self.written {
            return self.print_plan(out);
        }
        for file in &self.files {
            out.detail(format_args!("{:9} {}", file.verdict, file.path));
        }
        self.say(out);
        out.result(
            self.next
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>(),
        )
    }

    fn print_plan(&self, out: Out) -> Result<(), Failure> {
        let line = |file: &FileReport| format!("{:9} {}\n", file.verdict, file.path);
        out.result(self.files.iter().map(line).collect::<String>())?;
        out.say(format_args!(
            "Nothing was written: this was a dry run for {}",
            self.directory.display()
        ));
        Ok(())
    }

    fn say(&self, out: Out) {
        match self.swept {
            0 => {}
            1 => out.say("Removed what a killed run had left beside it."),
            n => out.say(format_args!(
                "Removed what {n} killed runs had left beside it."
            )),
        }
        out.say(format_args!(
            "Wrote {} files to {}",
            self.files.len(),
            self.directory.display()
        ));
        out.say(format_args!(
            "Its crates are those of {}, {}; `cargo update` brings newer ones.",
            self.crates_resolved,
            ago(self.crates_age_days)
        ));
        if let Some(root) = &self.inside_repository {
            self.say_inside(root, out);
        }
        if let Some(repository) = self.repository.as_ref().filter(|r| r.commit.is_none()) {
            out.say("All files are staged. Commit them in there with these lines:");
            repository
                .to_commit
                .iter()
                .for_each(|line| out.say(format_args!("  {line}")));
        }
        out.say("Next, `cargo run` serves, and says how to get a first answer:");
    }

    fn say_inside(&self, root: &std::path::Path, out: Out) {
        out.say(format_args!(
            "It stands in the repository {}\nSo no repository was made for it, and nothing was committed.",
            root.display()
        ));
        if self
            .files
            .iter()
            .any(|file| file.path.starts_with(".github/"))
        {
            let from = shell_quoted(&self.directory.join(".github").to_string_lossy());
            let to = shell_quoted(&root.to_string_lossy());
            out.say(format_args!(
                "Workflows below the repository's root do not run. Copy them there, and give their\n\
                 jobs `defaults.run.working-directory`:\n  cp -ri {from} {to}"
            ));
        }
    }
}

fn ago(days: u32) -> String {
    match days {
        0 => "as of today".to_owned(),
        1 => "a day old".to_owned(),
        days => format!("{days} days old"),
    }
}

fn to_commit(why: Why) -> Vec<String> {
    let commit = format!("git commit -m '{MESSAGE}'");
    match why {
        Why::NoIdentity => vec![
            "git config --global user.name 'Your Name'".to_owned(),
            "git config --global user.email 'you@example.org'".to_owned(),
            commit,
        ],
        Why::Signed => vec![commit],
    }
}

/// Quotes a word for a POSIX shell when it needs that.
fn shell_quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@,".contains(c);
    match word.chars().all(plain) && !word.starts_with('-') {
        true => word.to_owned(),
        false if word.starts_with('-') => format!("-- '{}'", word.replace('\'', "'\\''")),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
