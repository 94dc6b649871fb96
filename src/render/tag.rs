//! The tags that a template may hold: a small part of Tera's language.
//!
//! Tera itself renders. This reader exists for the check that a template only
//! places text: it knows names, `if`, `elif`, `else` and `for`, and nothing
//! that computes.

use std::ops::Range;

use crate::catalog::Tags;

/// A dotted name, as `resource.plural`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) words: Vec<String>,
    pub(super) at: Range<usize>,
}

/// One tag of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tag {
    Value(Name),
    /// `if` or `elif`, with or without `not`.
    Condition {
        opens: bool,
        flag: Name,
    },
    Else,
    EndIf,
    For {
        item: String,
        list: Name,
    },
    EndFor,
}

/// A text between delimiters that is none of these tags.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadTag {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

struct Delimiters {
    value: (&'static str, &'static str),
    block: (&'static str, &'static str),
    comment: &'static str,
}

impl Delimiters {
    fn of(tags: Tags) -> Self {
        match tags {
            Tags::Curly => Self {
                value: ("{{", "}}"),
                block: ("{%", "%}"),
                comment: "{#",
            },
            Tags::Angle => Self {
                value: ("<{", "}>"),
                block: ("<%", "%>"),
                comment: "<#",
            },
        }
    }
}

/// Reads all tags of a template, in order.
pub(super) fn read_tags(text: &str, tags: Tags) -> Result<Vec<Tag>, BadTag> {
    let delimiters = Delimiters::of(tags);
    let starts = [delimiters.value.0, delimiters.block.0, delimiters.comment];
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next_of(text, from, &starts) {
        let rest = text.get(start..).unwrap_or_default();
        let is_value = rest.starts_with(delimiters.value.0);
        let close = if is_value {
            delimiters.value.1
        } else {
            delimiters.block.1
        };
        let bad = |end: usize| BadTag {
            text: text.get(start..end).unwrap_or_default().to_owned(),
            at: start..end,
        };
        let Some(length) = rest
            .find(close)
            .filter(|_| !rest.starts_with(delimiters.comment))
        else {
            return Err(bad((start + 2).min(text.len())));
        };
        let end = start + length + close.len();
        let inner = start + 2..end - close.len();
        let words = words(text, inner);
        let tag = if is_value {
            value(&words)
        } else {
            block(&words)
        };
        found.push(tag.ok_or_else(|| bad(end))?);
        from = end;
    }
    Ok(found)
}

fn next_of(text: &str, from: usize, starts: &[&str]) -> Option<usize> {
    let rest = text.get(from..)?;
    starts
        .iter()
        .filter_map(|start| rest.find(start))
        .min()
        .map(|at| from + at)
}

type Word<'a> = (&'a str, usize);

/// Splits a tag's inside at blanks, without the `-` that trims them outside.
fn words(text: &str, inner: Range<usize>) -> Vec<Word<'_>> {
    let start = inner.start;
    let inside = text.get(inner).unwrap_or_default();
    let trimmed = inside.strip_prefix('-').unwrap_or(inside);
    let offset = start + (inside.len() - trimmed.len());
    let trimmed = trimmed.strip_suffix('-').unwrap_or(trimmed);
    trimmed
        .split_ascii_whitespace()
        .map(|word| {
            (
                word,
                offset + (word.as_ptr() as usize - trimmed.as_ptr() as usize),
            )
        })
        .collect()
}

fn value(words: &[Word<'_>]) -> Option<Tag> {
    match words {
        [word] => name(word).map(Tag::Value),
        _ => None,
    }
}

fn block(words: &[Word<'_>]) -> Option<Tag> {
    Some(match words {
        [("if", _), flag] | [("if", _), ("not", _), flag] => Tag::Condition {
            opens: true,
            flag: name(flag)?,
        },
        [("elif", _), flag] | [("elif", _), ("not", _), flag] => Tag::Condition {
            opens: false,
            flag: name(flag)?,
        },
        [("else", _)] => Tag::Else,
        [("endif", _)] => Tag::EndIf,
        [("for", _), (item, _), ("in", _), list] if is_word(item) => Tag::For {
            item: (*item).to_owned(),
            list: name(list)?,
        },
        [("endfor", _)] => Tag::EndFor,
        _ => return None,
    })
}

fn name(&(text, start): &Word<'_>) -> Option<Name> {
    let words: Vec<String> = text.split('.').map(str::to_owned).collect();
    let at = start..start + text.len();
    words
        .iter()
        .all(|word| is_word(word))
        .then_some(Name { words, at })
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, tags: Tags) -> Result<Vec<String>, String> {
        let tags = read_tags(text, tags).map_err(|bad| bad.text)?;
        Ok(tags
            .iter()
            .map(|tag| match tag {
                Tag::Value(name) => name.words.join("."),
                Tag::Condition { flag, .. } => format!("if {}", flag.words.join(".")),
                Tag::For { item, list } => format!("for {item} in {}", list.words.join(".")),
                Tag::Else => "else".to_owned(),
                Tag::EndIf => "endif".to_owned(),
                Tag::EndFor => "endfor".to_owned(),
            })
            .collect())
    }

    #[test]
    fn names_conditions_and_loops_are_read() {
        let text = "{{ a.b }}\n{%- if not c %}x{%- elif d %}{% else %}y{% endif -%}\n\
                    {%- for e in f.g %}{{ e }}{%- endfor %}";
        let expected = [
            "a.b",
            "if c",
            "if d",
            "else",
            "endif",
            "for e in f.g",
            "e",
            "endfor",
        ];
        assert_eq!(
            shown(text, Tags::Curly),
            Ok(expected.map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn angle_tags_leave_curly_ones_alone() {
        let text = "a: ${{ github.ref == 'x' }}\nb: <{ service.name }>\n";
        assert_eq!(
            shown(text, Tags::Angle),
            Ok(vec!["service.name".to_owned()])
        );
    }

    #[test]
    fn whatever_computes_is_refused() {
        for bad in [
            "{{ a | upper }}",
            "{{ a + 1 }}",
            "{{ a[0] }}",
            "{{ f(x=1) }}",
            "{{ \"text\" }}",
            "{{ }}",
            "{% set a = 1 %}",
            "{% if a == b %}",
            "{% if a and b %}",
            "{% if a or b %}",
            "{% for a, b in c %}",
            "{% include \"x\" %}",
            "{# a comment #}",
            "{% raw %}",
        ] {
            assert!(shown(bad, Tags::Curly).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tag_that_never_ends_is_refused() {
        assert!(shown("fn main() { {{ a }", Tags::Curly).is_err());
    }
}
