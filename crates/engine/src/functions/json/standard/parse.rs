//! Reads a path (Trino's `JsonPath.g4`).

mod predicate;
mod token;

use super::{
    number::Operation,
    path::{Expression, Literal, Method, Path, Step, Subscript},
};

/// How many parts a path may have: it is gone through by descending into it.
const MAX_PARTS: usize = 100;

/// How often parts may be begun: where a parenthesis may open a predicate or an expression, both are tried.
const MAX_TRIES: usize = 2_000;

/// Why a text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPath {
    Malformed,
    /// It is one in Trino.
    Unsupported(&'static str),
}

type Read<T> = Result<T, NoPath>;

/// Reads the whole text.
pub(super) fn path(text: &str) -> Read<Path> {
    let mut reader = Reader { rest: text, parts: 0, tries: 0 };
    let is_lax = reader.word("lax");
    if !is_lax && !reader.word("strict") {
        return Err(NoPath::Malformed);
    }
    let expression = reader.expression()?;
    reader.space();
    if reader.rest.is_empty() { Ok(Path { is_lax, expression }) } else { Err(NoPath::Malformed) }
}

struct Reader<'t> {
    rest: &'t str,
    parts: usize,
    tries: usize,
}

impl Reader<'_> {
    fn part(&mut self) -> Read<()> {
        self.parts += 1;
        self.tries += 1;
        if self.parts > MAX_PARTS || self.tries > MAX_TRIES {
            return Err(NoPath::Unsupported("a JSON path of so many parts"));
        }
        Ok(())
    }

    fn expression(&mut self) -> Read<Expression> {
        let mut left = self.product()?;
        loop {
            let operation = if self.sign("+") {
                Operation::Plus
            } else if self.sign("-") {
                Operation::Minus
            } else {
                return Ok(left);
            };
            self.part()?;
            left = Expression::Calculated(Box::new(left), operation, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Read<Expression> {
        let mut left = self.signed()?;
        loop {
            let operation = if self.sign("*") {
                Operation::Times
            } else if self.sign("/") {
                Operation::Divide
            } else if self.sign("%") {
                Operation::Modulo
            } else {
                return Ok(left);
            };
            self.part()?;
            left = Expression::Calculated(Box::new(left), operation, Box::new(self.signed()?));
        }
    }

    fn signed(&mut self) -> Read<Expression> {
        self.part()?;
        let is_negative = self.sign("-");
        if is_negative || self.sign("+") {
            return Ok(Expression::Signed(is_negative, Box::new(self.signed()?)));
        }
        let first = self.primary()?;
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            self.part()?;
            steps.push(step);
        }
        Ok(if steps.is_empty() { first } else { Expression::Steps(Box::new(first), steps) })
    }

    fn primary(&mut self) -> Read<Expression> {
        self.space();
        let first = self.rest.chars().next().ok_or(NoPath::Malformed)?;
        match first {
            '(' => {
                self.rest = &self.rest[1..];
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            '$' => {
                self.rest = &self.rest[1..];
                Ok(self.identifier().map_or(Expression::Document, |name| Expression::Passed(name.to_owned())))
            }
            '@' => {
                self.rest = &self.rest[1..];
                Ok(Expression::Current)
            }
            '"' => self.text().map(|text| Expression::Literal(Literal::Text(text))),
            '0'..='9' | '.' => self.number().map(|number| Expression::Literal(Literal::Number(number))),
            _ => Ok(match self.identifier() {
                Some("last") => Expression::Last,
                Some("null") => Expression::Literal(Literal::Null),
                Some("true") => Expression::Literal(Literal::Boolean(true)),
                Some("false") => Expression::Literal(Literal::Boolean(false)),
                _ => return Err(NoPath::Malformed),
            }),
        }
    }

    fn step(&mut self) -> Read<Option<Step>> {
        if self.sign("..") {
            return self.name().map(|name| Some(Step::Descendant(name)));
        }
        if self.sign(".") {
            if self.sign("*") {
                return Ok(Some(Step::AnyMember));
            }
            let before = self.rest.trim_start();
            let name = self.name()?;
            if !before.starts_with('"') && self.sign("(") {
                return self.method(&name).map(Some);
            }
            return Ok(Some(Step::Member(name)));
        }
        if self.sign("[") {
            if self.sign("*") {
                self.expect("]")?;
                return Ok(Some(Step::AnyElement));
            }
            let mut subscripts = Vec::new();
            loop {
                let from = self.expression()?;
                let to = if self.word("to") { Some(self.expression()?) } else { None };
                subscripts.push(Subscript { from, to });
                if !self.sign(",") {
                    break;
                }
            }
            self.expect("]")?;
            return Ok(Some(Step::Elements(subscripts)));
        }
        if self.sign("?") {
            self.expect("(")?;
            let predicate = self.predicate()?;
            self.expect(")")?;
            return Ok(Some(Step::Filter(predicate)));
        }
        Ok(None)
    }

    /// Behind the parenthesis.
    fn method(&mut self, name: &str) -> Read<Step> {
        let method = match name {
            "abs" => Method::Abs,
            "ceiling" => Method::Ceiling,
            "double" => Method::Double,
            "floor" => Method::Floor,
            "keyvalue" => Method::KeyValue,
            "size" => Method::Size,
            "type" => Method::Type,
            "datetime" => return Err(NoPath::Unsupported("datetime() in a JSON path")),
            _ => return Err(NoPath::Malformed),
        };
        self.expect(")")?;
        Ok(Step::Method(method))
    }
}

#[cfg(test)]
mod tests;
