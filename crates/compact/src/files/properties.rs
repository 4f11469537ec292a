//! How a data file is written, but for what is chosen by column.

use arrow::datatypes::SchemaRef;
use domain::{Dataset, dataset::ID};
use parquet::{
    arrow::ArrowSchemaConverter,
    errors::ParquetError,
    file::{
        metadata::SortingColumn,
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder},
    },
    schema::types::{ColumnPath, SchemaDescriptor},
};

use super::{choice::Choice, pages::PAGE_ROWS};

/// What the bloom filters are made for, by the formula that the writer sizes them with. It takes all blocks of a filter
/// to be equally full. They are not, so that of a filter which is as full as it may be, 3 of 10,000 answers are wrong.
///
/// A wrong answer costs reading the identity columns of one row group, so that the filters are of use to runs of up to
/// some thousand new rows. Ten times fewer wrong answers would take twice the space (filters double in size), and one
/// byte in seven of a file of narrow rows.
const FALSE_POSITIVES: f64 = 1e-4;

/// The columns as Parquet has them.
pub(super) fn descriptor(schema: &SchemaRef) -> Result<SchemaDescriptor, ParquetError> {
    ArrowSchemaConverter::new().convert(schema)
}

/// For a file of these columns, with one choice for each leaf. No row group has more than `distinct` rows.
pub(super) fn properties(
    dataset: &Dataset,
    descriptor: &SchemaDescriptor,
    choices: &[Choice],
    in_order: bool,
    distinct: u64,
) -> WriterProperties {
    let order = if in_order { sorting_columns(descriptor, dataset) } else { Vec::new() };
    let properties = WriterProperties::builder()
        .set_created_by(concat!("tributary ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(order).filter(|order| !order.is_empty()));
    let properties =
        descriptor.columns().iter().zip(choices).fold(properties, |properties, (leaf, choice)| {
            let path = || leaf.path().clone();
            let properties = properties
                .set_column_dictionary_enabled(path(), choice.dictionary)
                .set_column_encoding(path(), choice.encoding)
                .set_column_compression(path(), choice.compression);
            if leaf.max_rep_level() == 0 {
                return properties;
            }
            // No engine skips pages by the values within lists and maps.
            properties.set_column_statistics_enabled(path(), EnabledStatistics::Chunk)
        });
    with_bloom_filters(properties, dataset, distinct).build()
}

/// Bloom filters on what makes two rows twins, so that a file without a twin need not be read to know it. The writer
/// folds each to the size that its values need.
fn with_bloom_filters(
    properties: WriterPropertiesBuilder,
    dataset: &Dataset,
    distinct: u64,
) -> WriterPropertiesBuilder {
    identity_columns(dataset).into_iter().fold(properties, |properties, (name, data_type)| {
        // Parquet has none for them.
        if data_type == domain::DataType::Boolean {
            return properties;
        }
        let path = ColumnPath::from(name);
        properties
            .set_column_bloom_filter_fpp(path.clone(), FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(path, distinct.max(1))
    })
}

/// The columns that say what makes two rows twins.
pub(crate) fn identity_columns(dataset: &Dataset) -> Vec<(&str, domain::DataType)> {
    match dataset.identity().len() {
        0 => vec![(ID, domain::DataType::String)],
        _ => dataset.identity().map(|column| (column.name.as_str(), column.data_type.clone())).collect(),
    }
}

/// Parquet counts columns by their leaves: a struct is as many as it has fields, at any depth.
fn sorting_columns(descriptor: &SchemaDescriptor, dataset: &Dataset) -> Vec<SortingColumn> {
    let leaf = |name: &&str| descriptor.columns().iter().position(|leaf| leaf.path().parts() == [*name]);
    dataset
        .sort_order()
        .iter()
        .filter_map(leaf)
        .filter_map(|leaf| i32::try_from(leaf).ok())
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect()
}
