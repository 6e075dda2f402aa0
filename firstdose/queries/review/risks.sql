-- grain: one row per risk of the chosen programs, or of all programs, that is not closed
-- params: $chosen (the programs let through), $partner (null = all)
-- picked: chosen by programs, partner by owner_partner
with named as ( -- tasks that a risk of all programs hits
    select
        risk_id,
        unnest(list_transform(string_split(tasks, ';'), lambda one: trim(one))) as task_id
    from risks
    where program_id is null
),

hit as (
    select
        named.risk_id,
        list(distinct tasks.program_id order by tasks.program_id) as programs
    from named
    inner join tasks on named.task_id = tasks.task_id
    where tasks.program_id is not null
    group by named.risk_id
)

select
    risks.risk_id,
    risks.program_id,
    risks.title,
    risks.title_ja,
    risks.status,
    risks.probability_pct,
    risks.impact_low_days,
    risks.impact_mid_days,
    risks.impact_high_days,
    risks.mitigation,
    risks.accepted_by,
    risks.accepted_on,
    risks.review_on,
    risks.owner_partner,
    partners.name as owner_name,
    partners.name_ja as owner_name_ja,
    if(risks.program_id is null, coalesce(hit.programs, []), [risks.program_id]) as programs
from risks
left join partners on risks.owner_partner = partners.partner_id
left join hit on risks.risk_id = hit.risk_id
where list_has_any(if(risks.program_id is null, coalesce(hit.programs, []), [risks.program_id]), $chosen)
    and risks.status <> 'closed'
    and ($partner is null or list_contains($partner, risks.owner_partner))
order by list_position(['accepted', 'occurred', 'open'], risks.status), risks.risk_id
