{{ config(materialized='view') }}
select passenger_id, name, length(name) as letters
from {{ source('lake', 'passengers') }}
