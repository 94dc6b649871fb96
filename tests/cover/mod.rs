//! Answers to the choices of a catalog, so few that all can be tried, in which each two options
//! that go together do so once.
//!
//! A choice of which several options can be taken counts as a question of yes or no for each.

use std::collections::{BTreeMap, BTreeSet};

use palisade::answers::{Answers, Date, Draft, Key, Question, Rest, Source};
use palisade::catalog::Catalog;

/// What is answered to each choice: one option, or several with commas between them.
pub(crate) type Row = Vec<(Key, String)>;

/// Returns each set of answers whose options go together, the default first.
pub(crate) fn combinations(catalog: &Catalog) -> Vec<Row> {
    let questions = catalog.questions();
    let mut rows = vec![Row::new()];
    for question in &questions {
        let key = Key::Choice(question.id.clone());
        let texts = texts(question);
        let with = |row: &Row| {
            let with = |text: &String| [row.clone(), vec![(key.clone(), text.clone())]].concat();
            texts.iter().map(with).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(with).collect();
    }
    let go_together = |row: &Row| catalog.select(&answers(row, &questions)).is_ok();
    rows.retain(go_together);
    rows
}

/// Returns some of those, found greedily, that have every pair which any of them has.
pub(crate) fn cover(combinations: &[Row], questions: &[Question]) -> Vec<Row> {
    let mut numbers = BTreeMap::new();
    let mut numbered = |row| {
        let mut number = |pair| {
            let next = numbers.len();
            *numbers.entry(pair).or_insert(next)
        };
        let pairs: BTreeSet<_> = pairs(row, questions).into_iter().map(&mut number).collect();
        Vec::from_iter(pairs)
    };
    let pairs: Vec<_> = combinations.iter().map(&mut numbered).collect();
    let mut open = vec![true; numbers.len()];
    let mut cover = Vec::new();
    loop {
        let news = |pairs: &Vec<usize>| pairs.iter().filter(|pair| open[**pair]).count();
        // Of equals the first: the default begins.
        let best = pairs
            .iter()
            .enumerate()
            .rev()
            .max_by_key(|(_, pairs)| news(pairs));
        let Some((index, pairs)) = best.filter(|(_, pairs)| news(pairs) > 0) else {
            return cover;
        };
        cover.push(combinations[index].clone());
        pairs.iter().for_each(|pair| open[*pair] = false);
    }
}

/// Returns the answers of a row; what is not about choices takes its default.
pub(crate) fn answers(row: &Row, questions: &[Question]) -> Answers {
    let mut draft = Draft::new(Date::from_unix_seconds(0));
    let name = (Key::Name, "notes-api".to_owned());
    for (key, text) in row.iter().chain([&name]) {
        let offered = draft.offer_text(Source::Flag, key, text, questions);
        offered.expect("the catalog has that option");
    }
    let answers = draft.finish(questions, Rest::Defaults);
    answers.expect("the rest has defaults")
}

/// Returns each answer to a question, the default first.
fn texts(question: &Question) -> Vec<String> {
    let mut answers = vec![Vec::new()];
    for offer in &question.options {
        let and_it = |answer: &Vec<_>| [answer.clone(), vec![offer.id.clone()]].concat();
        let more: Vec<_> = answers.iter().map(and_it).collect();
        answers.extend(more);
    }
    answers.retain(|answer| match question.many {
        true => !answer.is_empty(),
        false => answer.len() == 1,
    });
    answers.sort_by_key(|answer| *answer != question.default);
    let text = |answer: Vec<_>| {
        let options = answer.iter().map(ToString::to_string);
        options.collect::<Vec<_>>().join(",")
    };
    answers.into_iter().map(text).collect()
}

/// Returns what stands together in a row, two by two.
pub(crate) fn pairs(row: &Row, questions: &[Question]) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for (key, text) in row {
        let Key::Choice(id) = key else { continue };
        let taken: BTreeSet<&str> = text.split(',').collect();
        let question = questions.iter().find(|question| question.id == *id);
        match question.filter(|question| question.many) {
            None => facts.push(format!("{id}={text}")),
            Some(question) => facts.extend(question.options.iter().map(|offer| {
                let option = offer.id.as_str();
                format!("{id}/{option}={}", taken.contains(option))
            })),
        }
    }
    let mut pairs = Vec::new();
    for (index, one) in facts.iter().enumerate() {
        // A catalog with one question has pairs, too.
        pairs.push((one.clone(), one.clone()));
        pairs.extend(
            facts[index + 1..]
                .iter()
                .map(|other| (one.clone(), other.clone())),
        );
    }
    pairs
}
