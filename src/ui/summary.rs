use std::fmt::Write;

use super::screen::Screen;
use crate::answers::{Answer, Answers, Draft, Key, Question};

/// What would be written, for the review screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The folder as the person would recognise it.
    pub directory: String,
    /// How many files.
    pub files: usize,
    /// What each of the ten practices gets.
    pub practices: Vec<Practice>,
    /// The crates that the service's Cargo.toml names.
    pub crates: Vec<String>,
}

/// One practice and what the service does for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    pub title: String,
    pub gains: String,
}

impl Summary {
    /// Renders the review screen: answers, practices, crates, files.
    pub(crate) fn render(
        &self,
        screen: Screen,
        answers: &Answers,
        draft: &Draft,
        questions: &[Question],
    ) -> String {
        let palette = screen.palette;
        let mut text = format!(
            "\n{}\n",
            palette.heading(format!("{} in {}", answers.name(), self.directory))
        );
        let rows = rows(answers, draft, questions);
        text += &table(screen, &rows);
        let _ = writeln!(text, "\n{}", palette.heading("What each practice gets"));
        let practices: Vec<_> = self
            .practices
            .iter()
            .map(|practice| Row::new(&practice.title, &practice.gains))
            .collect();
        text += &table(screen, &practices);
        let _ = writeln!(
            text,
            "\n{}",
            palette.heading(format!("{} crates", self.crates.len()))
        );
        text += &indented(screen, "  ", &self.crates.join(", "));
        text
    }
}

/// A line of the screen: what, and which.
struct Row {
    what: String,
    which: String,
    aside: Option<String>,
}

impl Row {
    fn new(what: &str, which: &str) -> Self {
        Self {
            what: what.to_owned(),
            which: which.to_owned(),
            aside: None,
        }
    }
}

fn rows(answers: &Answers, draft: &Draft, questions: &[Question]) -> Vec<Row> {
    let contact = answers.security_contact().map_or(
        "none: no security.txt, and prod will not start",
        |contact| contact.as_str(),
    );
    let mut rows = vec![
        row(Key::Description, answers.description().as_str(), draft),
        row(Key::SecurityContact, contact, draft),
    ];
    for (index, resource) in answers.resources().iter().enumerate() {
        let fields = resource.fields().to_string();
        let name = resource.name().to_string();
        if index == 0 {
            rows.push(row(Key::Resource, &name, draft));
            rows.push(row(Key::Fields, &fields, draft));
        } else {
            rows.push(Row::new(
                "Further resource",
                &format!("{name} with {fields}"),
            ));
        }
    }
    rows.extend(
        questions
            .iter()
            .map(|question| choice_row(question, answers, draft)),
    );
    rows
}

fn row(key: Key, which: &str, draft: &Draft) -> Row {
    let aside = draft
        .is_fixed(&key)
        .then(|| "fixed by the preset".to_owned());
    Row {
        what: capitalized(&key),
        which: which.to_owned(),
        aside,
    }
}

fn choice_row(question: &Question, answers: &Answers, draft: &Draft) -> Row {
    let taken = answers.taken(question.id.as_str());
    let titles: Vec<_> = taken
        .iter()
        .filter_map(|id| question.offer(id.as_str()))
        .map(|offer| offer.title.as_str())
        .collect();
    let key = Key::Choice(question.id.clone());
    let mut row = row(key, &titles.join(", "), draft);
    if question.fact().is_some() {
        row.aside = Some("the only option".to_owned());
    }
    row
}

/// The answer's name at the beginning of a line.
pub(crate) fn capitalized(key: &Key) -> String {
    let name = key.to_string();
    let mut rest = name.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}

/// Shows rows in two columns, folding the second.
fn table(screen: Screen, rows: &[Row]) -> String {
    let column = rows
        .iter()
        .map(|row| textwrap::core::display_width(&row.what))
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for row in rows {
        let pad = " ".repeat(column - textwrap::core::display_width(&row.what));
        let head = format!("  {}{pad}  ", row.what);
        let aside = row
            .aside
            .as_ref()
            .map(|aside| format!(" ({aside})"))
            .unwrap_or_default();
        text += &indented(screen, &head, &format!("{}{aside}", row.which));
    }
    text
}

/// Folds `text` behind `head`, which stands in the first line only.
///
/// Breaks at blanks alone: a field's text or an address stays in one piece, to be copied.
fn indented(screen: Screen, head: &str, text: &str) -> String {
    let blank = " ".repeat(textwrap::core::display_width(head));
    let options = textwrap::Options::new(screen.width)
        .initial_indent(head)
        .subsequent_indent(&blank)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    format!("{}\n", textwrap::fill(text, options).trim_end())
}

