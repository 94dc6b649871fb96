//! What a service grows by.

use std::collections::BTreeSet;

use clap::Subcommand;

use super::clock::today;
use super::failure::{Failure, Outcome};
use super::out::Out;
use super::reconcile::{Manner, Opened, Wish, parse_day, parse_version, reconcile};
use crate::answers::{
    Answer, AnswerError, Answers, DraftError, Fields, Resource, ResourceName, Rest, Version,
    VersionName,
};
use crate::catalog::Class;

const EXAMPLES: &str = "\
Examples:
  palisade add resource invoice number:string:1..40 total:decimal
  palisade add resource payment sum:decimal invoice:ref:invoice --dry-run
  palisade add version v2";

const RESOURCE_EXAMPLES: &str = "\
Examples:
  palisade add resource invoice number:string:1..40 total:decimal
  palisade add resource payment sum:decimal invoice:ref:invoice --dry-run";

const VERSION_EXAMPLES: &str = "\
Examples:
  palisade add version v2
  palisade add version v2 --released 2027-03-01 --dry-run";

/// Add a resource or a version to a written service
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AddArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Resource(ResourceArgs),
    Version(VersionArgs),
}

/// Add a resource: its routes, types, store, migration and tests
///
/// Its files are yours from then on. The lists that name it are merged, so that whatever you
/// edited in them stays. What is derived, as the OpenAPI document, is made anew by the
/// command that is printed.
#[derive(Debug, clap::Args)]
#[command(after_help = RESOURCE_EXAMPLES)]
struct ResourceArgs {
    /// Name of one item, like `invoice`
    name: String,
    /// Its fields, as NAME:TYPE each; `buyer:ref:customer` refers to another resource
    #[arg(required = true, value_name = "FIELD")]
    fields: Vec<String>,
    #[command(flatten)]
    manner: Manner,
}

/// Add a version of the API, which goes on with the one before it
///
/// It serves the resources of the version before it, until you change one: copy its file into
/// the new version's folder, and make its `pub use` there a `pub mod`. Both versions are served,
/// and the tests walk both.
#[derive(Debug, clap::Args)]
#[command(after_help = VERSION_EXAMPLES)]
struct VersionArgs {
    /// The version after the newest one, like `v2`
    name: String,
    /// Day from which it is served; today if left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    released: Option<String>,
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(args: &AddArgs, out: Out) -> Result<Outcome, Failure> {
    match &args.what {
        What::Resource(args) => add_resource(args, out),
        What::Version(args) => add_version(args, out),
    }
}

fn add_resource(args: &ResourceArgs, out: Out) -> Result<Outcome, Failure> {
    let resource = parse_resource(args)?;
    let opened = Opened::open(!args.manner.dry_run, out)?;
    refuse_twice(&opened, &resource)?;
    let added = resource.name().plural().to_owned();
    let more = opened.here().resources().iter().skip(1).cloned();
    let mut draft = opened.draft.clone();
    if let Some(since) = opened.oldest_with_code() {
        draft.change(since_when(opened.here(), resource.name(), since))?;
    }
    draft.change(Answer::MoreResources(more.chain([resource]).collect()))?;
    let answers = draft.finish(&opened.questions, Rest::Missing)?;
    opened.permit(&answers, &[])?;
    let wish = Wish {
        command: format!("add resource {} {}", args.name, args.fields.join(" ")),
        answers,
        restored: BTreeSet::new(),
        settled: BTreeSet::new(),
        added: Some(added),
    };
    reconcile(&opened, &wish, args.manner, out)
}

/// Returns since when each resource is there, the new one included.
fn since_when(answers: &Answers, added: &ResourceName, since: VersionName) -> Answer {
    let resources = answers.resources().iter();
    let known = resources.filter_map(|there| Some((there.name().clone(), there.since()?)));
    Answer::Since(known.chain([(added.clone(), since)]).collect())
}

fn add_version(args: &VersionArgs, out: Out) -> Result<Outcome, Failure> {
    let name = parse_version(&args.name)?;
    let released = match &args.released {
        Some(text) => parse_day(text)?,
        None => today(),
    };
    let opened = Opened::open(!args.manner.dry_run, out)?;
    let there = opened.here().versions();
    if there.iter().any(|version| version.name == name) {
        let next = opened.here().newest().next();
        return Err(Failure::VersionThere { name, next });
    }
    let mut versions = there.to_vec();
    versions.push(Version { name, released });
    versions.sort_by_key(|version| version.name);
    let mut draft = opened.draft.clone();
    draft.change(Answer::Versions(versions))?;
    let answers = draft.finish(&opened.questions, Rest::Missing)?;
    opened.permit(&answers, &[])?;
    let wish = Wish {
        command: format!("add version {name}"),
        ..Wish::nothing(answers)
    };
    reconcile(&opened, &wish, args.manner, out)
}

fn parse_resource(args: &ResourceArgs) -> Result<Resource, Failure> {
    let refused = |place: &str| {
        let place = format!("`{place}`");
        move |cause: AnswerError| DraftError::Refused { place, cause }
    };
    let name = ResourceName::parse(&args.name).map_err(AnswerError::from);
    let name = name.map_err(refused(&args.name))?;
    // Fields that were put in quotes together are taken too, as `new --fields` takes them.
    let fields = Fields::parse(&args.fields.join(" ")).map_err(AnswerError::from);
    let fields = fields.map_err(refused(&args.fields.join(" ")))?;
    Ok(Resource::new(name, fields).map_err(DraftError::from)?)
}

fn refuse_twice(opened: &Opened, resource: &Resource) -> Result<(), Failure> {
    let plural = resource.name().plural();
    let mut there = opened.here().resources().iter();
    if !there.any(|there| there.name().plural() == plural) {
        return Ok(());
    }
    let places = opened.places.iter();
    let places = places
        .filter(|place| place.class == Class::Seeded && place.resource.as_deref() == Some(plural));
    Err(Failure::ResourceThere {
        name: resource.name().to_string(),
        places: places.map(|place| place.path.clone()).collect(),
    })
}
