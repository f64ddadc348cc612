// How fresh the page is. The server beats every ten seconds even when nothing happens; no beat for long, or no
// connection, and the page says so and goes grey (`data-connection` on the root element; the map frame follows it).

import { useEffect, useRef, useState } from "react";

const STALE_SECONDS = 30;

/** Return {state, age}: state is "waiting" until the first beat, then "live", "stale" or "lost"; age in seconds. */
function useFreshness(beat, lost) {
  const heard = useRef(0);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!beat) return;
    heard.current = Date.now();
    setNow(Date.now());
  }, [beat]);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const age = Math.max(0, Math.round((now - heard.current) / 1000));
  if (!heard.current) return { state: lost ? "lost" : "waiting", age: 0 };
  return { state: lost ? "lost" : age > STALE_SECONDS ? "stale" : "live", age };
}

function time(asOf) {
  const instant = new Date(asOf);
  const today = instant.toDateString() === new Date().toDateString();
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }; // as every other time on the page
  const day = { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(undefined, today ? clock : { ...day, ...clock }).format(instant);
}

function ago(seconds) {
  if (seconds < 90) return `${seconds} s ago`;
  return `${Math.round(seconds / 60)} min ago`;
}

/** The line in the top bar: what time it is on the server, and whether that is still true. */
export function DataAge({ beat, asOf, lost, ...rest }) {
  const { state, age } = useFreshness(beat, lost);
  if (state === "waiting" || !asOf) return <p {...rest} data-state="waiting" />;
  return (
    <p {...rest} data-state={state}>
      <span className="data-age-mark" aria-hidden="true" />
      <time dateTime={asOf}>{time(asOf)}</time>
      <span className="data-age-word">{state === "live" ? "Live" : `Last heard ${ago(age)}`}</span>
    </p>
  );
}

/** The banner over the page while it cannot be trusted to be fresh; nothing while it can. */
export function ConnectionBanner({ beat, asOf, lost, ...rest }) {
  const { state, age } = useFreshness(beat, lost);
  useEffect(() => {
    document.documentElement.dataset.connection = state;
  }, [state]);
  const shown = state === "lost" || state === "stale";
  const words =
    state === "lost"
      ? "Connection lost. Trying again by itself; nothing you entered is lost."
      : "No news from the server for a while. What you see may be out of date.";
  return (
    <div {...rest} role="status" hidden={!shown}>
      {shown && (
        <>
          <strong>{words}</strong>
          {asOf && <span> {`The page shows ${time(asOf)}, ${ago(age)}.`}</span>}
        </>
      )}
    </div>
  );
}
