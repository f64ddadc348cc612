// What the Pick page is made of: head, connection, what was said last, the next thing, the rest, the button at the thumb.

import { useEffect, useState } from "react";
import { left } from "./sheet.js";
import { mute, muted } from "./signals.js";

const METHODS = { ship: "Ship to home", pickup: "Pickup", curbside: "Curbside", delivery: "Delivery", transfer: "Transfer" };

/** The shape that goes with a tone: colour is never alone. */
function Mark({ tone }) {
  const shape = {
    good: <circle cx="8" cy="8" r="7" />,
    done: <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 10L3.6 7.7l1.3-1.3L7 8.4l4-4 1.3 1.4Z" />,
    warn: <path d="M8 1 15.5 15H.5Z" />,
    bad: <rect x="1" y="1" width="14" height="14" />,
  }[tone];
  return (
    <svg viewBox="0 0 16 16" className="pick-mark" aria-hidden="true">
      {shape}
    </svg>
  );
}

function until(due, zone) {
  if (!due) return "No due time";
  const minutes = Math.round((new Date(due) - Date.now()) / 60000);
  const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: zone, timeZoneName: "short" }).format(new Date(due));
  const size = Math.abs(minutes) < 90 ? `${Math.abs(minutes)} min` : `${Math.round(Math.abs(minutes) / 60)} h`;
  return minutes < 0 ? `${size} late (${time})` : `Due in ${size} (${time})`;
}

export function Head({ shown, shipment }) {
  const [off, setOff] = useState(muted());
  const all = shown.lines.reduce((sum, line) => sum + line.quantity, 0);
  const got = shown.lines.reduce((sum, line) => sum + line.picked, 0);
  const title = shown.wave ? `Wave ${shown.wave.number}` : shipment.order_external_id;
  const about = shown.wave
    ? `${shown.location_name} · ${shown.shipments.length} ${shown.shipments.length === 1 ? "shipment" : "shipments"}`
    : `${METHODS[shipment.method] ?? shipment.method} · ${until(shipment.due_at, shown.time_zone)}`;
  return (
    <header className="pick-head">
      <div>
        <h1>{title}</h1>
        <p className="muted">{about}</p>
      </div>
      <p className="pick-count">
        <strong>{got}</strong> of {all}
        <span className="sr-only"> units picked</span>
      </p>
      <button
        type="button"
        className="button pick-sound"
        aria-pressed={!off}
        onClick={() => {
          mute(!off);
          setOff(!off);
        }}
      >
        {off ? "Sound off" : "Sound on"}
      </button>
      <progress className="pick-bar" max={all || 1} value={got} aria-label="Picked" />
    </header>
  );
}

/** Says at once that the connection is gone, and how many scans this device keeps. */
export function Link({ link, kept, others }) {
  const scans = kept === 1 ? "1 scan" : `${kept} scans`;
  const whose = [...new Set(others.map((scan) => scan.by))].join(", ");
  const words = {
    up: others.length ? `${others.length === 1 ? "1 scan" : `${others.length} scans`} of ${whose} kept on this device until ${whose} signs in here again.` : "",
    down: `No connection. ${kept ? `${scans} kept on this device. ` : ""}Go on: scans are sent when it is back.`,
    out: `You are signed out. ${kept ? `${scans} kept on this device: sign in again to send ${kept === 1 ? "it" : "them"}.` : "Sign in again."}`,
  }[link];
  return (
    <p className="pick-link" role="status" data-link={link} data-kept={kept} hidden={!words}>
      {words}
    </p>
  );
}

/** What became of the last scan, five seconds to take it back; before the first one, what there is to do: `next`. */
export function Says({ says, next, onUndo }) {
  return (
    <div className="pick-says" data-tone={says?.tone ?? "quiet"} role="status" aria-live="assertive" aria-atomic="true">
      {says ? <Mark tone={says.tone} /> : null}
      <div>
        <p className="pick-says-title" key={says?.key}>{says?.title ?? next.title}</p>
        <p className="pick-says-text">{says ? says.text || (says.tone === "done" ? `Next: ${next.title}` : "") : next.text}</p>
      </div>
      {says?.undo && (
        <button type="button" className="button pick-undo" onClick={() => onUndo(says.undo)}>
          Undo
        </button>
      )}
    </div>
  );
}

