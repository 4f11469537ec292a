use super::{filters::MAX_ELEMENTS, *};
use crate::{
    request::{MAX_FILTERS, RawItem},
    testing,
};

const LIMITS: RowLimits = RowLimits { default_rows: 100, max_rows: 1_000 };

fn plan(raw: &str) -> Result<RowsPlan, Problem> {
    RowsPlan::new(&testing::bookings(), &RowsRequest::parse(raw).unwrap(), LIMITS)
}

fn names(plan: &RowsPlan) -> Vec<&str> {
    plan.columns.iter().map(|selected| selected.output.name.as_str()).collect()
}

fn types(dataset: &Dataset, raw: &str) -> Vec<String> {
    let plan = RowsPlan::new(dataset, &RowsRequest::parse(raw).unwrap(), LIMITS).unwrap();
    plan.outputs().iter().map(|column| column.data_type.to_string()).collect()
}

fn ordered(plan: &RowsPlan) -> Vec<String> {
    let key = |term: &OrderBy| match &term.key {
        OrderKey::Value(operand) => operand.to_string(),
        OrderKey::Output(index) => format!("#{index}"),
    };
    plan.order.iter().map(key).collect()
}

#[track_caller]
fn refused(raw: &str, kind: ProblemKind, sentence: &str) {
    let problem = plan(raw).unwrap_err();
    assert_eq!((problem.to_string().as_str(), problem.kind()), (sentence, kind));
}

#[test]
fn what_is_not_said_is_the_datasets() {
    let plan = plan("").unwrap();
    let defined = ["booking_id", "seats", "customer", "price", "paid", "flies_on", "booked_at"];
    assert_eq!(names(&plan), defined);
    assert_eq!(ordered(&plan), ["booked_at", "booking_id", "dt", "hour"]);
    assert!(plan.order.iter().all(|term| !term.descending && !term.nulls_first));
    assert_eq!(plan.limit, 100);
    assert!(plan.filters.is_empty());
}

#[test]
fn partition_keys_and_the_lakes_own_columns_come_when_named() {
    let named = plan("select=dt,hour,_id,_ingested_at,_extra,price&limit=1000").unwrap();
    assert_eq!(names(&named), ["dt", "hour", "_id", "_ingested_at", "_extra", "price"]);
    let all = plan("select=*,dt&limit=0").unwrap();
    assert_eq!((all.columns.len(), all.limit), (8, 0));
    let daily = RowsRequest::parse("select=hour").unwrap();
    assert!(RowsPlan::new(&testing::flights(), &daily, LIMITS).is_err());
}

#[test]
fn nulls_count_as_the_largest_unless_the_caller_says_otherwise() {
    let plan = plan("order=price,seats.desc,paid.desc.nullslast,customer.nullsfirst").unwrap();
    let nulls_first: Vec<bool> = plan.order.iter().map(|term| term.nulls_first).collect();
    assert_eq!(nulls_first[..4], [false, true, false, true]);
}

#[test]
fn every_mistake_says_what_would_work() {
    refused("prise=gte.1", ProblemKind::UnknownColumn, "unknown column \"prise\": did you mean \"price\"?");
    refused("select=prise", ProblemKind::UnknownColumn, "unknown column \"prise\": did you mean \"price\"?");
    refused("order=prise", ProblemKind::UnknownColumn, "unknown column \"prise\": did you mean \"price\"?");
    refused(
        "limt=5",
        ProblemKind::UnknownParameter,
        "unknown query parameter \"limt\": did you mean \"limit\"?",
    );
    refused(
        "prise=5",
        ProblemKind::UnknownParameter,
        "unknown query parameter \"prise\": did you mean \"price\"?",
    );
    refused(
        "zzzzzz=eq.5",
        ProblemKind::UnknownColumn,
        "unknown column \"zzzzzz\"; columns: booking_id, seats, customer, price, paid, flies_on, booked_at, dt, \
         hour, _id, _ingested_at, _extra",
    );
    refused(
        "select=price,price",
        ProblemKind::InvalidValue,
        "select gives \"price\" twice: name it once, or give one a name, as my_name:column",
    );
    refused("order=price,price.desc", ProblemKind::InvalidValue, "order names \"price\" twice: name it once");
    refused(
        "limit=1001",
        ProblemKind::TooMuch,
        "limit 1001 is more than the 1000 rows that one answer may have",
    );
    refused(
        "seats=eq.many",
        ProblemKind::InvalidValue,
        "the filter on \"seats\" expects an int (-2147483648 to 2147483647), found \"many\"",
    );
    refused(
        "dt=eq.2026-1-3",
        ProblemKind::InvalidValue,
        "the filter on \"dt\" expects a day, as 2026-11-23, or today-7d, found \"2026-1-3\"",
    );
    refused(
        "hour=eq.7",
        ProblemKind::InvalidValue,
        "the filter on \"hour\" expects an hour of two digits, 00 to 23, found \"7\"",
    );
    refused(
        "booked_at=eq.2026-11-23T10:05:00+01:00",
        ProblemKind::InvalidValue,
        "the filter on \"booked_at\" expects a time of RFC 3339 with an offset, as 2026-11-23T10:05:00Z, \
         a day, as 2026-11-23, or a time from now, as now-24h or today-7d, found \"2026-11-23T10:05:00 01:00\" (write + as %2B in a URL)",
    );
}

