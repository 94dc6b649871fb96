use super::screen::Screen;
use super::table::{Row, Table, counted, fold};
use crate::answers::{Answers, Draft, Key, Question};

/// What would be written, for the review screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The folder as the person would recognise it.
    pub directory: String,
    /// How many files.
    pub files: usize,
    /// How many of them are palisade's memory.
    pub remembered: usize,
    /// What each of the ten practices gets.
    pub practices: Vec<Practice>,
    /// Duties by who does them, where that is a program before the service or its sub-request.
    pub duties: Vec<Duties>,
    /// The crates that the service's Cargo.toml names.
    pub crates: Vec<String>,
}

/// One practice and what the service does for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    pub title: String,
    pub gains: String,
}

/// Who does which duties of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duties {
    /// `Gateway: nginx`
    pub title: String,
    /// `native` and what is, `delegated` and what is, and so on.
    pub rows: Vec<(String, String)>,
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
        let heading = |text: &str| format!("\n{}\n", screen.palette.heading(text));
        let practices = self
            .practices
            .iter()
            .map(|practice| Row::new(&practice.title, &practice.gains));
        let duties = self.duties.iter().map(|duties| {
            let rows = duties.rows.iter().map(|(by, what)| Row::new(by, what));
            heading(&duties.title) + &Table(rows.collect()).render(screen)
        });
        [
            heading(&format!("{} in {}", answers.name(), self.directory)),
            Table(rows(answers, draft, questions)).render(screen),
            heading("What each practice gets"),
            Table(practices.collect()).render(screen),
            duties.collect(),
            heading(&counted(self.crates.len(), "crate")),
            fold(screen, "  ", &self.crates.join(", ")),
            heading(&counted(self.files, "file")),
            fold(
                screen,
                "  ",
                &format!(
                    "{} of the service, and {} in .palisade/ that keep how it was written",
                    self.files - self.remembered,
                    self.remembered
                ),
            ),
        ]
        .concat()
    }
}

fn rows(answers: &Answers, draft: &Draft, questions: &[Question]) -> Vec<Row> {
    let row = |key: &Key, which: &str| {
        let row = Row::new(&key.title(questions), which);
        if draft.is_fixed(key) {
            row.aside("fixed by the preset")
        } else {
            row
        }
    };
    let contact = answers
        .security_contact()
        .map_or(NO_CONTACT, |contact| contact.as_str());
    let mut rows = vec![
        row(&Key::Description, answers.description().as_str()),
        row(&Key::SecurityContact, contact),
    ];
    for (index, resource) in answers.resources().iter().enumerate() {
        let (name, fields) = (resource.name().to_string(), resource.fields().to_string());
        if index == 0 {
            rows.extend([row(&Key::Resource, &name), row(&Key::Fields, &fields)]);
        } else {
            rows.push(Row::new(
                "Further resource",
                &format!("{name} with {fields}"),
            ));
        }
    }
    for question in questions {
        let row = row(
            &Key::Choice(question.id.clone()),
            &titles(question, answers),
        );
        rows.push(if question.fact().is_some() {
            row.aside("the only option")
        } else {
            row
        });
    }
    rows
}

const NO_CONTACT: &str = "none: no security.txt, and prod will not start";

fn titles(question: &Question, answers: &Answers) -> String {
    let taken = answers.taken(question.id.as_str()).iter();
    let titles = taken
        .filter_map(|id| question.offer(id.as_str()))
        .map(|offer| offer.title.as_str());
    titles.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Duties, Practice, Summary};
    use crate::answers::test_question as question;
    use crate::answers::{Answers, Date, Draft, Key, Question, Rest, Source};
    use crate::ui::palette::Palette;
    use crate::ui::screen::Screen;

    /// Answers with one fixed by an organisation, and the questions that led to them.
    pub(in crate::ui) fn chosen() -> (Draft, Answers, Vec<Question>) {
        let questions = vec![
            question("auth", true, &["api-key"]),
            question("ci", false, &["github", "none"]),
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
            remembered: 36,
            practices: vec![
                Practice { title: "HTTPS only".into(), gains: "TLS 1.3 and 1.2, HSTS, and certificates that are reloaded while requests are served".into() },
                Practice { title: "Validation".into(), gains: "typed input".into() },
            ],
            duties: vec![Duties {
                title: "Gateway: nginx".into(),
                rows: vec![("native".into(), "TLS; methods and paths".into())],
            }],
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
  AUTH              The api-key (the only option)
  CI                The github

What each practice gets
  HTTPS only  TLS 1.3 and 1.2, HSTS, and certificates that are reloaded while
              requests are served
  Validation  typed input

Gateway: nginx
  native  TLS; methods and paths

2 crates
  axum, rustls

78 files
  42 of the service, and 36 in .palisade/ that keep how it was written
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
}
