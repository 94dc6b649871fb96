//! Words that a name cannot be, and who claims them.

use std::fmt;

/// Who claims a word that was given as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// A keyword of some Rust edition, strict or reserved.
    Rust,
    /// A crate that the compiler brings along.
    RustCrate,
    /// A folder that cargo makes below `target/`.
    CargoFolder,
    /// A device file of Windows, which no folder there can be called.
    WindowsDevice,
    /// The beginning of SQLite's own tables.
    SqlitePrefix,
    /// A word that SQLite or PostgreSQL takes only in quotes.
    Sql,
    /// A column that the service fills by itself.
    Server,
    /// A type or module of the written service.
    Service,
    /// A crate that the written service depends on.
    Dependency,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "a keyword of Rust",
            Self::RustCrate => "a crate that comes with Rust",
            Self::CargoFolder => "a folder that cargo keeps below `target`",
            Self::WindowsDevice => "a device name on Windows",
            Self::SqlitePrefix => "a prefix that SQLite keeps for its own tables",
            Self::Sql => "a word of SQL, which every query would have to quote",
            Self::Server => "set by the service, never by a client",
            Self::Service => "a type or module that the service has already",
            Self::Dependency => "a crate that the service depends on",
        })
    }
}

/// Keywords of all editions (Rust reference, "Keywords"), `gen` and `union` included.
const RUST: &str = "\
    abstract as async await become box break const continue crate do dyn else enum extern false \
    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
    self static struct super trait true try type typeof union unsafe unsized use virtual where \
    while yield";

const RUST_CRATES: &str = "alloc core proc_macro std test";

const CARGO_FOLDERS: &str = "build deps examples incremental";

const WINDOWS_DEVICES: &str = "\
    aux com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 con lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 \
    lpt7 lpt8 lpt9 nul prn";

/// What SQLite refuses as a bare column (tried on 3.40) or PostgreSQL lists as
/// reserved (its manual, appendix C), and SQLite's names for its row number.
const SQL: &str = "\
    add all alter analyse analyze and any array as asc asymmetric authorization autoincrement \
    between binary both case cast check collate collation column commit concurrently constraint \
    create cross current_catalog current_date current_role current_schema current_time \
    current_timestamp current_user default deferrable delete desc distinct do drop else end \
    escape except exists false fetch for foreign freeze from full grant group having ilike in \
    index initially inner insert intersect into is isnull join lateral leading left like limit \
    localtime localtimestamp natural not nothing notnull null offset oid on only or order outer \
    overlaps placing primary raise references returning right rowid select session_user set \
    similar some symmetric system_user table tablesample then to trailing transaction true \
    unique update user using values variadic verbose when where window with";

/// Columns that every resource has of itself.
const SERVER: &str = "created_at id owner role tenant updated_at version";

/// The service's own tables, and modules whose plural would be taken for something else.
const SERVICE: &str =
    "api_key audit audit_head audit_log database key route sample schema security store";

/// Names of the prelude that a field's type would shadow in the file where it is defined.
const PRELUDE: &str = "option result some string vec";

/// Returns who claims `word` against a crate, if anyone does.
pub(crate) fn claim_on_crate(word: &str) -> Option<Claim> {
    let module = word.replace('-', "_");
    claim(
        &module,
        &[
            (Claim::Rust, RUST),
            (Claim::RustCrate, RUST_CRATES),
            (Claim::CargoFolder, CARGO_FOLDERS),
            (Claim::WindowsDevice, WINDOWS_DEVICES),
        ],
    )
}

/// Returns who claims `word` against a resource, if anyone does.
pub(crate) fn claim_on_resource(word: &str) -> Option<Claim> {
    claim(
        word,
        &[
            (Claim::Rust, RUST),
            (Claim::RustCrate, RUST_CRATES),
            (Claim::WindowsDevice, WINDOWS_DEVICES),
            (Claim::Service, SERVICE),
        ],
    )
}

/// Returns who claims `word` against a table, if anyone does.
pub(crate) fn claim_on_table(word: &str) -> Option<Claim> {
    claim(
        word,
        &[
            (Claim::Rust, RUST),
            (Claim::RustCrate, RUST_CRATES),
            (Claim::Sql, SQL),
        ],
    )
}

/// Returns who claims `word` against a field, if anyone does.
pub(crate) fn claim_on_field(word: &str) -> Option<Claim> {
    claim(
        word,
        &[
            (Claim::Server, SERVER),
            (Claim::Rust, RUST),
            (Claim::Sql, SQL),
            (Claim::Service, PRELUDE),
        ],
    )
}

fn claim(word: &str, lists: &[(Claim, &str)]) -> Option<Claim> {
    lists
        .iter()
        .find(|(_, words)| words.split(' ').any(|claimed| claimed == word))
        .map(|(claim, _)| *claim)
}

#[cfg(test)]
mod tests {
    use super::{Claim, claim_on_crate, claim_on_field, claim_on_resource, claim_on_table};

    #[test]
    fn each_kind_of_name_has_its_own_claims() {
        assert_eq!(claim_on_crate("proc-macro"), Some(Claim::RustCrate));
        assert_eq!(claim_on_crate("gen"), Some(Claim::Rust));
        assert_eq!(claim_on_crate("order"), None);
        assert_eq!(claim_on_resource("key"), Some(Claim::Service));
        assert_eq!(claim_on_resource("order"), None);
        assert_eq!(claim_on_table("values"), Some(Claim::Sql));
        assert_eq!(claim_on_field("owner"), Some(Claim::Server));
        assert_eq!(claim_on_field("order"), Some(Claim::Sql));
        assert_eq!(claim_on_field("type"), Some(Claim::Rust));
        assert_eq!(claim_on_field("string"), Some(Claim::Service));
        assert_eq!(claim_on_field("email"), None);
    }
}
