//! The service, used as a person would.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rehearsal_host::Node;
use rehearsal_sessions::session::Session;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::{Framed, LinesCodec};

use crate::outside::words;

struct Person {
    lines: Framed<TcpStream, LinesCodec>,
    /// All lines that came.
    seen: Vec<String>,
}

impl Person {
    async fn says(&mut self, line: &str) {
        self.lines.send(line).await.unwrap();
    }

    /// Waits for a line that contains this.
    async fn sees(&mut self, part: &str) {
        let seen = async {
            loop {
                let line = self.lines.next().await.expect("the service hangs up").unwrap();
                self.seen.push(line);
                if self.seen.last().is_some_and(|line| line.contains(part)) {
                    return;
                }
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(60), seen).await;
        assert!(seen.is_ok(), "`{part}` never came; there was {:#?}", self.seen);
    }

    /// How many words of a run were shown.
    fn words_of(&self, run: &str) -> usize {
        self.seen.iter().filter(|line| line.starts_with(&format!("{run} | "))).count()
    }
}

async fn service(pace: Duration) -> (Node<Session>, Person) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    let node = crate::start(listener, pace).unwrap();
    let stream = TcpStream::connect(place).await.unwrap();
    (node, Person { lines: Framed::new(stream, LinesCodec::new()), seen: Vec::new() })
}

fn all_words() -> usize {
    words(1).count() + words(2).count()
}

#[tokio::test]
async fn an_interrupt_by_hand_cuts_the_answer_that_streams() {
    // So slow that the answer would take half a minute.
    let (node, mut person) = service(Duration::from_millis(500)).await;
    person.says("s1:b1 say hello").await;
    person.sees("c1#1 Accepted").await;
    person.sees("s1:b1/1 | One").await;
    person.says("s1:b1 interrupt").await;
    person.sees("s1:b1/1 is interrupted by c1#2").await;
    person.sees("s1:b1/1 ends: Interrupted").await;
    let shown = person.words_of("s1:b1/1");
    assert!(shown < all_words(), "{:#?}", person.seen);
    // The session is ready for more, and of the first answer no word is shown any more.
    person.says("s1:b1 say and now?").await;
    person.sees("s1:b1/2 | One").await;
    assert_eq!(person.words_of("s1:b1/1"), shown, "{:#?}", person.seen);
    node.stop(Duration::from_secs(10)).await;
}

#[tokio::test]
async fn an_answer_that_nobody_interrupts_is_shown_to_its_end() {
    let (node, mut person) = service(Duration::from_millis(1)).await;
    person.says("s2:b1 say hello").await;
    person.sees("s2:b1/1 calls a tool: s2:b1/1.1.0").await;
    person.sees("s2:b1/1 has its tool's result: Succeeded(42)").await;
    person.sees("s2:b1/1 ends: Done").await;
    assert_eq!(person.words_of("s2:b1/1"), all_words(), "{:#?}", person.seen);
    person.says("s2:b1 interrupt").await;
    person.sees("c1#2 Interrupt(NoActiveRun)").await;
    node.stop(Duration::from_secs(10)).await;
}

#[tokio::test]
async fn what_is_not_understood_is_told_and_harms_nothing() {
    let (node, mut person) = service(Duration::from_millis(1)).await;
    for (line, answer) in [
        ("help", "s1:b1 interrupt       end the present answer"),
        ("hello", "`hello` is no session like s1:b1"),
        ("s1:b1 dance", "nobody knows how to `dance`"),
        ("s1:b1 say", "say what?"),
    ] {
        person.says(line).await;
        person.sees(answer).await;
    }
    person.says("s1:b1 say hello").await;
    person.sees("s1:b1/1 ends: Done").await;
    person.says(&"x".repeat(5_000)).await;
    person.sees("max line length exceeded").await;
    assert!(person.lines.next().await.is_none(), "who sends lines without an end is shown out");
    node.stop(Duration::from_secs(10)).await;
}
