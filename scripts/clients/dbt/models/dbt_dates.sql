{{ config(materialized='table', partitioned_by=['day']) }}
select reading_id, date(taken_at) as day
from {{ source('lake', 'readings') }}
