//! What the gateway lets pass, in nginx's words: the routes, and the limits of `config/default.toml`.

use std::fmt::Write as _;

use super::paths::{Served, is_get};
use crate::config::Config;
use crate::security::authz::Table;

/// Returns what `derive` writes, by file: the limits, and each route as a pattern that the whole of a
/// raw target must match (GATE-10).
pub fn render(config: &Config, table: &Table) -> Vec<(&'static str, String)> {
    let (mut classes, mut methods) = (String::new(), String::new());
    for path in Served::all(table, "[^?]+") {
        let pattern = &path.pattern;
        for (method, class) in &path.routes {
            let method = if is_get(method) { "(?:GET|HEAD)" } else { method };
            let _ = writeln!(classes, "    \"~^{method} {pattern}(?:\\?|$)\" {class};");
        }
        let _ = writeln!(methods, "    \"~^{pattern}(?:\\?|$)\" \"{}\";", path.methods());
    }
    let parts = [
        "# Written by `cargo run -- derive` from the routes and config/default.toml.\n\n",
        &limits(config),
        "\n# The quota of each route.\nmap \"$request_method $request_uri\" $class {\n    default none;\n",
        &classes,
        "}\n\n# The methods of each path.\nmap $request_uri $methods {\n    default \"\";\n",
        &methods,
        "}\n",
    ];
    vec![("gateway/routes.conf", parts.concat())]
}

fn limits(config: &Config) -> String {
    let (listener, quotas) = (&config.listener, &config.quotas);
    let mut text = format!(
        "# For a head, between two parts of a body, between two requests; and what one client has at a time.\n\
         client_header_timeout {}s;\nclient_body_timeout {}s;\nkeepalive_timeout {}s;\n\
         limit_conn_zone $client zone=connections:10m;\nlimit_conn connections {};\n\n\
         # Requests of a client, and of a credential by what they do.\n",
        listener.header_seconds.as_secs(),
        listener.body_seconds.as_secs(),
        listener.idle_seconds.as_secs(),
        listener.connections_per_address,
    );
    for (name, limit) in
        [("client", quotas.client), ("read", quotas.read), ("write", quotas.write), ("costly", quotas.costly)]
    {
        let rate = limit.saturating_mul(60).div_ceil(quotas.window);
        let _ = writeln!(text, "limit_req_zone $by_{name} zone={name}:10m rate={rate}r/m;");
        let _ = writeln!(text, "limit_req zone={name} burst={limit} nodelay;");
    }
    text
}
