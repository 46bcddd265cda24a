//! Random trees and failures: what the actors do is what the rules say, in the same order.

use std::time::Duration;

use proptest::prelude::{Strategy as Values, *};
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use super::company::Job;
use super::otp::Model;
use super::stage::Tree;
use crate::input::Exit;
use crate::supervision::{AutoShutdown, ChildSpec, Policy, Restart, Shutdown, Strategy, Variant};

fn strategy() -> impl Values<Value = Strategy> {
    prop_oneof![
        Just(Strategy::OneForOne),
        Just(Strategy::OneForAll),
        Just(Strategy::RestForOne),
        Just(Strategy::SimpleOneForOne),
    ]
}

fn policy() -> impl Values<Value = Policy> {
    let auto = prop_oneof![
        3 => Just(AutoShutdown::Never),
        1 => Just(AutoShutdown::AnySignificant),
        1 => Just(AutoShutdown::AllSignificant),
    ];
    (strategy(), 0_u32..4, 1_u64..6, auto).prop_map(|(strategy, max, within, auto)| {
        Policy::otp(strategy).with_intensity(max, Duration::from_secs(within)).with_auto_shutdown(auto)
    })
}

fn spec(job: Job, restart: Restart, significant: bool, brutal: bool) -> ChildSpec<Job> {
    let spec = match &job {
        Job::Lead(..) => ChildSpec::supervisor("", job),
        Job::Willing | Job::Stubborn => {
            ChildSpec::worker("", job).stopped(Shutdown::Within(Duration::from_secs(1)))
        }
    };
    let spec = if brutal { spec.stopped(Shutdown::Brutal) } else { spec };
    let spec = spec.restarted(restart);
    if significant && restart != Restart::Permanent { spec.significant() } else { spec }
}

/// Children with the ids `a`, `b`, … in the order of their starts.
fn children(depth: u32) -> BoxedStrategy<Vec<ChildSpec<Job>>> {
    let job = if depth == 0 {
        prop_oneof![4 => Just(Job::Willing), 1 => Just(Job::Stubborn)].boxed()
    } else {
        let lead = company(depth - 1).prop_map(|(policy, children)| Job::Lead(policy, children));
        prop_oneof![4 => Just(Job::Willing), 1 => Just(Job::Stubborn), 3 => lead].boxed()
    };
    let restart = prop_oneof![
        3 => Just(Restart::Permanent),
        2 => Just(Restart::Transient),
        1 => Just(Restart::Temporary),
    ];
    let child = (job, restart, any::<bool>(), prop::bool::weighted(0.15))
        .prop_map(|(job, restart, significant, brutal)| spec(job, restart, significant, brutal));
    let named = |children: Vec<ChildSpec<Job>>| {
        let names = ('a'..='z').map(String::from);
        children.into_iter().zip(names).map(|(child, id)| ChildSpec { id, ..child }).collect::<Vec<_>>()
    };
    prop::collection::vec(child, 1..5).prop_map(named).boxed()
}

/// A policy and the children under it.
fn company(depth: u32) -> BoxedStrategy<(Policy, Vec<ChildSpec<Job>>)> {
    (policy(), children(depth)).prop_map(of_one_kind_if_simple).boxed()
}

/// The children of a simple-one-for-one are workers of one kind, and none is significant.
fn of_one_kind_if_simple((policy, children): (Policy, Vec<ChildSpec<Job>>)) -> (Policy, Vec<ChildSpec<Job>>) {
    if policy.strategy != Strategy::SimpleOneForOne {
        return (policy, children);
    }
    let first = &children[0];
    let job = if matches!(first.start, Job::Lead(..)) { Job::Willing } else { first.start.clone() };
    let kind = spec(job, first.restart, false, first.shutdown == Shutdown::Brutal);
    let children = children.iter().map(|child| ChildSpec { id: child.id.clone(), ..kind.clone() }).collect();
    (policy.with_auto_shutdown(AutoShutdown::Never), children)
}

