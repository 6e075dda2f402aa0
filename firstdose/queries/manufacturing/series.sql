-- grain: one row per lot of a site with a numeric result of one attribute, in the order of manufacture
-- params: $chosen (the programs let through), $area (null = all), $attribute, $site, $since, $until (bound started_on), $as_of
with tested as (
    select
        result_days.batch_id,
        result_days.sample,
        result_days.tested_on,
        result_days.results,
        result_days.total,
        result_days.logs,
        result_days.least,
        result_days.below,
        result_days.above,
        batches.program_id,
        batches.process_version,
        batches.purpose,
        batches.started_on,
        batches.disposition
    from result_days
    inner join batches on result_days.batch_id = batches.batch_id
    where result_days.attribute_code = $attribute
        and result_days.partner_id = $site
        and result_days.results > 0
        and result_days.tested_on <= $as_of
        and list_contains($chosen, batches.program_id)
        and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
        and ($since is null or batches.started_on >= $since)
        and ($until is null or batches.started_on <= $until)
),

-- samples of different points are different series: the one nearest to release is charted
shown as (
    select tested.*
    from tested
    qualify sample = first(sample) over (
        order by case sample when 'release' then 1 when 'starting material' then 2 when 'in process' then 3 else 4 end
        rows between unbounded preceding and unbounded following
    )
),

lots as (
    select
        shown.batch_id,
        any_value(shown.program_id) as program_id,
        any_value(shown.process_version) as process_version,
        any_value(shown.started_on) as started_on,
        any_value(shown.disposition) as disposition,
        any_value(shown.sample) as sample,
        any_value(
            case when shown.purpose in ('development', 'commercial') then shown.purpose else 'clinical' end
        ) as phase,
        max(shown.tested_on) as tested_on,
        sum(shown.results)::integer as results,
        if(
            any_value(attributes.scale) = 'log' and min(shown.least) > 0,
            exp(sum(shown.logs) / sum(shown.results)),
            sum(shown.total) / sum(shown.results)
        ) as mean,
        -- the mean of a bound and a number is a bound; two bounds of opposite kinds say nothing
        if(sum(shown.below) > 0 and sum(shown.above) > 0, null, mean) as value,
        case when sum(shown.above) > 0 then '>' when sum(shown.below) > 0 then '<' end as qualifier
    from shown
    inner join attributes on attributes.attribute_code = $attribute
    group by shown.batch_id
),

found as (
    select
        batch_id,
        string_agg(title, '; ' order by opened_on, deviation_id) as deviations
    from deviations
    where batch_id is not null and opened_on <= $as_of
    group by batch_id
)

select
    lots.batch_id,
    lots.program_id,
    lots.process_version,
    lots.started_on,
    lots.value,
    lots.qualifier,
    lots.results,
    lots.sample,
    lots.disposition,
    specifications.lower as lower_limit,
    specifications.upper as upper_limit,
    found.deviations
from lots
left join found on lots.batch_id = found.batch_id
left join specifications
    on specifications.attribute_code = $attribute
    and lots.phase = specifications.phase
    and lots.tested_on >= specifications.valid_from
    and (specifications.program_id is null or specifications.program_id = lots.program_id)
qualify row_number() over (
    partition by lots.batch_id
    order by specifications.program_id nulls last, specifications.valid_from desc, specifications.specification_id
) = 1
order by lots.started_on, lots.batch_id
