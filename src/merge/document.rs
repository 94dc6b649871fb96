//! The text of a TOML document, changed key by key.

use std::fmt;

use toml::Value as Plain;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Key, RawString, Table, TableLike, Value};

use super::markers::Labels;
use super::values::{Comments, Dispute, Step, by_name, dotted};

/// A parsed document that still has its text.
#[derive(Debug, Clone)]
pub(super) struct Document(DocumentMut);

impl Document {
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Changes what differs from values; what is new comes with the text that it has in `model`.
    ///
    /// Those comments that are the user's outlive their keys.
    pub(super) fn bring_to(&mut self, values: &toml::Table, model: &Self, mine: &Comments<'_>) {
        bring_table(
            self.0.as_table_mut(),
            values,
            Some(model.0.as_table()),
            mine,
        );
    }

    /// Writes a comment above a value that is in dispute.
    pub(super) fn comment(&mut self, dispute: &Dispute, labels: Labels<'_>) {
        comment(
            self.0.as_table_mut(),
            &dispute.path,
            dispute.wanted.as_ref(),
            labels,
        );
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn bring_table(
    table: &mut Table,
    values: &toml::Table,
    model: Option<&dyn TableLike>,
    mine: &Comments<'_>,
) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let mut before = None;
    for key in keys {
        if values.contains_key(&key) {
            before = table.get(&key).is_some_and(Item::is_value).then_some(key);
        } else if let Some((key, _)) = table.remove_entry(&key) {
            leave_comments(table, before.as_deref(), &key, mine);
        }
    }
    for (key, value) in values {
        let text = model.and_then(|model| model.get_key_value(key));
        match table.get_mut(key) {
            Some(item) => bring_item(item, value, text.map(|(_, item)| item), mine),
            None => insert(table, key, value, text, model),
        }
    }
}

/// Leaves the comments of a key that is gone, below the key before it or the table's head.
fn leave_comments(table: &mut Table, before: Option<&str>, gone: &Key, mine: &Comments<'_>) {
    let prefix = gone.leaf_decor().prefix().and_then(RawString::as_str);
    let lines = prefix.unwrap_or_default().lines().map(str::trim);
    let comments: Vec<&str> = lines.filter(|line| mine.contains_key(line)).collect();
    if comments.is_empty() {
        return;
    }
    let comments = comments.join(
        "
",
    );
    let decor = match before
        .and_then(|key| table.get_mut(key))
        .and_then(Item::as_value_mut)
    {
        Some(value) => value.decor_mut(),
        None => table.decor_mut(),
    };
    let suffix = decor
        .suffix()
        .and_then(RawString::as_str)
        .unwrap_or_default();
    decor.set_suffix(format!("{suffix}\n{comments}"));
}

fn bring_item(item: &mut Item, value: &Plain, model: Option<&Item>, mine: &Comments<'_>) {
    if plain(item).as_ref() == Some(value) {
        return;
    }
    match (&mut *item, value) {
        (Item::Table(table), Plain::Table(values)) => {
            bring_table(table, values, model.and_then(Item::as_table_like), mine);
        }
        (Item::Value(Value::InlineTable(table)), Plain::Table(values)) => {
            bring_inline(table, values);
        }
        (Item::Value(Value::Array(array)), Plain::Array(values)) if !array.is_empty() => {
            bring_array(array, values);
        }
        (Item::ArrayOfTables(_), Plain::Array(values)) if by_name(values).is_some() => {
            bring_tables(item, values, model, mine);
        }
        (Item::Value(old), _) => {
            let decor = old.decor().clone();
            let mut new = model_value(model, value).unwrap_or_else(|| made(value));
            *new.decor_mut() = decor;
            *old = new;
        }
        _ => *item = made_item(value, model),
    }
}

fn bring_inline(table: &mut InlineTable, values: &toml::Table) {
    table.retain(|key, _| values.contains_key(key));
    for (key, value) in values {
        match table.get_mut(key) {
            Some(found) if plain_value(found).as_ref() == Some(value) => {}
            Some(Value::Array(array)) if value.is_array() => {
                bring_array(array, value.as_array().map_or(&[], Vec::as_slice));
            }
            Some(found) => {
                let decor = found.decor().clone();
                *found = made(value);
                *found.decor_mut() = decor;
            }
            None => drop(table.insert(key, made(value))),
        }
    }
    table.fmt();
}

/// Changes an array element by element, so that those that stay keep their comments.
fn bring_array(array: &mut Array, values: &[Plain]) {
    let first = array.get(0).map(|value| value.decor().clone());
    let is_known = |value: &Value| plain_value(value).is_some_and(|plain| values.contains(&plain));
    array.retain(is_known);
    for (index, value) in values.iter().enumerate() {
        let standing = array.get(index).and_then(plain_value);
        if standing.as_ref() == Some(value) {
            continue;
        }
        let mut new = made(value);
        if let Some(prefix) = first.as_ref().and_then(|decor| decor.prefix()) {
            let prefix = prefix.as_str().unwrap_or_default();
            // In an array over several lines each element begins one.
            if let Some(line) = prefix.rfind('\n') {
                new.decor_mut().set_prefix(&prefix[line..]);
            } else if index > 0 {
                new.decor_mut().set_prefix(" ");
            }
        }
        array.insert_formatted(index, new);
    }
    let is_flat = |value: &Value| {
        let prefix = value.decor().prefix().and_then(RawString::as_str);
        !prefix.unwrap_or_default().contains('\n')
    };
    while array.len() > values.len() {
        array.remove(array.len() - 1);
    }
    if let Some(decor) = first {
        let flat = array.iter().all(is_flat);
        for (index, value) in array.iter_mut().enumerate().filter(|_| flat) {
            match index {
                0 => value
                    .decor_mut()
                    .set_prefix(decor.prefix().cloned().unwrap_or_default()),
                _ => value.decor_mut().set_prefix(" "),
            }
        }
    }
}

/// Changes an array of tables, each told by its name.
fn bring_tables(item: &mut Item, values: &[Plain], model: Option<&Item>, mine: &Comments<'_>) {
    let Item::ArrayOfTables(tables) = item else {
        return;
    };
    let name = |table: &Table| table.get("name").and_then(Item::as_str).map(str::to_owned);
    let wanted = |value: &Plain| value.get("name").and_then(Plain::as_str).map(str::to_owned);
    tables.retain(|table| values.iter().any(|value| wanted(value) == name(table)));
    for value in values {
        let Plain::Table(entries) = value else {
            continue;
        };
        let models = model.and_then(Item::as_array_of_tables);
        let text =
            models.and_then(|models| models.iter().find(|table| name(table) == wanted(value)));
        let standing = tables.iter().position(|table| name(table) == wanted(value));
        match standing.and_then(|index| tables.get_mut(index)) {
            Some(table) => bring_table(
                table,
                entries,
                text.map(|table| table as &dyn TableLike),
                mine,
            ),
            None => {
                let mut table = text.cloned().unwrap_or_default();
                bring_table(&mut table, entries, None, mine);
                afloat(&mut table);
                tables.push(table);
            }
        }
    }
}

/// Inserts a key behind the one that it follows in the model.
fn insert(
    table: &mut Table,
    key: &str,
    value: &Plain,
    text: Option<(&Key, &Item)>,
    model: Option<&dyn TableLike>,
) {
    let before: Vec<&str> = model
        .into_iter()
        .flat_map(|model| model.iter().map(|(key, _)| key))
        .take_while(|found| *found != key)
        .collect();
    let follows = before
        .iter()
        .rev()
        .find_map(|before| table.iter().position(|(key, _)| key == *before));
    let place = follows.map_or(0, |found| found + 1);
    let place = if model.is_some() { place } else { table.len() };
    let after: Vec<String> = table
        .iter()
        .skip(place)
        .map(|(key, _)| key.to_owned())
        .collect();
    let after: Vec<(Key, Item)> = after
        .iter()
        .filter_map(|key| table.remove_entry(key))
        .collect();
    let mut item = made_item(value, text.map(|(_, item)| item));
    if let Item::Table(table) = &mut item {
        afloat(table);
    }
    if let Item::ArrayOfTables(tables) = &mut item {
        tables.iter_mut().for_each(afloat);
    }
    match text {
        Some((key, _)) => drop(table.insert_formatted(key, item)),
        None => drop(table.insert(key, item)),
    }
    for (key, item) in after {
        table.insert_formatted(&key, item);
    }
}

/// Lets a table follow the one before it, wherever it stood in its own document.
fn afloat(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => afloat(table),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(afloat),
            Item::None | Item::Value(_) => {}
        }
    }
}

