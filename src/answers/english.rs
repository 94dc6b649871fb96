//! Singular and plural of an English word.
//!
//! The rules are those of the `pluralize` library (MIT), at its commit 36f03cd, for words of `a` to
//! `z` and digits. There they are regular expressions, which take longer to compile than a whole
//! service takes to render.

/// Returns the plural of a word, or the word if it is one.
pub(super) fn plural(word: &str) -> String {
    let known = IRREGULAR.iter().rev();
    form(word, known.copied(), PLURAL)
}

/// Returns the singular of a word, or the word if it is one.
pub(super) fn singular(word: &str) -> String {
    let known = IRREGULAR.iter().rev();
    form(word, known.map(|&(one, many)| (many, one)), SINGULAR)
}

fn form<'a>(
    word: &str,
    mut irregular: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    rules: &[Rule],
) -> String {
    if irregular.clone().any(|(_, to)| to == word) {
        return word.to_owned();
    }
    if let Some((_, to)) = irregular.find(|(from, _)| *from == word) {
        return to.to_owned();
    }
    let uncountable = UNCOUNTABLE.split_whitespace().any(|known| known == word)
        || UNCOUNTABLE_STEMS
            .split('|')
            .any(|stem| before(word, stem).is_some());
    let changed = || rules.iter().rev().find_map(|rule| rule.apply(word));
    match uncountable {
        true => word.to_owned(),
        false => changed().unwrap_or_else(|| word.to_owned()),
    }
}

/// The stems that a rule is for, what a word may have after one, and what stands there then.
///
/// Alternatives stand between bars, and one may be empty. In a stem `[ab]` is one of these
/// letters, `[^ab]` one that is none of these, and `^` the word's beginning.
struct Rule(&'static str, &'static str, &'static str);

impl Rule {
    fn apply(&self, word: &str) -> Option<String> {
        let Self(stems, endings, replacement) = self;
        let rests = endings
            .split('|')
            .filter_map(|ending| word.strip_suffix(ending));
        let matches = rests.flat_map(|rest| {
            let starts = stems.split('|').filter_map(|stem| before(rest, stem));
            starts.map(move |start| (start.len(), rest))
        });
        // What begins first, as with a regular expression.
        let (_, rest) = matches.min_by_key(|(start, _)| *start)?;
        Some(format!("{rest}{replacement}"))
    }
}

/// Returns what stands before a stem at the end of a word.
fn before<'a>(word: &'a str, stem: &str) -> Option<&'a str> {
    let (mut word, mut stem) = (word.chars(), stem.chars());
    while let Some(last) = stem.next_back() {
        if last == '^' {
            return word.as_str().is_empty().then_some("");
        }
        let letter = word.next_back()?;
        let fits = match (last, stem.as_str().rsplit_once('[')) {
            (']', Some((rest, class))) => {
                stem = rest.chars();
                match class.strip_prefix('^') {
                    Some(others) => !others.contains(letter),
                    None => class.contains(letter),
                }
            }
            _ => letter == last,
        };
        if !fits {
            return None;
        }
    }
    Some(word.as_str())
}