/// What goes wrong next, and how long after the last.
#[derive(Clone, Debug)]
struct Step {
    /// Which of those that run.
    victim: prop::sample::Index,
    clean: bool,
    millis: u64,
}

fn steps() -> impl Values<Value = Vec<Step>> {
    let millis = prop_oneof![Just(0), 1_u64..3_000, Just(1_000), Just(2_000), Just(5_000)];
    let step = (any::<prop::sample::Index>(), prop::bool::weighted(0.3), millis)
        .prop_map(|(victim, clean, millis)| Step { victim, clean, millis });
    prop::collection::vec(step, 0..10)
}

/// The paths of all that run, but for the root.
fn alive(diary: &[String]) -> Vec<String> {
    let mut alive: Vec<String> = Vec::new();
    for line in diary {
        let (sign, path) = line.split_at(1);
        if sign == "-" {
            alive.retain(|known| known != path);
        } else if !path.is_empty() {
            alive.push(path.to_owned());
        }
    }
    alive.sort();
    alive
}

fn agree(
    policy: Policy,
    children: Vec<ChildSpec<Job>>,
    starts: Vec<u8>,
    steps: Vec<Step>,
    variant: Variant,
) -> Result<(), TestCaseError> {
    let mut tree = Tree::new(policy.clone(), children.clone(), starts.clone(), variant);
    let mut model = Model::new(policy, children, starts);
    prop_assert_eq!(&tree.diary, &model.diary, "at the beginning");
    for step in steps {
        let alive = alive(&model.diary);
        if alive.is_empty() {
            break;
        }
        let span = Duration::from_millis(step.millis);
        tree.advance(span);
        model.advance(span);
        let victim = step.victim.get(&alive);
        tree.fail(victim, if step.clean { Exit::Normal } else { Exit::Panicked("planned".to_owned()) });
        model.fail(victim, step.clean);
        prop_assert_eq!(&tree.diary, &model.diary, "after {} fails", victim);
        prop_assert_eq!(tree.now.as_nanos(), model.now, "after {} fails", victim);
        let running = self::alive(&model.diary);
        for path in &alive {
            prop_assert_eq!(tree.runs(path), running.contains(path));
        }
    }
    tree.shut_down();
    model.shut_down();
    prop_assert_eq!(&tree.diary, &model.diary, "after the shutdown");
    prop_assert!(alive(&tree.diary).is_empty(), "nobody outlives the root: {:?}", tree.diary);
    Ok(())
}

/// Starts that mostly go well.
fn starts() -> impl Values<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![12 => Just(0_u8), 2 => Just(1_u8), 1 => Just(2_u8)], 0..40)
}

/// How many trees are tried.
const TREES: u32 = 100_000;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(TREES) })]
    #[test]
    fn restarts_are_those_of_otp(
        (policy, children) in company(2), starts in starts(), steps in steps(),
    ) {
        agree(policy, children, starts, steps, Variant::Reference)?;
    }
}

/// The exam can be failed: each bug that changes what is restarted, or when, is told apart by some tree. Here one step follows another, so no end is
/// asked for while children are being stopped.
#[test]
fn planted_bugs_are_no_otp() {
    let bugs = [
        Variant::RestFromNext,
        Variant::StartsNotCounted,
        Variant::AtLeastMax,
        Variant::RestartsTemporary,
        Variant::ParallelStop,
        Variant::WaitsForever,
    ];
    for bug in bugs {
        let config = ProptestConfig {
            max_shrink_iters: 0,
            failure_persistence: None,
            ..ProptestConfig::with_cases(3_000)
        };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let trees = (company(1), starts(), steps());
        let verdict = runner
            .run(&trees, |((policy, children), starts, steps)| agree(policy, children, starts, steps, bug));
        assert!(matches!(verdict, Err(TestError::Fail(..))), "{bug:?}: {verdict:?}");
    }
}
