//! The names that a template may use: the keys of its context, serialized.
//!
//! Tera takes an unknown name in `{% if %}` for false, so a typing error would
//! silently leave text out. This check holds each template against the very
//! struct that it is rendered with.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Serialize;
use serde_json::Value;

use super::tag::{Name, Tag, read_tags};
use crate::catalog::{Body, Tags, Template};

/// A template that says more than its context, or more than a template may.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{}: {fault}", text.name())]
#[diagnostic(code(palisade::render::vocabulary))]
pub struct TemplateError {
    #[source_code]
    text: NamedSource<String>,
    #[label]
    at: SourceSpan,
    fault: Box<TemplateFault>,
}

/// What is wrong in a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    #[error("`{0}` is not a tag that a template may have")]
    Tag(String),
    #[error("its context has no `{0}`")]
    UnknownName(String),
    #[error("`{name}` is {is}, and {wanted} is needed here")]
    Kind {
        name: String,
        is: &'static str,
        wanted: &'static str,
    },
    #[error("`{0}` closes nothing, or the wrong block")]
    Unbalanced(&'static str),
    #[error("it asks for {} flags: {}", .0.len(), .0.join(", "))]
    ManyFlags(Vec<String>),
    #[error("it begins with a tag")]
    TagFirst,
}

impl TemplateError {
    /// Returns what is wrong, without the place.
    pub fn fault(&self) -> &TemplateFault {
        &self.fault
    }
}

/// A template that needs a fourth flag is two files.
const FLAGS: usize = 3;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Flag,
    Text,
    Record(BTreeMap<String, Word>),
    List(Box<Word>),
}

impl Word {
    fn kind(&self) -> &'static str {
        match self {
            Self::Flag => "a flag",
            Self::Text => "a text",
            Self::Record(_) => "a record",
            Self::List(_) => "a list",
        }
    }
}

/// The names of one kind of context.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    names: BTreeMap<String, Word>,
}

/// Why a context cannot tell its names.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("the context does not serialize")]
    Serialize(#[from] serde_json::Error),
    #[error("`{0}` is empty in the sample, so its names cannot be told")]
    Hollow(String),
}

impl Vocabulary {
    /// Reads the names from a sample in which no list is empty.
    ///
    /// # Errors
    /// When a list is empty or a value is absent: its names would be unknown.
    pub fn of(sample: &impl Serialize) -> Result<Self, SampleError> {
        match word("", serde_json::to_value(sample)?)? {
            Word::Record(names) => Ok(Self { names }),
            _ => Err(SampleError::Hollow(String::new())),
        }
    }

    /// Holds a template against these names.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn check(&self, template: &Template) -> Result<(), TemplateError> {
        let Body::Rendered { text, tags } = &template.body else {
            return Ok(());
        };
        self.check_text(text, *tags)
            .map_err(|(at, fault)| TemplateError {
                text: NamedSource::new(&template.origin, text.to_string()),
                at: at.into(),
                fault: Box::new(fault),
            })
    }

    fn check_text(&self, text: &str, tags: Tags) -> Result<(), (Range<usize>, TemplateFault)> {
        let tags = read_tags(text, tags).map_err(|bad| (bad.at, TemplateFault::Tag(bad.text)))?;
        let mut scope = Blocks {
            names: self.names.clone(),
            open: Vec::new(),
        };
        let mut flags = BTreeSet::new();
        for tag in &tags {
            if let Tag::Condition { flag, .. } = tag {
                flags.insert(flag.words.join("."));
            }
            scope.enter(tag)?;
        }
        if let Some(block) = scope.open.last() {
            return Err((
                text.len()..text.len(),
                TemplateFault::Unbalanced(block.name()),
            ));
        }
        if flags.len() > FLAGS {
            return Err((0..0, TemplateFault::ManyFlags(flags.into_iter().collect())));
        }
        if text.starts_with("{%") || text.starts_with("<%") {
            return Err((0..2, TemplateFault::TagFirst));
        }
        Ok(())
    }
}

fn word(name: &str, value: Value) -> Result<Word, SampleError> {
    Ok(match value {
        Value::Bool(_) => Word::Flag,
        Value::String(_) | Value::Number(_) => Word::Text,
        Value::Null => return Err(SampleError::Hollow(name.to_owned())),
        Value::Array(items) => {
            let first = items.into_iter().next();
            let first = first.ok_or_else(|| SampleError::Hollow(name.to_owned()))?;
            Word::List(Box::new(word(name, first)?))
        }
        Value::Object(keys) => Word::Record(
            keys.into_iter()
                .map(|(key, value)| Ok((key.clone(), word(&key, value)?)))
                .collect::<Result<_, SampleError>>()?,
        ),
    })
}

/// The names in reach, and the blocks that are open.
struct Blocks {
    names: BTreeMap<String, Word>,
    open: Vec<Block>,
}

enum Block {
    If,
    /// With what the loop's name meant outside.
    For {
        item: String,
        outer: Option<Word>,
    },
}

impl Block {
    fn name(&self) -> &'static str {
        match self {
            Self::If => "if",
            Self::For { .. } => "for",
        }
    }
}

type Placed<T> = Result<T, (Range<usize>, TemplateFault)>;