/// Writes a comment above the line on which a value stands.
fn comment(table: &mut Table, path: &[Step], wanted: Option<&Plain>, labels: Labels<'_>) {
    let Some((Step::Key(key), rest)) = path.split_first() else {
        return;
    };
    match (table.get_mut(key), rest) {
        (Some(Item::Table(table)), [_, ..]) if !table.is_dotted() => {
            return comment(table, rest, wanted, labels);
        }
        (Some(Item::ArrayOfTables(tables)), [Step::Named(name), rest @ ..]) => {
            let is_it = |table: &&mut Table| table.get("name").and_then(Item::as_str) == Some(name);
            let Some(table) = tables.iter_mut().find(is_it) else {
                return;
            };
            return match rest {
                [] => above(table.decor_mut(), &line(path, wanted, labels)),
                rest => comment(table, rest, wanted, labels),
            };
        }
        _ => {}
    }
    let line = line(path, wanted, labels);
    match table.get_mut(key) {
        Some(Item::Table(table)) if !table.is_dotted() => above(table.decor_mut(), &line),
        Some(Item::ArrayOfTables(tables)) => {
            if let Some(first) = tables.get_mut(0) {
                above(first.decor_mut(), &line);
            }
        }
        Some(Item::Table(dotted)) => {
            let first = dotted.iter().next().map(|(key, _)| key.to_owned());
            if let Some(mut key) = first.as_ref().and_then(|key| dotted.key_mut(key)) {
                above(key.leaf_decor_mut(), &line);
            }
        }
        Some(_) => {
            if let Some(mut key) = table.key_mut(key) {
                above(key.leaf_decor_mut(), &line);
            }
        }
        None => {}
    }
}

