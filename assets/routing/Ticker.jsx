// Asks again and again while it stands on the page and the page is looked at.

import { useEffect, useRef } from "react";

export function Ticker({ every, onTick }) {
  const latest = useRef(onTick);
  latest.current = onTick;
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && latest.current?.(), every);
    return () => clearInterval(timer);
  }, [every]);
  return null;
}
