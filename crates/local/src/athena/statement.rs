//! What kind of statement a text is, as Athena says it in `StatementType` and `SubstatementType`, and what its
//! result object is called. (Measured against Athena by others; a kind that is not listed has no substatement.)

/// One kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// `StatementType`.
    pub(super) statement: &'static str,
    /// `SubstatementType`, where it is known.
    pub(super) substatement: Option<&'static str>,
    file: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    Csv,
    Text,
    /// An INSERT: there is no result object, and its name has no extension.
    Bare,
    /// CREATE TABLE AS: as for an INSERT, below `tables/`.
    Table,
}

impl Kind {
    /// The kind of a statement, by its first words. Comments count as blanks.
    pub(super) fn of(sql: &str) -> Self {
        let words = words(sql);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let kind = |statement, substatement, file| Self { statement, substatement, file };
        let utility = |substatement| kind("UTILITY", Some(substatement), File::Text);
        let ddl = |substatement| kind("DDL", Some(substatement), File::Text);
        match &words[..] {
            ["INSERT", ..] => kind("DML", Some("INSERT"), File::Bare),
            ["UPDATE", ..] => kind("DML", Some("UPDATE"), File::Csv),
            ["DELETE", ..] => kind("DML", Some("DELETE"), File::Csv),
            ["MERGE", ..] => kind("DML", Some("MERGE"), File::Csv),
            ["UNLOAD", ..] => kind("DML", Some("UNLOAD"), File::Csv),
            ["VACUUM", ..] => kind("DML", None, File::Text),
            ["EXPLAIN", ..] => kind("DML", Some("EXPLAIN"), File::Text),
            ["SHOW", "FUNCTIONS", ..] => kind("UTILITY", Some("SHOW_FUNCTIONS"), File::Csv),
            ["SHOW", "TABLES", ..] => utility("SHOW_TABLES"),
            ["SHOW", "DATABASES" | "SCHEMAS", ..] => utility("SHOW_DATABASES"),
            ["SHOW", "COLUMNS", ..] => utility("SHOW_COLUMNS"),
            ["SHOW", "PARTITIONS", ..] => utility("SHOW_PARTITIONS"),
            ["SHOW", "TBLPROPERTIES", ..] => utility("SHOW_TBLPROPERTIES"),
            ["SHOW", "VIEWS", ..] => utility("SHOW_VIEWS"),
            ["SHOW", "CREATE", "TABLE", ..] => utility("SHOW_CREATE_TABLE"),
            ["SHOW", "CREATE", "VIEW", ..] => utility("SHOW_CREATE_VIEW"),
            ["SHOW", ..] => kind("UTILITY", None, File::Text),
            ["DESCRIBE" | "DESC", ..] => utility("DESCRIBE_TABLE"),
            ["CREATE", "TABLE", rest @ ..] if makes_rows(rest) => {
                kind("DDL", Some("CREATE_TABLE_AS_SELECT"), File::Table)
            }
            ["CREATE", "TABLE", ..] | ["CREATE", "EXTERNAL", "TABLE", ..] => ddl("CREATE_TABLE"),
            ["CREATE", "DATABASE" | "SCHEMA", ..] => ddl("CREATE_DATABASE"),
            ["CREATE", "VIEW", ..] | ["CREATE", "OR", "REPLACE", "VIEW", ..] => ddl("CREATE_VIEW"),
            ["DROP", "TABLE", ..] => ddl("DROP_TABLE"),
            ["DROP", "DATABASE" | "SCHEMA", ..] => ddl("DROP_DATABASE"),
            ["DROP", "VIEW", ..] => ddl("DROP_VIEW"),
            ["MSCK", ..] => ddl("MSCK_REPAIR"),
            ["PREPARE" | "DEALLOCATE", ..] => kind("UTILITY", None, File::Text),
            ["CREATE" | "ALTER" | "DROP" | "OPTIMIZE", ..] => kind("DDL", None, File::Text),
            _ => kind("DML", Some("SELECT"), File::Csv),
        }
    }

    /// Whether the result has rows, and is not only a count of those that were written elsewhere.
    pub(super) fn has_rows(self) -> bool {
        matches!(self.file, File::Csv | File::Text) && self.substatement != Some("UNLOAD")
    }

    /// Whether the result is lines of text without a header.
    pub(super) fn is_text(self) -> bool {
        self.file == File::Text
    }

    /// The key of the result object of an execution, below the output location's prefix.
    pub(super) fn key(self, id: &str) -> String {
        match self.file {
            File::Csv => format!("{id}.csv"),
            File::Text => format!("{id}.txt"),
            File::Bare => id.to_owned(),
            File::Table => format!("tables/{id}"),
        }
    }
}

/// Whether the rest of a CREATE TABLE has a query in it.
fn makes_rows(rest: &[&str]) -> bool {
    rest.windows(2).any(|pair| pair[0] == "AS" && matches!(pair[1], "SELECT" | "WITH" | "VALUES" | "TABLE"))
}

/// The words outside of quotes and comments, in upper case.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (skip, is_word) = if rest.starts_with("--") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), false)
        } else if matches!(first, '\'' | '"' | '`') {
            (rest[1..].find(first).map_or(rest.len(), |end| end + 2), false)
        } else if is_word_part(first) {
            (rest.find(|c| !is_word_part(c)).unwrap_or(rest.len()), true)
        } else {
            (first.len_utf8(), false)
        };
        if is_word {
            words.push(rest[..skip].to_uppercase());
        }
        rest = &rest[skip..];
    }
    words
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn the_first_words_decide() {
        for (sql, statement, substatement, key) in [
            ("SELECT 1", "DML", "SELECT", "q.csv"),
            (" -- SHOW\n/* DROP */ with x as (select 1) select 1", "DML", "SELECT", "q.csv"),
            ("(SELECT 'ä')", "DML", "SELECT", "q.csv"),
            ("VALUES 1", "DML", "SELECT", "q.csv"),
            ("explain select 1", "DML", "EXPLAIN", "q.txt"),
            ("show  tables", "UTILITY", "SHOW_TABLES", "q.txt"),
            ("SHOW/**/SCHEMAS", "UTILITY", "SHOW_DATABASES", "q.txt"),
            ("PREPARE p FROM SELECT 1", "UTILITY", "", "q.txt"),
            ("UNLOAD (SELECT 1) TO 's3://b/x/'", "DML", "UNLOAD", "q.csv"),
            ("DESC t", "UTILITY", "DESCRIBE_TABLE", "q.txt"),
            ("INSERT INTO t VALUES (1)", "DML", "INSERT", "q"),
            ("CREATE TABLE t AS SELECT 1", "DDL", "CREATE_TABLE_AS_SELECT", "tables/q"),
            (
                "CREATE TABLE \"t\" WITH (x = 'AS SELECT') AS (SELECT 1)",
                "DDL",
                "CREATE_TABLE_AS_SELECT",
                "tables/q",
            ),
            ("CREATE TABLE t (x int COMMENT 'AS SELECT')", "DDL", "CREATE_TABLE", "q.txt"),
            ("DROP TABLE t", "DDL", "DROP_TABLE", "q.txt"),
            ("ALTER TABLE t ADD COLUMNS (x int)", "DDL", "", "q.txt"),
            ("", "DML", "SELECT", "q.csv"),
            ("'unterminated", "DML", "SELECT", "q.csv"),
        ] {
            let kind = Kind::of(sql);
            let found = (kind.statement, kind.substatement.unwrap_or_default(), kind.key("q"));
            assert_eq!(found, (statement, substatement, key.to_owned()), "{sql}");
        }
    }
}
