//! The page of `compare`.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use rehearsal::compare::{MetricPair, MetricResult, VerdictPair};

use super::frame;
use crate::compare::{CompareResult, better, effect, in_unit, signed};
use crate::plot::{self, Timeline};
use crate::subject::Tool;
use crate::terminal::figures::{counted, span};

/// What a page shows of a comparison besides its figures.
pub struct Shown {
    /// The two metrics, by their places, that are set against each other.
    pub pareto: (usize, usize),
    /// A seed, run again under each policy.
    pub timeline: Option<(u64, Vec<Timeline>)>,
}

/// The page of a comparison.
///
/// # Errors
///
/// If the writer fails.
pub fn compare(out: &mut dyn Write, tool: &Tool, result: &CompareResult, shown: &Shown) -> io::Result<()> {
    let comparison = &result.comparison;
    let title = format!("{}: {} side by side", result.subject.title(), comparison.policies.join(", "));
    let body = html! {
        header { h1 { (result.subject.title()) ": policies side by side" } }
        main.words {
            p {
                (counted(comparison.seeds, "seed")) " under each policy, faults " (result.subject.profile.name)
                ", in " (span(result.wall)) @if comparison.cut_short { ", cut short" }
            }
            p.faint { "All policies have the same weather: arrivals, latencies and faults of a seed are the same for each." }
            (values(result))
            @for verdict in &comparison.verdicts { (pair(tool, result, verdict)) }
            (pareto(result, shown.pareto))
            (distributions(result))
            @if let Some((seed, runs)) = &shown.timeline { (timeline(tool, result, *seed, runs)) }
        }
    };
    frame::write(out, &title, &body, &[])
}

/// The name of a policy in the colour that it has in the plots.
fn policy(result: &CompareResult, place: usize) -> Markup {
    html! { span.series style=(format!("color: var(--series-{})", plot::style::series_number(place))) { (result.comparison.policies[place]) } }
}

/// One line a metric, one column a policy.
fn values(result: &CompareResult) -> Markup {
    let comparison = &result.comparison;
    html! {
        h2 { "values" }
        table.summary {
            thead { tr { th { "metric" } @for place in 0..comparison.policies.len() { th.number { (policy(result, place)) } } } }
            tbody {
                @for MetricResult { metric, values, intervals, .. } in &comparison.metrics {
                    tr {
                        td { (metric.name) }
                        @for (value, interval) in values.iter().zip(intervals) {
                            td.number {
                                @if let (Some(value), Some(interval)) = (value, interval) {
                                    (in_unit(metric.unit, *value))
                                    br;
                                    span.faint { (in_unit(metric.unit, interval.low)) " to " (in_unit(metric.unit, interval.high)) }
                                } @else { "–" }
                            }
                        }
                    }
                }
            }
        }
        p.faint { "Means over seeds, or quantiles over all samples; below each, 95 % of the bootstrap over seeds." }
    }
}

