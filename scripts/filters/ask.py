"""Random requests for rows, asked of the HTTP API over files that `compact` wrote, and held to a plain evaluator of the same rows.

Datasets and requests are drawn by seeds. A request that fails is a difference, and so are other rows, another order, other names,
and headers that say something else of how many rows there are. The request is made smaller for as long as it still differs; both
are printed, with the command that asks it again. The end says how many requests had each operator, function and format, and it
fails where too few requests found some rows and not all: then little was checked.
"""

import argparse
import collections
import concurrent.futures
import datetime
import http.client
import json
import pathlib
import sys
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "random"))

import answers
import choices
import datasets
import written
from asked import Asked
from evaluate import Evaluator, Group, Overflow

THREADS = 4
MOST_PAGES = 8
DEFAULT_LIMIT = 100
LONGEST_URL = 8192
# Of so many requests some must have found some rows and not all.
ENOUGH = 100


class Api:
    def __init__(self, address):
        self.host = urllib.parse.urlsplit(address).netloc

    def get(self, target, headers=None):
        """The status, the headers and the text."""
        connection = http.client.HTTPConnection(self.host, timeout=120)
        try:
            connection.request("GET", target, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()


class Drawn:
    """A dataset with what can be asked of it."""

    def __init__(self, dataset, base):
        self.dataset, self.base, self.columns = dataset, base, datasets.every_column(dataset)

    def request(self, made_of):
        return Asked(self.dataset, self.columns, self.base, made_of).request()

    def target(self, request):
        return f"/v1/datasets/{self.dataset.name}/rows?{written.query(request)}"

    def expected(self, request, now):
        return Evaluator(self.dataset, self.columns, now).answer(request)


def make(drawn, seed):
    """The dataset of a request, the request, and its choices."""
    made_of = choices.Choices(seed=f"request {seed}")
    # Those with many rows more often.
    one = drawn[min([0, 0, 0, 1, 1, 1, 2, 3][seed % 8], len(drawn) - 1)]
    return one, one.request(made_of), made_of.made


def outcome(api, one, request):
    """What is wrong with the answer, or None, and the expected one, unless the request has to fail."""
    began, target = int(time.time()), one.target(request)
    status, headers, text = api.get(target, {"Prefer": "count=exact"} if request["count"] else {})
    if len(target) > LONGEST_URL:
        return (None if status == 414 else f"error: a URL of {len(target)} bytes answers {status}"), None
    pages = [(headers, text)]
    while status == 200 and request["follow"] and (following := link(headers)) and len(pages) < MOST_PAGES:
        status, headers, text = api.get(following)
        pages.append((headers, text))
    problem, expected, not_computable = None, None, "urn:tributary:problem:not-computable" in text
    # `now` in a request is a second of those in which it was under way.
    for now in range(began, int(time.time()) + 1):
        try:
            expected = one.expected(request, now)
        except Overflow:
            # With a limit of 0, nothing is calculated.
            wrong = None if not_computable or request["limit"] == 0 else f"error: a sum out of range answers {status}"
        else:
            wrong = f"error: {status} {text[:400]}" if status != 200 else judged(request, expected, pages)
            wrong = None if not_computable and expected.may_fail else wrong
        problem = problem or wrong
        if wrong is None:
            return None, expected
    return problem, expected


def link(headers):
    """The target of the next page."""
    found = headers.get("Link")
    return found[found.index("<") + 1:found.index(">")] if found and 'rel="next"' in found else None


def judged(request, expected, pages):
    limit = DEFAULT_LIMIT if request["limit"] is None else request["limit"]
    rows, names = [], None
    for headers, text in pages:
        names, found = answers.rows_of(request["format"], text)
        rows += found
    wanted = expected._replace(rows=expected.rows[:limit * len(pages)])
    return (answers.difference(request, wanted, names, rows)
            or headers_of(request, expected, limit, pages[0][0])
            or extent(request, expected, limit, pages, len(rows)))


def headers_of(request, expected, limit, headers):
    """Whether the headers of the first page say how many rows there are."""
    shown = min(limit, expected.total)
    if headers["Tributary-Rows"] != str(shown):
        return f"headers: Tributary-Rows is {headers['Tributary-Rows']}, expected {shown}"
    counted = request["count"] and not expected.grouped
    complete = None if limit == 0 else str(expected.total <= limit).lower()
    if limit and headers["Tributary-Complete"] != complete:
        return f"headers: Tributary-Complete is {headers['Tributary-Complete']}, expected {complete}"
    total = str(expected.total) if counted or complete == "true" else "*"
    span = f"0-{shown - 1}/{total}" if shown else f"*/{total}"
    if limit and headers["Tributary-Range"] != span:
        return f"headers: Tributary-Range is {headers['Tributary-Range']}, expected {span}"
    return None


def extent(request, expected, limit, pages, found):
    """Whether the last page says that it is the last one, or there are too many to follow."""
    if not request["follow"]:
        return None
    complete, last = pages[-1][0]["Tributary-Complete"], found == expected.total
    if complete != str(last).lower() or (len(pages) < MOST_PAGES and not last):
        return f"pages: {found} of {expected.total} rows in {len(pages)} pages, the last of which has Tributary-Complete: {complete}"
    return None


def smaller(api, one, tree, problem, tries):
    """The smallest request found with that kind of difference, and its difference."""
    best = None
    kind = problem.split(":")[0]

    def fails(candidate, size):
        nonlocal best
        made_of = choices.Choices(tree=candidate)
        request = one.request(made_of)
        now = (len(one.target(request)), made_of.made.total())
        if now >= size:
            return None
        found, _ = outcome(api, one, request)
        if not found or found.split(":")[0] != kind:
            return None
        best = request, found
        return made_of.made, now

    made_of = choices.Choices(tree=tree)
    request = one.request(made_of)
    choices.shrink(tree, (len(one.target(request)), tree.total()), fails, tries)
    return best or (request, problem)


def features(one, request):
    """What is asked for, in words to count."""
    yield f"format {request['format']}"
    waiting = list(request["filters"])
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, Group):
            yield f"{'not.' if condition.negated else ''}{'and' if condition.all else 'or'}"
            waiting += condition.conditions
        else:
            yield f"{'not.' if condition.negated else ''}{condition.operator}"
    for item in request["select"] or []:
        yield f"select {item.call or 'a column'}" if item.path else "select count()"
    for term in request["order"] or []:
        yield "order " + {None: "", True: "nullsfirst", False: "nullslast"}[term.nulls_first] + (" desc" if term.descending else "")
    if request["follow"]:
        yield "pages"


