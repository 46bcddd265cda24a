//! The short form: small sizes, counts and digests only. Times are not judged.

use std::process::ExitCode;

use crate::case::Case;
use crate::kept::Kept;
use crate::rounds::once;

/// Runs every case in its short form and compares it with what is kept; with `keep`, keeps it from now on.
///
/// # Errors
///
/// If a case fails, or what is kept cannot be read or written, in words.
pub fn run(cases: &[Case], keep: bool) -> Result<ExitCode, String> {
    let mut kept = Kept::load()?;
    let mut wrong = 0;
    for case in cases {
        let name = format!("{}/{}", case.program, case.name);
        let came = once(case, &mut case.short())?;
        let differs = if is_fixed(case) && keep {
            kept.keep(name, &came);
            None
        } else if is_fixed(case) {
            kept.differs(&name, &came)
        } else {
            let again = once(case, &mut case.short())?;
            (!again.is_same(&came)).then(|| format!("{name} does something else each time"))
        };
        if let Some(differs) = differs {
            wrong += 1;
            eprintln!("{differs}");
        }
    }
    if keep {
        kept.store()?;
    }
    if wrong > 0 {
        eprintln!("{wrong} of {} cases differ; if that was meant, add --keep", cases.len());
        return Ok(ExitCode::FAILURE);
    }
    println!("{} cases: counts and digests are as they should be", cases.len());
    Ok(ExitCode::SUCCESS)
}

/// Whether a case is one of the works W1 to W4, which do not change. A ready scenario may: it need only be the same each time.
fn is_fixed(case: &Case) -> bool {
    !case.name.starts_with("session")
}
