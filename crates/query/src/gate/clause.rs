//! Queries and their clauses. Everything the parser may find is taken apart by name, so that a part which a later
//! version of it adds does not go unseen.

use sqlparser::ast::{
    Cte, Distinct, Expr, Fetch, GroupByExpr, Ident, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind,
    Query, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetQuantifier,
    TableAlias, Value, ValueWithSpan, Values, WildcardAdditionalOptions, With,
};
use sqlparser::tokenizer::Location;

use super::{Refused, scope::Walk, token::ONLY_QUERIES};

type Checked = Result<(), Refused>;

impl Walk<'_> {
    /// The outermost query.
    pub(super) fn statement(&mut self, query: &Query) -> Checked {
        match &*query.body {
            SetExpr::Select(_) | SetExpr::SetOperation { .. } | SetExpr::Values(_) => {}
            SetExpr::Query(_) => {
                return refuse(
                    "a statement in parentheses loses its order: write it without the outermost ones, or begin with \
                     SELECT",
                );
            }
            _ => return refuse(ONLY_QUERIES),
        }
        self.clauses(query)?;
        self.limit = limit(query.limit_clause.as_ref())?.or(first_rows(query.fetch.as_ref())?);
        self.ordered = query.order_by.is_some();
        let offset = matches!(&query.limit_clause, Some(LimitClause::LimitOffset { offset: Some(_), .. }));
        self.volatile |= offset && !self.ordered;
        Ok(())
    }

    /// A query within a query. Which rows its LIMIT or its OFFSET leaves out is anybody's guess if it has no ORDER BY.
    pub(super) fn query(&mut self, query: &Query) -> Checked {
        let is_cut = query.limit_clause.is_some() || query.fetch.is_some();
        self.volatile |= is_cut && query.order_by.is_none();
        self.clauses(query)
    }

    fn clauses(&mut self, query: &Query) -> Checked {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let has_limit = matches!(limit_clause, Some(LimitClause::LimitOffset { limit: Some(_), .. }));
        refuse_if(fetch.is_some() && has_limit, "a query has a LIMIT or a FETCH FIRST, and not both")?;
        first_rows(fetch.as_ref())?;
        refuse_if(!locks.is_empty() || for_clause.is_some(), "FOR after a query is not supported")?;
        refuse_if(settings.is_some() || format_clause.is_some(), "SETTINGS and FORMAT are not supported")?;
        refuse_if(!pipe_operators.is_empty(), "|> is not supported")?;
        let (mark, outside) = (self.mark(), std::mem::replace(&mut self.in_where, false));
        self.deeper(|walk| {
            if let Some(with) = with {
                walk.with(with)?;
            }
            walk.body(body)?;
            if let Some(OrderBy { kind, interpolate }) = order_by {
                refuse_if(interpolate.is_some(), "INTERPOLATE is not supported")?;
                match kind {
                    OrderByKind::Expressions(terms) => walk.order(terms)?,
                    OrderByKind::All(_) => return refuse("ORDER BY ALL is not supported: name the columns"),
                }
            }
            limit(limit_clause.as_ref()).map(drop)
        })?;
        self.forget_from(mark);
        self.in_where = outside;
        Ok(())
    }

    fn with(&mut self, With { with_token: _, recursive, cte_tables }: &With) -> Checked {
        refuse_if(*recursive, "WITH RECURSIVE is not supported")?;
        for Cte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
            refuse_if(from.is_some() || materialized.is_some(), "an option of WITH is not supported")?;
            self.query(query)?;
            self.alias(Some(alias))?;
            // Only from here on: within its own query the name still is a table's.
            self.define(&alias.name);
        }
        Ok(())
    }

    fn body(&mut self, body: &SetExpr) -> Checked {
        let mut body = body;
        // A chain of UNIONs leans to the left: it is gone through without descending.
        while let SetExpr::SetOperation { op: _, set_quantifier, left, right } = body {
            let known =
                matches!(set_quantifier, SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None);
            refuse_if(!known, "UNION BY NAME is not supported")?;
            self.deeper(|walk| walk.body(right))?;
            body = left;
        }
        match body {
            SetExpr::Select(select) => self.deeper(|walk| walk.select(select)),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows }) => {
                rows.iter().try_for_each(|row| self.expressions(&row.content))
            }
            _ => refuse(ONLY_QUERIES),
        }
    }

    fn select(&mut self, select: &Select) -> Checked {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        refuse_if(into.is_some(), "SELECT INTO writes a table")?;
        refuse_if(matches!(distinct, Some(Distinct::On(_))), "DISTINCT ON is not supported")?;
        let foreign = !optimizer_hints.is_empty()
            || select_modifiers.is_some()
            || top.is_some()
            || exclude.is_some()
            || !lateral_views.is_empty()
            || prewhere.is_some()
            || !connect_by.is_empty()
            || !cluster_by.is_empty()
            || !distribute_by.is_empty()
            || !sort_by.is_empty()
            || qualify.is_some()
            || value_table_mode.is_some()
            || *flavor != SelectFlavor::Standard;
        refuse_if(
            foreign,
            "a clause of SELECT that is not supported: use WHERE, GROUP BY, HAVING, WINDOW, ORDER BY, OFFSET and LIMIT",
        )?;
        projection.iter().try_for_each(|item| self.item(item))?;
        from.iter().try_for_each(|element| self.joined(element))?;
        if let Some(condition) = selection {
            let outside = std::mem::replace(&mut self.in_where, true);
            self.expression(condition)?;
            self.in_where = outside;
        }
        match group_by {
            GroupByExpr::Expressions(keys, modifiers) => {
                refuse_if(!modifiers.is_empty(), "GROUP BY ... WITH is not supported: write ROLLUP or CUBE")?;
                self.expressions(keys)?;
            }
            GroupByExpr::All(_) => return refuse("GROUP BY ALL is not supported: name the columns"),
        }
        having.iter().try_for_each(|condition| self.expression(condition))?;
        named_window.iter().try_for_each(|window| self.named_window(window))
    }

    fn item(&mut self, item: &SelectItem) -> Checked {
        match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, alias: _ } => {
                self.expression(expr)
            }
            SelectItem::Wildcard(options) => plain(options),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                super::scope::parts(name)?;
                plain(options)
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _)
            | SelectItem::ExprWithAliases { .. } => refuse("this form of a selected item is not supported"),
        }
    }

    pub(super) fn order(&mut self, terms: &[OrderByExpr]) -> Checked {
        terms.iter().try_for_each(|OrderByExpr { expr, options: _, with_fill }| {
            refuse_if(with_fill.is_some(), "WITH FILL is not supported")?;
            self.expression(expr)
        })
    }

    /// A name, with names of columns perhaps.
    pub(super) fn alias(&self, alias: Option<&TableAlias>) -> Checked {
        let Some(TableAlias { explicit: _, name: Ident { .. }, columns, at }) = alias else { return Ok(()) };
        let plain = at.is_none() && columns.iter().all(|column| column.data_type.is_none());
        refuse_if(!plain, "this form of an alias is not supported")
    }
}

