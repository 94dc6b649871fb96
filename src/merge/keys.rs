//! TOML merged by keys, with the comments and the order of its text.

use toml::Table;

use super::document::Document;
use super::lines;
use super::markers::Labels;
use super::values::{self, Agreement, Comments, comments, more};

/// A text in which the user's values stand, palisade's above them as comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) text: String,
    /// The keys in dispute.
    pub(super) keys: Vec<String>,
}

/// Merges TOML, if all three are TOML and nothing would be lost by it.
///
/// What the values come to is decided first. The text is then the first of these that has
/// exactly those values: both sides merged by lines; the same with the user's side of what
/// cannot be, mended key by key; the user's text, mended key by key.
pub(super) fn merge(
    base: &str,
    yours: &str,
    wanted: &str,
    is_list: bool,
    labels: Labels<'_>,
) -> Option<Merged> {
    let [in_base, in_yours, in_wanted] =
        [base, yours, wanted].map(|text| text.parse::<Table>().ok());
    let agreement = values::merge(&in_base?, &in_yours?, &in_wanted?, is_list);
    let by_lines = lines::merge_for_yours(base, yours, wanted);
    if agreement.disputes.is_empty() && by_lines.is_clean && holds(&by_lines.text, &agreement) {
        return Some(Merged {
            text: by_lines.text,
            keys: Vec::new(),
        });
    }
    let mine = more(&comments(yours), &comments(base));
    let text = [by_lines.text.as_str(), yours]
        .into_iter()
        .filter_map(|start| mend(start, wanted, &agreement, &mine, labels))
        .find(|text| more(&mine, &comments(text)).is_empty())?;
    Some(Merged {
        text,
        keys: agreement
            .disputes
            .iter()
            .map(values::Dispute::key)
            .collect(),
    })
}

/// Brings a text to the values that were agreed on.
fn mend(
    start: &str,
    wanted: &str,
    agreement: &Agreement,
    mine: &Comments<'_>,
    labels: Labels<'_>,
) -> Option<String> {
    let mut document = Document::parse(start)?;
    let wanted = Document::parse(wanted)?;
    document.bring_to(&agreement.values, &wanted, mine);
    for dispute in &agreement.disputes {
        document.comment(dispute, labels);
    }
    let text = document.to_string();
    holds(&text, agreement).then_some(text)
}

