//! The members of a JSON object, taken one by one.

use domain::json::{Cursor, Fault, Span};

/// Takes an object, and lets `each` take the values.
pub(super) fn object(
    event: &[u8],
    cursor: &mut Cursor<'_>,
    mut each: impl FnMut(&[u8], &mut Cursor<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    cursor.expect(b'{', "expected an object")?;
    if cursor.take(b'}') {
        return Ok(());
    }
    loop {
        let name = cursor.string()?;
        cursor.expect(b':', "expected \":\" after a name")?;
        each(name.bare(event), cursor)?;
        if !cursor.take(b',') {
            return cursor.expect(b'}', "expected \",\" or \"}\"");
        }
    }
}

/// Takes a value; answers with it if it is a string.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Result<Option<Span>, Fault> {
    let is_string = cursor.peek() == Some(b'"');
    let span = cursor.value()?;
    Ok(is_string.then_some(span))
}
