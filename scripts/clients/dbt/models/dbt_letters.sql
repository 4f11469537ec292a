{{ config(materialized='table') }}
select letters, count(*) as passengers, cast(max(passenger_id) as decimal(20, 2)) as latest
from {{ ref('dbt_names') }}
group by letters