fn pair(tool: &Tool, result: &CompareResult, verdict: &VerdictPair) -> Markup {
    let comparison = &result.comparison;
    let (a, b) = (verdict.a, verdict.b);
    let of_the_two = |metric: &MetricResult| {
        metric
            .pairs
            .iter()
            .find(|pair| (pair.a, pair.b) == (a, b))
            .map(|pair| (metric.metric.clone(), pair.clone()))
    };
    let pairs: Vec<_> = comparison.metrics.iter().filter_map(of_the_two).collect();
    html! {
        section.pair id=(format!("pair-{a}-{b}")) {
            h2 { (policy(result, b)) " beside " (policy(result, a)) }
            figure.plot {
                (PreEscaped(plot::differences(comparison, a, b)))
                figcaption {
                    "Each row has a scale of its own around zero; what is in percent is a part of the other's mean. Thick: 95 % of the bootstrap with common seeds; thin: with seeds of their own. "
                    span.good { "Green" } " is clearly better, " span.bad { "red" } " clearly worse, grey neither for certain."
                }
            }
            p {
                "Violations: " (verdict.only_b) " seeds of " (policy(result, a)) " only, " (verdict.only_a) " of " (policy(result, b))
                " only (McNemar p " (format!("{:.3}", verdict.p)) ")."
            }
            details {
                summary { "figures, and the seeds that swing most" }
                table.summary {
                    thead { tr { th { "metric" } th.number { "difference" } th { "95 %" } th { "verdict" } th.number { "apart" } th.number { "variance taken away" } th { "swings most in" } } }
                    tbody { @for (metric, pair) in &pairs { (figures(metric, pair)) } }
                }
                @if let Some((seed, _)) = pairs.first().and_then(|(_, pair)| pair.swings.first()) {
                    p { "One seed under both: " code { (tool.compare(&result.subject, &format!("{},{}", result.policies[a].typed, result.policies[b].typed), *seed)) } }
                }
            }
        }
    }
}

fn figures(metric: &rehearsal::compare::Metric, pair: &MetricPair) -> Markup {
    let unit = |value: f64| signed(metric.unit, value);
    let effect = |value: f64| effect(metric, value);
    html! {
        tr {
            td { (metric.name) }
            @if let Some(found) = &pair.difference {
                td.number { (effect(found.mean)) }
                td { (effect(found.interval.low)) " to " (effect(found.interval.high)) }
                td { @match better(metric, found) {
                    1 => span.good { "better" },
                    -1 => span.bad { "worse" },
                    _ => span.faint { "no clear difference" },
                } }
                td.number { @if found.interval.width() > 0.0 { (format!("{:.1}×", found.independent.width() / found.interval.width())) } }
                td.number { @if let Some(part) = found.variance_reduction { (format!("{:.0} %", part * 100.0)) } }
                td { @for (seed, by) in &pair.swings { code { (format!("{seed:#x}")) } " (" (unit(*by)) ") " } }
            } @else { td colspan="6" { span.faint { "nothing to compare" } } }
        }
    }
}

fn pareto(result: &CompareResult, (across, up): (usize, usize)) -> Markup {
    let metrics = &result.comparison.metrics;
    let (Some(across), Some(up)) = (metrics.get(across), metrics.get(up)) else { return html! {} };
    html! {
        section.pareto {
            h2 { (up.metric.name) " against " (across.metric.name) }
            @if let Some(plot) = plot::pareto(&result.comparison, across, up) {
                figure.plot {
                    (PreEscaped(plot))
                    figcaption { "A policy that another beats in both is a ring, one that none beats a full dot; crosses are 95 % of the bootstrap." }
                }
            } @else { p.faint { "Some policy has no value, or all have the same." } }
        }
    }
}

fn distributions(result: &CompareResult) -> Markup {
    let plots = result.comparison.distributions.iter();
    let plots: Vec<String> = plots.filter_map(plot::distribution).collect();
    html! {
        section.distributions {
            h2 { "distributions" }
            p { "The share of samples that are at most so much, under "
                @for place in 0..result.comparison.policies.len() { @if place > 0 { ", " } (policy(result, place)) }
                "; a tail of 0.5 % may lie outside on the right." }
            div.grid { @for plot in &plots { figure.plot { (PreEscaped(plot)) } } }
        }
    }
}

fn timeline(tool: &Tool, result: &CompareResult, seed: u64, runs: &[Timeline]) -> Markup {
    html! {
        section.timeline {
            h2 { "seed " code { (format!("{seed:#x}")) } " under each policy" }
            figure.plot {
                (PreEscaped(plot::timeline(runs)))
                figcaption { "What was announced when; shaded: what went wrong. Facts that come at the same times under all policies are left out." }
            }
            ul.commands { @for command in tool.each(&result.subject, &result.policies, seed) { li { code { (command) } } } }
        }
    }
}