/// The last that fits holds.
const PLURAL: &[Rule] = &[
    Rule("", "s|", "s"),
    Rule("[^aeiou]ese", "", ""),
    Rule("ax|test", "is", "es"),
    Rule("alias|[^aou]us|t[lm]as|gas|ris", "", "es"),
    Rule("e[mn]u", "s|", "s"),
    Rule("[^l]ias|[aeiou]las|[ejzr]as|[iu]am", "", ""),
    Rule(
        "alumn|syllab|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat",
        "us|i",
        "i",
    ),
    Rule("alumn|alg|vertebr", "a|ae", "ae"),
    Rule("seraph|cherub", "im|", "im"),
    Rule("her|at|gr", "o", "oes"),
    Rule(
        "agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|automat|quor",
        "a|um",
        "a",
    ),
    Rule(
        "apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat",
        "a|on",
        "a",
    ),
    Rule("", "sis", "ses"),
    Rule("kni|wi|li", "fe", "ves"),
    Rule("ar|l|ea|eo|oa|hoo", "f", "ves"),
    Rule("[^aeiouy]|qu", "y", "ies"),
    Rule("[^ch][ieo][ln]", "ey", "ies"),
    Rule("x|ch|ss|sh|zz", "", "es"),
    Rule("matr|cod|mur|sil|vert|ind|append", "ix|ex", "ices"),
    Rule("^titm|^m|^l", "ice|ouse", "ice"),
    Rule("pe", "rson|ople", "ople"),
    Rule("child", "ren|", "ren"),
    Rule("eaux", "", ""),
    Rule("", "man|men", "men"),
    Rule("^", "thou", "you"),
];

/// The last that fits holds.
const SINGULAR: &[Rule] = &[
    Rule("", "s", ""),
    Rule("ss", "", ""),
    Rule(
        "wi|kni|afterli|halfli|highli|lowli|midli|nonli|nightli|^li",
        "ves",
        "fe",
    ),
    Rule("ar|wol|[ae]l|[eo][ao]", "ves", "f"),
    Rule("", "ies", "y"),
    Rule(
        "dg|ss|ois|lk|ok|wn|mb|th|ch|ec|oal|is|ck|ix|sser|ts|wb",
        "ies",
        "ie",
    ),
    Rule(
        "^l|^neckt|^crosst|^hogt|^aunt|^t|^coll|^faer|^food|^gen|^goon|^group|^hipp|^junk|^vegg|^porkp|^p|^charl|^calor|^cut",
        "ies",
        "ie",
    ),
    Rule("^mon|^smil", "ies", "ey"),
    Rule("^titm|^m|^l", "ice", "ouse"),
    Rule("seraph|cherub", "im", ""),
    Rule(
        "x|ch|ss|sh|zz|tto|go|cho|alias|[^aou]us|t[lm]as|gas|hero|ato|gro|[aeiou]ris",
        "es|",
        "",
    ),
    Rule(
        "analy|diagno|parenthe|progno|synop|the|empha|cri|ne",
        "sis|ses",
        "sis",
    ),
    Rule("movie|twelve|abuse|e[mn]u", "s", ""),
    Rule("test", "is|es", "is"),
    Rule(
        "alumn|syllab|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat",
        "us|i",
        "us",
    ),
    Rule(
        "agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|quor",
        "a",
        "um",
    ),
    Rule(
        "apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat",
        "a",
        "on",
    ),
    Rule("alumn|alg|vertebr", "ae", "a"),
    Rule("cod|mur|sil|vert|ind", "ices", "ex"),
    Rule("matr|append", "ices", "ix"),
    Rule("pe", "rson|ople", "rson"),
    Rule("child", "ren", ""),
    Rule("eau", "x|", ""),
    Rule("", "men", "man"),
];

/// Words of no rule, and their plurals; of two with one plural, the later is its singular.
const IRREGULAR: &[(&str, &str)] = &[
    ("i", "we"),
    ("me", "us"),
    ("he", "they"),
    ("she", "they"),
    ("them", "them"),
    ("myself", "ourselves"),
    ("yourself", "yourselves"),
    ("itself", "themselves"),
    ("herself", "themselves"),
    ("himself", "themselves"),
    ("themself", "themselves"),
    ("is", "are"),
    ("was", "were"),
    ("has", "have"),
    ("this", "these"),
    ("that", "those"),
    ("my", "our"),
    ("its", "their"),
    ("his", "their"),
    ("her", "their"),
    ("echo", "echoes"),
    ("dingo", "dingoes"),
    ("volcano", "volcanoes"),
    ("tornado", "tornadoes"),
    ("torpedo", "torpedoes"),
    ("genus", "genera"),
    ("viscus", "viscera"),
    ("stigma", "stigmata"),
    ("stoma", "stomata"),
    ("dogma", "dogmata"),
    ("lemma", "lemmata"),
    ("schema", "schemata"),
    ("anathema", "anathemata"),
    ("ox", "oxen"),
    ("axe", "axes"),
    ("die", "dice"),
    ("yes", "yeses"),
    ("foot", "feet"),
    ("eave", "eaves"),
    ("goose", "geese"),
    ("tooth", "teeth"),
    ("quiz", "quizzes"),
    ("human", "humans"),
    ("proof", "proofs"),
    ("carve", "carves"),
    ("valve", "valves"),
    ("looey", "looies"),
    ("thief", "thieves"),
    ("groove", "grooves"),
    ("pickaxe", "pickaxes"),
    ("passerby", "passersby"),
    ("canvas", "canvases"),
];

