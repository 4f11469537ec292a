//! What the columns of a result are that no dataset describes: of free SQL and of named queries.

use std::collections::HashSet;

use domain::{DataType, data_type::Decimal, port::ResultColumn};

use crate::plan::column::OutputColumn;

/// The columns of an answer with this result, typed by Athena's own words.
///
/// What the lake has no type for is text, as Athena writes it: `time`, `timestamp with time zone`, `json`, intervals,
/// `uuid` and the rest. So are arrays, maps and rows (`[a, b]`, `{k=v}`) and `varbinary` (`00 ff`), which Athena
/// writes in a form from which their values cannot be told: SQL that wants them exact selects
/// `json_format(CAST(x AS JSON))` and `to_base64(x)`, which is text as well.
pub(crate) fn columns(result: &[ResultColumn]) -> Vec<OutputColumn> {
    let types = result.iter().map(|column| data_type(&column.data_type));
    names(result).into_iter().zip(types).map(|(name, data_type)| OutputColumn { name, data_type }).collect()
}

/// The columns' names. SQL may give two columns one name, and an object cannot: the second `a` is called `a_1`, or what
/// comes next that no other column is called.
pub(crate) fn names(result: &[ResultColumn]) -> Vec<String> {
    let given: HashSet<&str> = result.iter().map(|column| column.name.as_str()).collect();
    let mut taken = HashSet::new();
    let name = |ResultColumn { name, .. }: &ResultColumn| {
        let mut unique = name.clone();
        let mut count = 0;
        while !taken.insert(unique.clone()) {
            loop {
                count += 1;
                unique = format!("{name}_{count}");
                if !given.contains(unique.as_str()) {
                    break;
                }
            }
        }
        unique
    };
    result.iter().map(name).collect()
}

fn data_type(athena: &str) -> DataType {
    let word = athena.trim().to_ascii_lowercase();
    let (name, arguments) = match word.split_once('(') {
        Some((name, rest)) => match rest.strip_suffix(')') {
            Some(arguments) => (name.trim_end(), Some(arguments)),
            None => return DataType::String,
        },
        None => (word.as_str(), None),
    };
    match (name, arguments) {
        ("boolean", None) => DataType::Boolean,
        ("tinyint" | "smallint" | "integer" | "int", None) => DataType::Int,
        ("bigint", None) => DataType::BigInt,
        ("real" | "float", None) => DataType::Float,
        ("double", None) => DataType::Double,
        ("decimal", Some(arguments)) => decimal(arguments).unwrap_or(DataType::String),
        ("date", None) => DataType::Date,
        ("timestamp", None) => DataType::Timestamp,
        ("timestamp", Some(precision)) if precision.trim().parse::<u8>().is_ok() => DataType::Timestamp,
        _ => DataType::String,
    }
}

fn decimal(arguments: &str) -> Option<DataType> {
    let (precision, scale) = arguments.split_once(',').unwrap_or((arguments, "0"));
    let decimal = Decimal::new(precision.trim().parse().ok()?, scale.trim().parse().ok()?)?;
    Some(DataType::Decimal(decimal))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(name: &str, data_type: &str) -> ResultColumn {
        ResultColumn { name: name.to_owned(), data_type: data_type.to_owned() }
    }

    #[test]
    fn athenas_words_are_the_lakes_types_or_text() {
        for (athena, lake) in [
            ("varchar", "string"),
            ("varchar(10)", "string"),
            ("char(3)", "string"),
            ("boolean", "boolean"),
            ("tinyint", "int"),
            ("smallint", "int"),
            ("integer", "int"),
            ("bigint", "bigint"),
            ("real", "float"),
            ("float", "float"),
            ("double", "double"),
            ("decimal(12,2)", "decimal(12,2)"),
            ("decimal(38, 0)", "decimal(38,0)"),
            ("DECIMAL(5)", "decimal(5,0)"),
            ("decimal(39,0)", "string"),
            ("decimal", "string"),
            ("date", "date"),
            ("timestamp", "timestamp"),
            ("timestamp(6)", "timestamp"),
            ("timestamp with time zone", "string"),
            ("timestamp(3) with time zone", "string"),
            ("time", "string"),
            ("varbinary", "string"),
            ("json", "string"),
            ("array", "string"),
            ("array(integer)", "string"),
            ("map(varchar, date)", "string"),
            ("row(a integer)", "string"),
            ("interval day to second", "string"),
            ("unknown", "string"),
            ("", "string"),
        ] {
            assert_eq!(columns(&[column("x", athena)])[0].data_type.to_string(), lake, "{athena}");
        }
    }

    #[test]
    fn no_two_columns_have_one_name() {
        let result = ["a", "_col1", "a", "a_1", "a", ""].map(|name| column(name, "varchar"));
        assert_eq!(names(&result), ["a", "_col1", "a_2", "a_1", "a_3", ""]);
    }

    proptest! {
        #[test]
        fn names_are_unique_and_those_that_were_stay(given in prop::collection::vec("a?(_[12])?", 0..12)) {
            let result: Vec<ResultColumn> = given.iter().map(|name| column(name, "varchar")).collect();
            let names = names(&result);
            prop_assert_eq!(names.iter().collect::<HashSet<_>>().len(), given.len());
            for (index, name) in given.iter().enumerate() {
                let first = given.iter().position(|other| other == name) == Some(index);
                prop_assert_eq!(first, &names[index] == name);
            }
        }
    }
}
