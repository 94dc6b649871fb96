use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use super::answer::AnswerError;
use super::quoted::Quoted;

/// What is wrong with a TOML file, with the line.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{file}: {fault}")]
#[diagnostic(code(palisade::answers::file), help("{}", fault.way_out()))]
pub struct FileError {
    pub(super) file: String,
    pub(super) fault: Fault,
    #[source_code]
    pub(super) source_code: NamedSource<String>,
    #[label("{}", fault.remark())]
    pub(super) span: SourceSpan,
}

impl FileError {
    /// Whether the file has a key that nothing reads.
    pub fn is_unknown_key(&self) -> bool {
        matches!(self.fault, Fault::UnknownKey { .. })
    }

    /// The rule that a value in the file broke, if it is that which is wrong.
    pub fn cause(&self) -> Option<&AnswerError> {
        match &self.fault {
            Fault::Refused(cause) => Some(cause),
            _ => None,
        }
    }
}

/// The kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Fault {
    #[error("not TOML: {message}")]
    Syntax { message: String },
    #[error("there is no key {key}")]
    UnknownKey { key: Quoted, known: Vec<String> },
    #[error("`{key}` is missing")]
    LackingKey { key: &'static str },
    #[error("{expected} belongs here")]
    WrongType { expected: &'static str },
    #[error("{0}")]
    Refused(AnswerError),
}

impl Fault {
    fn way_out(&self) -> String {
        match self {
            Self::Syntax { .. } => "see toml.io for how it is written".to_owned(),
            Self::UnknownKey { known, .. } => format!("there are {}", known.join(", ")),
            Self::LackingKey { key } => format!("add `{key} = …`"),
            Self::WrongType { expected } => format!("write {expected}"),
            Self::Refused(cause) => cause
                .help()
                .map(|help| help.to_string())
                .unwrap_or_default(),
        }
    }

    fn remark(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "here",
            Self::UnknownKey { .. } => "nothing reads this",
            Self::LackingKey { .. } => "in this table",
            Self::WrongType { .. } => "this is something else",
            Self::Refused(_) => "refused",
        }
    }
}
