{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}
select passenger_id{% if var('run', 1) == 2 %}, name{% endif %}
from {{ source('lake', 'passengers') }}
