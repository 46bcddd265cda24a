//! A value as a tree.

use serde::ser::{self, Serialize};

use super::Tree;
use crate::trace::digest::Failed;

/// Makes a tree of a value.
pub(super) struct Writer;

/// A list, map or variant on its way.
pub(super) struct Parts {
    /// The name of the variant that has these parts.
    variant: Option<&'static str>,
    list: Vec<Tree<'static>>,
    entries: Vec<(Tree<'static>, Tree<'static>)>,
    key: Option<Tree<'static>>,
}

impl Parts {
    fn of(variant: Option<&'static str>) -> Self {
        Self { variant, list: Vec::new(), entries: Vec::new(), key: None }
    }

    fn field(&mut self, name: &'static str, value: Tree<'static>) {
        self.entries.push((Tree::name(name), value));
    }

    fn whole(self, content: Tree<'static>) -> Tree<'static> {
        match self.variant {
            Some(name) => Tree::variant(name, content),
            None => content,
        }
    }

    fn into_list(mut self) -> Tree<'static> {
        let list = std::mem::take(&mut self.list);
        self.whole(Tree::List(list))
    }

    fn into_map(mut self) -> Tree<'static> {
        let entries = std::mem::take(&mut self.entries);
        self.whole(Tree::Map(entries))
    }
}

type Made = Result<Tree<'static>, Failed>;

macro_rules! wholes {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, value: $type) -> Made {
            Ok(Tree::Whole(value.into()))
        }
    )*};
}

impl ser::Serializer for Writer {
    type Ok = Tree<'static>;
    type Error = Failed;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    wholes!(
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_i8: i8, serialize_i16: i16,
        serialize_i32: i32, serialize_i64: i64, serialize_i128: i128
    );

    fn serialize_bool(self, value: bool) -> Made {
        Ok(Tree::Bool(value))
    }

    fn serialize_u128(self, value: u128) -> Made {
        Ok(value.try_into().map_or(Tree::Vast(value), Tree::Whole))
    }

    fn serialize_f32(self, value: f32) -> Made {
        Ok(Tree::Single(value))
    }

    fn serialize_f64(self, value: f64) -> Made {
        Ok(Tree::Float(value))
    }

    fn serialize_char(self, value: char) -> Made {
        Ok(Tree::Text(value.to_string().into()))
    }

    fn serialize_str(self, value: &str) -> Made {
        Ok(Tree::Text(value.to_owned().into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Made {
        Ok(Tree::Bytes(value.to_vec()))
    }

    fn serialize_none(self) -> Made {
        Ok(Tree::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made {
        Ok(value.serialize(self)?.some())
    }

    fn serialize_unit(self) -> Made {
        Ok(Tree::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made {
        Ok(Tree::Nothing)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Made {
        Ok(Tree::name(name))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Made {
        Ok(Tree::variant(name, value.serialize(self)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts, Failed> {
        Ok(Parts::of(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, Failed> {
        Ok(Parts::of(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts, Failed> {
        Ok(Parts::of(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts, Failed> {
        Ok(Parts::of(Some(name)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts, Failed> {
        Ok(Parts::of(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts, Failed> {
        Ok(Parts::of(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Parts, Failed> {
        Ok(Parts::of(Some(name)))
    }
}

macro_rules! lists {
    ($($trait:ident $method:ident),*) => {$(
        impl ser::$trait for Parts {
            type Ok = Tree<'static>;
            type Error = Failed;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
                self.list.push(value.serialize(Writer)?);
                Ok(())
            }

            fn end(self) -> Made {
                Ok(self.into_list())
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! structs {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Parts {
            type Ok = Tree<'static>;
            type Error = Failed;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Failed> {
                self.field(name, value.serialize(Writer)?);
                Ok(())
            }

            fn end(self) -> Made {
                Ok(self.into_map())
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts {
    type Ok = Tree<'static>;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.key = Some(key.serialize(Writer)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let key = self.key.take().expect("a value is written after its key");
        self.entries.push((key, value.serialize(Writer)?));
        Ok(())
    }

    fn end(self) -> Made {
        Ok(self.into_map())
    }
}
