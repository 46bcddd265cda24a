//! What is read is what serde_json reads.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tree;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Sample {
    Unit,
    Newtype(Wrapped),
    Tuple(u8, i64, Option<bool>),
    #[serde(rename_all = "kebab-case")]
    Struct {
        a_text: String,
        #[serde(default)]
        absent: Vec<u16>,
        maybe: Option<Box<Sample>>,
        letter: char,
    },
    #[serde(alias = "older")]
    Maps(BTreeMap<u64, i8>, BTreeMap<Key, bool>, BTreeMap<String, Option<f64>>, BTreeMap<i128, Pair>),
    Large {
        natural: u128,
        whole: i128,
        single: f32,
        double: f64,
    },
    List(Vec<Sample>),
    Tagged(Tagged),
    Bytes([u8; 3], Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Key {
    First,
    Second,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(bool, u8);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Plain { number: i32 },
    Other(Flat),
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

fn flat() -> impl Strategy<Value = Flat> {
    ("[a-z]{0,3}", prop::collection::btree_map("[b-m]", any::<u8>(), 0..3))
        .prop_map(|(name, rest)| Flat { name, rest })
}

fn leaf() -> impl Strategy<Value = Sample> {
    let keys = prop_oneof![Just(Key::First), Just(Key::Second)];
    // Some that serde_json reads exactly, too.
    let double = || any::<i32>().prop_map(|number| f64::from(number) / 8.0);
    let maps = (
        prop::collection::btree_map(any::<u64>(), any::<i8>(), 0..3),
        prop::collection::btree_map(keys, any::<bool>(), 0..3),
        prop::collection::btree_map(".{0,3}", prop::option::of(double()), 0..3),
        prop::collection::btree_map(any::<i128>(), (any::<bool>(), any::<u8>()), 0..3),
    );
    let pairs = |map: BTreeMap<i128, (bool, u8)>| map.into_iter().map(|(key, (a, b))| (key, Pair(a, b)));
    prop_oneof![
        Just(Sample::Unit),
        any::<u32>().prop_map(|number| Sample::Newtype(Wrapped(number))),
        any::<(u8, i64, Option<bool>)>().prop_map(|(a, b, c)| Sample::Tuple(a, b, c)),
        maps.prop_map(move |(a, b, c, d)| Sample::Maps(a, b, c, pairs(d).collect())),
        (any::<u128>(), any::<i128>(), any::<i16>().prop_map(f32::from), double())
            .prop_map(|(natural, whole, single, double)| Sample::Large { natural, whole, single, double }),
        any::<([u8; 3], Vec<u8>)>().prop_map(|(a, b)| Sample::Bytes(a, b)),
        any::<i32>().prop_map(|number| Sample::Tagged(Tagged::Plain { number })),
        flat().prop_map(|flat| Sample::Tagged(Tagged::Other(flat))),
        Just(Sample::Tagged(Tagged::Nothing)),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    leaf().prop_recursive(3, 16, 3, |inner| {
        let structs = (".{0,4}", any::<Vec<u16>>(), prop::option::of(inner.clone()), any::<char>());
        prop_oneof![
            structs.prop_map(|(a_text, absent, maybe, letter)| Sample::Struct {
                a_text,
                absent,
                maybe: maybe.map(Box::new),
                letter,
            }),
            prop::collection::vec(inner, 0..3).prop_map(Sample::List),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_is_written_as_serde_json_writes_it_and_read_again(sample in sample()) {
        let tree = Tree::of(&sample);
        let text = tree.json().unwrap();
        prop_assert_eq!(&text, &serde_json::to_string(&sample).unwrap());
        prop_assert_eq!(&Tree::of_json(&text).unwrap().read::<Sample>().unwrap(), &sample);
        prop_assert_eq!(&tree.read::<Sample>().unwrap(), &sample);
    }

    #[test]
    fn what_serde_json_refuses_is_refused(mut text in sample().prop_map(|sample| Tree::of(&sample).json().unwrap()), at: prop::sample::Index, by in "[\\]\\[{}\",:0-9a-z-]?") {
        let at = at.index(text.len());
        prop_assume!(text.is_char_boundary(at) && text.is_char_boundary(at + 1));
        text.replace_range(at..=at, &by);
        let read = Tree::of_json(&text).and_then(|tree| tree.read::<Sample>());
        match serde_json::from_str::<Sample>(&text) {
            Ok(sample) => prop_assert_eq!(read.map(|read| format!("{read:?}")), Ok(format!("{sample:?}"))),
            Err(_) => prop_assert!(read.is_err(), "{} is read as {:?}", text, read),
        }
    }
}

fn refused<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    Tree::of_json(text).and_then(|tree| tree.read::<T>()).unwrap_err().to_string()
}

#[test]
fn a_misfit_says_what_is_wrong_and_where() {
    let lines = [
        refused::<Sample>(r#"{"Struct":{"a-text":"x","letter":"a","maybe":{"List":[{"Newtype":-1}]}}}"#),
        refused::<Sample>(r#"{"Struct":{"a-text":"x"}}"#),
        refused::<Sample>(r#"{"Struct":["x"]}"#),
        refused::<Sample>(r#"{"Newtyp":1}"#),
        refused::<Sample>(r#""Newtype""#),
        refused::<Sample>(r#"{"Tuple":[1,2]}"#),
        refused::<Sample>(r#"{"Tuple":[256,2,null]}"#),
        refused::<Sample>(r#"{"Maps":[{"one":1},{},{},{}]}"#),
        refused::<Sample>("[]"),
        refused::<Vec<u8>>("[1,2,\"3\"]"),
        refused::<Sample>("{"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r##"
    invalid value: integer `-1`, expected u32, at `Struct.maybe.List[0].Newtype`
    missing field `letter`, at `Struct`
    invalid type: sequence, expected a map of fields, at `Struct`
    unknown variant `Newtyp`, expected one of `Unit`, `Newtype`, `Tuple`, `Struct`, `Maps`, `older`, `Large`, `List`, `Tagged`, `Bytes`
    the variant `Newtype` has nothing with it, at `Newtype`
    invalid length 2, expected a list of 3, at `Tuple`
    invalid value: integer `256`, expected u8, at `Tuple[0]`
    invalid type: string "one", expected u64, at `Maps[0].one`
    invalid type: sequence, expected the name of a variant of Sample, or a map with that as its only key
    invalid type: string "3", expected u8, at `[2]`
    EOF while parsing an object at line 1 column 1
    "##);
}

/// A type of another kind than the data: an option of nothing is told from none, where no format is between.
#[test]
fn an_option_of_nothing_is_no_none() {
    for value in [None, Some(None), Some(Some(()))] {
        assert_eq!(Tree::of(&value).read::<Option<Option<()>>>(), Ok(value));
    }
}

#[test]
fn keys_that_are_no_texts_stand_in_a_tree_and_not_in_json() {
    let map = BTreeMap::from([((1_u8, 2_u8), true)]);
    let tree = Tree::of(&map);
    assert_eq!(tree.read(), Ok(map));
    assert!(tree.json().is_err());
}
