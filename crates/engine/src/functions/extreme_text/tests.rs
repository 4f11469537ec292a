use datafusion::{
    arrow::{
        array::{BinaryArray, Int64Array, StringArray},
        datatypes::{Field, Schema},
    },
    functions_aggregate::min_max::{max_udaf, min_udaf},
    physical_expr::{aggregate::AggregateExprBuilder, expressions::Column},
};

use super::*;

fn groups(function: Arc<AggregateUDF>, of: &ArrayRef) -> Box<dyn GroupsAccumulator> {
    let schema = Arc::new(Schema::new(vec![Field::new("x", of.data_type().clone(), true)]));
    let own = Arc::new(AggregateUDF::from(Extremum(function)));
    let call = AggregateExprBuilder::new(own, vec![Arc::new(Column::new("x", 0))]);
    call.schema(schema).alias("chosen").build().unwrap().create_groups_accumulator().unwrap()
}

fn texts(texts: &[String]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

/// Ten groups, whose texts of 100 kB give way to texts of a byte.
#[test]
fn a_group_counts_as_the_longest_of_its_texts_until_it_is_emitted() {
    let all: Vec<usize> = (0..10).collect();
    let bytes = |array: &ArrayRef| -> ArrayRef {
        Arc::new(BinaryArray::from_iter(array.as_string::<i32>().iter().map(|text| text.map(str::as_bytes))))
    };
    let as_they_are = |array: &ArrayRef| Arc::clone(array);
    for (function, first, then) in [(min_udaf(), "b", "a"), (max_udaf(), "a", "b")] {
        let (long, short) = (texts(&vec![first.repeat(100_000); 10]), texts(&vec![then.to_owned(); 10]));
        for convert in [&as_they_are as &dyn Fn(&ArrayRef) -> ArrayRef, &bytes] {
            let (long, short) = (convert(&long), convert(&short));
            for is_merged in [false, true] {
                let mut kept = groups(Arc::clone(&function), &long);
                for values in [&long, &short] {
                    let values = [Arc::clone(values)];
                    if is_merged {
                        kept.merge_batch(&values, &all, 10).unwrap();
                    } else {
                        kept.update_batch(&values, &all, None, 10).unwrap();
                    }
                    assert!((1_000_000..1_100_000).contains(&kept.size()), "{}", kept.size());
                }
                let answers = kept.evaluate(EmitTo::First(4)).unwrap();
                assert_eq!(&answers, &short.slice(0, 4));
                assert!((600_000..700_000).contains(&kept.size()), "{}", kept.size());
                // What is the sixth group from here on was the tenth.
                kept.update_batch(&[long.slice(0, 1)], &[6], None, 7).unwrap();
                assert!((700_000..800_000).contains(&kept.size()), "{}", kept.size());
                let states = kept.state(EmitTo::All).unwrap();
                assert_eq!((states.len(), states[0].len()), (1, 7));
                assert_eq!(&states[0].slice(0, 6), &short.slice(0, 6));
                assert!(kept.size() < 10_000, "{}", kept.size());
            }
        }
    }
}

#[test]
fn numbers_are_left_to_datafusion() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![3, 1, 2]));
    let mut kept = groups(max_udaf(), &numbers);
    kept.update_batch(&[Arc::clone(&numbers)], &[0, 0, 1], None, 2).unwrap();
    let expected: ArrayRef = Arc::new(Int64Array::from(vec![3, 2]));
    assert_eq!(kept.evaluate(EmitTo::All).unwrap().as_ref(), expected.as_ref());
}
