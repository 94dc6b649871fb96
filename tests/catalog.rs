//! The templates as they are shipped, and every fault that a manifest can have.

use palisade::answers::{Answers, Date, Draft, Key, Rest, Source as From};
use palisade::catalog::{Catalog, CatalogError, Fault, Requirements, Source};
use palisade::render::check;

/// Answers in which no list is empty: every type, a role, several of each.
fn sample(catalog: &Catalog) -> Answers {
    let questions = catalog.questions();
    let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
    let fields = "state:enum:draft,sent:write=admin title:string body:text count:int \
                  price:decimal:0..10 done:bool reference:uuid due:date seen:datetime \
                  contact:email home:url tags:list:string parent:ref:note:optional";
    for (key, text) in [
        (Key::Name, "notes-api"),
        (Key::Resource, "note"),
        (Key::Fields, fields),
    ] {
        draft
            .offer_text(From::Flag, &key, text, &questions)
            .expect("a good answer");
    }
    draft
        .finish(&questions, Rest::Defaults)
        .expect("defaults for the rest")
}

fn source() -> Source {
    Source::default()
        .with("crates.toml", "resolved = 2026-11-24\n")
        .with("base/piece.toml", "title = \"Base\"\nsummary = \"All\"\n[package]\nedition = \"2024\"\nrust-version = \"1.95\"\n")
        .with("base/files/src/main.rs.tera", "// {{ service.name }}\n")
        .with("ci/choice.toml", "title = \"CI\"\ndefault = [\"github\"]\npick = \"one\"\norder = 1\n")
        .with("ci/github/piece.toml", "title = \"GitHub\"\nsummary = \"Workflows\"\n")
        .with("ci/none/piece.toml", "title = \"None\"\nsummary = \"Nothing\"\n")
        .with("gate/choice.toml", "title = \"Gate\"\ndefault = [\"none\"]\npick = \"one\"\norder = 2\n")
        .with("gate/none/piece.toml", "title = \"None\"\nsummary = \"Nothing\"\n")
        .with("gate/envoy/piece.toml", "title = \"Envoy\"\nsummary = \"A gateway\"\n")
        .with("field/choice.toml", "title = \"Types\"\npick = \"many\"\norder = 3\nanswered-by = \"fields\"\n")
        .with("field/list/piece.toml", "title = \"List\"\nsummary = \"Lists\"\n")
}

fn fault(source: &Source) -> CatalogError {
    Catalog::read(source).expect_err("a fault was seeded")
}

/// The message, and what is marked in the manifest.
fn shown(error: &CatalogError) -> (String, Option<String>) {
    use miette::Diagnostic as _;
    let label = error.labels().and_then(|mut labels| labels.next());
    let mark = label.and_then(|label| {
        let text = error.source_code()?.read_span(label.inner(), 0, 0).ok()?;
        Some(String::from_utf8_lossy(text.data()).trim_end().to_owned())
    });
    (error.to_string(), mark)
}

fn expect(source: Source, message: &str, mark: Option<&str>) {
    let (found, at) = shown(&fault(&source));
    assert_eq!((found.as_str(), at.as_deref()), (message, mark));
}

const GITHUB: &str = "title = \"GitHub\"\nsummary = \"Workflows\"\n";

#[test]
fn the_shipped_templates_have_no_fault() {
    let catalog =
        Catalog::embedded().unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
    let faults = check(&catalog, &sample(&catalog)).expect("no list is empty in the sample");
    if let Some(fault) = faults.into_iter().next() {
        panic!("{:?}", miette::Report::new(fault));
    }
    let requirements = Requirements::embedded().expect("the table is as its type");
    assert_eq!(requirements.ids().count(), 150);
}

#[test]
fn each_scheme_says_where_a_request_names_its_version() {
    let catalog = Catalog::embedded().expect("another test holds that it can be read");
    let choices = catalog.choices.values();
    let mut schemes = choices.filter(|choice| choice.id.as_str() == "versioning");
    let schemes = schemes.next().expect("there is such a choice");
    for piece in schemes.options.values() {
        assert!(piece.naming.is_some(), "{}", piece.id);
    }
}

#[test]
fn the_seed_of_the_faults_below_has_none() {
    let catalog = Catalog::read(&source()).expect("no fault");
    assert_eq!(catalog.pieces().count(), 6);
}

