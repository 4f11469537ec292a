//! The predicates of filters.

use super::{
    super::path::{Comparison, Predicate},
    NoPath, Read, Reader,
};

impl Reader<'_> {
    pub(super) fn predicate(&mut self) -> Read<Predicate> {
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
}
