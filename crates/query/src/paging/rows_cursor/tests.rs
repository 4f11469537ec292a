use proptest::prelude::*;

use super::*;

fn follow(raw: &str) -> Result<(Follow, RowsRequest), Problem> {
    let mut request = RowsRequest::parse(raw)?;
    let dataset = DatasetName::new("passengers").unwrap();
    let now = DateTime::from_timestamp(1_000_000, 999_000_000).unwrap();
    let mut follow = Follow::of(&dataset, raw, &mut request, now)?;
    follow.places = vec![0, 1];
    Ok((follow, request))
}

fn follow_with(query: &str, cursor: &str) -> Result<(Follow, RowsRequest), Problem> {
    follow(&format!("{query}&cursor={cursor}"))
}

fn query(path: &str) -> &str {
    path.split_once('?').unwrap().1
}

proptest! {
    #[test]
    fn the_next_page_begins_where_this_one_ends(
        raw in "(name=eq\\.[a-c{}|]{0,3}&)?(limit=[0-9]{1,3}&)?(select=name)?",
        after in prop::collection::vec(prop::option::of(any::<String>()), 2),
        before in any::<u64>(),
    ) {
        let (first, request) = follow(&raw).unwrap();
        prop_assert_eq!((request.after, request.now.timestamp()), (None, 1_000_000));
        let path = first.next(&after, before).unwrap();
        prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'>'), "{}", path);
        let (second, request) = follow(query(&path)).unwrap();
        prop_assert_eq!((request.after, second.before), (Some(after.clone()), before));
        // The third page's path has one cursor, as the second's has.
        let third = second.next(&after, 0).unwrap();
        prop_assert_eq!(third.matches("cursor=").count(), 1);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[A-Za-z0-9_-]{0,80}", other in any::<String>()) {
        let encoded: String = other.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for text in [&text, &encoded] {
            let problem = follow(&format!("cursor={text}")).unwrap_err();
            prop_assert_eq!(problem.kind(), ProblemKind::InvalidCursor);
        }
    }
}

#[test]
fn a_cursor_is_good_for_the_same_rows_only() {
    let after = [Some("7".to_owned()), None];
    let (first, _) = follow("name=eq.a&select=name&limit=5").unwrap();
    let path = first.next(&after, 5).unwrap();
    let cursor = path.split_once("cursor=").unwrap().1;
    for same in ["name=eq.a&select=name", "limit=7&format=csv&name=eq.a&select=name"] {
        assert!(follow(&format!("{same}&cursor={cursor}")).is_ok(), "{same}");
    }
    for other in ["", "name=eq.b&select=name", "name=eq.a", "name=eq.a&select=name&order=name"] {
        let problem = follow(&format!("{other}&cursor={cursor}")).unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::InvalidCursor, "{other}");
    }
}

/// Anybody can write a cursor.
#[test]
fn a_cursor_whose_time_no_filter_can_mean_is_refused() {
    let (first, _) = follow("").unwrap();
    let digest = u128::from_str_radix(&first.digest, 16).unwrap().to_be_bytes();
    let forged = |now: i64| {
        let place = PageStart { now, before: 0, after: vec![Some("7".to_owned()), None] };
        let place = serde_json::to_vec(&place).unwrap();
        let bytes = [[VERSION].as_slice(), digest.as_slice(), place.as_slice()].concat();
        follow(&format!("cursor={}", URL_SAFE_NO_PAD.encode(bytes)))
    };
    let second = |year: i32, month: u32, day: u32, second: u32| {
        let day = chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap();
        day.and_hms_opt(0, 0, second).unwrap().and_utc().timestamp()
    };
    for now in [0, 1_000_000, second(2, 1, 1, 0), second(9_998, 12, 31, 59)] {
        let (follow, request) = forged(now).unwrap();
        assert_eq!((follow.now, request.now.timestamp()), (now, now));
    }
    for now in [
        8_210_266_876_799,
        -8_334_601_228_800,
        second(9_999, 1, 1, 0),
        second(2, 1, 1, 0) - 1,
        i64::MAX,
        i64::MIN,
    ] {
        assert_eq!(forged(now).unwrap_err().kind(), ProblemKind::InvalidCursor, "{now}");
    }
}

#[test]
fn the_next_page_may_have_another_form() {
    let representation = Representation::from_text("csv;csv=spreadsheet").unwrap();
    for (raw, expected) in [
        ("", "format=csv&_csv=spreadsheet"),
        ("limit=5&format=json", "limit=5&format=csv&_csv=spreadsheet"),
        ("f%6Frmat=json&_numbers=string&name=eq.a", "name=eq.a&format=csv&_csv=spreadsheet"),
    ] {
        let (follow, _) = follow(raw).unwrap();
        let path = follow.in_representation(representation).next(&[None, None], 0).unwrap();
        let (query, cursor) = query(&path).split_once("&cursor=").unwrap();
        assert_eq!(query, expected, "{raw}");
        assert!(follow_with(query, cursor).is_ok(), "{raw}");
    }
}

#[test]
fn a_cursor_is_left_out_however_it_is_written() {
    let after = [None, None];
    let (first, _) = follow("limit=5").unwrap();
    let path = first.next(&after, 5).unwrap();
    let (second, _) = follow(&query(&path).replace("cursor=", "%63ursor=")).unwrap();
    assert_eq!(query(&second.next(&after, 5).unwrap()), query(&path));
}

#[test]
fn what_has_no_place_or_no_room_is_not_followed() {
    let (mut first, _) = follow("").unwrap();
    assert_eq!(first.next(&[Some("x".repeat(MAX_URL)), None], 0), None);
    assert_eq!(first.next(&[None], 0), None);
    first.floating = vec![1];
    for (number, is_followed) in [("NaN", false), ("-Infinity", false), ("1.0E10", true)] {
        let after = [Some("NaN".to_owned()), Some(number.to_owned())];
        assert_eq!(first.next(&after, 0).is_some(), is_followed, "{number}");
    }
    first.places.clear();
    assert_eq!(first.next(&[], 0), None);
}