#[test]
fn an_unknown_key_is_shown_at_its_place() {
    expect(
        source().with(
            "ci/github/piece.toml",
            "title = \"GitHub\"\nsummery = \"x\"\n",
        ),
        "ci/github/piece.toml: unknown field `summery`, expected one of `title`, `summary`, \
         `practices`, `requires`, `conflicts`, `duties`, `declares`, `crates`, `dev-crates`, `files`, `method`, \
         `naming`, `settings`, `events`, `threats`, `proved`, `package`",
        Some("summery"),
    );
    expect(
        source().with(
            "ci/choice.toml",
            "title = \"CI\"\npick = \"some\"\norder = 1\n",
        ),
        "ci/choice.toml: unknown variant `some`, expected `one` or `many`",
        Some("\"some\""),
    );
    let crates = format!("{GITHUB}[crates.serde]\nversion = \"1\"\nfeature = []\n");
    expect(
        source().with("ci/github/piece.toml", &crates),
        "ci/github/piece.toml: unknown field `feature`, expected one of `version`, `features`, \
         `default-features`, `why`",
        Some("feature"),
    );
}

#[test]
fn a_missing_manifest_and_a_stray_file_are_named() {
    expect(
        source()
            .without("ci/github/piece.toml")
            .with("ci/github/files/a", ""),
        "ci/github/piece.toml: the manifest is missing",
        None,
    );
    expect(
        source().without("ci/choice.toml"),
        "ci/choice.toml: the manifest is missing",
        None,
    );
    expect(
        source().without("crates.toml"),
        "crates.toml: the manifest is missing",
        None,
    );
    expect(
        source().with("crates.toml", "resolved = 12:00:00\n"),
        "crates.toml: `12:00:00` is not a date",
        None,
    );
    for path in ["ci/github/a.rs", "ci/a.rs", "README.md", "base/a.rs"] {
        expect(
            source().with(path, ""),
            &format!("{path}: no piece owns this file"),
            None,
        );
    }
}

#[test]
fn a_name_that_no_piece_has_is_shown_at_its_place() {
    let requires = |id: &str| format!("{GITHUB}requires = [\"{id}\"]\n");
    expect(
        source().with("ci/github/piece.toml", requires("gate/nginx")),
        "ci/github/piece.toml: there is no piece called `gate/nginx`",
        Some("\"gate/nginx\""),
    );
    expect(
        source().with(
            "ci/choice.toml",
            "title = \"CI\"\npick = \"one\"\norder = 1\ndefault = [\"gitlab\"]\n",
        ),
        "ci/choice.toml: ci has no option called `gitlab`",
        Some("\"gitlab\""),
    );
    expect(
        source().with(
            "ci/choice.toml",
            "title = \"CI\"\npick = \"one\"\norder = 1\ndefault = [\"github\", \"none\"]\n",
        ),
        "ci/choice.toml: ci takes one option, and its default has several",
        Some("\"none\""),
    );
    expect(
        source().with(
            "ci/choice.toml",
            "title = \"CI\"\npick = \"one\"\norder = 1\n",
        ),
        "ci/choice.toml: ci has several options and no default",
        None,
    );
    expect(
        source().with(
            "field/json/piece.toml",
            "title = \"JSON\"\nsummary = \"JSON\"\n",
        ),
        "field/json/piece.toml: no field has a type called `json`",
        None,
    );
}

#[test]
fn an_id_is_words_joined_by_hyphens() {
    let requires = format!("{GITHUB}requires = [\"gate\"]\n");
    let error = fault(&source().with("ci/github/piece.toml", requires));
    assert!(matches!(error.fault(), Fault::BadId(_)), "{error}");
    let default = "title = \"CI\"\npick = \"one\"\norder = 1\ndefault = [\"Git Hub\"]\n";
    let error = fault(&source().with("ci/choice.toml", default));
    assert!(matches!(error.fault(), Fault::BadId(_)), "{error}");
    let error = fault(&source().with("CI/choice.toml", ""));
    assert!(matches!(error.fault(), Fault::BadId(_)), "{error}");
}

#[test]
fn manifests_and_templates_are_text() {
    for file in [
        "ci/github/piece.toml",
        "ci/choice.toml",
        "ci/github/files/a.tera",
    ] {
        let message = format!("{file}: the file is not UTF-8");
        expect(source().with(file, *b"\xff"), &message, None);
    }
    let copied = source().with("ci/github/files/logo.png", *b"\xff");
    assert!(
        Catalog::read(&copied).is_ok(),
        "what is copied may be anything"
    );
}

