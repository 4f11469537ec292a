// The AWS SDK for JavaScript: Glue and Athena.

import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand, paginateGetQueryResults } from "@aws-sdk/client-athena";
import { GetTableCommand, GlueClient, paginateGetPartitions, paginateGetTables } from "@aws-sdk/client-glue";
import { LAKE, all, check, refused } from "./lake.mjs";

const glue = new GlueClient();
const athena = new AthenaClient();
const DatabaseName = LAKE.database;

const tables = await all(paginateGetTables({ client: glue, pageSize: 2 }, { DatabaseName }), (page) => page.TableList);
check("tables page", tables.map(({ Name }) => Name).sort(), ["letters", "parcels", "passengers", "readings"]);
const readings = { DatabaseName, TableName: "readings" };
const values = async (more) =>
  (await all(paginateGetPartitions({ client: glue, pageSize: 2 }, { ...readings, ...more }), (page) => page.Partitions))
    .map(({ Values }) => Values.join(" ")).sort();
check("partitions page", await values(), ["2026-01-05 09", "2026-01-05 10", "2026-01-06 00"]);
check("an expression picks partitions", await values({ Expression: "dt > '2026-01-05' OR hour = '09'" }), ["2026-01-05 09", "2026-01-06 00"]);
await refused("an unknown table", "EntityNotFoundException", () => glue.send(new GetTableCommand({ DatabaseName, Name: "not" })));
await refused("a bad expression", "InvalidInputException", () => values({ Expression: "dt =" }));

const start = (QueryString, more) =>
  athena.send(new StartQueryExecutionCommand({ QueryString, QueryExecutionContext: { Database: DatabaseName }, WorkGroup: LAKE.workgroup, ...more }));
const { QueryExecutionId } = await start("SELECT passenger_id, seat_number FROM passengers WHERE name <> ? ORDER BY 1", {
  ExecutionParameters: ["'O''Brien'"],
});
let state;
do {
  state = (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution.Status.State;
  await new Promise((wake) => setTimeout(wake, 20));
} while (state === "QUEUED" || state === "RUNNING");
check("a query succeeds", state, "SUCCEEDED");
const rows = await all(paginateGetQueryResults({ client: athena, pageSize: 2 }, { QueryExecutionId }), (page) => page.ResultSet.Rows);
check("its results page, NULL apart from the empty string", rows.map(({ Data }) => Data.map((cell) => cell.VarCharValue)),
  [["passenger_id", "seat_number"], ["1", ""], ["2", undefined]]);
await refused("an unknown workgroup", "InvalidRequestException", () => start("SELECT 1", { WorkGroup: "not" }));
