//! Holds the parsers of answers against texts that nobody thought of.

use palisade::answers::{
    Answer, ChoiceId, Date, Description, Draft, Field, FieldKind, Fields, IntRange, Key, Offer,
    OptionId, ProjectName, Question, ResourceName, Rest, SecurityContact, Source, Variant,
    VersionName,
};

/// A xorshift generator: the same texts in each run, without a crate.
struct Texts(u64);

impl Texts {
    fn number(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).expect("smaller than a usize")
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.number(of.len())]
    }

    /// Pieces that mean something to some parser, and some that mean nothing to any.
    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a",
            "note",
            "s",
            "_",
            "-",
            ":",
            "::",
            "..",
            "...",
            ",",
            "=",
            "write=",
            "admin",
            "reader",
            "optional",
            "string",
            "text",
            "int",
            "decimal",
            "bool",
            "enum",
            "list",
            "url",
            "0",
            "1",
            "200",
            "-5",
            "99999999999999999999",
            "fn",
            "self",
            "id",
            "select",
            " ",
            "\t",
            "\n",
            "\u{0}",
            "\u{1b}",
            "\u{202e}",
            "ß",
            "東",
            "🦀",
            "e\u{301}",
            "\"",
            "\\",
            "/",
            "mailto:",
            "https://",
            "@",
            "example.org",
            "v",
            "2026-11-23",
            "2026-02-30",
            "[",
            "]",
            "#",
            "none",
            "İ",
        ];
        let count = self.number(9);
        (0..count).map(|_| self.one(PIECES)).collect()
    }

    /// A field that breaks no rule by its form.
    fn field(&mut self, index: usize) -> String {
        const KINDS: &[&str] = &[
            "string",
            "string:1..",
            "string:..5",
            "text",
            "text:1..20000",
            "int",
            "int:-5..",
            "int:..-1",
            "int:3..9",
            "decimal",
            "decimal:0..1",
            "bool",
            "uuid",
            "date",
            "datetime",
            "email",
            "url",
            "enum:a",
            "enum:draft,in-review",
            "list:string",
            "list:..5:int:0..9",
            "list:1..2:enum:a,b",
            "list:url",
            "list:2..:decimal:..0",
        ];
        const ENDS: &[&str] = &[
            "",
            ":optional",
            ":write=admin",
            ":optional:write=editor",
            ":write=editor:optional",
        ];
        format!("f{index}:{}{}", self.one(KINDS), self.one(ENDS))
    }
}

fn questions() -> [Question; 1] {
    let offer = |id: &str| Offer {
        id: OptionId::parse(id).expect("an id"),
        title: id.to_owned(),
        summary: String::new(),
    };
    [Question {
        id: ChoiceId::parse("ci").expect("an id"),
        title: "CI".to_owned(),
        prompt: String::new(),
        help: String::new(),
        default: vec![OptionId::parse("github").expect("an id")],
        many: false,
        options: vec![offer("github"), offer("none")],
    }]
}

#[test]
fn no_text_makes_a_parser_panic_and_what_is_taken_reads_back() {
    let mut texts = Texts(0x9e37_79b9_7f4a_7c15);
    for _ in 0..6_000 {
        let text = texts.text();
        if let Ok(name) = ProjectName::parse(&text) {
            assert_eq!(ProjectName::parse(name.as_str()), Ok(name));
        }
        if let Ok(description) = Description::parse(&text) {
            assert_eq!(Description::parse(description.as_str()), Ok(description));
        }
        if let Ok(contact) = SecurityContact::parse(&text) {
            assert_eq!(SecurityContact::parse(contact.as_str()), Ok(contact));
        }
        if let Ok(date) = Date::parse(&text) {
            assert_eq!(date.to_string(), text);
        }
        if let Ok(version) = VersionName::parse(&text) {
            assert_eq!(version.to_string(), text);
        }
        if let Ok(name) = ResourceName::parse(&text) {
            assert_ne!(name.singular(), name.plural());
            assert_eq!(ResourceName::parse(name.singular()), Ok(name));
        }
        if let Ok(fields) = Fields::parse(&text) {
            assert_eq!(Fields::parse(&fields.to_string()), Ok(fields));
        }
    }
}