/// A LIMIT is a number, if it is there; so is an OFFSET, which comes before it.
fn limit(clause: Option<&LimitClause>) -> Result<Option<(Location, u64)>, Refused> {
    let (limit, offset) = match clause {
        None => return Ok(None),
        Some(LimitClause::OffsetCommaLimit { .. }) => {
            return Err(Refused::new("LIMIT with two numbers is not supported: write OFFSET before LIMIT"));
        }
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
            refuse_if(!limit_by.is_empty(), "LIMIT BY is not supported")?;
            (limit, offset)
        }
    };
    let limit = limit.as_ref().map(|limit| number(limit, "LIMIT")).transpose()?;
    let offset = offset.as_ref().map(|Offset { value, rows: _ }| number(value, "OFFSET")).transpose()?;
    if let (Some((limit, _)), Some((offset, _))) = (limit, offset)
        && limit < offset
    {
        return Err(Refused::at("OFFSET comes before LIMIT in Athena", offset));
    }
    Ok(limit)
}

/// What FETCH FIRST says, which is a LIMIT.
fn first_rows(fetch: Option<&Fetch>) -> Result<Option<(Location, u64)>, Refused> {
    let Some(Fetch { with_ties, percent, quantity }) = fetch else { return Ok(None) };
    refuse_if(
        *with_ties,
        "FETCH FIRST ... WITH TIES is not supported: choose the rows by rank() OVER (ORDER BY ...)",
    )?;
    refuse_if(*percent, "FETCH FIRST ... PERCENT is not supported")?;
    match quantity {
        Some(rows) => number(rows, "FETCH FIRST").map(Some),
        None => Err(Refused::new("FETCH FIRST takes a number of rows: write FETCH FIRST 1 ROW ONLY")),
    }
}

fn number(expr: &Expr, clause: &str) -> Result<(Location, u64), Refused> {
    let number = match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, false), span }) => {
            digits.parse().ok().map(|number| (span.start, number))
        }
        _ => None,
    };
    number.ok_or_else(|| Refused::new(format!("{clause} takes a whole number, and no parameter")))
}

fn plain(options: &WildcardAdditionalOptions) -> Checked {
    let WildcardAdditionalOptions {
        wildcard_token: _,
        opt_ilike: None,
        opt_exclude: None,
        opt_except: None,
        opt_replace: None,
        opt_rename: None,
        opt_alias: None,
    } = options
    else {
        return refuse("an option after * is not supported");
    };
    Ok(())
}

pub(super) fn refuse(message: &str) -> Checked {
    Err(Refused::new(message))
}

pub(super) fn refuse_if(found: bool, message: &str) -> Checked {
    if found { refuse(message) } else { Ok(()) }
}
