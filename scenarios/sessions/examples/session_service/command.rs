//! What a person may say, as lines.

use rehearsal_protocol::Address;
use rehearsal_sessions::session::{Command, CommandId, Interrupt, Key, Kind, Message, Stop, Terminate, Work};

pub(crate) const HELP: [&str; 8] = [
    "s1:b1 say TEXT        something to answer; waits its turn while another answer streams",
    "s1:b1 interject TEXT  the same, before all that waits, and what streams gives way",
    "s1:b1 interrupt       end the present answer",
    "s1:b1 cancel          the same, as another button",
    "s1:b1 end             end the session for good",
    "help                  this",
    "bye                   hang up",
    "s1:b1 is branch 1 of session 1; any numbers will do",
];

/// One line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Help,
    Bye,
    Command(Key, Verb),
}

/// What to do with a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Say(Kind, String),
    Press(Stop),
    End,
}

impl Line {
    /// Understands a line, or says what is wrong with it.
    pub(crate) fn of(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        match first {
            "help" => return Ok(Self::Help),
            "bye" => return Ok(Self::Bye),
            _ => {}
        }
        let key = key(first).ok_or_else(|| format!("`{first}` is no session like s1:b1; say `help`"))?;
        let (verb, words) = rest.split_once(' ').unwrap_or((rest, ""));
        let verb = match (verb, words) {
            ("say" | "interject", "") => return Err(format!("{verb} what?")),
            ("say", words) => Verb::Say(Kind::Message, words.to_owned()),
            ("interject", words) => Verb::Say(Kind::Interjection, words.to_owned()),
            ("interrupt", "") => Verb::Press(Stop::Interrupt),
            ("cancel", "") => Verb::Press(Stop::Cancel),
            ("end", "") => Verb::End,
            _ => return Err(format!("nobody knows how to `{rest}`; say `help`")),
        };
        Ok(Self::Command(key, verb))
    }
}

impl Verb {
    /// The message to the gateway.
    pub(crate) fn message(&self, key: Key, command: CommandId, reply_to: Address) -> Message {
        match self {
            // The protocol carries a number in the place of the text; here it is the text's length.
            Self::Say(kind, text) => Message::Command(Command::Work(Work {
                key,
                command,
                kind: *kind,
                content: text.len() as u32,
                reply_to,
            })),
            Self::Press(stop) => Message::Command(Command::Interrupt(Interrupt {
                key,
                command,
                stop: *stop,
                expected: None,
                reply_to,
            })),
            Self::End => Message::Command(Command::Terminate(Terminate { key, command, reply_to })),
        }
    }
}

fn key(text: &str) -> Option<Key> {
    let (session, branch) = text.strip_prefix('s')?.split_once(":b")?;
    Some(Key { session: session.parse().ok()?, branch: branch.parse().ok()? })
}