#[test]
fn what_has_no_order_or_no_literal_is_refused_with_what_would_work() {
    let plan = |raw: &str| RowsPlan::new(&testing::parcels(), &RowsRequest::parse(raw).unwrap(), LIMITS);
    for (raw, sentence) in [
        (
            "address=eq.x",
            "column \"address\" is of type \"struct<city:string,since:timestamp>\": it cannot be filtered on, only its \
             fields can, as address->city=eq.Lima; columns that can: weight, fee, dt, _id, _ingested_at, _extra",
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
        assert_eq!((problem.to_string().as_str(), problem.kind()), (sentence, ProblemKind::NotComparable));
    }
    let problem = plan("fee=eq.1,234").unwrap_err();
    assert_eq!(
        problem.to_string(),
        "the filter on \"fee\" expects a number of decimal(12,2): 12 digits, 2 of them after the point, found \"1,234\""
    );
    // A number that the column cannot have is compared as a number.
    assert!(plan("fee=eq.1.234").is_ok());
    assert_eq!(names(&plan("").unwrap()), ["code", "weight", "fee", "tags", "address", "sizes", "ratings"]);
}

#[test]
fn names_are_matched_and_never_taken() {
    for hostile in ["price\"", "price;--", "PRICE", "price ", "tributary.price", "\"price\""] {
        let item = RawItem { alias: None, path: Some(RawPath::parse(hostile)), call: None };
        let request = RowsRequest { select: Some(vec![item]), ..RowsRequest::default() };
        let problem = RowsPlan::new(&testing::bookings(), &request, LIMITS).unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::UnknownColumn, "{hostile}");
    }
}

#[test]
fn aggregates_have_athenas_types() {
    let select = "select=count(),a:seats.sum(),b:seats.avg(),c:price.sum(),d:flies_on.max(),e:customer.avg(),\
                  f:booking_id.count(distinct),g:booked_at.date_trunc(day)";
    let expected = ["bigint", "bigint", "double", "double", "date", "double", "bigint", "timestamp"];
    assert_eq!(types(&testing::bookings(), select), expected);
    let select =
        "select=a:fee.sum(),b:fee.avg(),c:weight.sum(),d:weight.avg(),e:fee.min(),f:address->since.max()";
    let expected = ["decimal(38,2)", "decimal(12,2)", "float", "float", "decimal(12,2)", "timestamp"];
    assert_eq!(types(&testing::parcels(), select), expected);
}

#[test]
fn groups_come_in_the_order_of_their_keys() {
    let grouped = plan("select=price.sum(),paid,seats").unwrap();
    assert!(grouped.grouped);
    assert_eq!(ordered(&grouped), ["#1", "#2"]);
    assert_eq!(ordered(&plan("select=count()").unwrap()), [] as [String; 0]);
    assert_eq!(
        ordered(&plan("select=who:customer,count()&order=count.desc,customer").unwrap()),
        ["#1", "#0"]
    );
    assert_eq!(ordered(&plan("select=count()&order=count").unwrap()), ["#0"]);
    // All the keys behind what was asked for, but none of them twice under two names.
    let keys = "select=paid,seats.max(),a:seats,b:seats,day:flies_on.date_trunc(month)";
    assert_eq!(ordered(&plan(&format!("{keys}&order=max.desc")).unwrap()), ["#1", "#0", "#2", "#4"]);
    assert_eq!(ordered(&plan(&format!("{keys}&order=b,day")).unwrap()), ["#3", "#4", "#0"]);
    refused(
        "select=paid,count()&order=seats",
        ProblemKind::UnknownColumn,
        "groups cannot be ordered by \"seats\", which is not selected; selected: paid, count",
    );
}