/// Returns the answers that may be changed, with what they are now.
pub(crate) fn changeable(
    draft: &Draft,
    answers: &Answers,
    questions: &[Question],
) -> Vec<(Key, String)> {
    let now = |key: &Key| match key {
        Key::Choice(id) => answers
            .taken(id.as_str())
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(","),
        _ => draft
            .get(key)
            .or(Draft::default_for(key, questions).as_ref())
            .map(Answer::text)
            .unwrap_or_default(),
    };
    let keys = Key::asked(questions)
        .into_iter()
        .filter(|key| !draft.is_fixed(key));
    keys.map(|key| (key.clone(), now(&key))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Practice, Summary, changeable};
    use crate::answers::{
        Answers, ChoiceId, Date, Draft, Key, Offer, OptionId, Question, Rest, Source,
    };
    use crate::ui::palette::Palette;
    use crate::ui::screen::Screen;

    fn question(id: &str, options: &[&str]) -> Question {
        let offer = |id: &&str| Offer {
            id: OptionId::parse(id).expect(id),
            title: id.to_uppercase(),
            summary: String::new(),
        };
        let options: Vec<_> = options.iter().map(offer).collect();
        Question {
            id: ChoiceId::parse(id).expect(id),
            prompt: String::new(),
            help: String::new(),
            default: options
                .iter()
                .take(1)
                .map(|offer| offer.id.clone())
                .collect(),
            many: false,
            options,
        }
    }

    fn chosen() -> (Draft, Answers, Vec<Question>) {
        let questions = vec![
            question("auth", &["api-key"]),
            question("ci", &["github", "none"]),
        ];
        let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
        draft
            .offer_text(Source::Flag, &Key::Name, "notes-api", &questions)
            .expect("a name");
        let contact = "https://example.org/security";
        draft
            .offer_text(
                Source::Fixed("org.toml".into()),
                &Key::SecurityContact,
                contact,
                &questions,
            )
            .expect("fixed");
        let answers = draft.finish(&questions, Rest::Defaults).expect("defaults");
        (draft, answers, questions)
    }

    fn summary() -> Summary {
        Summary {
            directory: "../notes-api".into(),
            files: 78,
            practices: vec![
                Practice { title: "HTTPS only".into(), gains: "TLS 1.3 and 1.2, HSTS, and certificates that are reloaded while requests are served".into() },
                Practice { title: "Validation".into(), gains: "typed input".into() },
            ],
            crates: vec!["axum".into(), "rustls".into()],
        }
    }

    #[test]
    fn the_review_screen_shows_answers_facts_practices_and_crates() {
        let (draft, answers, questions) = chosen();
        let shown = summary().render(Screen::plain(), &answers, &draft, &questions);
        assert_eq!(
            shown,
            "
notes-api in ../notes-api
  Description       An API that is secure from its first commit
  Security contact  https://example.org/security (fixed by the preset)
  First resource    note
  Fields            title:string:1..200 body:text:..10000
                    pinned:bool:write=admin
  Auth              API-KEY (the only option)
  Ci                GITHUB

What each practice gets
  HTTPS only  TLS 1.3 and 1.2, HSTS, and certificates that are reloaded while
              requests are served
  Validation  typed input

2 crates
  axum, rustls
"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let (draft, answers, questions) = chosen();
        for width in [40, 60, 100] {
            let screen = Screen {
                width,
                ..Screen::plain()
            };
            for line in summary()
                .render(screen, &answers, &draft, &questions)
                .lines()
            {
                // What cannot be folded may stand out.
                assert!(
                    line.chars().count() <= width || line.trim().split(' ').count() <= 4,
                    "{width}: {line}"
                );
            }
        }
    }

    #[test]
    fn colours_change_no_word() {
        let (draft, answers, questions) = chosen();
        let coloured = Screen {
            palette: Palette::new(true),
            ..Screen::plain()
        };
        let shown = summary().render(coloured, &answers, &draft, &questions);
        assert!(shown.contains("\u{1b}["));
        let plain = dialoguer::console::strip_ansi_codes(&shown).into_owned();
        assert_eq!(
            plain,
            summary().render(Screen::plain(), &answers, &draft, &questions)
        );
    }

    #[test]
    fn facts_and_fixed_answers_cannot_be_changed() {
        let (draft, answers, questions) = chosen();
        let keys: Vec<_> = changeable(&draft, &answers, &questions)
            .into_iter()
            .map(|(key, now)| format!("{key}={now}"))
            .collect();
        assert_eq!(
            keys,
            [
                "name=notes-api",
                "description=An API that is secure from its first commit",
                "first resource=note",
                "fields=title:string:1..200 body:text:..10000 pinned:bool:write=admin",
                "ci=github",
            ]
        );
    }
}