#[test]
fn a_cyclic_requirement_is_shown_in_full() {
    expect(
        source()
            .with(
                "ci/github/piece.toml",
                format!("{GITHUB}requires = [\"gate/envoy\"]\n"),
            )
            .with(
                "gate/envoy/piece.toml",
                format!("{GITHUB}requires = [\"ci/github\"]\n"),
            ),
        "gate/envoy/piece.toml: the pieces require each other: ci/github -> gate/envoy -> ci/github",
        Some("\"ci/github\""),
    );
}

#[test]
fn an_option_that_no_answers_reach_is_a_fault() {
    expect(
        source().with(
            "ci/github/piece.toml",
            format!("{GITHUB}requires = [\"ci/none\"]\n"),
        ),
        "ci/github/piece.toml: no answers reach ci/github: ci/github and ci/none answer one choice",
        Some("\"ci/none\""),
    );
    expect(
        source().with(
            "ci/github/piece.toml",
            format!("{GITHUB}requires = [\"gate/envoy\"]\nconflicts = [\"gate/envoy\"]\n"),
        ),
        "ci/github/piece.toml: no answers reach ci/github: ci/github conflicts with gate/envoy",
        Some("\"gate/envoy\""),
    );
    expect(
        source().with(
            "ci/github/piece.toml",
            format!("{GITHUB}conflicts = [\"gate/envoy\", \"gate/none\"]\n"),
        ),
        "ci/github/piece.toml: no answers reach ci/github: no option of gate goes with it",
        Some("\"gate/envoy\""),
    );
}

#[test]
fn a_file_has_one_owner_unless_its_owners_never_meet() {
    expect(
        source().with("ci/github/files/src/main.rs", "// mine\n"),
        "ci/github/files/src/main.rs: base and ci/github both own `src/main.rs`, and one service \
         can have both",
        None,
    );
    let apart = source()
        .with("ci/github/files/a.yml", "")
        .with("ci/none/files/a.yml", "");
    assert!(
        Catalog::read(&apart).is_ok(),
        "alternatives may own one path"
    );
    let meeting = source()
        .with("ci/github/files/a.yml", "")
        .with("gate/envoy/files/a.yml", "");
    expect(
        meeting.clone(),
        "gate/envoy/files/a.yml: ci/github and gate/envoy both own `a.yml`, and one service can \
         have both",
        None,
    );
    let conflicting = format!("{GITHUB}conflicts = [\"gate/envoy\"]\n");
    assert!(Catalog::read(&meeting.with("ci/github/piece.toml", &conflicting)).is_ok());
}

#[test]
fn a_pattern_matches_some_file_and_a_file_has_one_class() {
    let files = |rules: &str| {
        source()
            .with(
                "ci/github/piece.toml",
                format!("{GITHUB}[files]\n{rules}\n"),
            )
            .with("ci/github/files/deploy/run", "")
    };
    expect(
        files("executable = [\"deploy/start\"]"),
        "ci/github/piece.toml: no file of the piece matches `deploy/start`",
        Some("\"deploy/start\""),
    );
    expect(
        files("seeded = [\"deploy/[\"]"),
        "ci/github/piece.toml: `deploy/[` is not a pattern for paths",
        Some("\"deploy/[\""),
    );
    expect(
        files("seeded = [\"deploy/*\"]\nderived = [\"deploy/run\"]"),
        "ci/github/piece.toml: `deploy/run` is both seeded and derived",
        Some("\"deploy/run\""),
    );
    let catalog = Catalog::read(&files("executable = [\"deploy/*\"]")).expect("no fault");
    let runs = catalog
        .pieces()
        .flat_map(|piece| &piece.files)
        .filter(|file| file.executable);
    assert_eq!(runs.count(), 1);
}

#[test]
fn no_piece_owns_what_palisade_writes_or_cargo_would_drop() {
    for (file, path) in [
        ("Cargo.toml.tera", "Cargo.toml"),
        ("Cargo.lock", "Cargo.lock"),
        ("palisade.toml", "palisade.toml"),
        (".palisade/a", ".palisade/a"),
        (".git/hooks/post-commit", ".git/hooks/post-commit"),
        ("../a", "../a"),
        (".gitignore", ".gitignore"),
    ] {
        expect(
            source().with(&format!("ci/github/files/{file}"), ""),
            &format!("ci/github/files/{file}: `{path}` cannot be a path in a service"),
            None,
        );
    }
}