#[test]
fn every_order_ends_with_what_tells_rows_apart() {
    let of = |dataset: &Dataset, raw: &str| {
        let plan = RowsPlan::new(dataset, &RowsRequest::parse(raw).unwrap(), LIMITS).unwrap();
        // What was not asked for is written out all the same, and in one way.
        let added = plan.order.iter().filter(|term| !term.descending);
        assert!(added.clone().all(|term| !term.nulls_first) && added.count() > 0, "{raw}");
        ordered(&plan).join(",")
    };
    let bookings = testing::bookings();
    for (raw, expected) in [
        ("order=seats.desc", "seats,booking_id,dt,hour"),
        ("order=hour.desc,booking_id.desc", "hour,booking_id,dt"),
        // A column that is there already changes nothing, whatever it is called in the answer.
        ("select=seats,x:booking_id,y:dt&order=y.desc,x.desc", "dt,booking_id,hour"),
        ("select=booking_id:seats,x:booking_id&order=x.desc", "booking_id,dt,hour"),
        // What is made of a column does not tell apart what the column does.
        (
            "select=dt:flies_on.date_trunc(month),x:booked_at.date_trunc(hour)&order=x",
            "#1,booking_id,dt,hour",
        ),
    ] {
        assert_eq!(of(&bookings, raw), expected, "{raw}");
    }
    let clicks = testing::clicks();
    assert_eq!(of(&clicks, ""), "at,_id,dt,hour");
    assert_eq!(of(&clicks, "order=page.desc,position->x.desc"), "page,position->x,_id,dt,hour");
    assert_eq!(of(&clicks, "select=n:_id&order=n.desc"), "_id,dt,hour");
    let seats = testing::seats();
    assert_eq!(of(&seats, ""), "class,flight_id,seat,dt");
    assert_eq!(of(&seats, "order=fare.desc,seat.desc"), "fare,seat,flight_id,dt");
    // Bytes are compared as such, also by the name that their text has in the answer.
    assert_eq!(of(&testing::parcels(), "select=fee,c:code&order=c.desc"), "code,dt");
}

#[test]
fn filters_and_elements_are_bounded_wherever_they_are() {
    let tree = |count: usize| format!("or=({})", vec!["seats.eq.1"; count].join(","));
    assert!(plan(&format!("{}&paid=is.true", tree(MAX_FILTERS - 1))).is_ok());
    assert_eq!(
        plan(&format!("{}&paid=is.true", tree(MAX_FILTERS))).unwrap_err().kind(),
        ProblemKind::TooMuch
    );
    let list = |count: usize| format!("seats=in.({})", vec!["1"; count].join(","));
    assert!(plan(&list(MAX_ELEMENTS)).is_ok());
    assert_eq!(plan(&list(MAX_ELEMENTS + 1)).unwrap_err().kind(), ProblemKind::TooMuch);
    assert_eq!(plan(&format!("{}&{}", list(600), list(600))).unwrap_err().kind(), ProblemKind::TooMuch);
}

/// A short request does not hold a wide table's columns as often as it names them all.
#[test]
fn every_column_a_thousand_times_takes_no_memory() {
    let columns: Vec<_> =
        (0..1_000).map(|n| serde_json::json!({"name": format!("c{n}"), "type": "int"})).collect();
    let definition = serde_json::json!({"name": "wide", "columns": columns}).to_string();
    let wide = Dataset::from_json(definition.as_bytes()).unwrap();
    let request = RowsRequest::parse(&format!("select={}", vec!["*"; 1_000].join(","))).unwrap();
    let limits = RowLimits { default_rows: 1, max_rows: 1 };
    let used = allocation_counter::measure(|| {
        let problem = RowsPlan::new(&wide, &request, limits).unwrap_err();
        assert!(problem.to_string().contains("select gives \"c0\" twice"), "{problem}");
    });
    assert!(used.bytes_max < 4 << 20, "{} bytes", used.bytes_max);
}
