//! One of a few words.

use super::Rule;

impl Rule {
    pub const CHOICE: Self = Self("choice");
}

/// Declares an enum whose variants are words in JSON and in the database. The first is the default.
macro_rules! choice {
    ($(#[$about:meta])* $vis:vis enum $name:ident { $first:ident = $first_word:literal, $($variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ::serde::Serialize, ::sqlx::Type)]
        $vis enum $name {
            #[default]
            #[serde(rename = $first_word)]
            #[sqlx(rename = $first_word)]
            $first,
            $(
                #[serde(rename = $word)]
                #[sqlx(rename = $word)]
                $variant,
            )*
        }

        impl $crate::security::input::Field for $name {
            fn parse(value: ::serde_json::Value) -> Result<Self, $crate::security::input::Faults> {
                use $crate::security::input::Rule;
                match value.as_str().ok_or(Rule::TYPE)? {
                    $first_word => Ok(Self::$first),
                    $($word => Ok(Self::$variant),)*
                    _ => Err(Rule::CHOICE.into()),
                }
            }

            fn schema() -> $crate::security::input::Schema {
                ::serde_json::json!({ "type": "string", "enum": [$first_word $(, $word)*] })
            }
        }
    };
}
pub(crate) use choice;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Rule;
    use crate::security::input::Field;

    choice! {
        enum State {
            Draft = "draft",
            Sent = "sent",
        }
    }

    #[test]
    fn a_word_is_one_of_the_few() {
        assert_eq!(State::parse(json!("sent")), Ok(State::Sent));
        assert_eq!(State::default(), State::Draft);
        assert_eq!(State::schema()["enum"], json!(["draft", "sent"]));
        for (word, rule) in [(json!("Sent"), Rule::CHOICE), (json!(""), Rule::CHOICE), (json!(0), Rule::TYPE)] {
            assert_eq!(State::parse(word), Err(rule.into()));
        }
    }
}
