// What comes after picking, as the shipment's workflow says: the step, what it asks for, one scan or one press.

import { useEffect, useState } from "react";
import { Print } from "./Parts.jsx";
import { told } from "./words.js";

/** What was answered to the nearest step: `inputs` by name, `proof` of who collects it. */
export function useAnswers(step) {
  const [values, setValues] = useState({});
  useEffect(() => setValues({}), [step?.code]);
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined);
  const asked = new Set((step?.asks ?? []).map((ask) => ask.name));
  return {
    values,
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    inputs: Object.fromEntries(given.filter(([name]) => asked.has(name))),
    proof: Object.fromEntries(given.filter(([name]) => name.startsWith("proof:")).map(([name, value]) => [name.slice(6), value])),
  };
}

function Ask({ ask, value, set }) {
  const common = { id: `ask-${ask.name}`, required: ask.required };
  if (ask.kind === "boolean")
    return (
      <label className="is-check">
        <input type="checkbox" id={common.id} checked={value ?? false} onChange={(e) => set(ask.name, e.target.checked)} />
        {ask.label}
      </label>
    );
  return (
    <label className="field" htmlFor={common.id}>
      <span>
        {ask.label}
        {!ask.required && <span className="muted"> (optional)</span>}
      </span>
      {ask.kind === "choice" ? (
        <select {...common} value={value ?? ""} onChange={(e) => set(ask.name, e.target.value)}>
          <option value="">Choose</option>
          {ask.options.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : ask.kind === "number" ? (
        <input {...common} type="number" min={ask.min ?? undefined} max={ask.max ?? undefined} value={value ?? ""} onChange={(e) => set(ask.name, e.target.value === "" ? "" : e.target.valueAsNumber)} />
      ) : (
        <input {...common} maxLength={ask.max ?? 500} minLength={ask.min ?? undefined} placeholder={ask.pattern ?? undefined} autoComplete="off" value={value ?? ""} onChange={(e) => set(ask.name, e.target.value)} />
      )}
    </label>
  );
}

const PROOFS = { code: [["code", "Pickup code"]], name: [["name", "Name of who collects it"]] };
PROOFS.either = [...PROOFS.code, ...PROOFS.name];

/** The nearest step with what it asks for; the others, where steps may be skipped. */
export function Onward({ of, steps, busy, answers, onStep }) {
  const [step, ...others] = steps;
  const proofs = PROOFS[step.proof] ?? [];
  return (
    <>
      <form
        id="pick-step"
        className="panel pick-step"
        aria-busy={busy || undefined}
        onSubmit={(e) => {
          e.preventDefault();
          onStep(step, "");
        }}
      >
        <h2>{step.name}</h2>
        <p className="muted">{told.hint(step)}</p>
        {(step.asks.length > 0 || proofs.length > 0) && (
          <div className="pick-asks">
            {step.asks.map((ask) => (
              <Ask key={ask.name} ask={ask} value={answers.values[ask.name]} set={answers.set} />
            ))}
            {proofs.map(([name, label]) => (
              <Ask key={name} ask={{ name: `proof:${name}`, label, kind: "text", required: step.proof === name }} value={answers.values[`proof:${name}`]} set={answers.set} />
            ))}
          </div>
        )}
        {step.prints && <Print of={of} kinds={[step.prints]} />}
      </form>
      <footer className="pick-thumb">
        {others.length > 0 && (
          <div className="pick-others">
            {others.map((one) => (
              <button key={one.code} type="button" className="button" disabled={busy} onClick={() => onStep(one, "")}>
                Go to: {one.name}
              </button>
            ))}
          </div>
        )}
        <button type="submit" form="pick-step" className="button is-main pick-main" disabled={busy}>
          {step.name}
        </button>
      </footer>
    </>
  );
}
