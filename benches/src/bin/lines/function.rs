//! The functions in LLVM's text, with their names and lengths.

/// A function.
pub(crate) struct Function {
    /// Its name, with all types.
    pub(crate) name: String,
    /// How many instructions it has: in the text, a line for each.
    pub(crate) lines: u64,
}

/// All functions of a text.
pub(crate) fn all(text: &str) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if !inside && line.starts_with("define") {
            functions.push(Function { name: name(line), lines: 0 });
            inside = true;
        } else if line.starts_with('}') {
            inside = false;
        } else if inside && line.starts_with("  ") && !line.starts_with("   ") {
            functions.last_mut().expect("it began").lines += 1;
        }
    }
    functions
}

/// The name after the `@` of a line that defines a function.
fn name(line: &str) -> String {
    let mangled = line.split_once('@').map_or(line, |(_, rest)| rest);
    let mangled = mangled.split('(').next().unwrap_or(mangled).trim_matches('"');
    format!("{:#}", rustc_demangle::demangle(mangled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_its_name_and_a_line_for_each_instruction() {
        let text = "define void @_RNvC4core4main(ptr %a) {\nstart:\n  %b = load i8\n  switch i8 %b [\n    i8 1, label %c\n  ]\n}\n";
        let [function] = &all(text)[..] else { panic!("there is one") };
        assert_eq!((&*function.name, function.lines), ("core::main", 3));
    }
}
