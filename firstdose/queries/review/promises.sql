-- grain: one row per condition of a gate decision or other action of the chosen programs or of the alliance
-- params: $chosen (the programs let through), $partner (null = all), $as_of
-- picked: chosen by program_id or none, partner by owner_partner
select
    actions.action_id,
    actions.decision_id,
    actions.program_id,
    actions.kind,
    actions.title,
    actions.title_ja,
    actions.due_on,
    actions.closed_on,
    actions.owner_partner,
    actions.closed_on is null or actions.closed_on > $as_of as is_open,
    decisions.gate,
    decisions.jurisdiction,
    decisions.decided_on,
    partners.name as owner_name,
    partners.name_ja as owner_name_ja
from actions
left join decisions on actions.decision_id = decisions.decision_id
left join partners on actions.owner_partner = partners.partner_id
where (actions.program_id is null or list_contains($chosen, actions.program_id))
    and $chosen <> []
    and ($partner is null or list_contains($partner, actions.owner_partner))
order by is_open desc, actions.due_on, actions.action_id
