{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['day']) }}
select reading_id, cast({{ var('run', 1) }} as integer) as run, cast(date(taken_at) as varchar) as day
from {{ source('lake', 'readings') }}
{% if is_incremental() %}
where date(taken_at) = date '2026-01-05'
{% endif %}
