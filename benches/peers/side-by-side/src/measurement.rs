//! One line of one case.

/// What a program printed about one run of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// What is counted.
    pub unit: String,
    /// How many were done.
    pub count: u64,
    /// Seconds on the wall.
    pub wall: f64,
    /// Seconds on CPUs.
    pub cpu: f64,
    /// Units a second.
    pub rate: f64,
    /// What happened, folded; all zeros if there is only a count.
    pub digest: String,
    /// The greatest resident memory beyond that of the program and its libraries.
    pub memory_kib: f64,
}

impl Measurement {
    /// From the line `program,case,unit,count,wall,cpu,rate,digest,memory`.
    pub fn of(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let [_, _, unit, count, wall, cpu, rate, digest, memory] = fields[..] else { return None };
        Some(Self {
            unit: unit.to_owned(),
            count: count.parse().ok()?,
            wall: wall.parse().ok()?,
            cpu: cpu.parse().ok()?,
            rate: rate.parse().ok()?,
            digest: digest.to_owned(),
            memory_kib: memory.parse().ok()?,
        })
    }

    /// Whether nothing but the count can be compared.
    pub fn is_count_only(&self) -> bool {
        self.digest.bytes().all(|byte| byte == b'0')
    }

    /// Whether two runs of one case did the same.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.count, &self.digest) == (other.count, &other.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_program_is_read() {
        let line = "limit,w1,msg,2000,0.500000,0.250000,4000.0,00000000000000ab,2048\n";
        let measurement = Measurement::of(line).unwrap();
        assert_eq!(
            (measurement.count, measurement.rate, &*measurement.digest),
            (2000, 4000.0, "00000000000000ab")
        );
        assert!(!measurement.is_count_only());
        assert_eq!(Measurement::of("limit,w1,msg,2000"), None);
    }
}
