//! Reads a path (Trino's `JsonPath.g4`).

use super::{
    number::Number,
    path::{Comparison, Expression, Literal, Method, Operation, Path, Predicate, Step, Subscript},
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

impl<'t> Reader<'t> {
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

    fn predicate(&mut self) -> Read<Predicate> {
        let mut left = self.conjunction()?;
        while self.sign("||") {
            self.part()?;
            left = Predicate::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Read<Predicate> {
        let mut left = self.condition()?;
        while self.sign("&&") {
            self.part()?;
            left = Predicate::And(Box::new(left), Box::new(self.condition()?));
        }
        Ok(left)
    }

    fn condition(&mut self) -> Read<Predicate> {
        self.part()?;
        if self.is_sign("!") && !self.is_sign("!=") {
            self.expect("!")?;
            return match self.delimited()? {
                Some(inner) => Ok(Predicate::Not(Box::new(inner))),
                None => Err(NoPath::Malformed),
            };
        }
        let (rest, parts) = (self.rest, self.parts);
        match self.delimited() {
            Ok(Some(predicate)) if !self.goes_on() => {
                if !self.word("is") {
                    return Ok(predicate);
                }
                return if self.word("unknown") {
                    Ok(Predicate::IsUnknown(Box::new(predicate)))
                } else {
                    Err(NoPath::Malformed)
                };
            }
            Err(unsupported @ NoPath::Unsupported(_)) => return Err(unsupported),
            _ => (self.rest, self.parts) = (rest, parts),
        }
        let left = self.expression()?;
        if self.word("starts") {
            if !self.word("with") {
                return Err(NoPath::Malformed);
            }
            return Ok(Predicate::StartsWith(left, self.expression()?));
        }
        if self.word("like_regex") {
            return Err(NoPath::Unsupported("like_regex in a JSON path"));
        }
        let comparison = self.comparison().ok_or(NoPath::Malformed)?;
        Ok(Predicate::Compared(left, comparison, self.expression()?))
    }

    /// `exists(path)`, or a predicate in parentheses.
    fn delimited(&mut self) -> Read<Option<Predicate>> {
        self.part()?;
        if self.word("exists") {
            self.expect("(")?;
            let path = self.expression()?;
            self.expect(")")?;
            return Ok(Some(Predicate::Exists(path)));
        }
        if !self.sign("(") {
            return Ok(None);
        }
        let predicate = self.predicate()?;
        self.expect(")")?;
        Ok(Some(predicate))
    }

    /// Whether what was in parentheses was the beginning of an expression.
    fn goes_on(&mut self) -> bool {
        let signs = ["==", "<", ">", "!=", "+", "-", "*", "/", "%", ".", "[", "?"];
        signs.iter().any(|sign| self.is_sign(sign))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let all = [
            ("==", Comparison::Equal),
            ("<>", Comparison::NotEqual),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        all.into_iter().find(|(sign, _)| self.sign(sign)).map(|(_, comparison)| comparison)
    }

    fn name(&mut self) -> Read<String> {
        self.space();
        if self.rest.starts_with('"') {
            return self.text();
        }
        self.identifier().map(str::to_owned).ok_or(NoPath::Malformed)
    }

    fn identifier(&mut self) -> Option<&'t str> {
        if !self.rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            return None;
        }
        let is_part = |next: char| next.is_ascii_alphanumeric() || next == '_';
        let end = self.rest.find(|next: char| !is_part(next)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(name)
    }

    /// A quote in it is written twice.
    fn text(&mut self) -> Read<String> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('"').ok_or(NoPath::Malformed)?;
        loop {
            let end = rest.find('"').ok_or(NoPath::Malformed)?;
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    text.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        self.rest = rest;
        Ok(text)
    }

    fn number(&mut self) -> Read<Number> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest;
        let whole = digits(text);
        let mut end = whole;
        // `1..a` is no number with a point.
        if text[end..].starts_with('.') && !text[end..].starts_with("..") {
            end += 1 + digits(&text[end + 1..]);
        }
        if end == 1 && whole == 0 {
            return Err(NoPath::Malformed);
        }
        let has_point = end > whole;
        let exponent = text[end..].strip_prefix(['e', 'E']).map(|after| {
            let unsigned = after.strip_prefix(['+', '-']).unwrap_or(after);
            (after.len() - unsigned.len(), digits(unsigned))
        });
        let number = match exponent {
            Some((sign, count)) if count > 0 => {
                end += 1 + sign + count;
                text[..end].parse().ok().map(Number::Double)
            }
            _ if has_point => Number::decimal(&text[..end]),
            _ => Number::whole(&text[..end]),
        };
        self.rest = &text[end..];
        number.ok_or(NoPath::Malformed)
    }

    /// Goes behind the word if it is next.
    fn word(&mut self, word: &str) -> bool {
        self.space();
        let before = self.rest;
        let is_next = self.identifier() == Some(word);
        if !is_next {
            self.rest = before;
        }
        is_next
    }

    fn is_sign(&mut self, sign: &str) -> bool {
        self.space();
        self.rest.starts_with(sign)
    }

    /// Goes behind the sign if it is next.
    fn sign(&mut self, sign: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: &str) -> Read<()> {
        if self.sign(sign) { Ok(()) } else { Err(NoPath::Malformed) }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\r', '\n', '\t']);
    }
}

#[cfg(test)]
mod tests;
