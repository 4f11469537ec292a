//! The types of arrays, maps and rows in casts, which the parser does not know as Athena writes them: `array(varchar)`,
//! `map(varchar, bigint)`, `row(name varchar, tags array(varchar))`, and `array<varchar>` (Trino's `SqlBase.g4`: `type`).

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Location, Token, TokenWithSpan, Word},
};

use crate::{keyword, reserved::is_reserved};

/// How deep they may nest.
const MAX_DEPTH: usize = 16;

/// The types that have no parts. Numbers in parentheses may follow each.
const PLAIN: [&str; 18] = [
    "bigint",
    "boolean",
    "char",
    "date",
    "decimal",
    "double",
    "int",
    "integer",
    "ipaddress",
    "json",
    "real",
    "smallint",
    "time",
    "timestamp",
    "tinyint",
    "uuid",
    "varbinary",
    "varchar",
];

/// A type as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// One without parts: its name in lower case, and the numbers in parentheses behind it, two at the most.
    Plain(String, Vec<String>),
    /// Of elements.
    Array(Box<Type>),
    /// Of keys, and of values.
    Map(Box<Type>, Box<Type>),
    /// Of fields, each with its name: in lower case unless it is in quotes, and empty if there is none.
    Row(Vec<(String, Type)>),
}

impl Type {
    /// The type that the tokens are, all of them. White space between them does not matter.
    ///
    /// `None`: it is none of Athena's, or arrays, maps and rows are more than 15 deep in each other.
    pub fn read(tokens: &[TokenWithSpan]) -> Option<Self> {
        let tokens = tokens.iter().map(|token| &token.token);
        let mut reader = Reader { tokens: tokens.flat_map(split).collect(), at: 0 };
        let found = reader.data_type(MAX_DEPTH)?;
        (reader.at == reader.tokens.len()).then_some(found)
    }
}

/// The tokens with others in the place of each array, map or row that is the type of a `CAST` or a `TRY_CAST`. `stand_in` is
/// given the type, the tokens up to the parenthesis that ends the cast, and the place where they begin. The type is `None` if
/// the tokens are none, or the cast does not end.
///
/// # Errors
///
/// The first one of `stand_in`.
pub fn collapse_types<E>(
    tokens: &[TokenWithSpan],
    mut stand_in: impl FnMut(Option<Type>, &[TokenWithSpan], Location) -> Result<Vec<Token>, E>,
) -> Result<Vec<TokenWithSpan>, E> {
    let mut written = Vec::with_capacity(tokens.len());
    // Of each parenthesis that is open, whether it is that of a cast.
    let mut open: Vec<bool> = Vec::new();
    // The last token that is no white space.
    let mut last: Option<&Token> = None;
    let mut rest = tokens;
    while let [token, behind @ ..] = rest {
        let before = last.and_then(keyword);
        if before == Some(Keyword::AS) && open.last() == Some(&true) && is_nested(&token.token) {
            let (of_type, behind) = rest.split_at(extent(rest));
            let is_closed = behind.first().is_some_and(|end| end.token == Token::RParen);
            let found = if is_closed { Type::read(of_type) } else { None };
            let others = stand_in(found, of_type, token.span.start)?;
            written.extend(others.into_iter().map(|other| TokenWithSpan::new(other, token.span)));
            (last, rest) = (None, behind);
            continue;
        }
        match &token.token {
            Token::LParen => open.push(matches!(before, Some(Keyword::CAST | Keyword::TRY_CAST))),
            Token::RParen => {
                open.pop();
            }
            _ => {}
        }
        if !matches!(token.token, Token::Whitespace(_)) {
            last = Some(&token.token);
        }
        written.push(token.clone());
        rest = behind;
    }
    Ok(written)
}

fn is_nested(token: &Token) -> bool {
    matches!(token, Token::Word(word)
        if word.quote_style.is_none() && ["array", "map", "row"].contains(&word.value.to_ascii_lowercase().as_str()))
}

/// How many tokens there are before a parenthesis that is not opened among them, or before the end.
fn extent(tokens: &[TokenWithSpan]) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return place,
            Token::EOF => return place,
            Token::RParen => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// What ends a type that begins with `<`.
static CLOSE: Token = Token::Gt;

/// The token as the grammar has it: `>>` ends two types.
fn split(token: &Token) -> Vec<&Token> {
    match token {
        Token::Whitespace(_) => Vec::new(),
        Token::ShiftRight => vec![&CLOSE, &CLOSE],
        other => vec![other],
    }
}

struct Reader<'t> {
    tokens: Vec<&'t Token>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// Goes behind the token if it is next.
    fn take(&mut self, wanted: &Token) -> bool {
        let is_next = self.peek() == Some(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, wanted: &Token) -> Option<()> {
        self.take(wanted).then_some(())
    }

    fn data_type(&mut self, depth: usize) -> Option<Type> {
        let depth = depth.checked_sub(1)?;
        let Token::Word(Word { value, quote_style: None, .. }) = self.next()? else { return None };
        let name = value.to_ascii_lowercase();
        match name.as_str() {
            "array" => {
                let close = self.open()?;
                let element = self.data_type(depth)?;
                self.expect(&close)?;
                Some(Type::Array(Box::new(element)))
            }
            "map" => {
                let close = self.open()?;
                let key = self.data_type(depth)?;
                self.expect(&Token::Comma)?;
                let value = self.data_type(depth)?;
                self.expect(&close)?;
                Some(Type::Map(Box::new(key), Box::new(value)))
            }
            "row" => {
                self.expect(&Token::LParen)?;
                let mut fields = vec![self.field(depth)?];
                while self.take(&Token::Comma) {
                    fields.push(self.field(depth)?);
                }
                self.expect(&Token::RParen)?;
                Some(Type::Row(fields))
            }
            plain if PLAIN.contains(&plain) => {
                let numbers = self.numbers()?;
                Some(Type::Plain(name, numbers))
            }
            _ => None,
        }
    }

    /// What closes the bracket that is next.
    fn open(&mut self) -> Option<Token> {
        match self.next()? {
            Token::LParen => Some(Token::RParen),
            Token::Lt => Some(Token::Gt),
            _ => None,
        }
    }

    /// A field's type, perhaps with a name before it. A name may be that of a type, too.
    fn field(&mut self, depth: usize) -> Option<(String, Type)> {
        let before = self.at;
        if let Some(found) = self.data_type(depth)
            && matches!(self.peek(), Some(Token::Comma | Token::RParen))
        {
            return Some((String::new(), found));
        }
        self.at = before;
        let Token::Word(word) = self.next()? else { return None };
        let name = match word.quote_style {
            None if is_reserved(&word.value) => return None,
            None => word.value.to_ascii_lowercase(),
            Some(_) => word.value.clone(),
        };
        Some((name, self.data_type(depth)?))
    }

    /// The numbers of a type, if there are any: `(12, 2)`.
    fn numbers(&mut self) -> Option<Vec<String>> {
        let mut numbers = Vec::new();
        if self.take(&Token::LParen) {
            numbers.push(self.number()?);
            if self.take(&Token::Comma) {
                numbers.push(self.number()?);
            }
            self.expect(&Token::RParen)?;
        }
        Some(numbers)
    }

    fn number(&mut self) -> Option<String> {
        match self.next()? {
            Token::Number(number, false) => Some(number.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
