// What every check has: the lake's names, and `check`. The clients are told of the lake by AWS's environment
// variables alone.

import { isDeepStrictEqual, inspect } from "node:util";

export const LAKE = JSON.parse(process.env.LAKE);

export function check(what, found, expected) {
  if (!isDeepStrictEqual(found, expected)) fail(what, inspect(found), inspect(expected));
  console.log(`ok  ${what}`);
}

/** Checks that a call is refused with the SDK's own exception, by its class's name. */
export async function refused(what, name, call) {
  let error;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  check(`${what} is ${name}`, error?.name ?? "not refused", name);
  return error;
}

export function fail(what, found, expected) {
  console.error(`FAILED  ${what}\n  found     ${found}\n  expected  ${expected}`);
  process.exit(1);
}

export async function all(pages, items) {
  const found = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}
