//! A preset: an organisation's answers, each fixed or a default.
//!
//! ```toml
//! [fixed]
//! security_contact = "https://example.org/security"
//! [fixed.choices]
//! ci = "github"
//! [default]
//! description = "A service of Example"
//! ```

use super::draft::Draft;
use super::file::{OfferError, read};
use super::question::Question;
use super::source::Source;
use super::toml_reader::TomlReader;

impl Draft {
    /// Takes a preset's answers; both of its tables have the keys of an answers file.
    ///
    /// # Errors
    /// The first thing wrong in the file, with its line; or an answer that it fixes otherwise.
    pub fn offer_preset(
        &mut self,
        file: &str,
        text: &str,
        questions: &[Question],
    ) -> Result<(), OfferError> {
        let reader = TomlReader::new(file, text);
        for (key, value) in &reader.document()? {
            let source = match key.get_ref().as_ref() {
                "fixed" => Source::Fixed(file.to_owned()),
                "default" => Source::Preset(file.to_owned()),
                _ => return Err(reader.unknown_key(key, ["fixed", "default"]).into()),
            };
            for answer in read(&reader, reader.table(value)?, questions)? {
                self.offer(source.clone(), answer)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::answers::answer::Answer;
    use crate::answers::choice::ChoiceId;
    use crate::answers::date::Date;
    use crate::answers::draft::Draft;
    use crate::answers::key::Key;
    use crate::answers::question::tests::question;
    use crate::answers::source::Source;

    const PRESET: &str = "[fixed]\nsecurity_contact = \"https://example.org/security\"\n[fixed.choices]\nci = \"github\"\n[default]\ndescription = \"A service of Example\"\n";

    fn draft() -> Draft {
        Draft::new(Date::parse("2026-11-23").expect("a date"))
    }

    #[test]
    fn fixed_answers_hold_and_defaults_give_way() {
        let questions = [question("ci", false, &["github", "none"])];
        let mut draft = draft();
        draft
            .offer_preset("org.toml", PRESET, &questions)
            .expect("a good preset");
        draft
            .offer_text(Source::Flag, &Key::Description, "Mine", &questions)
            .expect("a default gives way");
        assert_eq!(
            draft.get(&Key::Description).map(Answer::text).as_deref(),
            Some("Mine")
        );
        let error = draft
            .offer_text(Source::Flag, &Key::SecurityContact, "none", &questions)
            .expect_err("fixed");
        assert_eq!(
            error.to_string(),
            "the security contact is fixed to `https://example.org/security` by the preset org.toml, \
             and `--security-contact` says `none`"
        );
        assert!(draft.is_fixed(&Key::Choice(ChoiceId::parse("ci").expect("an id"))));
    }

    #[test]
    fn a_key_outside_the_two_tables_is_refused() {
        let error = draft()
            .offer_preset("org.toml", "ci = \"github\"", &[])
            .expect_err("neither fixed nor default");
        assert_eq!(error.to_string(), "org.toml: there is no key `ci`");
    }
}
