//! What the gateway lets pass, in the words of `HAProxy`: a map of the routes, and the limits of
//! `config/default.toml`.

use std::fmt::Write as _;

use super::paths::{Served, is_get};
use crate::config::Config;
use crate::security::authz::Table;

/// Returns what `derive` writes, by file (GATE-10).
pub fn render(config: &Config, table: &Table) -> Vec<(&'static str, String)> {
    vec![("gateway/limits.cfg", limits(config)), ("gateway/routes.map", routes(table))]
}

/// Writes each route as a pattern that the whole of method and raw path must match.
fn routes(table: &Table) -> String {
    let mut text = String::from(
        "# Written by `cargo run -- derive`: the quota of each method and path, and the methods of each path.\n",
    );
    for path in Served::all(table, ".+") {
        let pattern = &path.pattern;
        for (method, class) in &path.routes {
            let method = if is_get(method) { "(GET|HEAD)" } else { method };
            let _ = writeln!(text, "^{method}:{pattern}$ {class}");
        }
        let _ = writeln!(text, "^\\*:{pattern}$ {}", path.methods());
    }
    text
}

fn limits(config: &Config) -> String {
    let (listener, quotas) = (&config.listener, &config.quotas);
    let a_minute = |limit: u32| limit.saturating_mul(60).div_ceil(quotas.window);
    format!(
        "# Written by `cargo run -- derive` from config/default.toml: seconds, connections of a client, and requests \
         in a minute.\nglobal\n    setenv HEADER_SECONDS {}\n    setenv BODY_SECONDS {}\n    setenv IDLE_SECONDS {}\n    \
         setenv CONNECTIONS {}\n    setenv CLIENT {}\n    setenv READ {}\n    setenv WRITE {}\n    setenv COSTLY {}\n",
        listener.header_seconds.as_secs(),
        listener.body_seconds.as_secs(),
        listener.idle_seconds.as_secs(),
        listener.connections_per_address,
        a_minute(quotas.client),
        a_minute(quotas.read),
        a_minute(quotas.write),
        a_minute(quotas.costly),
    )
}
