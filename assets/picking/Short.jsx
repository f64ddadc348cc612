// What is not there: how many, and what then. Where order and catalogue allow it another product goes in its place, chosen
// or scanned; else it asks why, and what is missing is looked for elsewhere. The rest of the shipment goes on.

import { useEffect, useRef, useState } from "react";
import { insteadOf, left } from "./sheet.js";

// What can be said before the shop's own reasons are there; plain words, which change no stock.
const REASONS = ["Not in its place", "Damaged", "Too few there"].map((name) => ({ code: name, name }));

/** The shop's reasons: what each does to the stock is set there. */
function useReasons(open) {
  const [reasons, setReasons] = useState(REASONS);
  useEffect(() => {
    let alive = open;
    const ask = async () => {
      const answer = await window.scans.call("/api/v1/reject-reasons");
      const items = answer.ok ? (await answer.json()).items.filter((one) => one.active) : [];
      if (alive && items.length) setReasons(items);
    };
    if (open) ask().catch(() => {});
    return () => {
      alive = false;
    };
  }, [open]);
  return reasons;
}

/** Spread the missing units over the lines that need them, those with most time first. */
function spread(lines, missing) {
  const found = [];
  for (const line of [...lines].reverse()) {
    const units = Math.min(left(line), missing);
    if (units > 0) found.push({ shipment: line.shipment_id, sku: line.sku, units });
    missing -= Math.max(0, units);
  }
  return found;
}

const open = (lines) => lines.reduce((sum, line) => sum + Math.max(0, left(line)), 0);

/** What is asked of the server for one shipment. */
function asked(one, by, why) {
  const path = `/api/v1/shipments/${one.shipment}/${by ? "substitute" : "short"}`;
  const body = by ? { sku: one.sku, by: by.sku, quantity: one.units } : { lines: [{ sku: one.sku, missing: one.units }], reason: why };
  return [path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }];
}

/** `chosen` is {group, by}: the product that is not there, and the SKU of what was scanned in its place, if any. */
export function Short({ chosen, offline, onClose, say, load }) {
  const group = chosen?.group;
  const dialog = useRef(null);
  const submit = useRef(null);
  const [missing, setMissing] = useState(1);
  const [reason, setReason] = useState("");
  const [sku, setSku] = useState("");
  const reasons = useReasons(Boolean(group));
  const why = reasons.find((one) => one.code === reason) ?? reasons.find((one) => one.code === "not_found") ?? reasons[0];
  const [busy, setBusy] = useState(false);
  const others = group ? insteadOf(group) : [];
  const by = others.find((one) => one.sku === sku);
  const lines = group ? (by ? group.lines.filter((line) => line.instead.some((one) => one.sku === sku)) : group.lines) : [];
  const most = by ? Math.min(open(lines), by.free) : open(lines);
  useEffect(() => {
    if (!group) return;
    setMissing(null);
    setReason("");
    setSku(chosen.by ?? "");
    if (!dialog.current.open) dialog.current.showModal();
    if (chosen.by) submit.current.focus(); // the scanner goes on: nothing is typed into a field
  }, [chosen]);

  const send = async (e) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    const units = Math.max(1, Math.min(missing || most, most));
    const done = { tone: "warn", title: "Goes on without it", text: `${units} × ${group.name} will come from elsewhere.` };
    let words = by ? { tone: "good", title: "Goes instead", text: `${units} × ${by.name} instead of ${group.name}: scan it now.` } : done;
    try {
      for (const one of spread(lines, units)) {
        const answer = await window.scans.call(...asked(one, by, why.code));
        if (answer.ok) continue;
        const problem = await answer.json().catch(() => ({}));
        words = { tone: "bad", title: "Not done", text: problem.errors?.map((fault) => fault.message).join(" ") || problem.detail || "Try again." };
        break;
      }
    } catch {
      words = { tone: "bad", title: "No connection", text: "Nothing was written down. Try again when it is back." };
    }
    setBusy(false);
    dialog.current.close();
    say(words);
    await load();
  };

  return (
    <dialog ref={dialog} className="dialog pick-short" aria-labelledby="short-title" data-hears="" onClose={onClose}>
      {group && (
        <form id="pick-short" className="dialog-body" onSubmit={send}>
          <h2 id="short-title">What is missing of {group.name}?</h2>
          <label className="field">
            <span>How many are not there</span>
            <input type="number" inputMode="numeric" min={1} max={most} value={missing ?? most} onChange={(e) => setMissing(e.target.valueAsNumber)} />
          </label>
          {others.length > 0 && (
            <fieldset className="pick-reasons">
              <legend>What goes instead?</legend>
              <label>
                <input type="radio" name="instead" checked={!by} onChange={() => setSku("")} />
                Nothing from here: look for it elsewhere
              </label>
              {others.map((one) => (
                <label key={one.sku}>
                  <input type="radio" name="instead" checked={by === one} onChange={() => setSku(one.sku)} />
                  <span>
                    {one.name} <span className="muted">{one.free} free here</span>
                  </span>
                </label>
              ))}
            </fieldset>
          )}
          {!by && (
            <fieldset className="pick-reasons">
              <legend>Why?</legend>
              {reasons.map((one) => (
                <label key={one.code}>
                  <input type="radio" name="reason" checked={why === one} onChange={() => setReason(one.code)} />
                  {one.name}
                </label>
              ))}
            </fieldset>
          )}
          <p className="muted">{offline ? "This needs the connection. Go on with the rest; it waits until then." : by ? "The customer allowed it. To take it, scan it again or press the button." : "The rest goes on. What is missing is looked for elsewhere at once."}</p>
          <div className="dialog-answers">
            <button type="button" className="button" data-closes-dialog="">
              Not now
            </button>
            <button ref={submit} type="submit" className="button is-main" disabled={busy || offline}>
              {by ? "Take it instead" : "Go on without it"}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}
