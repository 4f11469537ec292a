//! Queries and their clauses.

use sqlparser::{
    ast::{
        Cte, Distinct, Expr, Fetch, GroupByExpr, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind,
        Query, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetQuantifier,
        TableAlias, Value, ValueWithSpan, Values, WildcardAdditionalOptions, With,
    },
    tokenizer::Location,
};

use super::{Advice, Checked, Policy, Unsupported, Walk, distinct, fold, is_name, parts, refuse, refuse_if};

const ONLY_QUERIES: &str = "only a query can be run: write SELECT, or WITH ... SELECT";

const CLAUSES: &str = "a clause of SELECT that is not supported: use WHERE, GROUP BY, HAVING, WINDOW, ORDER BY, OFFSET and LIMIT";

impl<P: Policy> Walk<'_, P> {
    pub(super) fn query(&mut self, query: &Query, is_statement: bool) -> Checked<P> {
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
        self.policy.query(query, is_statement)?;
        first_rows(fetch.as_ref())?;
        refuse_if(!locks.is_empty() || for_clause.is_some(), "FOR", "FOR after a query is not supported")?;
        refuse_if(settings.is_some(), "SETTINGS", "SETTINGS and FORMAT are not supported")?;
        refuse_if(format_clause.is_some(), "FORMAT", "SETTINGS and FORMAT are not supported")?;
        refuse_if(!pipe_operators.is_empty(), "|>", "|> is not supported")?;
        limit(limit_clause.as_ref())?;
        let (mark, outside) = (self.named.len(), std::mem::replace(&mut self.in_where, false));
        self.deeper(|walk| {
            if let Some(with) = with {
                walk.with(with)?;
            }
            walk.body(body)?;
            if let Some(OrderBy { kind, interpolate }) = order_by {
                refuse_if(interpolate.is_some(), "INTERPOLATE", "INTERPOLATE is not supported")?;
                match kind {
                    OrderByKind::Expressions(terms) => walk.order(terms)?,
                    OrderByKind::All(_) => {
                        refuse("ORDER BY ALL", "ORDER BY ALL is not supported: name the columns")?;
                    }
                }
            }
            Ok(distinct::check(query)?)
        })?;
        self.named.truncate(mark);
        self.in_where = outside;
        Ok(())
    }

    fn with(&mut self, With { with_token: _, recursive, cte_tables }: &With) -> Checked<P> {
        refuse_if(*recursive, "WITH RECURSIVE", "WITH RECURSIVE is not supported")?;
        for Cte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
            let plain = from.is_none() && materialized.is_none();
            refuse_if(!plain, "an option of WITH", "an option of WITH is not supported")?;
            self.query(query, false)?;
            table_alias(Some(alias))?;
            // Only from here on: within its own query the name still is a table's.
            self.named.push(fold(&alias.name));
        }
        Ok(())
    }

    fn body(&mut self, body: &SetExpr) -> Checked<P> {
        let mut body = body;
        // A chain of UNIONs leans to the left: it is gone through without descending.
        while let SetExpr::SetOperation { op: _, set_quantifier, left, right } = body {
            let known =
                matches!(set_quantifier, SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None);
            refuse_if(!known, "UNION BY NAME", "UNION BY NAME is not supported")?;
            self.deeper(|walk| walk.body(right))?;
            body = left;
        }
        let other = match body {
            SetExpr::Select(select) => return self.deeper(|walk| walk.select(select)),
            SetExpr::Query(query) => return self.query(query, false),
            SetExpr::Values(Values { explicit_row: _, value_keyword: false, rows }) => {
                return rows.iter().try_for_each(|row| self.expressions(&row.content));
            }
            SetExpr::Values(_) => "VALUE",
            SetExpr::SetOperation { .. } => "a set operation",
            SetExpr::Insert(_) => "INSERT",
            SetExpr::Update(_) => "UPDATE",
            SetExpr::Delete(_) => "DELETE",
            SetExpr::Merge(_) => "MERGE",
            SetExpr::Table(_) => "TABLE",
        };
        Ok(refuse(other, ONLY_QUERIES)?)
    }

    fn select(&mut self, select: &Select) -> Checked<P> {
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
        refuse_if(into.is_some(), "SELECT INTO", "SELECT INTO writes a table")?;
        let is_on = matches!(distinct, Some(Distinct::On(_)));
        refuse_if(is_on, "DISTINCT ON", "DISTINCT ON is not supported")?;
        let foreign = [
            (!optimizer_hints.is_empty(), "a hint after SELECT"),
            (select_modifiers.is_some(), "a modifier after SELECT"),
            (top.is_some(), "TOP"),
            (exclude.is_some(), "EXCLUDE"),
            (!lateral_views.is_empty(), "LATERAL VIEW"),
            (prewhere.is_some(), "PREWHERE"),
            (!connect_by.is_empty(), "CONNECT BY"),
            (!cluster_by.is_empty(), "CLUSTER BY"),
            (!distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!sort_by.is_empty(), "SORT BY"),
            (qualify.is_some(), "QUALIFY"),
            (value_table_mode.is_some(), "SELECT AS"),
            (*flavor != SelectFlavor::Standard, "FROM without SELECT before it"),
        ];
        foreign.into_iter().try_for_each(|(found, construct)| refuse_if(found, construct, CLAUSES))?;
        projection.iter().try_for_each(|item| self.item(item))?;
        from.iter().try_for_each(|element| self.joined(element))?;
        if let Some(condition) = selection {
            let outside = std::mem::replace(&mut self.in_where, true);
            self.expression(condition)?;
            self.in_where = outside;
        }
        match group_by {
            GroupByExpr::Expressions(keys, modifiers) => {
                let sentence = "GROUP BY ... WITH is not supported: write ROLLUP or CUBE";
                refuse_if(!modifiers.is_empty(), "GROUP BY ... WITH", sentence)?;
                self.expressions(keys)?;
            }
            GroupByExpr::All(_) => {
                refuse("GROUP BY ALL", "GROUP BY ALL is not supported: name the columns")?;
            }
        }
        having.iter().try_for_each(|condition| self.expression(condition))?;
        named_window.iter().try_for_each(|window| self.named_window(window))
    }

    fn item(&mut self, item: &SelectItem) -> Checked<P> {
        let form = "this form of a selected item is not supported";
        match item {
            SelectItem::UnnamedExpr(expr) => self.expression(expr),
            SelectItem::ExprWithAlias { expr, alias } => {
                self.expression(expr)?;
                Ok(is_name(alias)?)
            }
            SelectItem::Wildcard(options) => Ok(plain(options)?),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                parts(name)?;
                Ok(plain(options)?)
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _) => {
                Ok(refuse("all fields of an expression, as in (expression).*", form)?)
            }
            SelectItem::ExprWithAliases { .. } => Ok(refuse("an expression with several names", form)?),
        }
    }

    pub(super) fn order(&mut self, terms: &[OrderByExpr]) -> Checked<P> {
        terms.iter().try_for_each(|OrderByExpr { expr, options: _, with_fill }| {
            refuse_if(with_fill.is_some(), "WITH FILL", "WITH FILL is not supported")?;
            self.expression(expr)
        })
    }
}

