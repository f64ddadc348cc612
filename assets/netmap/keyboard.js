// The map by keyboard: Leaflet pans and zooms with arrows, plus and minus; here j and k step through the locations,
// worst first, as in the lists; Enter opens, Escape lets go.

export class Keyboard {
  constructor(container, { points, describe, pick, say, map }) {
    Object.assign(this, { points, describe, pick, say, map });
    container.addEventListener('keydown', (event) => this.#press(event));
    container.addEventListener('blur', () => describe(null));
  }

  #press(event) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { j: 1, n: 1, k: -1, p: -1 };
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === 'Enter' && this.points.focused) this.pick(this.points.focused);
    else if (event.key === 'Escape') this.describe(null);
    else return;
    event.preventDefault();
  }

  #step(by) {
    const codes = this.points.worstFirst();
    if (!codes.length) return;
    const at = codes.indexOf(this.points.focused);
    const next = codes[(at < 0 ? (by > 0 ? 0 : codes.length - 1) : at + by + codes.length) % codes.length];
    const { latitude, longitude } = this.points.byCode.get(next);
    if (!this.map.getBounds().pad(-0.05).contains([latitude, longitude])) this.map.panTo([latitude, longitude]);
    this.describe(next);
    this.say();
  }
}
