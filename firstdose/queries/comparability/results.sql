-- grain: one row per lot of the two groups and attribute with a result, one value or verdict each
-- params: $chosen (the programs let through), $of, $material, $compare (sites, versions), $first, $second, $partner (null = all), $area (null = all), $since, $until (bound started_on), $as_of
with sided as (
    select
        batch_id,
        partner_id
    from batches
    where program_id = $of
        and material = $material
        and list_contains($chosen, program_id)
        and ($partner is null or list_contains($partner, partner_id))
        and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
        and started_on <= $as_of
        and ($since is null or started_on >= $since)
        and ($until is null or started_on <= $until)
        and if($compare = 'versions', process_version, partner_id) in ($first, $second)
),

tested as (
    select
        results.batch_id,
        results.attribute_code,
        results.value,
        results.qualifier,
        results.passed,
        results.sample,
        coalesce(results.lab_partner = sided.partner_id, false) as own
    from results
    inner join sided on results.batch_id = sided.batch_id
    where results.tested_on <= $as_of
),

-- samples of different points are no group: of each attribute the one nearest to release is compared
shown as (
    select tested.*
    from tested
    qualify sample = first(sample) over (
        partition by attribute_code
        order by case sample when 'release' then 1 when 'starting material' then 2 when 'in process' then 3 else 4 end
        rows between unbounded preceding and unbounded following
    )
    -- as on the control chart: of two laboratories the site's own result counts, the other one compares methods
    and (own or not bool_or(own) over (partition by batch_id, attribute_code, sample))
),

lots as (
    select
        shown.batch_id,
        shown.attribute_code,
        bool_and(shown.passed) as passed,
        count(*)::integer as results,
        -- as on the control chart: a mean of logarithms on a log scale, and zero has no logarithm
        if(
            any_value(attributes.scale) = 'log' and min(shown.value) > 0,
            exp(avg(ln(nullif(greatest(shown.value, 0), 0)))),
            avg(shown.value)
        ) as mean,
        -- the mean of a bound and a number is a bound; two bounds of opposite kinds say nothing
        if(count(distinct shown.qualifier) = 2, null, mean) as value,
        max(shown.qualifier) as qualifier
    from shown
    inner join attributes on shown.attribute_code = attributes.attribute_code
    group by shown.batch_id, shown.attribute_code
)

select
    batch_id,
    attribute_code,
    value,
    qualifier,
    passed,
    results
from lots
order by attribute_code, batch_id
