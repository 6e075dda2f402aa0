-- grain: one row per published likelihood of approval from phase 1 for cell therapy or cancer
-- params: none
select
    rate_id,
    population,
    period,
    value_pct::double as value_pct,
    ci_low_pct::double as ci_low_pct,
    ci_high_pct::double as ci_high_pct,
    n::integer as n,
    source,
    source_url,
    confidence,
    note
from reference.success_rates
where metric = 'likelihood_of_approval'
    and from_phase = 'Phase 1'
    and to_phase = 'Approval'
    and regexp_matches(population, 'CAR-T|cell and gene|oncology|cancer|tumour|^All modalities', 'i')
    and population not in ('Haematology (non-cancer)', 'Cell and gene therapy, non-oncology')
order by regexp_matches(population, 'CAR-T') desc, ci_low_pct is null, value_pct desc, rate_id
