//! Asks the questions and shows the review screen without a catalog behind them.

use std::process::ExitCode;

use palisade::answers::{ChoiceId, Date, Draft, Offer, OptionId, Question};
use palisade::ui::{
    ColourChoice, Decision, Interrupt, Practice, Prompter, Screen, Suggestions, Summary, UiError,
};

fn question() -> Result<Question, palisade::answers::IdError> {
    let offer = |id: &str, title: &str, summary: &str| {
        Ok(Offer {
            id: OptionId::parse(id)?,
            title: title.to_owned(),
            summary: summary.to_owned(),
        })
    };
    Ok(Question {
        id: ChoiceId::parse("ci")?,
        title: "Continuous integration".to_owned(),
        prompt: "Where is it checked?".to_owned(),
        help: "Workflows run the tests and scans on each change and weekly.".to_owned(),
        default: vec![OptionId::parse("github")?],
        many: false,
        options: vec![
            offer(
                "github",
                "GitHub Actions",
                "workflows per change and weekly",
            )?,
            offer("none", "None", "no workflows")?,
        ],
    })
}

fn talk(screen: Screen) -> Result<(), Box<UiError>> {
    let questions = [question().expect("the ids are spelled right")];
    let interrupt = Interrupt::listen().map_err(UiError::from)?;
    let prompter = Prompter::new(screen, &interrupt)?;
    let mut draft = Draft::new(Date::from_unix_seconds(1_795_500_000));
    let suggestions = Suggestions {
        security_contact: Suggestions::contact_of("me@example.org"),
        ..Suggestions::default()
    };
    palisade::ui::interview(&prompter, &mut draft, &questions, &suggestions)?;
    let summary = Summary {
        directory: "notes-api".to_owned(),
        files: 78,
        practices: vec![Practice {
            title: "HTTPS only".to_owned(),
            gains: "TLS 1.3".to_owned(),
        }],
        crates: vec!["axum".to_owned()],
    };
    let decision =
        palisade::ui::review(&prompter, &mut draft, &questions, |_| Ok(summary.clone()))?;
    match decision {
        Decision::Write(answers) => print!("{}", answers.to_toml(&questions)),
        Decision::Quit => println!("quit"),
    }
    Ok(())
}

fn main() -> ExitCode {
    let screen = Screen::detect(ColourChoice::Auto);
    match talk(screen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            palisade::ui::print_report(screen, error.as_ref());
            ExitCode::from(if matches!(*error, UiError::Interrupted) {
                130
            } else {
                1
            })
        }
    }
}
