// The map as the dashboard sees it: a frame with the map document in it, and the messages to and from it.
// The document's side of the same conversation is bridge.js.

import { useEffect, useRef, useState } from "react";

const DOCUMENT = "/ui/map";

function pageTheme() {
  const { classList } = document.documentElement;
  return ["dark", "light"].find((name) => classList.contains(name)) ?? "system";
}

/** Call `start` once the page itself stands: the map must not compete with it. Returns what calls it off. */
function whenIdle(start) {
  if (!window.requestIdleCallback) {
    const timer = setTimeout(start, 50);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(start, { timeout: 500 });
  return () => cancelIdleCallback(handle);
}

export function MapFrame({ version, filter, selected, title, onPick, onDrawn, ...rest }) {
  const frame = useRef(null);
  const [source, setSource] = useState(undefined);
  const latest = useRef({});
  latest.current = { state: { version, filter, selected }, onPick, onDrawn };

  const tell = () => {
    const online = !["lost", "stale"].includes(document.documentElement.dataset.connection);
    const state = { ...latest.current.state, theme: pageTheme(), online };
    frame.current?.contentWindow?.postMessage({ type: "map-state", state }, location.origin);
  };

  useEffect(() => whenIdle(() => setSource(DOCUMENT)), []);

  useEffect(tell, [version, filter, selected]);

  useEffect(() => {
    const hear = ({ origin, source, data }) => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (data?.type === "map-hello") tell();
      if (data?.type === "map-pick") latest.current.onPick?.(String(data.code));
      if (data?.type === "map-drawn") latest.current.onDrawn?.(Number(data.drawn), Number(data.undrawn));
    };
    window.addEventListener("message", hear);
    const page = new MutationObserver(tell); // theme and connection are attributes of the page
    page.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "data-connection"] });
    return () => {
      window.removeEventListener("message", hear);
      page.disconnect();
    };
  }, []);

  return <iframe ref={frame} src={source} title={title} {...rest} />;
}