impl Blocks {
    fn enter(&mut self, tag: &Tag) -> Placed<()> {
        match tag {
            Tag::Value(name) => self.expect(name, &Word::Text).map(drop),
            Tag::Condition { opens, flag } => {
                self.expect(flag, &Word::Flag)?;
                if *opens {
                    self.open.push(Block::If);
                    return Ok(());
                }
                self.inside_if("elif")
            }
            Tag::Else => self.inside_if("else"),
            Tag::EndIf => {
                self.inside_if("endif")?;
                self.open.pop();
                Ok(())
            }
            Tag::For { item, list } => {
                let inner = match self.find(list)? {
                    Word::List(inner) => (**inner).clone(),
                    other => return Err(mismatch(list, other, "a list")),
                };
                let outer = self.names.insert(item.clone(), inner);
                self.open.push(Block::For {
                    item: item.clone(),
                    outer,
                });
                Ok(())
            }
            Tag::EndFor => match self.open.pop() {
                Some(Block::For { item, outer }) => {
                    match outer {
                        Some(word) => self.names.insert(item, word),
                        None => self.names.remove(&item),
                    };
                    Ok(())
                }
                _ => Err((0..0, TemplateFault::Unbalanced("endfor"))),
            },
        }
    }

    fn inside_if(&self, tag: &'static str) -> Placed<()> {
        match self.open.last() {
            Some(Block::If) => Ok(()),
            _ => Err((0..0, TemplateFault::Unbalanced(tag))),
        }
    }

    fn find(&self, name: &Name) -> Placed<&Word> {
        let unknown = || {
            (
                name.at.clone(),
                TemplateFault::UnknownName(name.words.join(".")),
            )
        };
        let (first, rest) = name.words.split_first().ok_or_else(unknown)?;
        rest.iter()
            .try_fold(
                self.names.get(first).ok_or_else(unknown)?,
                |word, step| match word {
                    Word::Record(names) => names.get(step),
                    _ => None,
                },
            )
            .ok_or_else(unknown)
    }

    fn expect(&self, name: &Name, wanted: &Word) -> Placed<()> {
        let word = self.find(name)?;
        if word == wanted {
            Ok(())
        } else {
            Err(mismatch(name, word, wanted.kind()))
        }
    }
}

fn mismatch(name: &Name, is: &Word, wanted: &'static str) -> (Range<usize>, TemplateFault) {
    let fault = TemplateFault::Kind {
        name: name.words.join("."),
        is: is.kind(),
        wanted,
    };
    (name.at.clone(), fault)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(text: &str) -> Option<TemplateFault> {
        let sample = json!({
            "name": "notes", "flag": true, "b": true, "c": true, "d": true,
            "items": [{ "name": "note", "last": false }],
        });
        let vocabulary = Vocabulary::of(&sample).expect("the sample has no hollow list");
        vocabulary
            .check_text(text, Tags::Curly)
            .err()
            .map(|(_, fault)| fault)
    }

    #[test]
    fn names_of_the_context_and_of_loops_are_known() {
        assert_eq!(fault("x {{ name }}"), None);
        assert_eq!(fault("x {% if flag %}{% else %}{% endif %}"), None);
        assert_eq!(
            fault("x {% for i in items %}{% if not i.last %}{{ i.name }}{% endif %}{% endfor %}"),
            None
        );
    }

    #[test]
    fn an_unknown_name_is_a_fault_in_conditions_too() {
        let unknown = |name: &str| Some(TemplateFault::UnknownName(name.to_owned()));
        assert_eq!(fault("x {{ nmae }}"), unknown("nmae"));
        assert_eq!(fault("x {% if flga %}{% endif %}"), unknown("flga"));
        assert_eq!(
            fault("x {% for i in items %}{{ i.nmae }}{% endfor %}"),
            unknown("i.nmae")
        );
        assert_eq!(
            fault("x {% for i in items %}{% endfor %}{{ i.name }}"),
            unknown("i.name")
        );
    }

    #[test]
    fn flags_are_asked_texts_are_placed_and_lists_are_looped_over() {
        assert!(matches!(
            fault("x {{ flag }}"),
            Some(TemplateFault::Kind { .. })
        ));
        assert!(matches!(
            fault("x {% if items %}{% endif %}"),
            Some(TemplateFault::Kind { .. })
        ));
        assert!(matches!(
            fault("x {% for i in name %}{% endfor %}"),
            Some(TemplateFault::Kind { .. })
        ));
    }

    #[test]
    fn blocks_close_in_order() {
        for text in [
            "x {% endif %}",
            "x {% if flag %}",
            "x {% for i in items %}{% endif %}{% endfor %}",
        ] {
            assert!(
                matches!(fault(text), Some(TemplateFault::Unbalanced(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_fourth_flag_means_two_files() {
        let flags = |names: &[&str]| -> String {
            names
                .iter()
                .map(|name| format!("x{{% if {name} %}}{{% endif %}}"))
                .collect()
        };
        assert_eq!(fault(&flags(&["flag", "b", "c", "flag"])), None);
        assert!(matches!(
            fault(&flags(&["flag", "b", "c", "d"])),
            Some(TemplateFault::ManyFlags(_))
        ));
    }

    #[test]
    fn a_sample_with_an_empty_list_is_refused() {
        assert!(matches!(
            Vocabulary::of(&json!({ "a": [] })),
            Err(SampleError::Hollow(_))
        ));
    }
}
