{{ config(materialized='table', bucketed_by=['n'], bucket_count=2, tags=['refused']) }}
select 1 as n
