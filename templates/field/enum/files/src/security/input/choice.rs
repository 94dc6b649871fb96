//! One of a few words.

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
            fn parse(
                value: $crate::security::input::Value<'_>,
                at: &$crate::security::input::Pointer<'_>,
                faults: &mut $crate::security::input::Faults,
            ) -> Option<Self> {
                use $crate::security::input::{Rule, Value};
                let rule = match value {
                    Value::String(word) => match word.as_ref() {
                        $first_word => return Some(Self::$first),
                        $($word => return Some(Self::$variant),)*
                        _ => Rule::Choice,
                    },
                    _ => Rule::Type,
                };
                faults.push(at, rule);
                None
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
    use crate::security::input::{Faults, Field, Pointer, Value};

    choice! {
        enum State {
            Draft = "draft",
            Sent = "sent",
        }
    }

    #[test]
    fn a_word_is_one_of_the_few() {
        let parse = |word: Value<'_>| State::parse(word, &Pointer::Root, &mut Faults::default());
        assert_eq!(parse(Value::String("sent".into())), Some(State::Sent));
        assert_eq!(State::default(), State::Draft);
        assert_eq!(State::schema()["enum"], serde_json::json!(["draft", "sent"]));
        for word in [Value::String("Sent".into()), Value::String("".into()), Value::Int(0)] {
            assert_eq!(parse(word), None);
        }
    }
}