function Slots({ group }) {
  const open = group.lines.filter((line) => left(line) > 0 && line.slot);
  return open.length > 0 && (
    <ul className="pick-slots" aria-label="Slots">
      {open.map((line) => (
        <li key={line.id}>
          Slot {line.slot} <span className="muted">× {left(line)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The next thing on top, large; then all of them in walking order. */
export function Items({ groups, next, wave }) {
  return (
    <>
      {next && (
        <article className="panel pick-next">
          <p className="pick-where">{next.bin ?? "Bin unknown"}</p>
          <h2>{next.name}</h2>
          <p className="muted">{next.sku}</p>
          <p className="pick-many">
            <strong>{next.quantity - next.awaited - next.picked}</strong> to pick
            <span className="muted">, {next.picked} of {next.quantity} picked</span>
          </p>
          {wave && <Slots group={next} />}
        </article>
      )}
      <h2 className="sr-only">All items</h2>
      <ol className="pick-items">
        {groups.map((group) => {
          const open = group.lines.some((line) => left(line) > 0);
          return (
            <li key={group.key} data-done={!open} aria-current={group === next ? "step" : undefined}>
              <span className="pick-item-mark" aria-hidden="true">{open ? "○" : "●"}</span>
              <span className="pick-item-bin">{group.bin ?? "–"}</span>
              <span className="pick-item-name">
                {group.name}
                {group.awaited > 0 && <span className="muted"> {group.awaited} still to come</span>}
              </span>
              <span className="pick-item-count">
                {group.picked} of {group.quantity}
                <span className="sr-only">{open ? " picked" : ", done"}</span>
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}

const PAPER = { pick_list: "pick list", packing_slip: "packing slip" };

/** What can be printed here; opened beside the page, which goes on listening to the scanner. */
export function Print({ of, kinds = Object.keys(PAPER) }) {
  const wave = of.startsWith("waves/") && of.slice("waves/".length);
  const at = (kind) => (wave && kind === "packing_slip" ? `/api/v1/packing-slips.html?wave=${wave}` : `/api/v1/${of}/${kind.replace("_", "-")}.html`);
  return (
    <p className="pick-print">
      {kinds.map((kind) => (
        <a key={kind} className="text-link" href={at(kind)} target="_blank" rel="noopener">
          Print the {wave && kind === "packing_slip" ? "packing slips" : PAPER[kind]}
        </a>
      ))}
    </p>
  );
}

/** By hand: how many, not there, a code that cannot be scanned. The big one is at the thumb. */
export function Thumb({ group, onPick, onMissing, onCode }) {
  const most = group.quantity - group.awaited - group.picked;
  const [count, setCount] = useState(1);
  const [code, setCode] = useState("");
  useEffect(() => setCount(1), [group.key]);
  const units = Math.max(1, Math.min(count || 1, most));
  return (
    <footer className="pick-thumb">
      <form
        className="pick-code"
        onSubmit={(e) => {
          e.preventDefault();
          if (code.trim()) onCode(code.trim());
          setCode("");
        }}
      >
        <input value={code} onChange={(e) => setCode(e.target.value)} maxLength={100} placeholder="Type a code" aria-label="Type a code" autoComplete="off" autoCapitalize="off" spellCheck={false} enterKeyHint="done" />
      </form>
      <div className="pick-hand">
        <button type="button" className="button" onClick={onMissing}>
          Not there
        </button>
        <label className="pick-units">
          <span className="sr-only">How many by hand</span>
          <input type="number" inputMode="numeric" min={1} max={most} value={count} onChange={(e) => setCount(e.target.valueAsNumber)} />
        </label>
        <button
          type="button"
          className="button is-main pick-main"
          onClick={() => {
            onPick(units);
            setCount(1);
          }}
        >
          Picked {units}
        </button>
      </div>
    </footer>
  );
}

const ENDS = {
  shipped: ["Done: shipped", "The carrier has it."],
  handed_over: ["Done: handed over", "The customer has it."],
  ready: ["Ready for the customer", "It waits for pickup."],
  cancelled: ["Not here any more", "It was cancelled, or goes to another place. Put back what you hold."],
};

/** Nothing is left to do here. */
export function Done({ shown, shipment, kept }) {
  const full = shown.lines.every((line) => line.picked === line.quantity);
  let [title, text] = ENDS[shipment?.status] ?? ["All picked", "Everything that is here is picked."];
  if (shipment?.held) [title, text] = ["On hold", shipment.hold_reason ?? "Work on it has been stopped."];
  else if (!shown.open && !full) [title, text] = ["This wave is not being picked", "It waits to be released, or is closed."];
  else if (kept) [title, text] = ["All picked", "It goes on as soon as the scans kept on this device are sent."];
  else if (!full && !ENDS[shipment?.status]) [title, text] = ["The rest is still to come", "What is here is picked; the rest comes by transfer."];
  return (
    <section className="panel pick-step pick-done">
      <Mark tone={shipment?.status === "cancelled" || shipment?.held ? "warn" : "done"} />
      <h2>{title}</h2>
      <p className="muted">{text}</p>
      {!shown.wave && (
        <a className="button" href="/queue">
          Back to the work queue
        </a>
      )}
      {shown.wave && (
        <ul className="pick-onwards">
          {shown.shipments.map((one) => (
            <li key={one.id}>
              <a className="button" href={`/pick/${one.id}`}>
                {one.slot ? `Slot ${one.slot}: ` : ""}
                {one.order_external_id} ({one.status.replaceAll("_", " ")})
              </a>
            </li>
          ))}
          <li>
            <a className="button" href={`/waves/${shown.wave.id}`}>
              Go to wave {shown.wave.number}
            </a>
          </li>
        </ul>
      )}
    </section>
  );
}
