// The types that openapi-typescript makes of the API's description, and openapi-fetch: every format, with strict types.
// This file is compiled against `api.d.ts`, which scripts/clients-check makes of the lake's own /openapi.json.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";
import { LAKE, check } from "./lake.mjs";

type Rows = components["schemas"]["Rows"];

const client = createClient<paths>({
  baseUrl: LAKE.http,
  // Filters are parameters of their own, as passenger_id=gt.1.
  querySerializer: { object: { style: "form", explode: true } },
});
const route = "/v1/datasets/{dataset}/rows" as const;
const path = { dataset: "passengers" };
const select = "passenger_id,name";

const listing = await client.GET("/v1/datasets");
const names: string[] | undefined = listing.data?.datasets.map((dataset) => dataset.name);
check("the datasets are typed", names, ["letters", "parcels", "passengers", "readings"]);

const records = await client.GET(route, {
  params: { path, query: { format: "json", select, limit: 1, filters: { passenger_id: "lt.3", name: "like.Rosa*" } } },
});
const rows: Rows | string | undefined = records.data;
check("json is an array of records", rows, [{ passenger_id: 2, name: 'Rosa "Mendoza"' }]);
check("with what the headers say", records.response.headers.get("Tributary-Complete"), "true");
const columns = await client.GET(route, { params: { path, query: { format: "columns", select: "name" } } });
check("columns are an object", columns.data, { name: { 0: "Javier Peña", 1: 'Rosa "Mendoza"', 2: "O'Brien" } });

for (const [format, lines] of [["csv", 4], ["ndjson", 3]] as const) {
  const { data } = await client.GET(route, { params: { path, query: { format, select } }, parseAs: "text" });
  const text: string | undefined = data;
  check(`${format} is text`, text?.trimEnd().split("\n").length, lines);
}
for (const [format, mark] of [["parquet", "PAR1"], ["arrow", "\xff\xff\xff\xff"]] as const) {
  const { data } = await client.GET(route, { params: { path, query: { format } }, parseAs: "arrayBuffer" });
  const bytes: ArrayBuffer | undefined = data;
  check(`${format} is bytes`, Buffer.from(bytes ?? new ArrayBuffer(0)).toString("latin1", 0, 4), mark);
}

const { data, error } = await client.GET(route, { params: { path, query: { filters: { passenger_id: "much" } } } });
const problem: components["schemas"]["Problem"] | undefined = error;
check("a refusal is a problem", [data, problem?.status, problem?.title], [undefined, 400, "Unknown operator"]);

const sql = await client.POST("/v1/queries", {
  body: { sql: "SELECT name FROM passengers WHERE passenger_id = ?", parameters: [1] },
  params: { query: { format: "csv" } },
  parseAs: "text",
});
check("free SQL as CSV", sql.data?.split(/\r?\n/).slice(0, 2), ["name", "Javier Peña"]);
const named = await client.GET("/v1/named-queries/passenger-by-id/rows", { params: { query: { passenger: 2 } } });
check("a named query has its parameters typed", named.data, [{ passenger_id: 2, name: 'Rosa "Mendoza"' }]);
// @ts-expect-error A parameter of another type does not compile.
const _ = () => client.GET("/v1/named-queries/passenger-by-id/rows", { params: { query: { passenger: "two" } } });
