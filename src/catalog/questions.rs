//! The choices as questions: what is asked, and what may be answered.

use super::{AnsweredBy, Catalog, Choice, Pick};
use crate::answers::{Offer, Question};

impl Catalog {
    /// Returns the questions of all choices that are the user's, in order.
    pub fn questions(&self) -> Vec<Question> {
        let choices = self.in_order().into_iter();
        choices
            .filter(|choice| choice.answered_by == AnsweredBy::User)
            .map(question)
            .collect()
    }
}

fn question(choice: &Choice) -> Question {
    let offers = choice.options.iter().map(|(id, piece)| Offer {
        id: id.clone(),
        title: piece.title.clone(),
        summary: piece.summary.clone(),
    });
    Question {
        id: choice.id.clone(),
        title: choice.title.clone(),
        prompt: choice.prompt.clone(),
        help: choice.help.clone().unwrap_or_default(),
        default: choice.default.clone(),
        many: choice.pick == Pick::Many,
        options: offers.collect(),
    }
}
