-- grain: one row per published rate of success, failure or release out of specification
-- params: none
select
    benchmark_id,
    case
        when topic = 'success rate' then 'success'
        when topic = 'failure rate' then 'failure'
        else 'oos'
    end as measure,
    product,
    setting,
    metric,
    value_mid as value_pct,
    n,
    source,
    confidence
from reference.manufacturing_benchmarks
where topic in ('success rate', 'failure rate', 'OOS rate') and unit = '%' and value_mid is not null
order by n desc nulls last, benchmark_id
