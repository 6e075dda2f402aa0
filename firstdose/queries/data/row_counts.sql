-- grain: one row per table of the data version
-- params: none
select
    'actions' as table_name,
    count(*)::integer as row_count
from actions
union all
select
    'attributes' as table_name,
    count(*)::integer as row_count
from attributes
union all
select
    'baselines' as table_name,
    count(*)::integer as row_count
from baselines
union all
select
    'batches' as table_name,
    count(*)::integer as row_count
from batches
union all
select
    'closures' as table_name,
    count(*)::integer as row_count
from closures
union all
select
    'decisions' as table_name,
    count(*)::integer as row_count
from decisions
union all
select
    'demand' as table_name,
    count(*)::integer as row_count
from demand
union all
select
    'deviations' as table_name,
    count(*)::integer as row_count
from deviations
union all
select
    'events' as table_name,
    count(*)::integer as row_count
from events
union all
select
    'evidence' as table_name,
    count(*)::integer as row_count
from evidence
union all
select
    'inventory' as table_name,
    count(*)::integer as row_count
from inventory
union all
select
    'partners' as table_name,
    count(*)::integer as row_count
from partners
union all
select
    'programs' as table_name,
    count(*)::integer as row_count
from programs
union all
select
    'readiness_items' as table_name,
    count(*)::integer as row_count
from readiness_items
union all
select
    'results' as table_name,
    count(*)::integer as row_count
from results
union all
select
    'risks' as table_name,
    count(*)::integer as row_count
from risks
union all
select
    'slots' as table_name,
    count(*)::integer as row_count
from slots
union all
select
    'specifications' as table_name,
    count(*)::integer as row_count
from specifications
union all
select
    'stage_events' as table_name,
    count(*)::integer as row_count
from stage_events
union all
select
    'targets' as table_name,
    count(*)::integer as row_count
from targets
union all
select
    'tasks' as table_name,
    count(*)::integer as row_count
from tasks
union all
select
    'transfer_deliverables' as table_name,
    count(*)::integer as row_count
from transfer_deliverables
union all
select
    'transfers' as table_name,
    count(*)::integer as row_count
from transfers
order by table_name
