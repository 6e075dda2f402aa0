-- grain: one row per lot of a site with a numeric result of one attribute, in the order of manufacture
-- params: $chosen (the programs let through), $area (null = all), $attribute, $site, $as_of
with tested as (
    select
        batch_id,
        sample,
        own,
        max(tested_on) as tested_on,
        sum(results)::integer as results,
        sum(total) as total,
        sum(logs) as logs,
        min(least) as least,
        sum(below) as below,
        sum(above) as above
    from result_days
    where attribute_code = $attribute
        and partner_id = $site
        and results > 0
        and tested_on <= $as_of
    group by batch_id, sample, own
),

made as (
    select
        tested.*,
        batches.program_id,
        batches.process_version,
        batches.started_on,
        if(batches.released_on > $as_of, 'pending', batches.disposition) as disposition,
        case when batches.purpose in ('development', 'commercial') then batches.purpose else 'clinical' end as phase
    from tested
    inner join batches on tested.batch_id = batches.batch_id
    where list_contains($chosen, batches.program_id)
        and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
    -- samples of different points are different series: the one nearest to release is charted
    qualify tested.sample = first(tested.sample) over (
        order by
            case tested.sample
                when 'release' then 1 when 'starting material' then 2 when 'in process' then 3 else 4
            end
        rows between unbounded preceding and unbounded following
    )
    -- a lot tested in two laboratories compares methods: the site's own result is charted
    and (tested.own or not bool_or(tested.own) over (partition by tested.batch_id, tested.sample))
),

lots as (
    select
        made.*,
        if(attributes.scale = 'log' and made.least > 0, exp(made.logs / made.results), made.total / made.results)
            as mean,
        -- the mean of a bound and a number is a bound; two bounds of opposite kinds say nothing
        if(made.below > 0 and made.above > 0, null, mean) as value,
        case when made.above > 0 then '>' when made.below > 0 then '<' end as qualifier
    from made
    inner join attributes on attributes.attribute_code = $attribute
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
