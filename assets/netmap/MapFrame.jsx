// The map as the dashboard sees it: a frame with the map document in it, and the messages to and from it.
// The document's side of the same conversation is bridge.js.

import { useEffect, useRef } from "react";

const DOCUMENT = "/ui/map";

function pageTheme() {
  const { classList } = document.documentElement;
  return ["dark", "light"].find((name) => classList.contains(name));
}

export function MapFrame({ version, filter, selected, online, title, onPick, onDrawn, ...rest }) {
  const frame = useRef(null);
  const latest = useRef({});
  latest.current = { state: { version, filter, selected, online }, onPick, onDrawn };

  const tell = () => {
    const state = { ...latest.current.state, theme: pageTheme() };
    frame.current?.contentWindow?.postMessage({ type: "map-state", state }, location.origin);
  };

  useEffect(tell, [version, filter, selected, online]);

  useEffect(() => {
    const hear = ({ origin, source, data }) => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (data?.type === "map-hello") tell();
      if (data?.type === "map-pick") latest.current.onPick?.(String(data.code));
      if (data?.type === "map-drawn") latest.current.onDrawn?.(Number(data.drawn), Number(data.undrawn));
    };
    window.addEventListener("message", hear);
    const theme = new MutationObserver(tell);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    return () => {
      window.removeEventListener("message", hear);
      theme.disconnect();
    };
  }, []);

  return <iframe ref={frame} src={DOCUMENT} title={title} {...rest} />;
}