/// Words without a plural of their own.
const UNCOUNTABLE: &str = "
    adulthood advice agenda aid aircraft alcohol ammo analytics anime athletics audio
    bison blood bream buffalo butter carp cash chassis chess clothing cod commerce
    cooperation corps debris diabetes digestion elk energy equipment excretion expertise
    firmware flounder fun gallows garbage graffiti hardware headquarters health herpes
    highjinks homework housework information jeans justice kudos labour literature
    machinery mackerel mail media mews moose music mud manga news only personnel pike
    plankton pliers police pollution premises rain research rice salmon scissors series
    sewage shambles shrimp software staff swine tennis traffic transportation trout tuna
    wealth welfare whiting wildebeest wildlife you
";

/// What such words also end in.
const UNCOUNTABLE_STEMS: &str = "pokemon|[^aeiou]ese|deer|fish|measles|o[iu]s|pox|sheep";

#[cfg(test)]
mod tests {
    use super::{plural, singular};

    /// One word a rule, and the exceptions that stand before it.
    const PAIRS: &[(&str, &str)] = &[
        ("account", "accounts"),
        ("alias", "aliases"),
        ("alumnus", "alumni"),
        ("analysis", "analyses"),
        ("appendix", "appendices"),
        ("atlas", "atlases"),
        ("boy", "boys"),
        ("child", "children"),
        ("company", "companies"),
        ("cookie", "cookies"),
        ("criterion", "criteria"),
        ("datum", "data"),
        ("half", "halves"),
        ("hero", "heroes"),
        ("index", "indices"),
        ("knife", "knives"),
        ("lie", "lies"),
        ("loss", "losses"),
        ("menu", "menus"),
        ("mouse", "mice"),
        ("movie", "movies"),
        ("person", "people"),
        ("plateau", "plateaus"),
        ("query", "queries"),
        ("quiz", "quizzes"),
        ("schema", "schemata"),
        ("seraph", "seraphim"),
        ("status", "statuses"),
        ("tax", "taxes"),
        ("test", "tests"),
        ("twelve", "twelves"),
        ("valley", "valleys"),
        ("vertebra", "vertebrae"),
        ("wolf", "wolves"),
        ("woman", "women"),
    ];

    #[test]
    fn a_word_has_its_english_forms() {
        for (one, many) in PAIRS {
            assert_eq!(plural(one), *many);
            assert_eq!(plural(many), *many);
            assert_eq!(singular(one), *one);
            assert_eq!(singular(many), *one);
        }
    }

    #[test]
    fn a_word_without_a_plural_keeps_its_form() {
        for word in ["equipment", "chinese", "goldfish", "news", "reindeer"] {
            assert_eq!((plural(word), singular(word)), (word.into(), word.into()));
        }
    }

    #[test]
    fn a_stem_at_the_beginning_is_no_other_words_end() {
        assert_eq!(singular("ties"), "tie");
        assert_eq!(singular("cities"), "city");
        assert_eq!(plural("mouse"), "mice");
        assert_eq!(plural("blouse"), "blouses");
    }
}
