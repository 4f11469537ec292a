//! The metadata object beside a result: protobuf without a published schema.
//!
//! The field numbers are those that the public JDBC driver of burtcorp reads (`AthenaMetaDataParser`), its test
//! files, which Athena wrote, and what others decoded of objects that Athena wrote in 2026:
//!
//! | field | of the whole | field | of a column (field 4 of the whole, once each) |
//! |---|---|---|---|
//! | 1 | the query's id, text | 1, 4, 5, 6 | catalog, name, label, type; text |
//! | 2 | `INSERT` and the like, text; a query has none | 7, 8 | precision, scale; where the type has one |
//! | 3 | rows changed; a query has none | 9 | nullable: 3 is unknown |
//! | 4 | a column, message | 10 | case sensitive, 0 or 1; where the type has it |
//!
//! A precision of 0 is written where the type has one, and left out where it has none. Field 1 of a query is the
//! id of Athena's engine (`20260917_085344_00007_k6s5b`), which is not the execution's; here it is the
//! execution's, as it is for the statements that Athena answers without its engine.

use domain::port::ResultColumn;

use super::types::Shape;

/// `UNKNOWN`: Athena never says more.
const NULLABLE: u32 = 3;

/// The metadata object of a query.
pub(super) fn encode(query_id: &str, columns: &[ResultColumn]) -> Vec<u8> {
    let mut whole = Message::default();
    whole.bytes(1, query_id.as_bytes());
    for column in columns {
        let shape = Shape::of(&column.data_type);
        let mut message = Message::default();
        message.bytes(1, b"hive");
        message.bytes(4, column.name.as_bytes());
        message.bytes(5, column.name.as_bytes());
        message.bytes(6, shape.name.as_bytes());
        message.number(7, shape.precision);
        message.number(8, shape.scale);
        message.number(9, Some(NULLABLE));
        message.number(10, shape.case_sensitive.map(u32::from));
        whole.bytes(4, &message.0);
    }
    whole.0
}

/// A protobuf message as it is written, field by field.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, field: u64, number: Option<u32>) {
        if let Some(number) = number {
            self.varint(field << 3);
            self.varint(number.into());
        }
    }

    fn varint(&mut self, mut rest: u64) {
        while rest >= 0x80 {
            self.0.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
    }
}

#[cfg(test)]
mod tests {
    use domain::port::ResultColumn;

    use super::encode;

    fn column(name: &str, data_type: &str) -> ResultColumn {
        ResultColumn { name: name.to_owned(), data_type: data_type.to_owned() }
    }

    #[derive(Debug, PartialEq)]
    enum Field {
        Number(u64, u64),
        Bytes(u64, Vec<u8>),
    }

    /// Any protobuf message, by the format's own rules.
    fn decode(mut bytes: &[u8]) -> Vec<Field> {
        fn varint(bytes: &mut &[u8]) -> u64 {
            let mut value = 0;
            for shift in (0..64).step_by(7) {
                let (first, rest) = bytes.split_first().unwrap();
                *bytes = rest;
                value |= u64::from(first & 0x7f) << shift;
                if first & 0x80 == 0 {
                    return value;
                }
            }
            panic!("a varint of more than 64 bits")
        }
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes);
            let value = varint(&mut bytes);
            fields.push(match tag & 7 {
                0 => Field::Number(tag >> 3, value),
                2 => {
                    let (content, rest) = bytes.split_at(usize::try_from(value).unwrap());
                    bytes = rest;
                    Field::Bytes(tag >> 3, content.to_vec())
                }
                other => panic!("wire type {other}"),
            });
        }
        fields
    }

    #[test]
    fn what_is_written_reads_back() {
        let long = "ñ".repeat(200);
        let columns = [column("id", "bigint"), column(&long, "varchar"), column("price", "decimal(12,2)")];
        let whole = decode(&encode("q1", &columns));
        let text = |number, text: &str| Field::Bytes(number, text.as_bytes().to_vec());
        assert_eq!(whole[0], text(1, "q1"));
        let expected = [
            ("id", "bigint", 19, 0, 0),
            (&long, "varchar", 2_147_483_647, 0, 1),
            ("price", "decimal", 12, 2, 0),
        ];
        assert_eq!(whole.len(), 4);
        for (field, (name, data_type, precision, scale, case_sensitive)) in whole[1..].iter().zip(expected) {
            let Field::Bytes(4, message) = field else { panic!("{field:?}") };
            let fields = [
                text(1, "hive"),
                text(4, name),
                text(5, name),
                text(6, data_type),
                Field::Number(7, precision),
                Field::Number(8, scale),
                Field::Number(9, 3),
                Field::Number(10, case_sensitive),
            ];
            assert_eq!(decode(message), fields);
        }
    }

    #[test]
    fn types_without_a_precision_have_no_field_for_it() {
        let column_bytes = |data_type: &str| {
            let whole = encode("q", &[column("a", data_type)]);
            // After the id: the tag, the length, and the catalog, name and label.
            whole[3 + 2 + 6 + 3 + 3..].to_vec()
        };
        assert_eq!(column_bytes("date"), [b"2\x04date".as_slice(), &[0x40, 0, 0x48, 3, 0x50, 0]].concat());
        assert_eq!(column_bytes("boolean"), [b"2\x07boolean".as_slice(), &[0x48, 3, 0x50, 0]].concat());
        assert_eq!(column_bytes("array(integer)"), [b"2\x05array".as_slice(), &[0x48, 3]].concat());
    }
}
