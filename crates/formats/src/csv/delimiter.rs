//! Finding out what is between two cells.

use std::io;

use super::{cells::cells, scan::Scan};
use crate::Source;

/// What is looked for, the most frequent first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows are looked at where the header alone does not tell.
const ROWS: usize = 20;

/// How far is looked, in bytes.
const MOST: usize = 256 << 10;

/// The line that programs write before the header for Excel: `sep=;`.
const DECLARED: &[u8] = b"sep=";

/// What such a line says, if there is one; it is taken.
pub(super) fn declared(source: &mut Source) -> io::Result<Option<u8>> {
    loop {
        let rest = source.rest();
        let begins_so = rest.iter().zip(DECLARED).all(|(byte, expected)| byte.eq_ignore_ascii_case(expected));
        let at = |place: usize| rest.get(place).copied();
        // Behind the delimiter there has to be the end of the line.
        match (at(DECLARED.len()), at(DECLARED.len() + 1)) {
            _ if !begins_so => return Ok(None),
            (Some(delimiter), Some(b'\n' | b'\r')) => {
                let end = source.line_end(DECLARED.len() + 2)?;
                source.take(end);
                return Ok(Some(delimiter));
            }
            (Some(_), Some(_)) => return Ok(None),
            _ => {}
        }
        if !source.fill()? {
            return Ok(None);
        }
    }
}

/// What the first rows are split by: what splits the header, and if that is more than one of the candidates, then the
/// likely one, or else the one by which most rows have as many cells as the header. A comma if nothing splits it. Nothing is
/// taken.
pub(super) fn detect(source: &mut Source, likely: Option<u8>) -> io::Result<u8> {
    let mut is_open = true;
    loop {
        let is_enough = !is_open || source.rest().len() >= MOST;
        let counted = CANDIDATES.map(|delimiter| (delimiter, counts(source.rest(), delimiter, is_enough)));
        let has_header = counted.iter().all(|(_, counts)| !counts.is_empty());
        if has_header || is_enough {
            let splitting: Vec<&(u8, Vec<usize>)> =
                counted.iter().filter(|(_, counts)| counts.first().is_some_and(|cells| *cells > 1)).collect();
            match splitting.as_slice() {
                [] => return Ok(CANDIDATES[0]),
                [(delimiter, _)] => return Ok(*delimiter),
                several if several.iter().any(|(delimiter, _)| Some(*delimiter) == likely) => {
                    return Ok(likely.unwrap_or(CANDIDATES[0]));
                }
                several if is_enough || several.iter().all(|(_, counts)| counts.len() > ROWS) => {
                    return Ok(best(several));
                }
                _ => {}
            }
        }
        is_open = source.fill()?;
    }
}

fn best(candidates: &[&(u8, Vec<usize>)]) -> u8 {
    let score = |counts: &[usize]| {
        let cells = counts.first().copied().unwrap_or_default();
        let agreeing = counts.iter().filter(|count| **count == cells).count();
        (agreeing * 1_000 / counts.len().max(1), cells)
    };
    let mut best = (CANDIDATES[0], (0, 0));
    for (delimiter, counts) in candidates {
        let score = score(counts);
        if score > best.1 {
            best = (*delimiter, score);
        }
    }
    best.0
}

/// How many cells the first rows have. What has no end yet counts only if nothing follows.
fn counts(text: &[u8], delimiter: u8, is_all: bool) -> Vec<usize> {
    let (mut rest, mut counts) = (text, Vec::new());
    while !rest.is_empty() && counts.len() <= ROWS {
        let end = match Scan::Start.feed(rest, delimiter) {
            Some(end) => end,
            None if is_all => rest.len(),
            None => break,
        };
        let (row, behind) = rest.split_at(end);
        rest = behind;
        if row.iter().any(|byte| !matches!(byte, b'\n' | b'\r')) {
            counts.push(cells(row, delimiter).map_or(0, |cells| cells.len()));
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::Trickle;

    fn detected(text: &str, likely: Option<u8>) -> char {
        let found = [1, 7, 10_000].map(|piece| {
            let mut source = Source::new(Box::new(Trickle(text.as_bytes().to_vec(), piece)));
            detect(&mut source, likely).unwrap()
        });
        assert!(found.iter().all(|delimiter| *delimiter == found[0]), "{text:?}: {found:?}");
        char::from(found[0])
    }

    #[test]
    fn it_is_what_splits_the_header_and_then_most_rows() {
        for (text, delimiter) in [
            ("id,name\n1,a\n", ','),
            ("id;has_data;cost;group\n1;False;62.25;['345']\n2;False;54.00;['112', '113']\n", ';'),
            ("id\tname\n1\tAnn\n2\tBob, Jr\n", '\t'),
            ("id|name\n1|a;b\n", '|'),
            ("id\n1\n", ','),
            ("", ','),
            ("\"a;b\",c\n1,2\n", ','),
            ("name;price, net\na;1,50\nb;2\n", ';'),
            ("a,b;c,d\n1,2;2,3\n1,2,3\n", ','),
            ("at;value\r2026;1,5\r2027;2,5\r", ';'),
        ] {
            assert_eq!(detected(text, None), delimiter, "{text:?}");
        }
    }

    #[test]
    fn what_is_likely_wins_where_it_splits_the_header() {
        for (text, delimiter) in [
            // Each of these rows has as many commas as the header.
            ("city, state\tpopulation\nBoston, MA\t675\nAustin, TX\t961\n", '\t'),
            ("a, b, c\td\n1, 2, 3\t4\n", '\t'),
            // The name is wrong.
            ("id,name\n1,a\n", ','),
            ("id;name, first\n1;a\n", ';'),
            ("id\n1\n", ','),
        ] {
            assert_eq!(detected(text, Some(b'\t')), delimiter, "{text:?}");
        }
        assert_eq!(detected("city, state\tpopulation\nBoston, MA\t675\n", None), ',');
    }

    #[test]
    fn a_line_for_excel_says_it() {
        for (text, delimiter, header) in [
            ("sep=;\nid;a,b\n", Some(b';'), "id;a,b\n"),
            ("SEP=\t\r\nid\ta\r\n", Some(b'\t'), "id\ta\r\n"),
            ("sep=,\rid,a\r", Some(b','), "id,a\r"),
            ("sep=;", None, "sep=;"),
            ("sep=;x\n1\n", None, "sep=;x\n1\n"),
            ("sep\n1\n", None, "sep\n1\n"),
            ("se", None, "se"),
            ("", None, ""),
        ] {
            for piece in [1, 3, 10_000] {
                let mut source = Source::new(Box::new(Trickle(text.as_bytes().to_vec(), piece)));
                assert_eq!(declared(&mut source).unwrap(), delimiter, "{text:?}");
                while source.fill().unwrap() {}
                assert_eq!(source.rest(), header.as_bytes(), "{text:?} in pieces of {piece}");
            }
        }
    }

    /// A pipe may make a pause behind its first lines.
    #[test]
    fn a_header_that_tells_is_enough() {
        struct Paused(&'static [u8]);
        impl io::Read for Paused {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                assert!(!self.0.is_empty(), "it reads on");
                let some = self.0.len();
                buffer[..some].copy_from_slice(self.0);
                self.0 = b"";
                Ok(some)
            }
        }
        let mut source = Source::new(Box::new(Paused(b"id;name\n")));
        assert!(source.fill().unwrap());
        assert_eq!(declared(&mut source).unwrap(), None);
        assert_eq!(detect(&mut source, None).unwrap(), b';');
    }
}
