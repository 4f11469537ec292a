use std::collections::HashMap;

/// How large an expression is, with every column replaced by what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) depth: usize,
    /// Literals do not count: lists of them may be long.
    pub(super) parts: usize,
    /// The same with the literals: what it takes in memory, but for the lengths of texts.
    pub(super) nodes: usize,
}

impl Default for Size {
    /// A column of a table.
    fn default() -> Self {
        Self { depth: 1, parts: 1, nodes: 1 }
    }
}

impl Size {
    /// What nothing is in.
    pub(super) const NONE: Self = Self { depth: 0, parts: 0, nodes: 0 };

    /// A literal.
    pub(super) const LITERAL: Self = Self { depth: 1, parts: 0, nodes: 1 };

    /// The larger in each respect.
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            parts: self.parts.max(other.parts),
            nodes: self.nodes.max(other.nodes),
        }
    }

    /// Written so many times beside each other.
    pub(super) fn times(self, copies: usize) -> Self {
        Self {
            depth: self.depth,
            parts: self.parts.saturating_mul(copies),
            nodes: self.nodes.saturating_mul(copies),
        }
    }

    /// Beside another one below the same expression.
    pub(super) fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            parts: self.parts.saturating_add(other.parts),
            nodes: self.nodes.saturating_add(other.nodes),
        }
    }
}

/// How large the columns are, by their names. Columns of one name count as the largest.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    named: HashMap<String, Size>,
    /// Those of every other name.
    others: Size,
}

impl Columns {
    /// Columns of whatever name, none larger than this.
    pub(super) fn of_any_name(size: Size) -> Self {
        Self { named: HashMap::new(), others: size }
    }

    pub(super) fn get(&self, name: &str) -> Size {
        self.named.get(name).map_or(self.others, |size| Size::max(*size, self.others))
    }

    pub(super) fn largest(&self) -> Size {
        self.named.values().fold(self.others, |largest, size| largest.max(*size))
    }

    pub(super) fn raise(&mut self, name: &str, size: Size) {
        let known = self.named.entry(name.to_owned()).or_default();
        *known = Size::max(*known, size);
    }

    pub(super) fn raise_by(&mut self, other: &Self) {
        for (name, size) in &other.named {
            self.raise(name, *size);
        }
        self.others = self.others.max(other.others);
    }

    pub(super) fn raise_all(&mut self, size: Size) {
        for known in self.named.values_mut() {
            *known = Size::max(*known, size);
        }
        self.others = self.others.max(size);
    }
}
