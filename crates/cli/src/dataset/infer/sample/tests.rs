use std::{
    io::Write,
    time::{Duration, Instant},
};

use super::*;

fn events(text: &str) -> Vec<String> {
    let sample = split(text.as_bytes(), false, 100).unwrap();
    assert_eq!(sample.bad, Vec::<String>::new());
    sample.events
}

#[test]
fn every_form_of_a_sample_is_told_by_its_beginning() {
    let expected = [r#"{"a":1}"#, r#"{"a":null}"#];
    for text in [
        "{\"a\":1}\n{\"a\":null}\n",
        "\u{feff}{\"a\":1}\r\n\r\n{\"a\":null}",
        " [{\"a\":1},\n{\"a\":null}] ",
        "a\n1\n\"\"\n",
    ] {
        let found = events(text);
        assert_eq!(found.len(), 2, "{text:?}: {found:?}");
        assert_eq!(found[0].replace("\"1\"", "1"), expected[0], "{text:?}");
    }
    assert_eq!(events("{\n \"a\": 1\n}\n{\n \"a\": 2\n}"), ["{\n \"a\": 1\n}", "{\n \"a\": 2\n}"]);
}

#[test]
fn cells_are_numbers_where_all_of_their_column_are() {
    let text = "n,mixed,code,flag,list,text,\"a \"\"name\"\"\"\n\
                1.50,1,007,TRUE,\"[1,2]\",\"a,\nb\",\"\"\n\
                -2,x,010,false,[],é,\n";
    assert_eq!(
        events(text),
        [
            r#"{"n":1.50,"mixed":"1","code":"007","flag":true,"list":[1,2],"text":"a,\nb","a \"name\"":""}"#,
            r#"{"n":-2,"mixed":"x","code":"010","flag":false,"list":[],"text":"é","a \"name\"":null}"#
        ]
    );
}

#[test]
fn what_is_no_event_is_said_and_its_neighbours_are_read() {
    for (text, good, words) in [
        ("{\"a\":1}\n{\"a\":\n{\"a\":2}\n", 2, "line 2: "),
        ("[{\"a\":1},{\"a\":}]", 1, "the array: "),
        ("[{\"a\":1}", 1, "the array: "),
        ("a,b\n1,2\n3\n4,5\n", 2, "row 3: 1 cells under a header of 2"),
    ] {
        let sample = split(text.as_bytes(), false, 100).unwrap();
        assert_eq!(sample.events.len(), good, "{text:?}: {sample:?}");
        let [bad] = sample.bad.as_slice() else { panic!("{sample:?}") };
        assert!(bad.contains(words), "{bad}");
    }
}

#[test]
fn what_is_no_sample_says_what_it_is_not() {
    for (bytes, words) in [
        (&b" \n"[..], "is empty"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b"a,,b\n1,2,3\n", "column 2 of its first line has no name"),
        (b"a,a\n1,2\n", "names the column \"a\" twice"),
    ] {
        let reason = split(bytes, false, 100).unwrap_err();
        assert!(reason.contains(words), "{reason}");
    }
}

/// Each name against all before it would take minutes.
#[test]
fn a_wide_header_is_searched_once_for_names_that_come_twice() {
    let columns = 300_000;
    let mut header: Vec<String> = (0..columns).map(|column| format!("column_{column:06}")).collect();
    header.push(header[columns / 2].clone());
    let began = Instant::now();
    let reason = split(header.join(",").as_bytes(), false, 100).unwrap_err();
    assert_eq!(reason, "names the column \"column_150000\" twice in its header");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn a_sample_is_cut_between_events() {
    for text in ["{\"a\":1}\n{\"a\":2}\n{\"a\":3", "[{\"a\":1},{\"a\":2},{\"a\":3", "a\n1\n2\n3"] {
        let sample = split(text.as_bytes(), true, 100).unwrap();
        assert_eq!(
            (sample.events.len(), sample.bad.len(), sample.is_cut),
            (2, 0, true),
            "{text:?}: {sample:?}"
        );
        let sample = split(text.as_bytes(), false, 1).unwrap();
        assert_eq!((sample.events.len(), sample.is_cut), (1, true), "{text:?}");
    }
}

#[test]
fn packed_samples_are_told_by_their_beginning_and_bounded() {
    let text = b"{\"a\":1}\n".repeat(1_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    for packed in [text.clone(), gzip.finish().unwrap(), zstd::encode_all(&text[..], 3).unwrap()] {
        assert_eq!(unpack(&packed[..], 1 << 20).unwrap(), (text.clone(), false));
        assert_eq!(unpack(&packed[..], 80).unwrap(), (text[..80].to_vec(), true));
    }
}
