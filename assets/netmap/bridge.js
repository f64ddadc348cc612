// The only door between the map document and the page around it: messages of the same origin, nothing else.

/** Return the part of a query string that narrows the points; page numbers and the like are not the map's business. */
export function narrowing(query, names) {
  const kept = [...new URLSearchParams(query)].filter(([name, value]) => names.includes(name) && value);
  return new URLSearchParams(kept.sort()).toString();
}

export class Bridge {
  /** Whether a page of ours is around this document (it can also be opened on its own). */
  get framed() {
    return window.parent !== window;
  }

  /** Tell the page around something. */
  send(message) {
    if (this.framed) window.parent.postMessage(message, location.origin);
  }

  /** Call `obey` with every state the page sends, and say that we are here. */
  open(obey) {
    const theme = new URLSearchParams(location.search).get('theme');
    if (theme === 'light' || theme === 'dark') obey({ theme });
    window.addEventListener('message', ({ origin, source, data }) => {
      if (origin !== location.origin || source !== window.parent || data?.type !== 'map-state') return;
      obey(data.state);
    });
    this.send({ type: 'map-hello' });
  }

  /** Return the filter that the address of the page around names, so that the first request is the right one. */
  firstFilter(names) {
    return narrowing((this.framed ? window.parent : window).location.search, names);
  }
}
