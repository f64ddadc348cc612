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

const HINTS = {
  pick: "Everything is in your hands.",
  pack: "Scan the label of the box, or press the button.",
  ready: "Set it out for the customer: scan its label, or press the button.",
  ship: "Scan the carrier's label: its tracking number is kept.",
  "hand-over": "When the customer has it: scan what he shows, or type it.",
  receive: "When it is here.",
};

const NEXT = {
  pick: "Pick it",
  pack: "Pack it: scan the label of the box",
  ready: "Set it out for the customer",
  ship: "Scan the carrier's label",
  "hand-over": "Hand it over",
  receive: "Take it in",
};
const SHOWN = { code: "Ask for the pickup code", name: "Ask for the name", either: "Ask for the pickup code, or a name" };
SHOWN.offered = SHOWN.either;

/** Return what there is to do now, in a few words; `step` is the nearest one, if picking is over. */
function next(state, step) {
  if (state === "picking") return { title: "Scan the next item", text: "Anywhere on this page: no field needs the focus." };
  if (state === "done") return { title: "Nothing left to do here", text: "" };
  return { title: SHOWN[step.proof] ?? NEXT[step.action] ?? step.name, text: "" };
}

/** Return the name of the field that a fault is about, "" for none. */
function field(pointer) {
  const [, name, proof] = /^(?:\/inputs\/(.+)|\/(code|name))$/.exec(pointer ?? "") ?? [];
  if (proof) return `proof:${proof}`;
  return (name ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Return what an answer has to look like, before anybody gets it wrong. */
function limits({ kind, pattern, min, max }) {
  const known = (bound) => bound !== null && bound !== undefined;
  if (kind === "text" && pattern) return `For example ${pattern.replaceAll("#", "1").replaceAll("@", "A")}`;
  if (kind !== "number") return "";
  if (known(min) && known(max)) return `From ${min} to ${max}`;
  return known(min) ? `${min} or more` : known(max) ? `${max} or less` : "";
}

/** Return the path and body by which a step is done. */
function request(step, code, inputs, proof) {
  const path = step.action === "step" ? `steps/${step.code}` : step.action;
  if (step.action === "receive") return [path, {}];
  const body = { inputs };
  if (step.action === "pack" && code) body.parcels = [{ box: code.slice(0, 64) }];
  if (step.action === "ship" && code) body.tracking_number = code;
  if (step.proof && proof) Object.assign(body, proof);
  return [path, body];
}

const WRONG = {
  wrong_item: { tone: "bad", title: "Wrong item", text: "Put it back: it is a product, but not one of these." },
  unknown_barcode: { tone: "bad", title: "Unknown barcode", text: "No product has this code. Scan another side, or type the SKU." },
  extra_item: { tone: "warn", title: "One too many", text: "Somebody else has picked it already. Put this one back." },
  closed: { tone: "bad", title: "Not to be picked", text: "It was held, cancelled or finished meanwhile. Put it back." },
};

export const told = {
  hint: (step) => HINTS[step.action] ?? (step.asks.length ? "Answer what is asked, then press the button." : "Press the button when it is done."),
  request,
  next,
  field,
  limits,

  /** Return what a refusal says: what is wrong with each field stands there. */
  refused(problem) {
    const others = (problem.errors ?? []).filter((fault) => !field(fault.pointer)).map((fault) => fault.message);
    const more = problem.errors?.length ? problem.errors.map((fault) => fault.message).join(" ") : problem.detail;
    return { tone: "bad", title: "Not done", text: others.join(" ") || more || "Try again." };
  },

  unanswered: (labels) => ({ tone: "warn", title: "Answer first", text: `${labels.join(", ")}: then scan again.` }),
  later: (name) => ({ tone: "warn", title: "Put it aside", text: `${name} may go instead, once the connection is back. Go on with the rest.` }),

  done: (step, code) => ({ tone: "done", title: `Done: ${step.name}`, text: code && step.action === "ship" ? `Tracking number ${code}` : "" }),

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
      h("h1", { className: "notice-title" }, missing ? "There is nothing to pick here" : "The list could not be loaded"),
      h("p", { className: "notice-text" }, missing ? "It may have another number, or lie outside the part of the network that you see." : "Scans that are kept on this device are safe. Try again when the connection is back."),
      h("div", { className: "notice-actions" }, h("button", { type: "button", className: "button is-main", onClick: again }, "Try again")),
    );
  },
};
