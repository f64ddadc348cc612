// What comes after picking, as the shipment's workflow says: the step, what it asks for, one scan or one press.

import { useEffect, useState } from "react";
import { Print } from "./Parts.jsx";
import { told } from "./words.js";

const EMPTY = { values: {}, faults: {} };

/** What was answered to the nearest step: `inputs` by name, `proof` of who collects it; and what is wrong with each. */
export function useAnswers(step) {
  const [state, setState] = useState(EMPTY);
  useEffect(() => setState(EMPTY), [step?.code]);
  const faulty = Object.keys(state.faults)[0];
  useEffect(() => {
    if (faulty) document.getElementById(`ask-${faulty}`)?.focus();
  }, [state.faults]);
  const asks = step?.asks ?? [];
  const said = (values) => {
    const answer = (ask) => (ask.kind === "boolean" ? (values[ask.name] ?? false) : values[ask.name]);
    const given = (pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== "" && value !== undefined));
    return {
      inputs: given(asks.map((ask) => [ask.name, answer(ask)])),
      proof: given(["code", "name"].map((name) => [name, values[`proof:${name}`]])),
    };
  };
  const set = (name, value) => setState(({ values, faults }) => ({ values: { ...values, [name]: value }, faults: { ...faults, [name]: undefined } }));
  return {
    ...state,
    set,
    given: said(state.values),
    /** Note what was scanned where it belongs; return what is given with it, null when it belongs to no field. */
    scanned(code) {
      const field = ["code", "either", "offered"].includes(step.proof) ? "proof:code" : step.action === "step" && asks.find((ask) => ask.kind === "text" && !state.values[ask.name])?.name;
      if (!field) return null;
      set(field, code);
      return said({ ...state.values, [field]: code });
    },
    /** Return the labels of what must be answered and is not. */
    missing: ({ inputs }) => asks.filter((ask) => ask.required && inputs[ask.name] === undefined).map((ask) => ask.label),
    refuse(errors) {
      const names = errors.map((fault) => [told.field(fault.pointer), fault.message]);
      setState(({ values }) => ({ values, faults: Object.fromEntries(names.filter(([name]) => name)) }));
    },
  };
}

function Control({ ask, common, value, set }) {
  if (ask.kind === "choice")
    return (
      <select {...common} value={value ?? ""} onChange={(e) => set(ask.name, e.target.value)}>
        <option value="">Choose</option>
        {ask.options.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    );
  if (ask.kind === "number")
    return <input {...common} type="number" step="any" inputMode="decimal" value={value ?? ""} onChange={(e) => set(ask.name, Number.isNaN(e.target.valueAsNumber) ? "" : e.target.valueAsNumber)} />;
  return <input {...common} inputMode={ask.digits ? "numeric" : undefined} maxLength={ask.max ?? 500} autoComplete="off" autoCapitalize="off" spellCheck={false} value={value ?? ""} onChange={(e) => set(ask.name, e.target.value)} />;
}

function Ask({ ask, answers }) {
  const { set } = answers;
  const [value, fault] = [answers.values[ask.name], answers.faults[ask.name]];
  const id = `ask-${ask.name}`;
  const hint = told.limits(ask);
  const common = { id, "aria-required": ask.required, "aria-invalid": fault ? true : undefined, "aria-describedby": `${id}-hint ${id}-fault` };
  const below = (
    <>
      <p id={`${id}-hint`} className="field-hint">{hint}</p>
      <p id={`${id}-fault`} className="field-fault" role="alert">{fault}</p>
    </>
  );
  if (ask.kind === "boolean")
    return (
      <div className="field">
        <label className="is-check">
          <input type="checkbox" {...common} checked={value ?? false} onChange={(e) => set(ask.name, e.target.checked)} />
          {ask.label}
        </label>
        {below}
      </div>
    );
  return (
    <div className="field">
      <label htmlFor={id}>
        {ask.label}
        {!ask.required && <span className="muted"> (optional)</span>}
      </label>
      <Control ask={ask} common={common} value={value} set={set} />
      {below}
    </div>
  );
}

const PROOFS = { code: [["code", "Pickup code"]], name: [["name", "Name of who collects it"]] };
PROOFS.either = PROOFS.offered = [...PROOFS.code, ...PROOFS.name];

/** The nearest step with what it asks for; the others, where steps may be skipped. */
export function Onward({ of, steps, busy, answers, onStep, onOther }) {
  const [step, ...others] = steps;
  const proofs = PROOFS[step.proof] ?? [];
  return (
    <>
      <form
        id="pick-step"
        className="panel pick-step"
        noValidate
        aria-busy={busy || undefined}
        onSubmit={(e) => {
          e.preventDefault();
          if (!busy) onStep(step, "");
        }}
      >
        <h2>{step.name}</h2>
        <p className="muted">{told.hint(step)}</p>
        {(step.asks.length > 0 || proofs.length > 0) && (
          <div className="pick-asks">
            {step.asks.map((ask) => (
              <Ask key={ask.name} ask={ask} answers={answers} />
            ))}
            {proofs.map(([name, label]) => (
              <Ask key={name} ask={{ name: `proof:${name}`, label, kind: "text", digits: name === "code", required: step.proof === name, max: name === "code" ? 16 : 200 }} answers={answers} />
            ))}
          </div>
        )}
        {step.prints && <Print of={of} kinds={[step.prints]} />}
      </form>
      <footer className="pick-thumb">
        {others.length > 0 && (
          <div className="pick-others">
            {others.map((one) => (
              <button key={one.code} type="button" className="button" disabled={busy} onClick={() => onOther(one)}>
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
