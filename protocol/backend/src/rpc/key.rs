//! The primary key of a request.

use serde::{Deserialize, Serialize};

use super::message::{Operation, Request};
use super::variant::Variant;

/// Under which a request is stored: two requests have one key only if they are the same request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// That of a request.
    pub fn of(request: &Request, variant: Variant) -> Self {
        let session = request.session.name();
        let identity = [client_name(request.id.client), session.clone(), request.id.number.to_string()];
        match (variant, request.operation) {
            (Variant::StaticKey, Operation::GetState) => Self(format!("state:{}", escaped(&session))),
            (Variant::UnescapedJoin, _) => Self(identity.join(":")),
            _ => Self::joined(&identity),
        }
    }

    /// Some parts in one, so that no other parts give the same (`actors.md` 0).
    pub fn joined(parts: &[String]) -> Self {
        Self(parts.iter().map(|part| escaped(part)).collect::<Vec<_>>().join(":"))
    }
}

/// The name under which a client is known outside; nobody keeps people from putting a separator into it.
fn client_name(number: u32) -> String {
    match number {
        1 => "ann".to_owned(),
        2 => "ann:s1".to_owned(),
        number => format!("client-{number}"),
    }
}

/// A part without a separator in it.
fn escaped(part: &str) -> String {
    part.replace('\\', "\\\\").replace(':', "\\.")
}
