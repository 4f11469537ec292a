//! The inputs of the operations, from the service model of Glue (2017-03-31).

use super::{
    Lines,
    Member::{self, Optional, Required},
    Shape::{self, Any, Boolean, Choice, List, Map, Number, Object, Text, Whole},
};

const NAME: Shape = Text { min: 1, max: 255, lines: Lines::One };
const DESCRIPTION: Shape = Text { min: 0, max: 2_048, lines: Lines::Many };
const LOCATION: Shape = Text { min: 0, max: 2_056, lines: Lines::Many };
const FORMAT: Shape = Text { min: 0, max: 128, lines: Lines::One };
const TYPE: Shape = Text { min: 0, max: 131_072, lines: Lines::One };
const COMMENT: Shape = Text { min: 0, max: 255, lines: Lines::One };
const VIEW: Shape = Text { min: 0, max: 409_600, lines: Lines::Any };
const TABLE_TYPE: Shape = Text { min: 0, max: 255, lines: Lines::Any };
const EXPRESSION: Shape = Text { min: 0, max: 2_048, lines: Lines::Many };
const PATTERN: Shape = Text { min: 0, max: 2_048, lines: Lines::One };
const URI: Shape = Text { min: 1, max: 1_024, lines: Lines::Many };
const VALUE: Shape = Text { min: 1, max: 1_024, lines: Lines::Any };
const TEXT: Shape = Text { min: 0, max: usize::MAX, lines: Lines::Any };
const PARAMETERS: Shape = Map { key: &NAME, value: &Text { min: 0, max: 512_000, lines: Lines::Any } };
const NATURAL: Shape = Whole { min: 0, max: i32::MAX as i64 };

const CATALOG: Member = Optional("CatalogId", &NAME);
const DATABASE: Member = Required("DatabaseName", &NAME);
const TABLE: Member = Required("TableName", &NAME);
const NEXT: Member = Optional("NextToken", &TEXT);
const TRANSACTION: Member = Optional("TransactionId", &NAME);
const AS_OF: Member = Optional("QueryAsOfTime", &Number);
const PAGE_100: Member = Optional("MaxResults", &Whole { min: 1, max: 100 });
const PAGE_1000: Member = Optional("MaxResults", &Whole { min: 1, max: 1_000 });

const COLUMNS: Shape = List(
    &Object(&[
        Required("Name", &NAME),
        Optional("Type", &TYPE),
        Optional("Comment", &COMMENT),
        Optional("Parameters", &PARAMETERS),
    ]),
    0,
    usize::MAX,
);

const DESCRIPTOR: Shape = Object(&[
    Optional("Columns", &COLUMNS),
    Optional("Location", &LOCATION),
    Optional("AdditionalLocations", &List(&LOCATION, 0, usize::MAX)),
    Optional("InputFormat", &FORMAT),
    Optional("OutputFormat", &FORMAT),
    Optional("Compressed", &Boolean),
    Optional("NumberOfBuckets", &Whole { min: i32::MIN as i64, max: i32::MAX as i64 }),
    Optional(
        "SerdeInfo",
        &Object(&[
            Optional("Name", &NAME),
            Optional("SerializationLibrary", &NAME),
            Optional("Parameters", &PARAMETERS),
        ]),
    ),
    Optional("BucketColumns", &List(&NAME, 0, usize::MAX)),
    Optional(
        "SortColumns",
        &List(
            &Object(&[Required("Column", &NAME), Required("SortOrder", &Whole { min: 0, max: 1 })]),
            0,
            usize::MAX,
        ),
    ),
    Optional("Parameters", &PARAMETERS),
    Optional("SkewedInfo", &Any),
    Optional("StoredAsSubDirectories", &Boolean),
    Optional("SchemaReference", &Any),
]);

const TABLE_INPUT: Shape = Object(&[
    Required("Name", &NAME),
    Optional("Description", &DESCRIPTION),
    Optional("Owner", &NAME),
    Optional("LastAccessTime", &Number),
    Optional("LastAnalyzedTime", &Number),
    Optional("Retention", &NATURAL),
    Optional("StorageDescriptor", &DESCRIPTOR),
    Optional("PartitionKeys", &COLUMNS),
    Optional("ViewOriginalText", &VIEW),
    Optional("ViewExpandedText", &VIEW),
    Optional("TableType", &TABLE_TYPE),
    Optional("Parameters", &PARAMETERS),
    Optional("TargetTable", &Any),
    Optional("FederatedTable", &Any),
    Optional("ViewDefinition", &Any),
]);

const DATABASE_INPUT: Shape = Object(&[
    Required("Name", &NAME),
    Optional("Description", &DESCRIPTION),
    Optional("LocationUri", &URI),
    Optional("Parameters", &PARAMETERS),
    Optional("CreateTableDefaultPermissions", &List(&Any, 0, usize::MAX)),
    Optional("TargetDatabase", &Any),
    Optional("FederatedDatabase", &Any),
]);

const VALUES: Shape = List(&VALUE, 0, usize::MAX);
const BOUNDED_VALUES: Shape = List(&VALUE, 0, 100);
const VALUES_OF_ONE: Shape = Object(&[Required("Values", &VALUES)]);

const PARTITION_INPUT: Shape = Object(&[
    Optional("Values", &VALUES),
    Optional("LastAccessTime", &Number),
    Optional("StorageDescriptor", &DESCRIPTOR),
    Optional("Parameters", &PARAMETERS),
    Optional("LastAnalyzedTime", &Number),
]);

const UPDATE_ENTRY: Shape =
    Object(&[Required("PartitionValueList", &BOUNDED_VALUES), Required("PartitionInput", &PARTITION_INPUT)]);

