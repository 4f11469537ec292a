{% snapshot dbt_history %}
{{ config(unique_key='passenger_id', strategy='check', check_cols=['name']) }}
select passenger_id, name || '{{ "!" if var("run", 1) == 2 else "" }}' as name
from {{ ref('dbt_names') }}
{% endsnapshot %}