fn holds(text: &str, agreement: &Agreement) -> bool {
    text.parse::<Table>()
        .is_ok_and(|values| values == agreement.values)
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    #[track_caller]
    fn merged(base: &str, yours: &str, wanted: &str) -> Merged {
        merged_as(base, yours, wanted, false)
    }

    #[track_caller]
    fn merged_as(base: &str, yours: &str, wanted: &str, is_list: bool) -> Merged {
        let (old, new) = (Version::new(0, 1, 0), Version::new(0, 2, 0));
        let labels = Labels {
            base: &old,
            wanted: &new,
        };
        merge(base, yours, wanted, is_list, labels).expect("all three are TOML")
    }

    const BASE: &str = "\
# Limits.
[limits]
# Requests at a time.
requests = 512
body = 30

[admin]
address = \"127.0.0.1:9443\"
";

    #[test]
    fn keys_beside_each_other_are_no_conflict() {
        let yours = BASE.replace("512", "100 # we are small");
        let wanted = BASE.replace("body = 30", "body = 20\nidle = 60");
        let merged = merged(BASE, &yours, &wanted);
        assert_eq!(
            merged.text,
            BASE.replace("512", "100 # we are small")
                .replace("body = 30", "body = 20\nidle = 60")
        );
        assert_eq!(merged.keys, [""; 0]);
    }

    #[test]
    fn the_users_value_stands_below_the_wanted_one() {
        let yours = BASE
            .replace("512", "100")
            .replace("[admin]", "# Mine.\n[admin]");
        let wanted = BASE
            .replace("512", "1024")
            .replace("[admin]", "[quotas]\nread = 6\n\n[admin]");
        let merged = merged(BASE, &yours, &wanted);
        assert_eq!(
            merged.text,
            "\
# Limits.
[limits]
# Requests at a time.
# palisade 0.2.0 has: requests = 1024
requests = 100
body = 30

[quotas]
read = 6

# Mine.
[admin]
address = \"127.0.0.1:9443\"
"
        );
        assert_eq!(merged.keys, ["limits.requests"]);
    }

    #[test]
    fn a_key_that_the_user_took_out_stays_out() {
        let yours = BASE.replace("body = 30\n", "");
        let wanted = BASE.replace("body = 30", "body = 20");
        let merged = merged(BASE, &yours, &wanted);
        assert_eq!(merged.text, yours);
        assert_eq!(merged.keys, [""; 0]);
    }

    #[test]
    fn a_table_that_the_user_changed_and_palisade_dropped_stays() {
        let yours = BASE.replace("9443", "9444");
        let (wanted, _) = BASE.split_once("\n[admin]").expect("the table");
        let merged = merged(BASE, &yours, wanted);
        assert_eq!(merged.keys, ["admin"]);
        assert_eq!(
            merged.text,
            yours.replace("[admin]", "# palisade 0.2.0 has no `admin`\n[admin]")
        );
    }

    #[test]
    fn a_dispute_inside_of_a_line_stands_above_it() {
        let base = "[dependencies]\ntokio = { version = \"1\", features = [\"fs\"] }\n";
        let yours =
            "[dependencies]\ntokio = { version = \"1.40\", features = [\"fs\", \"mine\"] }\n";
        let wanted =
            "[dependencies]\ntokio = { version = \"1.50\", features = [\"fs\", \"net\"] }\n";
        let merged = merged_as(base, yours, wanted, true);
        assert_eq!(
            merged.text,
            "[dependencies]\n\
             # palisade 0.2.0 has: tokio.version = \"1.50\"\n\
             tokio = { version = \"1.40\", features = [\"fs\", \"net\", \"mine\"] }\n"
        );
        assert_eq!(merged.keys, ["dependencies.tokio.version"]);
    }

    #[test]
    fn a_comment_of_the_users_outlives_its_key() {
        let yours = BASE.replace("body", "# Mine.\nbody").replace("512", "100");
        let wanted = BASE.replace("body = 30\n", "").replace("512", "1024");
        let merged = merged(BASE, &yours, &wanted);
        assert_eq!(
            merged.text,
            "\
# Limits.
[limits]
# Requests at a time.
# palisade 0.2.0 has: requests = 1024
requests = 100
# Mine.

[admin]
address = \"127.0.0.1:9443\"
"
        );
    }

    #[test]
    fn what_the_user_wrote_behind_a_value_is_not_lost_with_it() {
        let (old, new) = (Version::new(0, 1, 0), Version::new(0, 2, 0));
        let labels = Labels {
            base: &old,
            wanted: &new,
        };
        let yours = BASE.replace("body = 30", "body = 30 # ours: ask Bob");
        assert_eq!(
            merged(BASE, &yours, &BASE.replace("= 30", "= 20")).text,
            yours.replace("= 30", "= 20")
        );
        let wanted = BASE.replace("body = 30\n", "");
        assert_eq!(merge(BASE, &yours, &wanted, false, labels), None);
        let base = "a = [\n    \"x\",\n    \"y\",\n    \"z\",\n]\n";
        let yours = base.replace("\"x\",", "\"x\", # ours");
        let wanted = base.replace("    \"y\",\n", "");
        assert_eq!(merge(base, &yours, &wanted, true, labels), None);
    }

    #[test]
    fn arrays_of_a_list_are_sets_and_keep_their_comments() {
        let base = "[editor]\npermissions = [\n    \"notes:read\",\n    \"notes:write\",\n]\n";
        let yours = "[editor]\npermissions = [\n    \"notes:read\",\n    # Ours.\n    \"reports:read\",\n]\n";
        let wanted = "[editor]\npermissions = [\n    \"notes:read\",\n    \"notes:write\",\n    \"tasks:read\",\n]\n";
        let merged = merged_as(base, yours, wanted, true);
        assert_eq!(
            merged.text,
            "[editor]\npermissions = [\n    \"notes:read\",\n    \"tasks:read\",\n    # Ours.\n    \"reports:read\",\n]\n"
        );
        assert_eq!(merged.keys, [""; 0]);
        assert_eq!(
            merged_as(base, yours, wanted, false).keys,
            ["editor.permissions"]
        );
    }

    #[test]
    fn what_palisade_takes_out_of_a_set_goes() {
        let merged = merged_as(
            "a = [\"x\", \"y\", \"z\"]\n",
            "a = [\"x\", \"y\", \"z\", \"mine\"]\n",
            "a = [\"x\", \"new\", \"z\"]\n",
            true,
        );
        assert_eq!(merged.text, "a = [\"x\", \"new\", \"z\", \"mine\"]\n");
        assert_eq!(merged.keys, [""; 0]);
    }

    #[test]
    fn tables_of_an_array_are_told_by_their_names() {
        let base = "[[version]]\nname = \"v1\"\nstate = \"current\"\n";
        let yours = "[[version]]\nname = \"v1\"\nstate = \"deprecated\"\n";
        let wanted = "[[version]]\nname = \"v1\"\nstate = \"current\"\n\n\
                      [[version]]\nname = \"v2\"\nstate = \"current\"\n";
        let merged = merged(base, yours, wanted);
        assert_eq!(
            merged.text,
            "[[version]]\nname = \"v1\"\nstate = \"deprecated\"\n\n\
             [[version]]\nname = \"v2\"\nstate = \"current\"\n"
        );
        assert_eq!(merged.keys, [""; 0]);
    }

    #[test]
    fn tables_that_both_add_at_one_place_stand_beside_each_other() {
        let yours = BASE.replace("[admin]", "[mine]\nx = 1\n\n[admin]");
        let wanted = BASE.replace(
            "[admin]",
            "# New.\n[quotas]\nread = 6\n\n[quotas.more]\na = 1\n\n[admin]",
        );
        let both = "# New.\n[quotas]\nread = 6\n\n[quotas.more]\na = 1\n\n[mine]\nx = 1\n\n[admin]";
        let merged = merged(BASE, &yours, &wanted);
        assert_eq!(merged.text, BASE.replace("[admin]", both));
    }

    #[test]
    fn a_dispute_is_told_even_where_lines_have_none() {
        let merged = merged(
            "a = 1\nb = 2\nc = 3\n",
            "b = 2\nc = 3\na = 9\n",
            "b = 2\nc = 3\n",
        );
        assert_eq!(
            merged.text,
            "b = 2\nc = 3\n# palisade 0.2.0 has no `a`\na = 9\n"
        );
        assert_eq!(merged.keys, ["a"]);
    }

    #[test]
    fn both_may_add_the_same_key_at_different_places() {
        let base = "a = 1\n\n[x]\nb = 2\n\n[y]\nc = 3\n";
        let yours = "a = 1\n\n[x]\nidle = 5\nb = 2\n\n[y]\nc = 3\n";
        let wanted = "a = 1\n\n[x]\nb = 2\nidle = 6\n\n[y]\nc = 4\n";
        let merged = merged(base, yours, wanted);
        assert_eq!(
            merged.text,
            "a = 1\n\n[x]\n# palisade 0.2.0 has: idle = 6\nidle = 5\nb = 2\n\n[y]\nc = 4\n"
        );
    }

    #[test]
    fn a_file_that_both_sides_begin_has_the_keys_of_both() {
        let merged = merged(
            "",
            "[a]\nmine = 1\nboth = 1\n",
            "# All.\n[a]\nboth = 2\nnew = 3\n",
        );
        assert_eq!(
            merged.text,
            "[a]\nmine = 1\n# palisade 0.2.0 has: both = 2\nboth = 1\nnew = 3\n"
        );
    }
}
