//! JSON and TOML as trees, and back.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::{Misfit, Tree};

/// Lists in lists of this depth are read, as by others who read JSON.
const DEEPEST: u32 = 128;

impl<'t> Tree<'t> {
    /// The tree that a JSON text is.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(crate) fn of_json(text: &'t str) -> Result<Self, Misfit> {
        let raw: &RawValue = serde_json::from_str(text).map_err(refused)?;
        of_raw(raw, 0)
    }

    /// The tree as a JSON text.
    ///
    /// # Errors
    ///
    /// If JSON cannot say it: a map whose keys are no texts, for instance.
    pub(crate) fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Json(self))
    }

    /// The tree of what stands in TOML.
    pub(crate) fn of_toml(value: &'t toml::Value) -> Self {
        match value {
            toml::Value::String(text) => Self::Text(Cow::Borrowed(text)),
            toml::Value::Integer(number) => Self::Whole((*number).into()),
            toml::Value::Float(number) => Self::Float(*number),
            toml::Value::Boolean(value) => Self::Bool(*value),
            toml::Value::Datetime(time) => Self::Text(time.to_string().into()),
            toml::Value::Array(list) => Self::List(list.iter().map(Self::of_toml).collect()),
            toml::Value::Table(table) => Self::of_table(table),
        }
    }

    /// The tree of a table.
    pub(crate) fn of_table(table: &'t toml::Table) -> Self {
        let entry = |(key, value): (&'t String, _)| (Self::Key(Cow::Borrowed(key)), Self::of_toml(value));
        Self::Map(table.iter().map(entry).collect())
    }
}

#[cold]
fn refused(error: serde_json::Error) -> Misfit {
    Misfit::new(error.to_string())
}

/// A text that is borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

/// The entries of a map, their values unread.
struct Entries<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'t> Deserialize<'t> for Entries<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'t> Visitor<'t> for EntriesVisitor {
    type Value = Entries<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: de::MapAccess<'t>>(self, mut map: A) -> Result<Entries<'t>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Text(key), value)) = map.next_entry()? {
            entries.push((key, value));
        }
        Ok(Entries(entries))
    }
}

/// Numbers are read from their texts, for only there they are whole: what comes of them otherwise has 64 bits.
fn of_raw(raw: &RawValue, depth: u32) -> Result<Tree<'_>, Misfit> {
    if depth == DEEPEST {
        return Err(Misfit::new("it is nested too deep".to_owned()));
    }
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'n') => Tree::Nothing,
        Some(b't') => Tree::Bool(true),
        Some(b'f') => Tree::Bool(false),
        Some(b'"') => Tree::Text(serde_json::from_str::<Text<'_>>(text).map_err(refused)?.0),
        Some(b'[') => {
            let list: Vec<&RawValue> = serde_json::from_str(text).map_err(refused)?;
            Tree::List(list.into_iter().map(|raw| of_raw(raw, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(text).map_err(refused)?;
            let entry = |(key, raw)| Ok((Tree::Key(key), of_raw(raw, depth + 1)?));
            Tree::Map(entries.into_iter().map(entry).collect::<Result<_, _>>()?)
        }
        _ => number(text)?,
    })
}

fn number(text: &str) -> Result<Tree<'static>, Misfit> {
    if text != "-0" {
        if let Ok(number) = text.parse() {
            return Ok(Tree::Whole(number));
        }
        if let Ok(number) = text.parse() {
            return Ok(Tree::Vast(number));
        }
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Tree::Float(number)),
        _ => Err(Misfit::new(format!("the number {text} is out of range"))),
    }
}

/// A tree as JSON writes it.
struct Json<'t>(&'t Tree<'t>);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Tree::Nothing => to.serialize_unit(),
            Tree::Some(tree) => Json(tree).serialize(to),
            Tree::Bool(value) => to.serialize_bool(*value),
            Tree::Whole(number) => to.serialize_i128(*number),
            Tree::Vast(number) => to.serialize_u128(*number),
            Tree::Single(number) => to.serialize_f32(*number),
            Tree::Float(number) => to.serialize_f64(*number),
            Tree::Text(text) | Tree::Key(text) | Tree::Name(text) => to.serialize_str(text),
            Tree::Bytes(bytes) => to.serialize_bytes(bytes),
            Tree::List(list) => to.collect_seq(list.iter().map(Json)),
            Tree::Map(entries) => entries_of(entries, to),
            Tree::Variant(variant) => entries_of(&variant[..], to),
        }
    }
}

fn entries_of<S: Serializer>(entries: &[(Tree<'_>, Tree<'_>)], to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(entries.len()))?;
    for (key, value) in entries {
        map.serialize_entry(&Json(key), &Json(value))?;
    }
    map.end()
}
