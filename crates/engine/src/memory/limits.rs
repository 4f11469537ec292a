/// How many bytes the queries of one engine may hold and make. What would exceed a limit fails as
/// `EXCEEDED_LOCAL_MEMORY_LIMIT`, and the process goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimits {
    /// The state of the operators of all queries together: sorts, joins and groups. A sort beyond that spills to
    /// temporary files.
    pub operators: usize,
    /// The batches of rows of all queries together, those that an operator keeps among them. The aggregates of one
    /// query may pass on half as much of groups with long rows.
    pub batches: usize,
    /// What one call of a function may make for one batch, and what the constants of one query may be an eighth of.
    pub call: usize,
    /// The longest text that a function may make. A row that a join repeats may have twice as much.
    pub value: usize,
    /// The regular expressions that are constants of one query, compiled. Each also counts as 2 MiB for the states that
    /// it may remember while it looks at texts. One that is too large to compile counts as well: it takes as long.
    pub patterns: usize,
}

impl Default for MemoryLimits {
    /// For a process of a developer's machine: about 1 GiB when it is under attack, and 1 MiB for a text, which is
    /// as long as an event may be. The HTTP API takes ten regular expressions in one request for rows, each of up to
    /// 16 MiB here.
    fn default() -> Self {
        Self { operators: 512 << 20, batches: 1 << 30, call: 128 << 20, value: 1 << 20, patterns: 192 << 20 }
    }
}

impl MemoryLimits {
    /// The widest row that a join, a window function or an UNNEST may repeat.
    pub(crate) fn row(&self) -> usize {
        self.value.saturating_mul(2)
    }

    /// What the rows of a file may take that are read at once. Each stream of a query has two such batches while it makes the
    /// table's types of the file's.
    pub(crate) fn read(&self) -> usize {
        self.batches / 16
    }

    /// What an operator may make of the rows that it takes at once, before it counts what it has made.
    pub(crate) fn portion(&self) -> usize {
        self.batches / 32
    }

    /// What an operator may make of one row: a copy for each grouping set, and for each aggregate and column that keeps it.
    pub(crate) fn copied_row(&self) -> usize {
        self.batches / 4
    }

    /// What an aggregate may make of the rows of one group. Whoever writes it as a text takes several times as much.
    pub(crate) fn group(&self) -> usize {
        self.value.saturating_mul(16)
    }

    /// What the aggregates of one query may pass on of groups with long rows, all groups together.
    pub(crate) fn passed(&self) -> usize {
        self.batches / 2
    }

    /// What a function may make of constants while a query is planned: the plan keeps it.
    pub(crate) fn constants(&self) -> usize {
        self.call / 8
    }

    /// What the copies of one value, or of all literals, may take together.
    pub(crate) fn copies(&self) -> usize {
        self.call / 2
    }
}
