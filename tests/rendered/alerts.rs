//! Alert rules speak of metrics that there are.

use palisade::answers::Key;

use crate::cases::{answers, rendered};

/// A rule over a metric that nobody sets is silent for ever, and promtool cannot know.
#[test]
fn each_metric_in_an_alert_rule_is_one_of_the_service() {
    let tree = rendered(&answers(&[(Key::Name, "notes-api")]));
    let text = |wanted: &str| {
        let (_, file) = tree
            .iter()
            .find(|(path, _)| *path == wanted)
            .unwrap_or_else(|| panic!("{wanted} is rendered"));
        String::from_utf8(file.bytes.to_vec()).expect("text")
    };
    let rules = text("deploy/alerts.yml");
    let metrics = text("src/security/telemetry/metrics.rs");
    let named: Vec<_> = rules
        .split("{job=")
        .filter_map(|before| {
            before
                .rsplit(|c: char| !c.is_ascii_lowercase() && c != '_')
                .next()
        })
        .filter(|name| !name.is_empty() && *name != "up")
        .collect();
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        // The exporter adds the suffix to counters.
        let registered = name.strip_suffix("_total").unwrap_or(name);
        assert!(
            metrics.contains(&format!("\"{registered}\"")),
            "no metric is called {name}"
        );
    }
}