/// A name of a table, with names of columns perhaps.
pub(super) fn table_alias(alias: Option<&TableAlias>) -> Result<(), Unsupported> {
    let Some(TableAlias { explicit: _, name, columns, at }) = alias else { return Ok(()) };
    is_name(name)?;
    columns.iter().try_for_each(|column| is_name(&column.name))?;
    let sentence = "this form of an alias is not supported";
    refuse_if(at.is_some(), "AT after a table's alias", sentence)?;
    let typed = columns.iter().any(|column| column.data_type.is_some());
    refuse_if(typed, "a type in a table's alias", sentence)
}

/// A LIMIT is a number or a parameter, if it is there; so is an OFFSET, which comes before it.
fn limit(clause: Option<&LimitClause>) -> Result<(), Unsupported> {
    let (limit, offset) = match clause {
        None => return Ok(()),
        Some(LimitClause::OffsetCommaLimit { .. }) => {
            let sentence = "LIMIT with two numbers is not supported: write OFFSET before LIMIT";
            return refuse("LIMIT offset, count", sentence);
        }
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
            refuse_if(!limit_by.is_empty(), "LIMIT BY", "LIMIT BY is not supported")?;
            (limit, offset)
        }
    };
    let limit = limit.as_ref().map(|limit| counted(limit, "LIMIT")).transpose()?;
    let offset = offset.as_ref().map(|Offset { value, rows: _ }| counted(value, "OFFSET")).transpose()?;
    match (limit, offset) {
        (Some(limit), Some(offset)) if limit < offset => {
            let sentence = "OFFSET comes before LIMIT in Athena";
            Err(Unsupported::at("OFFSET behind LIMIT (write OFFSET before LIMIT)", sentence, offset))
        }
        _ => Ok(()),
    }
}

/// Where the number is.
fn counted(expr: &Expr, clause: &str) -> Result<Location, Unsupported> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(_, false) | Value::Placeholder(_), span }) => {
            Ok(span.start)
        }
        _ => {
            let sentence = format!("{clause} takes a whole number, and no parameter");
            Err(Unsupported::of(format!("{clause} with an expression"), Advice::Sentence(sentence)))
        }
    }
}

/// What FETCH FIRST says.
fn first_rows(fetch: Option<&Fetch>) -> Result<(), Unsupported> {
    let Some(Fetch { with_ties, percent, quantity: _ }) = fetch else { return Ok(()) };
    refuse_if(
        *with_ties,
        "FETCH FIRST ... WITH TIES (choose the rows by rank() OVER (ORDER BY ...) in a query around)",
        "FETCH FIRST ... WITH TIES is not supported: choose the rows by rank() OVER (ORDER BY ...)",
    )?;
    refuse_if(*percent, "FETCH FIRST ... PERCENT", "FETCH FIRST ... PERCENT is not supported")
}

fn plain(options: &WildcardAdditionalOptions) -> Result<(), Unsupported> {
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
        return refuse("an option after *", "an option after * is not supported");
    };
    Ok(())
}