fn line(path: &[Step], wanted: Option<&Plain>, labels: Labels<'_>) -> String {
    let key = dotted(path);
    match wanted {
        Some(value) => labels.key(&format_args!(": {key} = {value}")),
        None => labels.key(&format_args!(" no `{key}`")),
    }
}

fn above(decor: &mut toml_edit::Decor, line: &str) {
    let prefix = decor
        .prefix()
        .and_then(RawString::as_str)
        .unwrap_or_default();
    // What follows the last line end is the indentation of the key itself.
    let indentation = prefix.rsplit('\n').next().unwrap_or_default();
    decor.set_prefix(format!("{prefix}{line}\n{indentation}"));
}

/// Returns the item of the model if it has that value, or makes one.
fn made_item(value: &Plain, model: Option<&Item>) -> Item {
    let mut item = match model {
        Some(model) => model.clone(),
        None => return Item::Value(made(value)),
    };
    bring_item(&mut item, value, None, &Comments::new());
    item
}

fn model_value(model: Option<&Item>, value: &Plain) -> Option<Value> {
    let model = model.filter(|model| plain(model).as_ref() == Some(value))?;
    model.as_value().cloned()
}

/// Makes a value with the usual blanks.
fn made(value: &Plain) -> Value {
    let text = value.to_string();
    text.parse::<Value>().unwrap_or_else(|_| Value::from(text))
}

/// Returns an item's value without its text.
fn plain(item: &Item) -> Option<Plain> {
    match item {
        Item::None => None,
        Item::Value(value) => plain_value(value),
        Item::Table(table) => plain_table(table).map(Plain::Table),
        Item::ArrayOfTables(tables) => {
            let tables = tables
                .iter()
                .map(|table| plain_table(table).map(Plain::Table));
            tables.collect::<Option<_>>().map(Plain::Array)
        }
    }
}

fn plain_table(table: &dyn TableLike) -> Option<toml::Table> {
    let entry = |(key, item): (&str, &Item)| Some((key.to_owned(), plain(item)?));
    table.iter().map(entry).collect()
}

fn plain_value(value: &Value) -> Option<Plain> {
    Some(match value {
        Value::String(text) => Plain::String(text.value().clone()),
        Value::Integer(number) => Plain::Integer(*number.value()),
        Value::Float(number) => Plain::Float(*number.value()),
        Value::Boolean(flag) => Plain::Boolean(*flag.value()),
        Value::Datetime(time) => Plain::Datetime(*time.value()),
        Value::Array(array) => Plain::Array(array.iter().map(plain_value).collect::<Option<_>>()?),
        Value::InlineTable(table) => Plain::Table(plain_table(table)?),
    })
}
