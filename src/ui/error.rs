use std::io;

use miette::Diagnostic;
use thiserror::Error;

use crate::answers::DraftError;

/// Why a conversation at the terminal ended early.
#[derive(Debug, Error, Diagnostic)]
pub enum UiError {
    #[error("interrupted; nothing was written")]
    #[diagnostic(code(palisade::interrupted))]
    Interrupted,
    #[error("there is no terminal to ask at")]
    #[diagnostic(
        code(palisade::ui::no_terminal),
        help("give the answers by flags or `--answers FILE`, or take `--defaults`")
    )]
    NoTerminal,
    #[error("the terminal cannot be read or written")]
    #[diagnostic(
        code(palisade::ui::terminal),
        help("run it in another terminal, or with `--defaults`")
    )]
    Terminal(#[source] io::Error),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Draft(#[from] DraftError),
}

// dialoguer hands on what reading a key gave: a signal, or a terminal that is gone.
impl From<dialoguer::Error> for UiError {
    fn from(error: dialoguer::Error) -> Self {
        let dialoguer::Error::IO(error) = error;
        Self::from(error)
    }
}

impl From<io::Error> for UiError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted => Self::Interrupted,
            io::ErrorKind::NotConnected => Self::NoTerminal,
            _ => Self::Terminal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::UiError;

    #[test]
    fn a_signal_at_a_prompt_is_an_interrupt() {
        let read = |kind: io::ErrorKind| UiError::from(dialoguer::Error::IO(kind.into()));
        assert!(matches!(
            read(io::ErrorKind::Interrupted),
            UiError::Interrupted
        ));
        assert!(matches!(
            read(io::ErrorKind::NotConnected),
            UiError::NoTerminal
        ));
        assert!(matches!(
            read(io::ErrorKind::UnexpectedEof),
            UiError::Terminal(_)
        ));
    }
}