#[test]
fn each_field_reads_back_and_has_a_value_for_those_who_may_not_write_it() {
    let mut texts = Texts(42);
    let mut taken = 0;
    for index in 0..5_000 {
        let text = texts.field(index % 40);
        let Ok(field) = Field::parse(&text) else {
            continue;
        };
        taken += 1;
        assert_eq!(
            Field::parse(&field.to_string()).as_ref(),
            Ok(&field),
            "{text}"
        );
        assert!(
            field.write().is_none() || field.value_for_others().is_some(),
            "{text}"
        );
        assert!(
            field
                .kind()
                .and_item()
                .all(|kind| FieldKind::WORDS.contains(&kind.word())),
            "{text}"
        );
    }
    assert!(taken > 3_000, "only {taken} were taken");
}

#[test]
fn no_file_makes_the_reader_panic() {
    let questions = questions();
    let mut texts = Texts(7);
    let lines = [
        "name = ",
        "description = ",
        "security_contact = ",
        "created = ",
        "[choices]\nci = ",
        "[[version]]\nname = ",
        "[[resource]]\nname = ",
        "fields = [",
        "[fixed]\n",
        "[default]\n",
    ];
    for _ in 0..5_000 {
        let mut file = String::new();
        for _ in 0..texts.number(5) {
            let quote = texts.one(&["\"", "'", ""]);
            file += &format!("{}{quote}{}{quote}\n", texts.one(&lines), texts.text());
        }
        let mut draft = Draft::new(Date::from_unix_seconds(0));
        // Rendered too, since a report cuts the text at the fault's place.
        if let Err(error) = draft.offer_file("answers.toml", &file, &questions) {
            palisade::ui::render_report(palisade::ui::Screen::plain(), &error);
        }
        if let Err(error) = draft.offer_preset("org.toml", &file, &questions) {
            palisade::ui::render_report(palisade::ui::Screen::plain(), &error);
        }
    }
}

#[test]
fn whatever_is_written_reads_back_byte_for_byte() {
    let questions = questions();
    let mut texts = Texts(1);
    let mut written = 0;
    for _ in 0..2_000 {
        let mut draft = Draft::new(Date::from_unix_seconds(1_795_500_000));
        let fields: Vec<_> = (0..=texts.number(4))
            .map(|index| texts.field(index))
            .collect();
        let answers = [
            (Key::Name, "notes-api".to_owned()),
            (Key::Description, texts.text()),
            (Key::Resource, "order_item".to_owned()),
            (Key::Fields, fields.join(" ")),
        ];
        for (key, text) in answers {
            if let Ok(answer) = Answer::parse(&key, &text, &questions) {
                draft.offer(Source::Flag, answer).expect("nothing is fixed");
            }
        }
        let answers = draft
            .finish(&questions, Rest::Defaults)
            .expect("a name is all that is needed");
        let toml = answers.to_toml(&questions);
        let mut again = Draft::new(Date::from_unix_seconds(0));
        again
            .offer_file("palisade.toml", &toml, &questions)
            .expect("palisade reads what it wrote");
        let again = again
            .finish(&questions, Rest::Missing)
            .expect("palisade writes all answers");
        assert_eq!(again, answers);
        assert_eq!(again.to_toml(&questions), toml);
        written += usize::from(toml.contains("\\"));
    }
    assert!(written > 10, "no description needed an escape");
}

#[test]
fn the_page_on_fields_names_each_type_and_limit() {
    let page = include_str!("../docs/fields.md");
    for word in FieldKind::WORDS {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
    }
    for limit in [
        format!(
            "at most {} characters unless a range says otherwise, never more than {}",
            FieldKind::STRING_DEFAULT,
            FieldKind::STRING_MAX
        ),
        format!(
            "at most {} characters unless a range says otherwise, never more than {}",
            FieldKind::TEXT_DEFAULT,
            FieldKind::TEXT_MAX
        ),
        format!("±{}", IntRange::SAFE.max()),
        format!("at most {} elements", FieldKind::LIST_MAX),
        format!("at most {} | string", Variant::MOST),
        format!("at most {} fields", Fields::MAX),
        format!("a request of {} bytes", Fields::BODY_MAX),
    ] {
        assert!(page.contains(&limit), "{limit}");
    }
}