#[test]
fn pieces_ask_for_one_version_of_a_crate() {
    let asks = |version: &str| format!("{GITHUB}[crates.serde]\nversion = \"{version}\"\n");
    expect(
        source()
            .with("ci/github/piece.toml", asks("1"))
            .with("gate/envoy/piece.toml", asks("1.0")),
        "gate/envoy/piece.toml: ci/github and gate/envoy ask for different versions of the crate \
         `serde`",
        None,
    );
}

#[test]
fn only_base_has_the_head_of_the_manifest() {
    let package = format!("{GITHUB}[package]\nedition = \"2024\"\nrust-version = \"1.95\"\n");
    expect(
        source().with("ci/github/piece.toml", &package),
        "ci/github/piece.toml: only base has this table",
        Some("[package]"),
    );
}

#[test]
fn a_template_name_that_its_context_lacks_is_a_fault() {
    for (file, text, message) in [
        (
            "a.rs",
            "// {{ service.nmae }}\n",
            "its context has no `service.nmae`",
        ),
        (
            "a.rs",
            "//\n{% if chosen.ci.gitlab %}{% endif %}\n",
            "its context has no `chosen.ci.gitlab`",
        ),
        (
            "a.rs",
            "// {{ resource.plural }}\n",
            "its context has no `resource.plural`",
        ),
        (
            "a.rs",
            "// {{ version.module }}\n",
            "its context has no `version.module`",
        ),
        (
            "__resource__.rs",
            "// {{ version.module }}\n",
            "its context has no `version.module`",
        ),
        (
            "__version__.rs",
            "// {{ resource.plural }}\n",
            "its context has no `resource.plural`",
        ),
    ] {
        let path = format!("base/files/{file}.tera");
        let catalog = Catalog::read(&source().with(&path, text)).expect("the manifests are good");
        let faults = check(&catalog, &sample(&catalog)).expect("the sample is full");
        let messages: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(messages, [format!("{path}: {message}")]);
    }
    for (file, text) in [
        (
            "__version__/__resource__.rs",
            "// {{ resource.plural }} {{ version.module }}\n",
        ),
        (
            "__singular__.rs",
            "// {% for f in resource.fields %}{{ f.kind.rust }}{% endfor %}\n",
        ),
        (
            "a.rs",
            "// {% for r in resources %}{% for f in r.fields %}{{ f.name }}{% endfor %}{% endfor %}\n",
        ),
    ] {
        let path = format!("base/files/{file}.tera");
        let catalog = Catalog::read(&source().with(&path, text)).expect("the manifests are good");
        assert!(
            check(&catalog, &sample(&catalog))
                .expect("the sample is full")
                .is_empty(),
            "{file}"
        );
    }
}

#[test]
fn a_rename_leads_from_a_path_of_the_past_to_a_file() {
    let renames = |table: &str| {
        let manifest = format!("{GITHUB}[files]\nrenames = {{ {table} }}\n");
        source()
            .with("ci/github/piece.toml", &manifest)
            .with("ci/github/files/new.yml", "a: 1\n")
            .with("ci/github/files/other.yml", "a: 1\n")
    };
    let catalog = Catalog::read(&renames("\"a.yml\" = \"new.yml\", \"b.yml\" = \"new.yml\""));
    let catalog = catalog.expect("former paths of a file");
    let files = catalog.pieces().flat_map(|piece| &piece.files);
    let was: Vec<_> = files
        .map(|file| (file.path.as_str(), file.was.as_slice()))
        .collect();
    let both = ["a.yml".to_owned(), "b.yml".to_owned()];
    assert!(was.contains(&("new.yml", &both[..])), "{was:?}");
    expect(
        renames("\"a.yml\" = \"gone.yml\""),
        "ci/github/piece.toml: no file of the piece matches `gone.yml`",
        Some("\"gone.yml\""),
    );
    for old in ["other.yml", "../a.yml", "__resource__.yml"] {
        expect(
            renames(&format!("\"{old}\" = \"new.yml\"")),
            &format!("ci/github/piece.toml: `{old}` cannot be a former path of `new.yml`"),
            Some("\"new.yml\""),
        );
    }
}
