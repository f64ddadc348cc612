"""The catalogue of events: what each type tells, and the fields of its data. Plain facts; `catalogue.py` reads them.

Fields stand as `name`, `name?` (may be null), `~name` (may be left out), `name=shape` where a name looks different from
elsewhere; `@notice` and `@wave` are what all of a kind have. What is indented is what the type tells.
"""

from __future__ import annotations

NOTICE = (
    "kind alert key policy policy_version level severity status title summary since labels facts location? group? "
    "count problems clears why by? url runbook_url drill notify"
)
WAVE = (
    "wave number location status rule? parent? shipments=count units lines=count stops due_at? cutoff_at? "
    "latest_safe_start_at? predicted_finish_at?"
)

EVENTS = """\
order.placed: order external_id channel method status lines
    An order was accepted.
order.routed: order external_id status outcome reason location locations distance_km? shipments=ids left=lines
  + promised_at?
    It was given to one or several locations; reason says how that was decided, location is the first of them,
    left are the lines without one, promised_at is our estimate.
order.unassigned: order external_id status outcome reason location? locations distance_km? shipments=ids
  + left=lines promised_at?
    No location could take it.
order.held: order external_id channel method status reason
    Work on it was stopped and its clocks pause.
order.released: order external_id channel method status
    It goes on.
order.backordered: order external_id lines reason
    Some of it waits for stock.
order.sent_to_care: order external_id lines reason
    Some of it waits for a person.
order.partly_cancelled: order external_id channel method status reason lines
    What had not left was given up; the rest goes on.
order.cancelled: order external_id status ~reason ~channel ~method
    It was given up; reason, channel and method are there when nothing had been assigned yet.
order.fulfilled: order external_id status
    All its shipments are done.
shipment.opened: shipment order external_id location method lines
    A location got its share of an order.
shipment.accepted: shipment order location method status
    The location took it on.
shipment.picked: shipment order location method status
    Everything is picked.
shipment.packed: shipment order location method status
    Everything is packed.
shipment.ready: shipment order location method status
    It waits to be picked up.
shipment.shipped: shipment order location method status tracking_number?
    The carrier has it; tracking_number may be null.
shipment.handed_over: shipment order location method status
    The customer has it.
shipment.step_done: shipment order location method status step?
    A step of the location's own is done, such as gift wrap; status did not change.
shipment.undone: shipment order location method status step? undone
    The step undone was taken back; status and step are what they were before it.
shipment.claimed: shipment order location method claimed
    Somebody works on it, or (claimed false) nobody does any more.
shipment.held: shipment order location method reason
    Work on it was stopped and its clocks pause.
shipment.released: shipment order location method
    It goes on.
shipment.reassigned: shipment order location method from to? reason
    Another location does it; location is the new one.
shipment.rejected: shipment order location method reason
    Its location gave it back; the order is routed again, elsewhere.
shipment.cancelled: shipment order location method reason
    It was given up.
shipment.split: shipment order location method lines child? to? routed reason
    Units parted from it: child is the shipment they went into (at the location to, null: where it is), or
    routed is true and routing finds them another place.
shipment.short_picked: shipment order location method lines reason found_by?
    lines were not found; they are routed elsewhere, the rest goes on. found_by is the shipment at which
    somebody found out, when it was another.
shipment.substituted: shipment order location method sku by quantity
    quantity units of sku go as the product by instead, as the customer allows.
shipment.waiting: shipment order location method for=word transfer from lines reason
    It waits: the shipment transfer brings lines from the location from. Its clocks pause until
    shipment.released. Routing asks for transfers, too.
shipment.reminded: shipment order location method collect_by_at
    It waits for its customer, who should be reminded that he may come until collect_by_at.
shipment.not_collected: shipment order location method collect_by_at
    Nobody came until collect_by_at: it is called back (shipment.cancelled), its stock is free again, its units
    are cancelled.
transfer.received: shipment order location method for=id lines missing=lines
    A transfer came in: lines are there, missing are not and are routed elsewhere. for is the shipment that
    waited.
reject_reason.changed: reason effect collateral active version
    Somebody edited what a reason to give work back does to stock.
sla.shipment.changed: shipment order location customer_tier? from? to? due_at? definition? definition_version?
  + delay_seconds
    Its worst clock came into, out of, or deeper into trouble. delay_seconds is how late we noticed.
sla.location.changed: location name from to open counts worst since rule_version dashboard_url runbook_url
    A location changed colour. worst are its most urgent shipments.
sla.definition.changed: code version status definition=object
    Somebody edited an SLA.
sla.grading.changed: group version thresholds
    Somebody edited the colour rule.
inventory.changed: location reason items
    Stock was counted, adjusted, promised, given back or left; balances as they are now (below).
inventory.blocked: location sku until? until_count reason
    A location must not be given a product for now.
inventory.unblocked: location sku reason
    It may be given it again.
inventory.segment.changed: segment version document
    Somebody edited a ring-fence.
inventory.future.changed: location sku reference quantity allocated arrives_at change
    An arrival was announced, changed, received or called off.
routing.strategy.changed: strategy version status
    Somebody saved a version of a routing strategy, or archived a draft.
routing.strategy.activated: strategy version before?
    A version decides from now on.
carrier.changed: carrier version active
    A carrier's services or calendar were edited.
transfer_lanes.changed: lanes
    Times between locations were edited; null: taken away.
inventory.bins.changed: location products skus
    Somebody said where products lie; skus are the first hundred of them.
wave.planned: @wave created_by
    Shipments of a location will be picked together; parent is the wave that this one recovers, rule the one
    that planned it.
wave.released: @wave
    It went to the floor.
wave.started: @wave
    Somebody picks it.
wave.closed: @wave picked short recovery=ids
    It is over: picked units, what was not found is short, what was not tried is in the waves recovery.
wave.cancelled: @wave reason
    It was taken back; its shipments are free again.
wave.rule.changed: location rule? version active
    Somebody edited how waves of a location are planned.
import.finished: import kind file taken known refused status
    A file was read in, stopped, or could not be read on.
workflow.changed: workflow version method group? change
    A workflow was saved, activated or retired; group null: it holds everywhere.
location.changed: location action closed closed_reason? version
    A location was created, replaced, closed or reopened.
return.authorised: return order location reason resolution lines
    A customer may send units back; location is where to.
return.received: return order location lines=received
    Units came; lines of sku, received.
return.inspected: return order location lines=inspected
    lines of sku, restocked, written_off.
return.closed: return order location resolution refund replacement_order?
    refund is a decimal; replacement_order the id of the order placed instead, or null.
return.cancelled: return order location reason
    Nothing came, and nothing will.
location.controlled: location action control kind method? limit? reason until
    A manager capped a location or paused a method there for a time, took it back, or it ran out: action is
    began, replaced, taken_back or ran_out; kind is cap (with limit) or pause_method (with method).
location.noted: location note until?
    Somebody said what is going on there, such as a late truck; until may be null.
product.changed: sku action version
    A product was created or replaced.
alert.opened: @notice
    An alert fires. Its subject is the same for every notice of one policy and group key; alerts explains the
    fields.
alert.changed: @notice
    It became worse or better, or is about more or fewer.
alert.repeated: @notice
    It still fires, and its policy wants to say so again.
alert.escalated: @notice
    Nobody acknowledged it in time: the next ones are told.
alert.acknowledged: @notice
    Somebody (by) has it.
alert.resolved: @notice
    It is over: by itself, or by somebody (by).
alert.noted: alert key by text action?
    Somebody wrote something down about it, or ran a step of its runbook.
alert_policy.changed: policy version status
    A policy was saved or retired.
silence.changed: silence change matchers reason owner by starts_at ends_at alerts
    A silence was made, changed, ended by hand, or is over by itself.
channel.changed: code kind change enabled reason?
    A channel was created, updated, deleted or disabled.
channel.tested: @notice
    Somebody tries a channel: a notice that tells of nothing.
channel.unhealthy: code kind reason since owed
    A channel takes nothing: broken, or disabled.
channel.recovered: code kind since
    It takes messages again.
location.stalled: location name open since
    There is work, time passes, nothing moves.
location.moving: location name open since
    Work goes on where it had stalled.
location.stale: location name since
    No sign of life for too long: what is shown of it may be old.
location.fresh: location name since
    It was heard from again.
drill.filed: alert key policy report
    A drill is over, and this is its report.
subscription.changed: code change enabled reason?
    A webhook subscription was created, updated, deleted or disabled.
user.changed: username change role active locations groups
    An account was made or edited.
api_key.changed: name prefix change scopes locations groups expires_at?
    An API key was made, edited or revoked.
"""
