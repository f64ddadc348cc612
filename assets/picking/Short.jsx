// What is not there: how many, and why. The rest of the shipment goes on; what is missing is looked for elsewhere.

import { useEffect, useRef, useState } from "react";
import { left } from "./sheet.js";

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

/** Spread the missing units over the shipments that need them, those with most time first. */
function spread(group, missing) {
  const found = [];
  for (const line of [...group.lines].reverse()) {
    const units = Math.min(left(line), missing);
    if (units > 0) found.push({ shipment: line.shipment_id, sku: line.sku, missing: units });
    missing -= Math.max(0, units);
  }
  return found;
}

export function Short({ group, onClose, say, load }) {
  const dialog = useRef(null);
  const [missing, setMissing] = useState(1);
  const [reason, setReason] = useState("");
  const reasons = useReasons(Boolean(group));
  const why = reasons.find((one) => one.code === reason) ?? reasons[0];
  const [busy, setBusy] = useState(false);
  const most = group ? group.lines.reduce((sum, line) => sum + Math.max(0, left(line)), 0) : 0;
  useEffect(() => {
    if (!group) return;
    setMissing(most);
    setReason("");
    dialog.current.showModal();
  }, [group]);

  const send = async (e) => {
    e.preventDefault();
    setBusy(true);
    const units = Math.max(1, Math.min(missing || 1, most));
    let words = { tone: "warn", title: "Goes on without it", text: `${units} × ${group.name} will come from elsewhere.` };
    try {
      for (const one of spread(group, units)) {
        const answer = await window.scans.call(`/api/v1/shipments/${one.shipment}/short`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ lines: [{ sku: one.sku, missing: one.missing }], reason: why.code }),
        });
        if (answer.ok) continue;
        const problem = await answer.json().catch(() => ({}));
        words = { tone: "bad", title: "Not done", text: problem.errors?.[0]?.message ?? problem.detail ?? "Try again." };
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
    <dialog ref={dialog} className="dialog pick-short" aria-labelledby="short-title" onClose={onClose}>
      {group && (
        <form className="dialog-body" onSubmit={send}>
          <h2 id="short-title">What is missing of {group.name}?</h2>
          <label className="field">
            <span>How many are not there</span>
            <input type="number" inputMode="numeric" min={1} max={most} value={missing} onChange={(e) => setMissing(e.target.valueAsNumber)} />
          </label>
          <fieldset className="pick-reasons">
            <legend>Why?</legend>
            {reasons.map((one) => (
              <label key={one.code}>
                <input type="radio" name="reason" checked={why === one} onChange={() => setReason(one.code)} />
                {one.name}
              </label>
            ))}
          </fieldset>
          <p className="muted">The rest goes on. What is missing is looked for elsewhere at once.</p>
          <div className="dialog-answers">
            <button type="button" className="button" data-closes-dialog="">
              Not now
            </button>
            <button type="submit" className="button is-main" disabled={busy}>
              Go on without it
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}