const TABLE_ATTRIBUTES: Shape =
    List(&Choice(&["NAME", "TABLE_TYPE", "DEFAULT", "LATEST_ICEBERG_METADATA"]), 0, usize::MAX);
const DATABASE_ATTRIBUTES: Shape = List(&Choice(&["NAME", "TARGET_DATABASE"]), 0, usize::MAX);
const SEGMENT: Shape =
    Object(&[Required("SegmentNumber", &NATURAL), Required("TotalSegments", &Whole { min: 1, max: 10 })]);

/// The members of an operation's input; `None` for an operation that is not here.
pub(super) fn of(operation: &str) -> Option<&'static [Member]> {
    Some(match operation {
        "CreateDatabase" => {
            &[CATALOG, Required("DatabaseInput", &DATABASE_INPUT), Optional("Tags", &PARAMETERS)]
        }
        "UpdateDatabase" => &[CATALOG, Required("Name", &NAME), Required("DatabaseInput", &DATABASE_INPUT)],
        "GetDatabase" | "DeleteDatabase" => &[CATALOG, Required("Name", &NAME)],
        "GetDatabases" => &[
            CATALOG,
            NEXT,
            PAGE_100,
            Optional("ResourceShareType", &Choice(&["FOREIGN", "ALL", "FEDERATED"])),
            Optional("AttributesToGet", &DATABASE_ATTRIBUTES),
        ],
        "CreateTable" => &[
            CATALOG,
            DATABASE,
            Optional("Name", &NAME),
            Optional("TableInput", &TABLE_INPUT),
            Optional("PartitionIndexes", &List(&Any, 0, 3)),
            TRANSACTION,
            Optional("OpenTableFormatInput", &Any),
        ],
        "UpdateTable" => &[
            CATALOG,
            DATABASE,
            Optional("Name", &NAME),
            Optional("TableInput", &TABLE_INPUT),
            Optional("SkipArchive", &Boolean),
            TRANSACTION,
            Optional("VersionId", &NAME),
            Optional("ViewUpdateAction", &Choice(&["ADD", "REPLACE", "ADD_OR_REPLACE", "DROP"])),
            Optional("Force", &Boolean),
            Optional("UpdateOpenTableFormatInput", &Any),
        ],
        "GetTable" => &[
            CATALOG,
            DATABASE,
            Required("Name", &NAME),
            TRANSACTION,
            AS_OF,
            Optional("IncludeStatusDetails", &Boolean),
            Optional("AttributesToGet", &TABLE_ATTRIBUTES),
        ],
        "GetTables" => &[
            CATALOG,
            DATABASE,
            Optional("Expression", &PATTERN),
            NEXT,
            PAGE_100,
            TRANSACTION,
            AS_OF,
            Optional("ResourceShareType", &Choice(&["FEDERATED", "ALL"])),
            Optional("IncludeStatusDetails", &Boolean),
            Optional("AttributesToGet", &TABLE_ATTRIBUTES),
        ],
        "DeleteTable" => &[CATALOG, DATABASE, Required("Name", &NAME), TRANSACTION],
        "BatchDeleteTable" => {
            &[CATALOG, DATABASE, Required("TablesToDelete", &List(&NAME, 0, 100)), TRANSACTION]
        }
        "GetPartitionIndexes" => &[CATALOG, DATABASE, TABLE, NEXT],
        "GetTags" => &[Required("ResourceArn", &Text { min: 1, max: 10_240, lines: Lines::Any })],
        "GetTableVersions" => &[CATALOG, DATABASE, TABLE, NEXT, PAGE_100],
        "GetTableVersion" => &[CATALOG, DATABASE, TABLE, Optional("VersionId", &NAME)],
        "DeleteTableVersion" => &[CATALOG, DATABASE, TABLE, Required("VersionId", &NAME)],
        "BatchDeleteTableVersion" => {
            &[CATALOG, DATABASE, TABLE, Required("VersionIds", &List(&NAME, 0, 100))]
        }
        "CreatePartition" => &[CATALOG, DATABASE, TABLE, Required("PartitionInput", &PARTITION_INPUT)],
        "GetPartition" | "DeletePartition" => {
            &[CATALOG, DATABASE, TABLE, Required("PartitionValues", &VALUES)]
        }
        "UpdatePartition" => &[
            CATALOG,
            DATABASE,
            TABLE,
            Required("PartitionValueList", &BOUNDED_VALUES),
            Required("PartitionInput", &PARTITION_INPUT),
        ],
        "GetPartitions" => &[
            CATALOG,
            DATABASE,
            TABLE,
            Optional("Expression", &EXPRESSION),
            NEXT,
            Optional("Segment", &SEGMENT),
            PAGE_1000,
            Optional("ExcludeColumnSchema", &Boolean),
            TRANSACTION,
            AS_OF,
        ],
        "BatchCreatePartition" => {
            &[CATALOG, DATABASE, TABLE, Required("PartitionInputList", &List(&PARTITION_INPUT, 0, 100))]
        }
        "BatchGetPartition" => {
            &[CATALOG, DATABASE, TABLE, Required("PartitionsToGet", &List(&VALUES_OF_ONE, 0, 1_000))]
        }
        "BatchUpdatePartition" => {
            &[CATALOG, DATABASE, TABLE, Required("Entries", &List(&UPDATE_ENTRY, 1, 100))]
        }
        "BatchDeletePartition" => {
            &[CATALOG, DATABASE, TABLE, Required("PartitionsToDelete", &List(&VALUES_OF_ONE, 0, 25))]
        }
        _ => return None,
    })
}
