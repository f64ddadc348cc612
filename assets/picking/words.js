// What the Pick page says: short and plain, what happened and what to do about it.

import { createElement as h } from "react";

const units = (number) => (number === 1 ? "1 unit" : `${number} units`);

/** Return what is said of a scan at once, before the server has answered. */
export function said({ result, line, slot }, shown, { code, units: asked, undo }) {
  if (result === "picked") {
    const group = shown.groups.find((one) => one.lines.some((other) => other.id === line.id));
    const fits = Math.min(asked, line.quantity - line.awaited - line.picked);
    const text = `${line.name}: ${group.picked + fits} of ${group.quantity}`;
    const last = shown.lines.every((one) => one.quantity === one.picked + (one.id === line.id ? fits : 0));
    return { tone: last ? "done" : "good", title: slot ? `Slot ${slot}` : last ? "All picked" : "Picked", text, undo };
  }
  if (result === "extra_item") return { tone: "warn", title: "One too many", text: `Put ${line.name} back: there is enough of it.` };
  if (result === "closed") return { tone: "bad", title: "Not to be picked", text: "Nothing of this is picked now. Put it back." };
  return { tone: "bad", title: "Not on this list", text: `Put it back: ${code} is nothing that is asked for here.` };
}

const STEPS = {
  packed: { path: "pack", title: "Pack it", hint: "Scan the label of the box, or press the button.", button: "Packed", done: "Packed" },
  ready: { path: "ready", title: "Set it out for the customer", hint: "Scan the label, or press the button.", button: "Ready for pickup", done: "Ready" },
  shipped: { path: "ship", title: "Give it to the carrier", hint: "Scan the carrier's label: its tracking number is kept.", button: "Shipped, no label", done: "Shipped" },
  handed_over: { path: "hand-over", title: "Hand it over", hint: "Press the button when the customer has it.", button: "Handed over", done: "Handed over" },
};

const WRONG = {
  wrong_item: { tone: "bad", title: "Wrong item", text: "Put it back: it is a product, but not one of these." },
  unknown_barcode: { tone: "bad", title: "Unknown barcode", text: "No product has this code. Scan another side, or type the SKU." },
  extra_item: { tone: "warn", title: "One too many", text: "Somebody else has picked it already. Put this one back." },
  closed: { tone: "bad", title: "Not to be picked", text: "It was held, cancelled or finished meanwhile. Put it back." },
};

export const told = {
  words: (step) => STEPS[step],

  /** Return the path and body of a step; a scanned code is the carrier's tracking number, or goes on the parcel. */
  step(step, code) {
    const body = step === "shipped" && code ? { tracking_number: code } : {};
    return [STEPS[step].path, body];
  },

  done: (step, code) => ({ tone: "done", title: STEPS[step].done, text: code && step === "shipped" ? `Tracking number ${code}` : "" }),

  /** Return what the server's answer corrects, null when everything was as it was said. */
  corrections(items, guesses) {
    let worst = null;
    let late = 0;
    for (const item of items) {
      const guess = guesses.get(item.scan_id);
      guesses.delete(item.scan_id);
      const wrong = WRONG[item.result];
      if (guess?.result === "picked" && item.result === "picked" && item.shipment_id !== guess.line.shipment_id) {
        worst = { tone: "warn", title: item.slot ? `Slot ${item.slot}` : "Another order", text: "Somebody else was quicker: this one goes here instead." };
      } else if (wrong && guess && guess.result !== item.result) {
        worst = item.result === "extra_item" && item.units > 0 ? { ...wrong, text: `Only ${units(item.units)} were still needed. Put the rest back.` } : wrong;
      } else if (wrong && !guess && item.result !== "picked") {
        late += 1; // kept before this page was opened
      }
    }
    if (!worst && late) worst = { tone: "warn", title: "Check what you hold", text: `${late} of the scans kept on this device were not needed any more.` };
    return worst;
  },

  /** Return what stands where the list would be. */
  nothing(trouble, again) {
    if (!trouble) return h("div", { className: "skeleton" }, ...Array.from({ length: 8 }, (_, key) => h("div", { key, className: "skeleton-line" })), h("span", { className: "sr-only" }, "Loading"));
    const missing = trouble === "missing";
    return h(
      "div",
      { className: "notice", role: "alert" },
      h("p", { className: "notice-title" }, missing ? "There is nothing to pick here" : "The list could not be loaded"),
      h("p", { className: "notice-text" }, missing ? "It may have another number, or lie outside the part of the network that you see." : "Scans that are kept on this device are safe. Try again when the connection is back."),
      h("div", { className: "notice-actions" }, h("button", { type: "button", className: "button is-main", onClick: again }, "Try again")),
    );
  },
};
