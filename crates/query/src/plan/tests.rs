use super::*;
use crate::testing;

const LIMITS: Limits = Limits { default_rows: 100, max_rows: 1_000 };

fn plan(raw: &str) -> Result<RowsPlan, Problem> {
    RowsPlan::new(&testing::bookings(), &RowsRequest::parse(raw).unwrap(), LIMITS)
}

fn names<'a>(columns: impl IntoIterator<Item = &'a TableColumn>) -> Vec<&'a str> {
    columns.into_iter().map(TableColumn::name).collect()
}

#[track_caller]
fn refused(raw: &str, kind: Kind, sentence: &str) {
    let problem = plan(raw).unwrap_err();
    assert_eq!((problem.to_string().as_str(), problem.kind()), (sentence, kind));
}

#[test]
fn what_is_not_said_is_the_datasets() {
    let plan = plan("").unwrap();
    let defined = ["booking_id", "seats", "customer", "price", "paid", "flies_on", "booked_at"];
    assert_eq!(names(&plan.columns), defined);
    assert_eq!(names(plan.order.iter().map(|term| &term.column)), ["booked_at", "booking_id"]);
    assert!(plan.order.iter().all(|term| !term.descending && !term.nulls_first));
    assert_eq!(plan.limit, 100);
    assert!(plan.filters.is_empty());
}

#[test]
fn partition_keys_and_the_lakes_own_columns_come_when_named() {
    let named = plan("select=dt,hour,_id,_ingested_at,_extra,price&limit=1000").unwrap();
    assert_eq!(names(&named.columns), ["dt", "hour", "_id", "_ingested_at", "_extra", "price"]);
    let all = plan("select=*,dt&limit=0").unwrap();
    assert_eq!((all.columns.len(), all.limit), (8, 0));
    let daily = RowsRequest::parse("select=hour").unwrap();
    assert!(RowsPlan::new(&testing::flights(), &daily, LIMITS).is_err());
}

#[test]
fn nulls_count_as_the_largest_unless_the_caller_says_otherwise() {
    let plan = plan("order=price,seats.desc,paid.desc.nullslast,customer.nullsfirst").unwrap();
    let nulls_first: Vec<bool> = plan.order.iter().map(|term| term.nulls_first).collect();
    assert_eq!(nulls_first, [false, true, false, true]);
}

#[test]
fn every_mistake_says_what_would_work() {
    refused("prise=gte.1", Kind::UnknownColumn, "unknown column \"prise\": did you mean \"price\"?");
    refused("select=prise", Kind::UnknownColumn, "unknown column \"prise\": did you mean \"price\"?");
    refused("order=prise", Kind::UnknownColumn, "unknown column \"prise\": did you mean \"price\"?");
    refused("limt=5", Kind::UnknownParameter, "unknown query parameter \"limt\": did you mean \"limit\"?");
    refused("prise=5", Kind::UnknownParameter, "unknown query parameter \"prise\": did you mean \"price\"?");
    refused(
        "zzzzzz=eq.5",
        Kind::UnknownColumn,
        "unknown column \"zzzzzz\"; columns: booking_id, seats, customer, price, paid, flies_on, booked_at, dt, \
         hour, _id, _ingested_at, _extra",
    );
    refused("select=price,price", Kind::InvalidValue, "select names \"price\" twice: name it once");
    refused("order=price,price.desc", Kind::InvalidValue, "order names \"price\" twice: name it once");
    refused("limit=1001", Kind::TooMuch, "limit 1001 is more than the 1000 rows that one answer may have");
    refused(
        "seats=eq.many",
        Kind::InvalidValue,
        "the filter on \"seats\" expects an int (-2147483648 to 2147483647), found \"many\"",
    );
    refused(
        "dt=eq.2026-1-3",
        Kind::InvalidValue,
        "the filter on \"dt\" expects a day, as 2026-11-23, found \"2026-1-3\"",
    );
    refused(
        "hour=eq.7",
        Kind::InvalidValue,
        "the filter on \"hour\" expects an hour of two digits, 00 to 23, found \"7\"",
    );
    refused(
        "booked_at=eq.2026-11-23T10:05:00+01:00",
        Kind::InvalidValue,
        "the filter on \"booked_at\" expects a time of RFC 3339 with an offset, as 2026-11-23T10:05:00Z, \
         found \"2026-11-23T10:05:00 01:00\" (write + as %2B in a URL)",
    );
}

#[test]
fn what_has_no_order_or_no_literal_is_refused_with_what_would_work() {
    let plan = |raw: &str| RowsPlan::new(&testing::parcels(), &RowsRequest::parse(raw).unwrap(), LIMITS);
    for (raw, sentence) in [
        (
            "address=eq.x",
            "column \"address\" is of type \"struct<city:string,since:timestamp>\": it cannot be filtered on; columns \
             that can: weight, fee, dt, _id, _ingested_at, _extra",
        ),
        (
            "code=eq.x",
            "column \"code\" is of type \"binary\": it cannot be filtered on; columns that can: weight, fee, dt, _id, \
             _ingested_at, _extra",
        ),
        (
            "order=fee,sizes.desc",
            "column \"sizes\" is of type \"map<string,decimal(6,3)>\": rows cannot be ordered by it; columns that can: \
             code, weight, fee, dt, _id, _ingested_at, _extra",
        ),
    ] {
        let problem = plan(raw).unwrap_err();
        assert_eq!((problem.to_string().as_str(), problem.kind()), (sentence, Kind::NotComparable));
    }
    let problem = plan("fee=eq.1.234").unwrap_err();
    assert_eq!(
        problem.to_string(),
        "the filter on \"fee\" expects a number of decimal(12,2): 12 digits, 2 of them after the point, found \"1.234\""
    );
    assert_eq!(names(&plan("").unwrap().columns), ["code", "weight", "fee", "tags", "address", "sizes"]);
}

#[test]
fn names_are_matched_and_never_taken() {
    for hostile in ["price\"", "price;--", "PRICE", "price ", "tributary.price", "\"price\""] {
        let request = RowsRequest { select: Some(vec![hostile.to_owned()]), ..RowsRequest::default() };
        let problem = RowsPlan::new(&testing::bookings(), &request, LIMITS).unwrap_err();
        assert_eq!(problem.kind(), Kind::UnknownColumn, "{hostile}");
    }
}
