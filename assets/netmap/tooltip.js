// What is said about the location under the pointer or the keyboard: once to the eye, once to screen readers. It stays
// open while data changes, and its words change with it.

const element = (name, className, text) => Object.assign(document.createElement(name), { className, textContent: text });

const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

export class Tooltip {
  constructor(map, symbols) {
    Object.assign(this, { map, symbols });
    this.byPointer = false;
    this.shown = null;
    this.announcer = document.getElementById('map-said');
    this.bubble = L.tooltip({ direction: 'top', offset: [0, -10], opacity: 1, className: 'map-tooltip' });
  }

  /** Show what is known of `point`; null closes. */
  show(point) {
    this.shown = point?.code ?? null;
    if (!point) {
      this.bubble.remove();
      return;
    }
    this.bubble.setLatLng([point.latitude, point.longitude]).setContent(this.#content(point));
    if (!this.map.hasLayer(this.bubble)) this.bubble.addTo(this.map);
  }

  /** Renew the words of an open tooltip from `byCode`; close it when its location has left the filtered set. */
  refresh(byCode) {
    if (this.shown) this.show(byCode.get(this.shown) ?? null);
  }

  /** Speak the open tooltip to screen readers. */
  say() {
    this.announcer.textContent = this.bubble.getContent()?.dataset.spoken ?? '';
  }

  #content(point) {
    const { word, token } = this.symbols[point.symbol];
    const counts = point.open
      ? `${plural(point.open, 'open shipment', 'open shipments')}, ${point.at_risk} At Risk, ${point.non_compliant} Non-Compliant`
      : 'No open work';
    const since = point.since ? `Since ${this.#when(point.since)}` : '';
    const box = element('div', 'map-tip', '');
    const status = element('p', 'map-tip-status', point.closed ? `${word} · closed` : word);
    status.style.setProperty('--tip', `var(--${token})`);
    box.append(element('strong', 'map-tip-name', point.name), status, element('p', 'map-tip-counts', counts));
    if (since) box.append(element('p', 'map-tip-since', since));
    box.dataset.spoken = [point.name, status.textContent, counts, since].filter(Boolean).join('. ');
    return box;
  }

  #when(seconds) {
    const instant = new Date(seconds * 1000);
    const today = new Date().toDateString() === instant.toDateString();
    const options = today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
    return new Intl.DateTimeFormat(undefined, options).format(instant);
  }
}
