//! Trino's functions, as far as they are here: one table, of which the API's gate and the local engine each take their part.
//!
//! A function that is in neither is no row. `docs/sql.md` shows the table, with an example of each.

mod aggregates;
mod nested;
mod numbers;
mod others;
mod text;
mod times;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name, in lower case.
    pub name: &'static str,
    /// The types of its arguments, in Trino's words. A capital letter stands for any type, and `N` for a type of numbers; what
    /// is in brackets may be missing; `...` is for any number of arguments more. `...` alone: it has a grammar of its own.
    pub takes: &'static str,
    /// The type of its result.
    pub gives: &'static str,
    form: Form,
    is_local: bool,
    is_varying: bool,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As a call.
    Call,
    /// By its name alone.
    Bare,
    /// As the grammar says, as in `position('a' IN s)`. The parser makes no call of it.
    Grammar,
}

/// All of them, by the chapters of Trino's documentation.
const CHAPTERS: [(&str, &[Function]); 22] = [
    ("Conditional expressions", numbers::CONDITIONAL_EXPRESSIONS),
    ("Comparison functions and operators", numbers::COMPARISON),
    ("Conversion functions", numbers::CONVERSION),
    ("Mathematical functions and operators", numbers::MATHEMATICAL),
    ("Bitwise functions", numbers::BITWISE),
    ("String functions and operators", text::STRING),
    ("Regular expression functions", text::REGULAR_EXPRESSION),
    ("Binary functions and operators", text::BINARY),
    ("Date and time functions and operators", times::DATE_AND_TIME),
    ("JSON functions and operators", nested::JSON),
    ("URL functions", text::URL),
    ("Array functions and operators", nested::ARRAY),
    ("Map functions and operators", nested::MAP),
    ("Row values", nested::ROW_VALUES),
    ("Aggregate functions", aggregates::AGGREGATE),
    ("HyperLogLog functions", aggregates::HYPERLOGLOG),
    ("Set Digest functions", aggregates::SET_DIGEST),
    ("Quantile digest functions", aggregates::QUANTILE_DIGEST),
    ("T-Digest functions", aggregates::T_DIGEST),
    ("Window functions", aggregates::WINDOW),
    ("UUID functions", others::UUID),
    ("Geospatial functions", others::GEOSPATIAL),
];

/// Every function, each once. Free SQL and named queries may call all of them: each only computes.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    CHAPTERS.into_iter().flat_map(|(_, functions)| functions)
}

/// Every function with its chapter.
pub fn chapters() -> impl Iterator<Item = (&'static str, &'static Function)> {
    CHAPTERS.into_iter().flat_map(|(chapter, functions)| functions.iter().map(move |one| (chapter, one)))
}

/// The function of this name, which is in lower case.
pub fn function(name: &str) -> Option<&'static Function> {
    functions().find(|function| function.name == name)
}

impl Function {
    /// Whether the local Athena has it. What it does not compute as Trino does, it refuses by name.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Whether the local Athena finds it by its name, and not by its grammar.
    pub fn is_local_call(&self) -> bool {
        self.is_local && self.form != Form::Grammar
    }

    /// Whether it may answer differently from the same data.
    pub fn is_varying(&self) -> bool {
        self.is_varying
    }

    /// Whether it is written without parentheses.
    pub fn is_bare(&self) -> bool {
        self.form == Form::Bare
    }

    /// How many arguments it takes: at least, and at most if there is a bound.
    pub fn arguments(&self) -> (usize, Option<usize>) {
        let (listed, most_is_bound) = match self.takes {
            "..." => ("", false),
            takes => takes.strip_suffix(", ...").map_or((takes, true), |listed| (listed, false)),
        };
        let (mut least, mut most, mut depth) = (0, 0, 0_usize);
        let (mut is_optional, mut is_within) = (false, false);
        for sign in listed.chars() {
            match sign {
                ' ' => continue,
                '[' => {
                    is_optional = true;
                    continue;
                }
                ']' => continue,
                ',' if depth == 0 => {
                    is_within = false;
                    continue;
                }
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if !is_within {
                is_within = true;
                most += 1;
                least += usize::from(!is_optional);
            }
        }
        (least, most_is_bound.then_some(most))
    }

    /// What it takes and gives, in one line: `(varchar, bigint) → varchar`.
    pub fn signature(&self) -> String {
        let Self { takes, gives, .. } = *self;
        if self.is_bare() { gives.to_owned() } else { format!("({takes}) → {gives}") }
    }

    const fn bare(self) -> Self {
        Self { form: Form::Bare, ..self }
    }

    const fn of_grammar(self) -> Self {
        Self { form: Form::Grammar, ..self }
    }

    const fn varying(self) -> Self {
        Self { is_varying: true, ..self }
    }
}

/// One that the API and the local Athena have.
const fn both(name: &'static str, takes: &'static str, gives: &'static str) -> Function {
    Function { name, takes, gives, form: Form::Call, is_local: true, is_varying: false }
}

/// One that the local Athena does not compute: what it has of its kind answers otherwise than Trino's, or it has none.
const fn api(name: &'static str, takes: &'static str, gives: &'static str) -> Function {
    Function { name, takes, gives, form: Form::Call, is_local: false, is_varying: false }
}

#[cfg(test)]
mod tests;
