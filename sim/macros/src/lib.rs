//! The attribute `#[rehearsal::test]`; see the package `rehearsal`.

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, ItemFn, Lit, Token, parse_macro_input};

/// Makes a test of a function that returns a scenario: the scenario is checked under many seeds.
///
/// | Argument | Meaning | If absent |
/// |---|---|---|
/// | `seeds = 1000` | how many seeds | 1,000 |
/// | `faults = "lossy"` | the profile of faults | `chaos` |
/// | `time = "5s"` | end after this much wall time, in `ms`, `s` or `m` | no bound |
/// | `goals = false` | goals that no run reaches do not fail the test | they do |
///
/// ```ignore
/// #[rehearsal::test(seeds = 5000)]
/// fn a_late_write_is_refused_by_the_fence() -> impl Scenario {
///     LeaseLock { fenced: true }
/// }
/// ```
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(arguments as Arguments);
    let function = parse_macro_input!(item as ItemFn);
    expand(&arguments.0, function).unwrap_or_else(syn::Error::into_compile_error).into()
}

struct Arguments(Vec<Argument>);

struct Argument {
    name: Ident,
    value: Expr,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self(Punctuated::<Argument, Token![,]>::parse_terminated(input)?.into_iter().collect()))
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: input.parse()? })
    }
}

fn expand(arguments: &[Argument], mut function: ItemFn) -> syn::Result<proc_macro2::TokenStream> {
    if let Some(input) = function.sig.inputs.first() {
        return Err(syn::Error::new_spanned(
            input,
            "a rehearsed test takes no argument: it returns its scenario",
        ));
    }
    if matches!(function.sig.output, syn::ReturnType::Default) {
        let mend = "a rehearsed test returns its scenario: `-> impl Scenario`";
        return Err(syn::Error::new_spanned(&function.sig.ident, mend));
    }
    let calls = arguments.iter().map(call).collect::<syn::Result<Vec<_>>>()?;
    let name = std::mem::replace(&mut function.sig.ident, format_ident!("scenario"));
    let attributes = std::mem::take(&mut function.attrs);
    Ok(quote! {
        #[test]
        #(#attributes)*
        fn #name() {
            #function
            ::rehearsal::check(scenario()).named(stringify!(#name)) #(#calls)* .run();
        }
    })
}

fn call(argument: &Argument) -> syn::Result<proc_macro2::TokenStream> {
    let Argument { name, value } = argument;
    match name.to_string().as_str() {
        "seeds" => Ok(quote! { .seeds(#value) }),
        "faults" => Ok(quote! {
            .faults(::rehearsal::Profile::named(#value).expect("a profile of this name: see `rehearse list`"))
        }),
        "time" => {
            let millis = millis(value)?;
            Ok(quote! { .time(::std::time::Duration::from_millis(#millis)) })
        }
        "goals" => Ok(quote! { .goals(#value) }),
        _ => Err(syn::Error::new_spanned(name, "the arguments are `seeds`, `faults`, `time` and `goals`")),
    }
}

/// Reads `"5s"`, `"300ms"` or `"2m"`.
fn millis(value: &Expr) -> syn::Result<u64> {
    let wrong = || syn::Error::new_spanned(value, "a time looks like \"5s\", \"300ms\" or \"2m\"");
    let Expr::Lit(literal) = value else { return Err(wrong()) };
    let Lit::Str(text) = &literal.lit else { return Err(wrong()) };
    let text = text.value();
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    let read =
        |(unit, millis): &(&str, u64)| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*millis);
    units.iter().find_map(read).ok_or_else(wrong)
}
