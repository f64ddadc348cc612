// What there is to pick, worked out in the browser: at once, before the server has answered, and while it cannot be
// reached. Pure: the server's list and the scans that wait give what the page shows; the server's answer is the truth.

const PICKABLE = ["open", "accepted"];

/** Return the scans of this list that the server does not have yet. */
export function ofList(waiting, of) {
  const [kind, id] = of.split("/");
  const name = kind === "waves" ? "wave_id" : "shipment_id";
  const scans = waiting.map((one) => ({ ...one.scan, gave: one.gave, by: one.by }));
  return scans.filter((scan) => scan[name] === Number(id) && (kind === "waves" || !scan.wave_id));
}

/** Return the list as it is once the waiting scans count: {lines, shipments, groups, given}, `given` by scan_id. */
export function withWaiting(list, waiting) {
  const shipments = new Map(list.shipments.map((one) => [one.id, one]));
  const lines = list.lines.map((line) => ({ ...line }));
  const given = {};
  for (const scan of waiting) {
    const before = scan.undoes ? (given[scan.undoes] ?? scan.gave) : null;
    if (scan.undoes) {
      const line = before && lines.find((one) => one.id === before.line);
      if (line) line.picked = Math.max(0, line.picked - before.units);
      continue;
    }
    const line = wants(lines, shipments, list.open, scan);
    if (!line) continue;
    const units = Math.min(scan.units ?? 1, line.quantity - line.awaited - line.picked);
    line.picked += units;
    given[scan.scan_id] = { line: line.id, units };
  }
  return { ...list, lines, given, groups: grouped(lines, shipments) };
}

/** Return the line that a scan goes to: of the shipment it names if that needs it, else of the most urgent one. */
function wants(lines, shipments, open, scan) {
  if (!open) return undefined;
  const near = lines.filter((line) => line.codes.includes(scan.code) && left(line) > 0 && takes(shipments.get(line.shipment_id)));
  const order = [...shipments.keys()];
  near.sort((a, b) => order.indexOf(a.shipment_id) - order.indexOf(b.shipment_id));
  return near.find((line) => line.shipment_id === scan.shipment_id) ?? near[0];
}

export const left = (line) => line.quantity - line.awaited - line.picked;
const takes = (shipment) => shipment && PICKABLE.includes(shipment.status) && !shipment.held;

/** Return one entry per product and bin, in walking order. */
function grouped(lines, shipments) {
  const groups = new Map();
  for (const line of lines) {
    const key = `${line.bin ?? ""}\n${line.sku}`;
    const group = groups.get(key) ?? { key, sku: line.sku, name: line.name, bin: line.bin, lines: [], quantity: 0, picked: 0, awaited: 0 };
    group.lines.push({ ...line, slot: shipments.get(line.shipment_id)?.slot ?? null });
    group.quantity += line.quantity;
    group.picked += line.picked;
    group.awaited += line.awaited;
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Say what a code is for this list now: {result, line}: picked, extra_item, unexpected (the server knows which), closed. */
export function judge(shown, code) {
  const shipments = new Map(shown.shipments.map((one) => [one.id, one]));
  if (!shown.open || ![...shipments.values()].some((one) => takes(one) || one.status === "picked")) return { result: "closed" };
  const line = wants(shown.lines, shipments, shown.open, { code });
  if (line) return { result: "picked", line, slot: shipments.get(line.shipment_id)?.slot ?? null };
  const known = shown.lines.find((one) => one.codes.includes(code));
  return known ? { result: "extra_item", line: known } : { result: "unexpected" };
}

/** Return the list that was asked for, unless a scan was answered since: an older one would take its unit back. */
export function newer(before, fresh) {
  const known = new Map((before?.shipments ?? []).map((one) => [one.id, one.version]));
  return fresh.shipments.some((one) => one.version < (known.get(one.id) ?? 0)) ? before : fresh;
}

/** What comes next is not known any more once the status is another one: the list is asked for again. */
function changed(shipment, { status, version }) {
  return { ...shipment, status, version, next_steps: status === shipment.status ? shipment.next_steps : [] };
}

/** Return the list with what the server said of some of its shipments. */
export function merged(list, answer) {
  const told = new Map(answer.shipments.map((one) => [one.id, one]));
  const newer = (id) => (told.get(id)?.version ?? -1) >= (list.shipments.find((one) => one.id === id)?.version ?? 0);
  return {
    ...list,
    shipments: list.shipments.map((one) => (newer(one.id) ? changed(one, told.get(one.id)) : one)),
    lines: list.lines.map((line) => {
      const now = newer(line.shipment_id) && told.get(line.shipment_id).lines.find((one) => one.id === line.id);
      return now ? { ...line, ...now } : line;
    }),
  };
}

/** What a customer may show at a counter can be given there, also when nobody insists on it. */
function proofOf(step, { method }) {
  return step.proof ?? (step.action === "hand-over" && ["pickup", "curbside"].includes(method) ? "offered" : null);
}

/** Return the steps that come after picking, the nearest first; empty while something is left to pick or unsent. */
export function nextSteps(shown, shipment, waiting) {
  if (!shipment || waiting || shown.lines.some((line) => left(line) > 0 && takes(shipment))) return [];
  return shipment.next_steps.filter((step) => step.action !== "accept").map((step) => ({ ...step, proof: proofOf(step, shipment) }));
}

/** Return what may go instead of a product that is not there, each once. */
export function insteadOf(group) {
  const found = group.lines.filter((line) => left(line) > 0).flatMap((line) => line.instead ?? []);
  return [...new Map(found.map((one) => [one.sku, one])).values()];
}

/** Return {group, by} when a code, which nothing on the list has, is of something that may go instead; else null. */
export function standIn(shown, code) {
  if (!shown.open || shown.lines.some((line) => line.codes.includes(code))) return null;
  for (const group of shown.groups) {
    const by = insteadOf(group).find((one) => one.codes.includes(code));
    if (by) return { group, by: by.sku };
  }
  return null;
}

/** Return the steps with the one that was asked for on top, if it is among them. */
export function wantedFirst(steps, wanted) {
  return [...steps.filter((step) => step.code === wanted), ...steps.filter((step) => step.code !== wanted)];
}
