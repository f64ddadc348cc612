// The only door between the map document and the page around it: messages of the same origin, nothing else.

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
    const from = new URLSearchParams((this.framed ? window.parent : window).location.search);
    return new URLSearchParams([...from].filter(([name, value]) => names.includes(name) && value)).toString();
  }
}
