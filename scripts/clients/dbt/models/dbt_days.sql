{{ config(materialized='table', partitioned_by=['day']) }}
select reading_id, level, cast(date(taken_at) as varchar) as day
from {{ source('lake', 'readings') }}
