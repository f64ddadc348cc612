// Instants as the clock of whoever looks shows them, and which zone that clock is in.

import { useEffect, useRef } from "react";

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }; // as every other time on the page
const DAY = { weekday: "short", day: "numeric", month: "short" };

function words(at) {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return "";
  const today = instant.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(undefined, today ? CLOCK : { ...DAY, ...CLOCK }).format(instant);
}

export function When({ at, ...rest }) {
  return (
    <time dateTime={at} {...rest}>
      {words(at)}
    </time>
  );
}

/** Tells the server once in which zone the viewer's clock is, for the times he types. */
export function Zone({ onZone }) {
  const tell = useRef(onZone);
  tell.current = onZone;
  useEffect(() => tell.current?.(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"), []);
  return null;
}
