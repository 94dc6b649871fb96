//! Sets of answers to render.

use std::sync::LazyLock;

use palisade::answers::{Answers, Date, Draft, Key, OptionId, Question, Rest, Source};
use palisade::catalog::Catalog;
use palisade::pipe::prepare_new;
use palisade::render::{Surroundings, Tree};

use crate::cover::{combinations, cover};

pub(crate) static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::embedded().expect("another test holds that it can be read"));

pub(crate) static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| CATALOG.questions());

/// A field of every type, with and without bounds, roles and absence.
pub(crate) const EVERY_TYPE: &str = "title:string:1..200 body:text done:bool:write=admin count:int \
    rank:int:-5..10:write=editor price:decimal:0..100000 code:uuid:optional due:date \
    seen:datetime:optional:write=admin contact:email home:url:optional \
    state:enum:draft,in-review,sent level:enum:low,high:write=admin tags:list:..20:string:1..50 \
    scores:list:1..5:int:0..10 days:list:..7:enum:mon,tue:optional prices:list:..9:decimal \
    moments:list:..3:datetime mails:list:..3:email pages:list:..3:url refs:list:..3:uuid";

/// Answers by key; what is left out takes its default.
pub(crate) fn answers(given: &[(Key, &str)]) -> Answers {
    let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
    for (key, text) in given {
        draft
            .offer_text(Source::Flag, key, text, &QUESTIONS)
            .unwrap_or_else(|error| panic!("{key}: {error}"));
    }
    draft
        .finish(&QUESTIONS, Rest::Defaults)
        .expect("the rest has defaults")
}

/// Renders what `new` would write.
pub(crate) fn rendered(answers: &Answers) -> Tree {
    let prepared = prepare_new(&CATALOG, &QUESTIONS, answers, Surroundings::Alone)
        .unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
    let mut tree = Tree::default();
    for (path, file) in prepared.plan.writes() {
        tree.insert(path, file.clone());
    }
    tree
}

/// Any two options together at least once, and each with plain, short and long names.
pub(crate) fn covering() -> Vec<Answers> {
    let longest = "n".repeat(64);
    let names = [
        [(Key::Name, "notes-api"), (Key::Resource, "note")].to_vec(),
        [
            (Key::Name, "a"),
            (Key::Resource, "ox"),
            (Key::Fields, "x:bool"),
        ]
        .to_vec(),
        [
            (Key::Name, longest.as_str()),
            (Key::Resource, "extraordinarily_long_item_name"),
            (Key::Fields, EVERY_TYPE),
        ]
        .to_vec(),
        [
            (Key::Name, "tasks_2"),
            (Key::Resource, "order_item"),
            (Key::SecurityContact, "mailto:security@example.org"),
            (
                Key::Fields,
                "a_very_long_name_that_has_forty_letters1:string",
            ),
        ]
        .to_vec(),
    ];
    let rows = cover(&combinations(&CATALOG), &QUESTIONS);
    let mut cases: Vec<_> = rows.iter().map(|row| grown(row)).collect();
    cases.push(referring());
    for given in names {
        for question in QUESTIONS.iter() {
            for option in question.options.iter().map(|offer| &offer.id) {
                cases.push(answers(&with(&given, question, option)));
            }
        }
    }
    cases
}

/// A service that has grown, with the options of a row: more versions, more resources.
pub(crate) fn grown(row: &[(Key, String)]) -> Answers {
    let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
    let every_type = EVERY_TYPE.split_whitespace();
    let every_type: Vec<_> = every_type.map(|field| format!("{field:?}")).collect();
    let text = format!(
        "name = \"notes-api\"\n\
        [[version]]\nname = \"v1\"\nreleased = 2026-01-01\n\
        [[version]]\nname = \"v2\"\nreleased = 2026-06-01\n\
        [[version]]\nname = \"v10\"\nreleased = 2026-07-01\n\
        [[resource]]\nname = \"note\"\nfields = [\"title:string\"]\n\
        [[resource]]\nname = \"order_item\"\nfields = [\"price:decimal\"]\n\
        [[resource]]\nname = \"orders_line\"\nfields = [\"count:int\"]\n\
        [[resource]]\nname = \"order\"\nfields = [\"due:date:optional:write=admin\", \"total:int\"]\n\
        [[resource]]\nname = \"widget\"\nfields = [{}]\n",
        every_type.join(", ")
    );
    draft
        .offer_file("answers.toml", &text, &QUESTIONS)
        .expect("good answers");
    for (key, text) in row {
        let offered = draft.offer_text(Source::Flag, key, text, &QUESTIONS);
        offered.expect("the catalog has that option");
    }
    draft
        .finish(&QUESTIONS, Rest::Defaults)
        .expect("the rest has defaults")
}

/// References of every kind, to others and to their own, with short and long names.
fn referring() -> Answers {
    let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
    let (item, field) = ("extraordinarily_long_item_name", "f".repeat(38));
    let text = format!(
        "name = \"shop\"\n\
        [[version]]\nname = \"v1\"\nreleased = 2026-01-01\n\
        [[version]]\nname = \"v2\"\nreleased = 2026-06-01\n\
        [[resource]]\nname = \"ox\"\nfields = [\"x:bool\", \"y:ref:ox:optional\"]\n\
        [[resource]]\nname = \"{item}\"\nfields = [\"{field}:ref:ox\"]\n\
        [[resource]]\nname = \"bill\"\nfields = [\"a_{field}:ref:{item}\", \
        \"b_{field}:ref:{item}:optional\", \"c:ref:ox:optional:write=admin\", \"d:ref:bill:optional:write=editor\"]\n"
    );
    draft
        .offer_file("answers.toml", &text, &QUESTIONS)
        .expect("good answers");
    draft
        .finish(&QUESTIONS, Rest::Defaults)
        .expect("the rest has defaults")
}

fn with<'a>(
    given: &[(Key, &'a str)],
    question: &Question,
    option: &'a OptionId,
) -> Vec<(Key, &'a str)> {
    let choice = (Key::Choice(question.id.clone()), option.as_str());
    given.iter().cloned().chain([choice]).collect()
}
