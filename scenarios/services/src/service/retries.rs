//! What holds of clients that ask again (`actors.md` G, RETRY).

use std::collections::BTreeMap;

use rehearsal::check::{Monitor, Properties, fold, on};
use rehearsal_protocol::time::nanos;
use rehearsal_services::service::{Budget, Fact, Retry};

/// RETRY-1, of attempts.
pub(crate) fn state_attempts(check: &mut Properties<Fact>, retry: &Retry) {
    let most = retry.attempts;
    check.always(
        "RETRY-1",
        "a request is asked for at most as often as the policy says",
        on(
            ["AskedAgain"],
            fold((), move |(): &mut (), _, fact: &Fact| match fact {
                Fact::AskedAgain { request, attempt, .. } if *attempt > most => {
                    Err(format!("{request} is asked for {attempt} times, and {most} are allowed"))
                }
                _ => Ok(()),
            }),
        ),
    );
}

/// RETRY-2 and RETRY-3, of waits and budgets.
pub(crate) fn state_waits(check: &mut Properties<Fact>, retry: &Retry) {
    check.always(
        "RETRY-2",
        "before a client asks again it waits as long as the policy says, and never longer than its cap",
        waits(retry.clone()),
    );
    check.always(
        "RETRY-3",
        "a client asks again no more often than its budget allows",
        within_budget(retry.budget),
    );
}

/// RETRY-2.
fn waits(retry: Retry) -> impl Monitor<Fact> {
    on(
        ["AskedAgain"],
        fold((), move |(): &mut (), _, fact: &Fact| {
            let Fact::AskedAgain { request, attempt, waited } = fact else { return Ok(()) };
            let (least, most) = retry.bounds(attempt - 1);
            if (nanos(least)..=nanos(most)).contains(waited) {
                return Ok(());
            }
            Err(format!("{request} waits {waited} ns before attempt {attempt}, and {most:?} is the longest"))
        }),
    )
}

/// RETRY-3.
fn within_budget(budget: Option<Budget>) -> impl Monitor<Fact> {
    type Counted = BTreeMap<u16, (u64, u64)>;
    on(
        ["Asked", "AskedAgain"],
        fold(Counted::new(), move |counted: &mut Counted, _, fact: &Fact| {
            let client = match fact {
                Fact::Asked { request } => {
                    counted.entry(request.client).or_default().0 += 1;
                    return Ok(());
                }
                Fact::AskedAgain { request, .. } => request.client,
                _ => return Ok(()),
            };
            let Some(Budget { reserve, percent }) = budget else { return Ok(()) };
            let (asked, again) = counted.entry(client).or_default();
            *again += 1;
            if *again * 100 <= u64::from(reserve) * 100 + *asked * u64::from(percent) {
                return Ok(());
            }
            Err(format!("client {client} has asked again {again} times for {asked} requests"))
        }),
    )
}
