//! A project that a command is about to change.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Wish;
use crate::answers::{Answers, Date, Draft, Question, ResourceName, Rest, VersionName};
use crate::apply::{After, Change, Settled, Work, settle};
use crate::catalog::{Catalog, Class};
use crate::cli::failure::Failure;
use crate::cli::out::Out;
use crate::merge::{self, Disk, Plan, There};
use crate::pipe::{Changed, Standing, render_change, serial, version};
use crate::project::{ANSWERS, Applied, Project, look};
use crate::render::{File, Place, Surroundings, places};

/// A project, what palisade knows of it, and the right to change it.
pub(in crate::cli) struct Opened {
    work: Option<Work>,
    pub(in crate::cli) project: Project,
    pub(in crate::cli) catalog: Catalog,
    pub(in crate::cli) questions: Vec<Question>,
    /// The answers that were applied last, and the places of the files that were written.
    pub(in crate::cli) applied: Answers,
    pub(in crate::cli) places: Vec<Place>,
    /// palisade.toml as it is on disk: the user may have edited it.
    pub(in crate::cli) draft: Draft,
    here: Answers,
}

/// What a plan was made of.
pub(in crate::cli) struct Prepared {
    pub(in crate::cli) changed: Changed,
    /// What stood on disk when it was made.
    pub(in crate::cli) disk: Disk,
}

impl Opened {
    /// Opens the project that this process is in, to change it or only to look.
    pub(in crate::cli) fn open(changes: bool, out: Out) -> Result<Self, Failure> {
        let root = Project::find(&here()?)?;
        let (work, settled) = match changes {
            true => {
                let (work, settled) = Work::begin(&root)?;
                (Some(work), settled)
            }
            false => (None, settle(&root)?),
        };
        say_settled(settled.as_ref(), out);
        Self::load(&root, work)
    }

    /// Loads a project that was settled.
    pub(in crate::cli) fn load(root: &Path, work: Option<Work>) -> Result<Self, Failure> {
        let project = Project::load(root, &version())?;
        let catalog = Catalog::embedded()?;
        let questions = catalog.questions();
        let applied = drafted(project.applied_answers()?, &questions)?;
        let applied = applied.finish(&questions, Rest::Missing)?;
        let selection = catalog.select(&applied);
        let selection = selection.map_err(crate::pipe::PipeError::from)?;
        let places = project.record().written(places(&applied, &selection));
        let draft = drafted(&project.answers()?, &questions)?;
        Ok(Self {
            here: draft.finish(&questions, Rest::Missing)?,
            work,
            project,
            catalog,
            questions,
            applied,
            places,
            draft,
        })
    }

    pub(in crate::cli) fn root(&self) -> &Path {
        self.project.root()
    }

    /// Returns the right to change the project; without it this is a dry run.
    pub(in crate::cli) fn work(&self) -> Option<&Work> {
        self.work.as_ref()
    }

    /// Returns the answers in palisade.toml as it is on disk.
    pub(in crate::cli) fn here(&self) -> &Answers {
        &self.here
    }

    /// Holds that answers may follow on those that were applied.
    pub(in crate::cli) fn permit(
        &self,
        answers: &Answers,
        forgotten: &[ResourceName],
    ) -> Result<(), Failure> {
        let applied = Applied {
            answers: &self.applied,
            places: &self.places,
        };
        let mut history = self.places.iter();
        let migrated = history.any(|place| place.class == Class::AppendOnly);
        applied.permits(answers, forgotten, &self.catalog, migrated)?;
        Ok(())
    }

    /// Returns the oldest version whose folder is there, if folders of older ones are gone.
    pub(in crate::cli) fn oldest_with_code(&self) -> Option<VersionName> {
        let mut versions = self.here.versions().iter().map(|version| version.name);
        let oldest = versions.find(|name| self.has(&format!("src/api/{name}")))?;
        (oldest != self.here.oldest()).then_some(oldest)
    }

    /// Holds that resources may be forgotten together.
    pub(in crate::cli) fn permit_forgetting(&self, names: &[ResourceName]) -> Result<(), Failure> {
        let applied = Applied {
            answers: &self.applied,
            places: &self.places,
        };
        for name in names {
            applied.permits_forgetting(name, names, |path| self.has(path))?;
        }
        Ok(())
    }

