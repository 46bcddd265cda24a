//! Medians and their intervals, also where some repetitions found nothing.

/// A median with its 95 % interval. A part is `None` if it lies beyond what was observed: with a repetition that gave up, all
/// that is known is that its number is larger than all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The median.
    pub median: Option<f64>,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

impl Interval {
    /// The median of a sample and its exact interval by order statistics, which assumes nothing about the distribution: the
    /// number of values below the true median is binomial. With fewer than 6 values the interval is the range of all.
    pub fn of_median(mut sample: Vec<Option<f64>>) -> Self {
        let order = |value: &Option<f64>| value.unwrap_or(f64::INFINITY);
        sample.sort_by(|a, b| order(a).total_cmp(&order(b)));
        let count = sample.len();
        if count == 0 {
            return Self { median: None, low: None, high: None };
        }
        let (left, right) = (sample[(count - 1) / 2], sample[count / 2]);
        let median = left.zip(right).map(|(left, right)| f64::midpoint(left, right));
        let outside = rank(count).saturating_sub(1);
        Self { median, low: sample[outside], high: sample[count - 1 - outside] }
    }
}

/// The largest k so that the true median lies below the k-th smallest value with a chance of at most 2.5 %.
fn rank(count: usize) -> usize {
    let mut below = 0.0;
    // The chance of exactly j values below the median, from j = 0 on.
    let mut chance = 0.5_f64.powf(count as f64);
    for j in 0..count {
        below += chance;
        if below > 0.025 {
            return j;
        }
        chance *= (count - j) as f64 / (j + 1) as f64;
    }
    count / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_values_have_the_interval_that_tables_say() {
        assert_eq!([6, 9, 20, 50].map(rank), [1, 2, 6, 18]);
        let sample = (1..=20).map(|n| Some(f64::from(n))).collect();
        let interval = Interval { median: Some(10.5), low: Some(6.0), high: Some(15.0) };
        assert_eq!(Interval::of_median(sample), interval);
    }

    #[test]
    fn what_was_never_found_lies_above_everything() {
        let mut sample = vec![None; 6];
        sample.extend((1..=14).map(|n| Some(f64::from(n))));
        let interval = Interval { median: Some(10.5), low: Some(6.0), high: None };
        assert_eq!(Interval::of_median(sample), interval);
        assert_eq!(Interval::of_median(vec![None; 20]).low, None);
    }
}
