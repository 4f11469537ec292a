-- More partitions than one statement writes: dbt writes them in batches.
{{ config(materialized='table', partitioned_by=['part']) }}
select number, 'part ' || cast(number as varchar) as part
from unnest(sequence(1, 120)) as numbers (number)
