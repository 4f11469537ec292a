{{ config(materialized='table', table_type='iceberg', tags=['refused']) }}
select 1 as n
