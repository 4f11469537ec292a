//! Regular expressions that a backtracking engine needs exponential time for.
//!
//! Athena's engine tries one way after the other to match a text. If a loop of the expression matches some text in two
//! ways, then twice as many ways are to be tried for each time that the text is repeated: 2^30 for thirty letters and
//! `(a+)+$`. That is so exactly if, from some state of the automaton, two different paths lead back to it with the same
//! text. Nested repetitions are not wrong in themselves: `([a-z]+-)*[a-z]+` can be matched in one way only, since no
//! letter is a hyphen.
//!
//! What is not looked for is polynomial time, as of `.*a.*b.*c`: the length of a pattern bounds it.

use regex_syntax::ast::Ast;

use super::automaton::{Automaton, TooLarge};

/// How many steps the search may take, through all loops of all expressions of a statement, and how many states of one loop
/// it looks at. Few are checked at once, and who waits for a place waits for them, so all of it has to take milliseconds.
const MAX_STEPS: usize = 2_000_000;
const MAX_LOOP: usize = 1_000;

const AMBIGUOUS: &str = "that matches a repeated text in one way only, since (a+)+ and (a|a)* take exponential time: write \
                         a+, or have a separator between the repetitions, as in ([a-z]+-)*[a-z]+";
const TOO_LARGE: &str =
    "that is smaller: with those before it, it takes too long to check for exponential time";

/// Says what the expression must be like, if it is not. `folded`: letters match in upper and lower case. `steps`: those that
/// the statement's expressions before it took.
pub(super) fn check(ast: &Ast, folded: bool, steps: &mut usize) -> Result<(), &'static str> {
    let automaton = Automaton::new(ast, folded).map_err(|TooLarge| TOO_LARGE)?;
    // To make it, and to find its loops, takes its states and what leads from each to others, which may be many more.
    *steps += automaton.next.len() + automaton.next.iter().map(Vec::len).sum::<usize>();
    if *steps > MAX_STEPS {
        return Err(TOO_LARGE);
    }
    search(&automaton, steps)
}

/// Looks at every loop, and counts the steps.
fn search(automaton: &Automaton, steps: &mut usize) -> Result<(), &'static str> {
    let mut local = vec![None; automaton.next.len()];
    for component in components(&automaton.next) {
        for (index, state) in component.iter().enumerate() {
            local[*state] = Some(index);
        }
        let within = |state: &usize| -> Vec<usize> {
            automaton.next[*state].iter().filter_map(|next| local[*next]).collect()
        };
        let graph: Vec<Vec<usize>> = component.iter().map(within).collect();
        look(graph, automaton, &component, steps)?;
        for state in &component {
            local[*state] = None;
        }
    }
    Ok(())
}

/// Looks at one loop: states that all lead to each other.
fn look(
    mut graph: Vec<Vec<usize>>,
    automaton: &Automaton,
    component: &[usize],
    steps: &mut usize,
) -> Result<(), &'static str> {
    for next in &mut graph {
        next.sort_unstable();
        if next.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(AMBIGUOUS);
        }
    }
    let states = graph.len();
    if states < 2 {
        return Ok(());
    }
    if states > MAX_LOOP {
        return Err(TOO_LARGE);
    }
    let mut before = vec![Vec::new(); states];
    for (state, next) in graph.iter().enumerate() {
        for to in next {
            before[*to].push(state);
        }
    }
    *steps += states * states;
    let common = in_common(automaton, component, steps).ok_or(TOO_LARGE)?;
    // Two paths that part and meet again: out from a pair of equal states, and back to one.
    let out = reach(&graph, &common, steps).ok_or(TOO_LARGE)?;
    let back = reach(&before, &common, steps).ok_or(TOO_LARGE)?;
    let mut parted = (0..states * states).filter(|pair| pair / states != pair % states);
    if parted.any(|pair| out[pair] && back[pair]) { Err(AMBIGUOUS) } else { Ok(()) }
}

/// Of each pair of states of a loop, whether a character may be in both. `None` if that takes too many steps. Classes are
/// compared, not states: a class may be that of many states.
fn in_common(automaton: &Automaton, component: &[usize], steps: &mut usize) -> Option<Vec<bool>> {
    let class_of = |state: &usize| automaton.class_of[*state];
    let mut classes: Vec<usize> = component.iter().map(class_of).collect();
    classes.sort_unstable();
    classes.dedup();
    let count = classes.len();
    let mut meet = vec![false; count * count];
    for (one, class) in classes.iter().enumerate() {
        for (two, other) in classes[..=one].iter().enumerate() {
            let (class, other) = (&automaton.classes[*class], &automaton.classes[*other]);
            *steps += class.size() + other.size();
            if *steps > MAX_STEPS {
                return None;
            }
            let answer = class.meets(other);
            meet[one * count + two] = answer;
            meet[two * count + one] = answer;
        }
    }
    let rank = |state: &usize| classes.partition_point(|class| *class < class_of(state));
    let ranks: Vec<usize> = component.iter().map(rank).collect();
    let mut common = Vec::with_capacity(ranks.len() * ranks.len());
    for one in &ranks {
        common.extend(ranks.iter().map(|two| meet[one * count + two]));
    }
    Some(common)
}

/// The pairs of states that two paths with one text reach from a state that both begin at. `None` if that takes too many
/// steps.
fn reach(graph: &[Vec<usize>], common: &[bool], steps: &mut usize) -> Option<Vec<bool>> {
    let states = graph.len();
    let mut seen = vec![false; common.len()];
    let mut open: Vec<(usize, usize)> = (0..states).map(|state| (state, state)).collect();
    for (one, two) in &open {
        seen[one * states + two] = true;
    }
    while let Some((one, two)) = open.pop() {
        *steps += graph[one].len() * graph[two].len();
        if *steps > MAX_STEPS {
            return None;
        }
        for to in &graph[one] {
            for other in &graph[two] {
                let pair = to * states + other;
                if common[pair] && !seen[pair] {
                    seen[pair] = true;
                    open.push((*to, *other));
                }
            }
        }
    }
    Some(seen)
}

/// The loops of a graph: its strongly connected components (Kosaraju's way), those of one state without an edge to
/// itself included.
fn components(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut before = vec![Vec::new(); next.len()];
    for (state, to) in next.iter().enumerate() {
        for to in to {
            before[*to].push(state);
        }
    }
    let mut seen = vec![false; next.len()];
    let mut order = Vec::with_capacity(next.len());
    for root in 0..next.len() {
        depth_first(root, next, &mut seen, &mut order);
    }
    let mut seen = vec![false; next.len()];
    let mut components = Vec::new();
    for root in order.into_iter().rev() {
        let mut component = Vec::new();
        depth_first(root, &before, &mut seen, &mut component);
        if !component.is_empty() {
            components.push(component);
        }
    }
    components
}

/// Adds what can be reached from the root and was not seen, each state after those that it leads to.
fn depth_first(root: usize, next: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[root], true) {
        return;
    }
    let mut path = vec![(root, 0)];
    while let Some((state, at)) = path.last_mut() {
        let to = next[*state].get(*at).copied();
        *at += 1;
        match to {
            Some(to) if seen[to] => {}
            Some(to) => {
                seen[to] = true;
                path.push((to, 0));
            }
            None => {
                order.push(*state);
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests;
