//! Rendered text reads as written by hand.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use palisade::answers::Answers;
use palisade::render::Tree;

use crate::cases::{CATALOG, covering, grown, rendered};
use crate::cover::combinations;

const TAGS: [&str; 8] = [
    "{%",
    "%}",
    "<%",
    "%>",
    "__resource__",
    "__singular__",
    "__serial__",
    "__version__",
];

/// Distinct texts by one place where each stands.
fn texts() -> BTreeMap<String, String> {
    texts_of(&covering())
}

fn texts_of(cases: &[Answers]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for tree in cases.iter().map(rendered) {
        for (path, file) in tree
            .iter()
            .filter(|(path, _)| !path.starts_with(".palisade/"))
        {
            if let Ok(text) = String::from_utf8(file.bytes.clone()) {
                texts.entry(text).or_insert_with(|| path.to_owned());
            }
        }
    }
    texts
}

#[test]
fn no_text_has_a_trace_of_its_template() {
    for (text, path) in texts() {
        let lines: Vec<_> = text.lines().collect();
        assert!(
            text.is_empty() || text.ends_with('\n'),
            "{path}: no line feed at the end"
        );
        assert!(
            !text.ends_with("\n\n") && !text.starts_with('\n'),
            "{path}: a blank line outside"
        );
        // Python parts functions by two, also inside a shell script.
        assert!(
            path.ends_with(".py") || path.ends_with(".sh") || !text.contains("\n\n\n"),
            "{path}: two blank lines\n{text}"
        );
        for line in lines {
            assert_eq!(line, line.trim_end(), "{path}: blanks at a line's end");
            // Rust has braces in angles of its own: `Int<{ MIN }>`.
            let angles: &[&str] = if path.ends_with(".rs") {
                &[]
            } else {
                &["<{", "}>"]
            };
            for tag in TAGS.iter().chain(angles) {
                assert!(!line.contains(tag), "{path}: {line}");
            }
        }
    }
}

/// rustfmt keeps the blank line between two items, and does not make it.
#[test]
fn a_blank_line_parts_an_item_from_the_one_before() {
    let depth = |line: &str| line.len() - line.trim_start().len();
    for (text, path) in texts()
        .into_iter()
        .filter(|(_, path)| path.ends_with(".rs"))
    {
        let lines: Vec<_> = text.lines().collect();
        for pair in lines.windows(2) {
            let [before, item] = [pair[0], pair[1]];
            let begins = ["///", "#[", "pub ", "fn ", "async fn ", "impl "]
                .iter()
                .any(|start| item.trim_start().starts_with(start));
            assert!(
                !(begins && before.trim() == "}" && depth(before) == depth(item)),
                "{path}: no blank line before `{item}`"
            );
        }
    }
}

#[test]
fn a_blank_line_parts_a_table_from_the_one_before() {
    for (text, path) in texts() {
        if path.ends_with(".toml") {
            let lines: Vec<_> = text.lines().collect();
            for pair in lines.windows(2) {
                assert!(
                    !pair[1].starts_with('[') || pair[0].is_empty() || pair[0].starts_with('#'),
                    "{path}: no blank line before `{}`",
                    pair[1]
                );
            }
        }
    }
}

#[test]
fn rust_is_formatted() {
    hold_formatted(texts());
}

/// Each text is looked at once, however many services have it.
#[test]
#[ignore = "slow: `tests/run rendered`"]
fn what_any_options_together_give_is_formatted_and_parses() {
    let all: Vec<_> = combinations(&CATALOG)
        .iter()
        .map(|row| grown(row))
        .collect();
    let mut texts = texts_of(&all);
    let known = texts_of(&covering());
    texts.retain(|text, _| !known.contains_key(text));
    hold_toml(texts.clone());
    hold_formatted(texts);
}

fn hold_formatted(texts: BTreeMap<String, String>) {
    for (text, path) in texts.into_iter().filter(|(_, path)| path.ends_with(".rs")) {
        let mut rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
            .arg("templates/base/files/rustfmt.toml")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("rustfmt comes with Rust");
        let mut stdin = rustfmt.stdin.take().expect("a pipe");
        stdin.write_all(text.as_bytes()).expect("rustfmt reads");
        drop(stdin);
        let output = rustfmt.wait_with_output().expect("rustfmt ends");
        assert!(
            output.status.success(),
            "{path}: {}\n{text}",
            String::from_utf8_lossy(&output.stderr)
        );
        let formatted = String::from_utf8(output.stdout).expect("rustfmt writes text");
        assert!(
            formatted == text,
            "{path} is\n{text}\nand formatted\n{formatted}"
        );
    }
}

#[test]
fn toml_parses() {
    hold_toml(texts());
}

fn hold_toml(texts: BTreeMap<String, String>) {
    for (text, path) in texts
        .into_iter()
        .filter(|(_, path)| path.ends_with(".toml"))
    {
        assert!(text.parse::<toml::Table>().is_ok(), "{path}: {text}");
    }
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let render = || covering().iter().map(rendered).collect::<Vec<Tree>>();
    assert!(render() == render());
}

#[test]
fn code_never_names_the_generator() {
    for (text, path) in texts()
        .into_iter()
        .filter(|(_, path)| path.ends_with(".rs"))
    {
        assert!(!text.to_lowercase().contains("palisade"), "{path}");
    }
}