    /// Works out what answers change.
    pub(in crate::cli) fn prepare(&self, wish: &Wish) -> Result<Prepared, Failure> {
        let answers = &wish.answers;
        let surroundings = match self.project.stands_apart() {
            true => Surroundings::InWorkspace,
            false => Surroundings::Alone,
        };
        let mut rendered = render_change(&self.catalog, &self.questions, answers, surroundings)?;
        rendered.append(&self.places, |folder| names(&self.root().join(folder)));
        let pristine = self.project.pristine().keys().map(String::as_str);
        let paths: BTreeSet<_> = rendered.paths().chain(pristine).collect();
        let disk = look(self.root(), paths)?;
        let lock = rendered.bytes("Cargo.lock");
        let standing = Standing {
            written: self.project.written(&self.places, &disk, lock),
            pristine: self.project.pristine(),
            here: &self.here,
            disk: &disk,
            memory: self.project.memory(),
            restored: wish.restored.clone(),
            settled: wish.settled.clone(),
        };
        let changed = rendered.plan(&self.questions, standing);
        Ok(Prepared { changed, disk })
    }

    /// Plans to put other text into one file that is there, and nothing besides.
    ///
    /// The file keeps its line ends.
    pub(in crate::cli) fn prepare_edit<E>(
        &self,
        path: &str,
        change: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<Prepared, Failure>
    where
        Failure: From<E>,
    {
        let disk = look(self.root(), [path])?;
        let edited = match disk.get(path) {
            Some(There::File { bytes, executable }) => {
                merge::edit(bytes, change)?.zip(Some(*executable))
            }
            _ => None,
        };
        let (edited, executable) = edited.ok_or_else(|| Failure::NoFile {
            path: path.to_owned(),
        })?;
        let file = File {
            executable,
            ..File::new(Class::Managed, edited)
        };
        let changed = Changed {
            places: self.places.clone(),
            plan: Plan::edit(path, file),
        };
        Ok(Prepared { changed, disk })
    }

    /// Returns pairs of append-only files that have one number, as two branches may give them.
    pub(in crate::cli) fn twins(&self) -> Vec<(String, String)> {
        let history = self
            .places
            .iter()
            .filter(|place| place.class == Class::AppendOnly);
        let folders = history.filter_map(|place| Some(place.path.rsplit_once('/')?.0));
        let folders: BTreeSet<_> = folders.collect();
        let mut twins = Vec::new();
        for folder in folders {
            let mut names = names(&self.root().join(folder));
            names.sort();
            let pairs = names.iter().zip(names.iter().skip(1));
            let alike =
                pairs.filter(|(one, other)| serial(one).is_some() && serial(one) == serial(other));
            twins.extend(
                alike.map(|(one, other)| (format!("{folder}/{one}"), format!("{folder}/{other}"))),
            );
        }
        twins
    }

    fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root().join(path)).is_ok()
    }
}

impl Prepared {
    /// Returns the plan as changes to the disk that it was made with.
    pub(in crate::cli) fn changes(&self, project: &Project) -> Vec<Change> {
        let plan = &self.changed.plan;
        let memory = project.memory();
        let before = |path: &str| {
            let there = self.disk.get(path).or_else(|| memory.get(path));
            there.and_then(There::bytes).map(<[u8]>::to_vec)
        };
        let writes = plan.writes().map(|(path, file)| Change {
            path: path.to_owned(),
            before: before(path),
            after: After::Present {
                bytes: file.bytes.clone(),
                executable: file.executable,
            },
        });
        let removes = plan.removes().map(|path| Change {
            path: path.to_owned(),
            before: before(path),
            after: After::Absent,
        });
        writes.chain(removes).collect()
    }
}

fn drafted(text: &str, questions: &[Question]) -> Result<Draft, Failure> {
    let mut draft = Draft::new(Date::from_unix_seconds(0));
    draft.offer_file(ANSWERS, text, questions)?;
    Ok(draft)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// Returns the folder that this process is in.
pub(in crate::cli) fn here() -> Result<PathBuf, Failure> {
    let current = std::env::current_dir().and_then(|current| current.canonicalize());
    current.map_err(Failure::Current)
}

/// Says what became of a run that was killed.
pub(in crate::cli) fn say_settled(settled: Option<&Settled>, out: Out) {
    match settled {
        None => {}
        Some(Settled::Removed) => {
            out.say("A run was killed here before it changed anything; what it left was removed.");
        }
        Some(Settled::Finished { command }) => out.say(format_args!(
            "`palisade {command}` was killed here; the rest of its changes were made."
        )),
        Some(Settled::RolledBack { command, changed }) => out.say(format_args!(
            "`palisade {command}` was killed here, and `{changed}` was changed since; the run was taken back, and that file left alone."
        )),
    }
}