def wait_for(api, drawn):
    """Until every dataset's table is there with all its rows."""
    deadline = time.monotonic() + 60
    for one in drawn:
        target, count = f"/v1/datasets/{one.dataset.name}/rows?select=count()", len(one.dataset.rows)
        while (found := api.get(target))[0] != 200 or json.loads(found[2]) != [{"count": count}]:
            if time.monotonic() > deadline:
                raise SystemExit(f"{one.dataset.name} has not {count} rows after a minute: {found[2][:300]}")
            time.sleep(0.1)


def report(counts, partly, asked):
    print(f"\n{asked} requests; {partly} of them found some rows and not all. With rows, there were:")
    print("  " + ", ".join(f"{word} {count}" for word, count in sorted(counts.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prepare", metavar="DIRECTORY", help="write definitions and events of the datasets, and end")
    parser.add_argument("--http", help="the local lake's address of the HTTP API")
    parser.add_argument("--base", type=datetime.date.fromisoformat, default=datetime.datetime.now(datetime.timezone.utc).date(),
                        help="the day that some values are near, for filters such as now-24h [default: today]")
    parser.add_argument("--seed", type=int, default=1, help="the first request's [default: 1]")
    parser.add_argument("--count", type=int, default=300, help="how many requests [default: 300]")
    parser.add_argument("--datasets", type=int, help="the datasets' [default: that of the first request]")
    parser.add_argument("--differences", type=int, default=10, help="end after so many differences [default: 10]")
    parser.add_argument("--tries", type=int, default=150,
                        help="how often a request that differs is asked again to make it smaller [default: 150]")
    parser.add_argument("--verbose", action="store_true", help="print every request and how many rows it should find")
    options = parser.parse_args()
    seed = options.seed if options.datasets is None else options.datasets
    drawn = [Drawn(dataset, options.base) for dataset in datasets.draw(seed, options.base)]
    if options.prepare:
        datasets.write([one.dataset for one in drawn], options.prepare)
        return
    api = Api(options.http)
    print(f"the first seed is {options.seed}; the datasets have {seed}")
    for one in drawn:
        print(f"  {datasets.described(one.dataset)}", flush=True)
    wait_for(api, drawn)
    counts, partly, asked, differences = collections.Counter(), 0, 0, 0

    def ask(number):
        one, request, tree = make(drawn, number)
        return number, one, request, tree, outcome(api, one, request)

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        for number, one, request, tree, (problem, expected) in pool.map(ask, range(options.seed, options.seed + options.count)):
            if differences >= options.differences:
                pool.shutdown(cancel_futures=True)
                break
            asked += 1
            matched = expected.matched if expected else 0
            counts.update(set(features(one, request)) if matched else [])
            partly += 0 < matched < len(one.dataset.rows)
            if options.verbose:
                print(f"seed {number}: {matched} of {len(one.dataset.rows)}  {urllib.parse.unquote(one.target(request))}")
            if problem:
                differences += 1
                print(f"\nseed {number}: {problem}\n  {one.target(request)}", flush=True)
                least, why = smaller(api, one, tree, problem, options.tries)
                print(f"made smaller: {why}\n  {urllib.parse.unquote(one.target(least))}\n  {one.target(least)}\n"
                      f"again: ./scripts/rows-random --datasets {seed} --base {options.base} --seed {number} --count 1", flush=True)
    report(counts, partly, asked)
    if differences:
        raise SystemExit(f"{differences} requests differ")
    if asked >= ENOUGH and partly * 5 < asked:
        raise SystemExit("what was checked? Too few requests found some rows and not all")


if __name__ == "__main__":
    main()
