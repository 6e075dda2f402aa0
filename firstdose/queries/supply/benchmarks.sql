-- grain: one row per published median of the days from collection to infusion
-- params: none
select
    benchmark_id,
    product,
    setting,
    value_mid as value_days,
    n,
    source,
    confidence
from reference.manufacturing_benchmarks
where topic = 'vein-to-vein' and unit = 'days' and value_mid is not null and metric not like 'threshold%'
order by n desc nulls last, benchmark_id
