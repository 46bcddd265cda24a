//! What must happen in some run, or a campaign proves little.

use rehearsal::check::Properties;
use rehearsal_protocol::InterruptAck;
use rehearsal_sessions::session::fact::{Extent, Refusal};
use rehearsal_sessions::session::{Cause, Fact, Outcome, PhaseName, ResultAck, Role};

/// States the goals.
pub fn state(check: &mut Properties<Fact>) {
    interrupts(check);
    queues(check);
    runs(check);
    results(check);
}

fn interrupts(check: &mut Properties<Fact>) {
    let mut arrives = |name: &str, wanted: PhaseName| {
        check.sometimes(
            name,
            move |fact| matches!(fact, Fact::InterruptReceived { phase, .. } if *phase == wanted),
        );
    };
    arrives("an interrupt comes while nothing runs", PhaseName::Idle);
    arrives("an interrupt comes while a run is starting", PhaseName::Starting);
    arrives("an interrupt comes during a stream", PhaseName::Stream);
    arrives("an interrupt comes during tools", PhaseName::Tools);
    arrives("an interrupt comes while a run winds up", PhaseName::Interrupting);
    check.sometimes("an interrupt names another run than the present one", |fact| {
        matches!(fact, Fact::InterruptAcked { ack: InterruptAck::StaleRun, .. })
    });
}

fn queues(check: &mut Properties<Fact>) {
    check.sometimes("a queue is full", |fact| matches!(fact, Fact::Refused { why: Refusal::QueueFull, .. }));
    check.sometimes("too much waits for a key to be opened", |fact| {
        matches!(fact, Fact::Refused { why: Refusal::Unavailable, .. })
    });
    check.sometimes("an interjection passes a follow-up", |fact| {
        matches!(fact, Fact::InFlight { passed: 1.., .. })
    });
    check.sometimes("accepted work ends as a dead letter", |fact| matches!(fact, Fact::DeadLettered { .. }));
}

fn runs(check: &mut Properties<Fact>) {
    check.sometimes("two keys run at the same time", |fact| matches!(fact, Fact::KeysBusy { count: 2.. }));
    check.sometimes("the provider fails while work waits", |fact| {
        matches!(fact, Fact::RunEnded { cause: Cause::Failed, waiting: 1.., .. })
    });
    check.sometimes("a run gives way to an interjection", |fact| {
        matches!(fact, Fact::RunEnded { cause: Cause::GaveWay, .. })
    });
    check.sometimes("the text of a cut stream is kept", |fact| {
        matches!(fact, Fact::RowStored { role: Role::Assistant { extent: Extent::Partial, .. }, .. })
    });
    check.sometimes("a key is terminated while it runs", |fact| {
        matches!(fact, Fact::Closed { phase: PhaseName::Stream | PhaseName::Tools, .. })
    });
}

fn results(check: &mut Properties<Fact>) {
    let mut routed = |name: &str, wanted: ResultAck| {
        check.sometimes(name, move |fact| matches!(fact, Fact::ResultRouted { ack, .. } if *ack == wanted));
    };
    routed("a tool result comes twice", ResultAck::Duplicate);
    routed("a second, different tool result comes", ResultAck::Conflict);
    routed("a tool result comes after its run has ended", ResultAck::Late);
    routed("a result comes for a call that nobody made", ResultAck::Unknown);
    routed("a result of an earlier attempt comes", ResultAck::StaleAttempt);
    let mut ended = |name: &str, wanted: Outcome| {
        check.sometimes(
            name,
            move |fact| matches!(fact, Fact::CallEnded { outcome, .. } if *outcome == wanted),
        );
    };
    ended("a tool call runs out of time", Outcome::TimedOut);
    ended("a tool call is cancelled", Outcome::Cancelled);
    ended("a tool call is denied", Outcome::Denied);
}
