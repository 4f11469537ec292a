{{ config(materialized='incremental', incremental_strategy='append') }}
select passenger_id, cast({{ var('run', 1) }} as integer) as run
from {{ source('lake', 'passengers') }}
{% if is_incremental() %}
where passenger_id > 1
{% endif %}
