//! What some run must come to, or the campaign says little.

use rehearsal::check::Properties;
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_protocol::time;
use rehearsal_services::service::Fact;
use rehearsal_services::service::client::PATIENCE;

/// States the goals.
pub(super) fn state(check: &mut Properties<Fact>) {
    let mut seen = |name: &str, reached: fn(&Supervision) -> bool| {
        check.sometimes(name, move |fact| matches!(fact, Fact::Supervision(fact) if reached(fact)));
    };
    seen(
        "a stage is started again with those after it",
        |fact| matches!(fact, Supervision::RestartBegan { children, .. } if children.len() > 1),
    );
    seen("a start fails", |fact| matches!(fact, Supervision::StartFailed { .. }));
    seen("a supervisor gives up", |fact| matches!(fact, Supervision::GaveUp { .. }));
    seen("a stage that does not stop in time is killed", |fact| {
        matches!(fact, Supervision::ChildKilled { .. })
    });
    seen("a supervisor is asked to end", |fact| matches!(fact, Supervision::EndAsked { .. }));
    seen("a restart is put off", |fact| matches!(fact, Supervision::RestartDecided { delay: 1.., .. }));
    check.sometimes("a stage refuses what comes from another life", |fact| {
        matches!(fact, Fact::Refused { .. })
    });
    check.sometimes("a stage ends in its first turn", |fact| matches!(fact, Fact::Stillborn { .. }));
    check.sometimes("a client gives up", |fact| matches!(fact, Fact::GivenUp { .. }));
    check.sometimes("an answer comes after the client asked again", |fact| {
        matches!(fact, Fact::Answered { in_time: false, .. })
    });
}

/// States those of stages that stand in a line.
pub(super) fn of_a_line(check: &mut Properties<Fact>) {
    check.sometimes(
        "what stages need takes longer to load than a client waits",
        |fact| matches!(fact, Fact::StoreBegan { pace } if *pace > time::nanos(PATIENCE)),
    );
}
