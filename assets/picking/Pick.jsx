// Picking, one thing on top at a time. Scans come as the event `scan` from js/scans.js, which keeps and sends them; what
// they mean at once is sheet.js; the server's answer corrects it. Works without a connection once it is open.
//   of      "shipments/12" or "waves/3"
//   who     the name of whoever is signed in: his scans are sent in his name
//   beat    changes whenever something happened on the server: then the list is asked for again
//   children  what else may be done, which needs the connection

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Done, Head, Items, Link, Print, Says, Thumb } from "./Parts.jsx";
import { Onward, useAnswers } from "./Step.jsx";
import { Short } from "./Short.jsx";
import { judge, left, merged, newer, nextSteps, ofList, standIn, wantedFirst, withWaiting } from "./sheet.js";
import { signal } from "./signals.js";
import { said, told } from "./words.js";

const UNDO_MS = 5000;
const LOOK_AGAIN_MS = 8000;

function remembered(of) {
  try {
    const last = JSON.parse(localStorage.getItem("pick-list") ?? "null");
    return last?.of === of ? last.list : null;
  } catch {
    return null;
  }
}

/** The server's list, asked for again whenever it may have changed, and the scans that wait. */
function useList(of, beat) {
  const [list, setList] = useState(() => remembered(of));
  const [trouble, setTrouble] = useState("");
  const [scans, setScans] = useState({ waiting: [], link: "up" });
  const alive = useRef(true);
  const load = useCallback(async () => {
    try {
      const answer = await window.scans.call(`/api/v1/${of}/pick-list`);
      window.scans.reached(answer.status < 500);
      if (!alive.current) return;
      if (answer.ok) {
        const fresh = await answer.json();
        if (!alive.current) return;
        setList((before) => newer(before, fresh));
        setTrouble("");
        localStorage.setItem("pick-list", JSON.stringify({ of, list: fresh }));
      } else {
        setTrouble(answer.status === 404 ? "missing" : "failed");
      }
    } catch {
      if (!alive.current) return;
      window.scans.reached(false);
      setTrouble((before) => before || "failed");
    }
  }, [of]);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  useEffect(() => {
    load();
    const timer = setInterval(() => document.visibilityState === "visible" && load(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [load, beat]);
  useEffect(() => {
    const changed = () => setScans({ waiting: ofList(window.scans.waiting(), of), link: window.scans.state().link });
    const answered = ({ detail }) => setList((before) => before && merged(before, detail));
    const back = () => load();
    changed();
    document.addEventListener("scans-answered", answered);
    document.addEventListener("scans", changed);
    addEventListener("online", back);
    return () => {
      document.removeEventListener("scans-answered", answered);
      document.removeEventListener("scans", changed);
      removeEventListener("online", back);
    };
  }, [of, load]);
  return { list, trouble, load, ...scans };
}

/** What the page says last, and until when it can be undone. */
function useSays() {
  const [says, setSays] = useState(null);
  const timer = useRef(0);
  const say = useCallback((words) => {
    clearTimeout(timer.current);
    setSays(words && { ...words, key: Date.now() + Math.random() });
    if (words?.tone) signal(words.tone);
    if (words?.undo) timer.current = setTimeout(() => setSays((now) => now && { ...now, undo: null }), UNDO_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [says, say];
}

/** What the address names. */
function here() {
  const [, kind, number] = /^\/pick\/(wave\/)?(\d+)\/?$/.exec(location.pathname) ?? [];
  return number ? `${kind ? "waves" : "shipments"}/${Number(number)}` : "";
}

/** The picking area, made anew for each list: nothing of one may reach another, not even a late answer. */
export function Pick({ of, who, beat, children, ...rest }) {
  if (of !== here()) return <div {...rest} aria-busy="true">{told.nothing("")}</div>;
  return (
    <Picking key={of} of={of} who={who} beat={beat} {...rest}>
      {children}
    </Picking>
  );
}

function Picking({ of, who, beat, children, ...rest }) {
  const { list, trouble, load, waiting, link } = useList(of, beat);
  const [says, say] = useSays();
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(null);
  const guesses = useRef(new Map());
  const shown = useMemo(() => list && withWaiting(list, waiting), [list, waiting]);
  const shipment = shown?.wave ? null : shown?.shipments[0];
  const [wanted, setWanted] = useState("");
  const steps = shown ? wantedFirst(nextSteps(shown, shipment, waiting.length), wanted) : [];
  const answers = useAnswers(steps[0]);

  const keep = (scan, gave) => {
    const [kind, id] = of.split("/");
    const place = kind === "waves" ? { wave_id: Number(id) } : { shipment_id: Number(id) };
    try {
      return window.scans.keep({ ...scan, ...place }, who, gave);
    } catch {
      say({ tone: "bad", title: "Not kept", text: "This device has no room left for scans. Find a connection first." });
      return null;
    }
  };

  const pick = (code, units = 1) => {
    const guess = judge(shown, code);
    const where = shown.wave && guess.line ? { shipment_id: guess.line.shipment_id } : {};
    const kept = keep({ code, units, ...where });
    if (!kept) return;
    guesses.current.set(kept.scan_id, { ...guess, units });
    say(said(guess, shown, { code, units, undo: guess.result === "picked" ? { kept, guess, units } : null }));
  };

  const undo = ({ kept, guess, units }) => {
    const gave = { line: guess.line.id, units };
    if (keep({ code: kept.code, units: -units, undoes: kept.scan_id }, gave)) say({ tone: "warn", title: "Taken back", text: guess.line.name });
  };

  const doStep = async (one, code, given = one === steps[0] ? answers.given : { inputs: {}, proof: {} }) => {
    setBusy(true);
    const [path, body] = told.request(one, code, given.inputs, given.proof);
    try {
      const answer = await window.scans.call(`/api/v1/shipments/${shipment.id}/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.getRandomValues(new Uint32Array(4)).join("-") },
        body: JSON.stringify(body),
      });
      const problem = answer.ok ? null : await answer.json().catch(() => ({}));
      say(answer.ok ? told.done(one, code) : told.refused(problem));
      if (problem?.errors) answers.refuse(problem.errors);
    } catch {
      say({ tone: "bad", title: "No connection", text: "Nothing was done. Try again when it is back." });
    }
    await load();
    setBusy(false);
  };

  /** A scan after picking: the answer to a step, or what does it. */
  const answer = (code) => {
    const given = answers.scanned(code);
    const unanswered = answers.missing(given ?? answers.given);
    if (unanswered.length) say(told.unanswered(unanswered));
    else doStep(steps[0], given ? "" : code, given ?? answers.given);
  };

  /** Offer what was scanned in the place of what is not there; scanned once more, it is taken. */
  const offer = (instead) => {
    const { name } = instead.group.lines.flatMap((line) => line.instead).find((one) => one.sku === instead.by);
    if (link !== "up") say(told.later(name));
    else if (missing?.by === instead.by) document.getElementById("pick-short").requestSubmit();
    else setMissing(instead);
  };

  const heard = useRef(() => {});
  heard.current = (code) => {
    if (!shown) return;
    const instead = steps.length ? null : standIn(shown, code);
    if (instead) offer(instead);
    else if (missing) signal("bad"); // the dialog asks about something else
    else if (!steps.length || judge(shown, code).result === "extra_item") pick(code);
    else if (!busy) answer(code);
  };
  useEffect(() => {
    const scan = ({ detail }) => heard.current(detail.code.trim());
    const answered = ({ detail }) => {
      const words = told.corrections(detail.items, guesses.current);
      if (words) say(words);
      if (detail.shipments.some((one) => !["open", "accepted"].includes(one.status))) load();
    };
    const refused = ({ detail }) => say({ tone: "bad", title: "Not taken", text: detail[0].message });
    document.addEventListener("scan", scan);
    document.addEventListener("scans-answered", answered);
    document.addEventListener("scans-refused", refused);
    return () => {
      document.removeEventListener("scan", scan);
      document.removeEventListener("scans-answered", answered);
      document.removeEventListener("scans-refused", refused);
    };
  }, [say, load]);

  if (!shown) return <div {...rest} aria-busy={!trouble}>{told.nothing(trouble, load)}</div>;
  const todo = shown.groups.filter((group) => group.lines.some((line) => left(line) > 0));
  const picking = todo.length > 0 && shown.open && (!shipment || (["open", "accepted"].includes(shipment.status) && !shipment.held));
  const state = picking ? "picking" : steps.length ? "step" : "done";
  return (
    <div {...rest} data-scans="" data-state={state}>
      <Head shown={shown} shipment={shipment} />
      <Link link={link} kept={waiting.length} others={waiting.filter((scan) => scan.by !== who)} />
      <Says says={says} next={told.next(state, steps[0])} onUndo={undo} />
      {state === "done" && <Done shown={shown} shipment={shipment} kept={waiting.length} />}
      <Items groups={shown.groups} next={picking ? todo[0] : null} wave={Boolean(shown.wave)} />
      <div className="pick-tools">
        <Print of={of} />
        {link === "up" ? children : <p className="muted">Other actions need the connection.</p>}
      </div>
      {state === "step" && <Onward of={of} steps={steps} busy={busy} answers={answers} onStep={doStep} onOther={(one) => (one.asks.length || one.proof ? setWanted(one.code) : doStep(one, ""))} />}
      {picking && <Thumb group={todo[0]} onPick={(units) => pick(todo[0].sku, units)} onMissing={() => setMissing({ group: todo[0] })} onCode={(code) => heard.current(code)} />}
      <Short chosen={missing} offline={link !== "up"} onClose={() => setMissing(null)} say={say} load={load} />
    </div>
  );
}
