//! Words about the methods of authentication.

use serde::Serialize;

use super::service::word;
use crate::catalog::{Method, Piece, PieceId, Scheme, Selection};

/// The chosen methods, and what they have together.
#[derive(Debug, Clone, Serialize)]
pub struct AuthWords {
    /// Sorted by module.
    pub methods: Vec<MethodWords>,
    /// In the order in which they are asked about a credential.
    pub asked: Vec<MethodWords>,
    /// The one that examples use.
    pub first: MethodWords,
    /// Whether one of them can be there without being ready.
    pub has_awaited: bool,
    /// Whether one of them takes tokens of a provider.
    pub tokens: bool,
    /// How credentials are sent, sorted by name.
    pub schemes: Vec<SchemeWords>,
    pub bearer: bool,
    pub certificate: bool,
    pub header: bool,
}

/// A method.
#[derive(Debug, Clone, Serialize)]
pub struct MethodWords {
    /// `api_key`, as a module, a section of the settings and a file of tests.
    pub module: String,
    /// Whether it can be there without being ready.
    pub is_awaited: bool,
    pub has_command: bool,
    /// The variant of its subcommand: `Keys`.
    pub command: String,
    /// Whether that is left out of release builds.
    pub is_debug_command: bool,
    /// The words that make a credential, before `--owner` and `--role`: `keys create`.
    pub issue: String,
    /// The shell's variable that examples keep a credential in: `KEY`.
    pub variable: String,
    /// Whether it has a section of the settings of its own.
    pub has_settings: bool,
}

/// A security scheme, as the `OpenAPI` document names and tells it.
#[derive(Debug, Clone, Serialize)]
pub struct SchemeWords {
    pub name: String,
    /// Its members, sorted, with their values in JSON.
    pub members: Vec<MemberWords>,
    /// `,` between members in JSON; empty after the last one.
    pub comma: String,
}

/// A member of an object in JSON.
#[derive(Debug, Clone, Serialize)]
pub struct MemberWords {
    pub name: String,
    pub value: String,
    pub comma: String,
}

impl AuthWords {
    /// Puts the words of the chosen methods together.
    ///
    /// Answers choose one at least. Where pieces alone are put together, and none is a method,
    /// one without a name stands for it.
    pub(super) fn new(selection: &Selection<'_>) -> Self {
        let mut chosen: Vec<_> = selection
            .pieces()
            .iter()
            .filter_map(|piece| Some((*piece, piece.method.clone()?)))
            .collect();
        if chosen.is_empty() {
            chosen.extend(
                selection
                    .pieces()
                    .first()
                    .map(|base| (*base, Method::default())),
            );
        }
        chosen.sort_by_key(|(piece, method)| (method.order, &piece.id));
        let mut schemes: Vec<_> = chosen.iter().flat_map(|(_, m)| m.schemes.clone()).collect();
        schemes.sort_unstable();
        schemes.dedup();
        let asked = chosen
            .iter()
            .map(|(piece, method)| MethodWords::new(piece, method));
        let asked: Vec<_> = asked.collect();
        let mut methods = asked.clone();
        methods.sort_by(|a, b| a.module.cmp(&b.module));
        Self {
            first: asked.first().cloned().expect("one was added at least"),
            has_awaited: asked.iter().any(|method| method.is_awaited),
            tokens: chosen.iter().any(|(_, method)| method.tokens),
            asked,
            methods,
            bearer: schemes.contains(&Scheme::Bearer),
            certificate: schemes.contains(&Scheme::Certificate),
            header: schemes.contains(&Scheme::Header),
            schemes: SchemeWords::all(&schemes),
        }
    }
}

impl MethodWords {
    fn new(piece: &Piece, method: &Method) -> Self {
        let module = match &piece.id {
            PieceId::Base => "none".to_owned(),
            PieceId::Option(_, option) => word(option.as_str()),
        };
        Self {
            has_settings: piece.settings.contains_key(&module),
            module,
            issue: method.issue.clone(),
            variable: if method.tokens { "TOKEN" } else { "KEY" }.to_owned(),
            is_awaited: method.ready,
            has_command: method.command.is_some(),
            command: method.command.clone().unwrap_or_default(),
            is_debug_command: method.debug_command,
        }
    }
}

impl SchemeWords {
    fn all(schemes: &[Scheme]) -> Vec<Self> {
        let mut all: Vec<_> = schemes.iter().copied().map(Self::new).collect();
        if let Some(last) = all.last_mut() {
            last.comma.clear();
        }
        all
    }

    fn new(scheme: Scheme) -> Self {
        let (name, members): (_, &[_]) = match scheme {
            Scheme::Bearer => ("bearer", &[("scheme", "bearer"), ("type", "http")]),
            Scheme::Certificate => ("certificate", &[("type", "mutualTLS")]),
            Scheme::Header => (
                "header",
                &[("in", "header"), ("name", "X-API-Key"), ("type", "apiKey")],
            ),
        };
        let mut members: Vec<_> = members
            .iter()
            .map(|(n, v)| MemberWords::new(n, v))
            .collect();
        if let Some(last) = members.last_mut() {
            last.comma.clear();
        }
        Self {
            name: name.to_owned(),
            members,
            comma: ",".to_owned(),
        }
    }
}

impl MemberWords {
    fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            comma: ",".to_owned(),
        }
    }
}
