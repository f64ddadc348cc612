// The locations on the map: one canvas, worst drawn on top, 10,000 of them at ease. Knows nothing of fetching.

import { CanvasLayer, project } from './canvas.js';
import { Symbols } from './symbols.js';

const PANE = 'points';
const REACH = 5; // px beyond its edge at which the pointer still meets a point

const INK = 0.6; // at most this share of the ground where locations are may lie under their marks

const SQUARE = 2; // px of zoom 0: some 300 km at the equator

/** Return the bounds of `points`, or null when there are none. */
function around(points) {
  return points.length ? L.latLngBounds(points.map(({ latitude, longitude }) => [latitude, longitude])) : null;
}

const HELD = 0.95; // share of the points that the first view must hold
const WORTH = 0.12; // leaving some out must shrink the view by this share, or they are no outliers

/** Return the smallest-and-largest of the sorted `values` after the best cut of at most `spare` at either end. */
function cuts(values, spare) {
  const whole = values.at(-1) - values[0];
  const found = [];
  for (let left = 1; left <= spare; left++) {
    found.push({ from: values[left], to: values.at(-1), saved: values[left] - values[0], left });
    found.push({ from: values[0], to: values.at(-1 - left), saved: whole - (values.at(-1 - left) - values[0]), left });
  }
  return found;
}

/**
 * Return the points without the few that lie far off: cutting them, side by side, must be worth it each time, and
 * `HELD` of the points stay. A network on the mainland is not made small by two stores on islands.
 */
export function mostOf(points) {
  let spare = Math.floor(points.length * (1 - HELD));
  let kept = points;
  while (spare > 0 && kept.length > 2) {
    const axes = ['x', 'y'].map((axis) => ({ axis, sorted: kept.map((point) => point[axis]).sort((a, b) => a - b) }));
    const size = axes.reduce((sum, { sorted }) => sum + sorted.at(-1) - sorted[0], 0);
    const best = axes
      .flatMap(({ axis, sorted }) => cuts(sorted, spare).map((cut) => ({ ...cut, axis })))
      .filter(({ saved }) => saved > WORTH * size)
      .reduce((a, b) => (!a || b.saved / b.left > a.saved / a.left ? b : a), null);
    if (!best) return kept;
    const rest = kept.filter((point) => point[best.axis] >= best.from && point[best.axis] <= best.to);
    spare -= kept.length - rest.length;
    kept = rest;
  }
  return kept;
}

/** Return the world's area, in px of zoom 0, of the small squares that hold at least one of `points`. */
function ground(points) {
  const squares = new Set();
  for (const { x, y } of points) squares.add(Math.floor(x / SQUARE) * 1024 + Math.floor(y / SQUARE));
  return squares.size * SQUARE ** 2;
}

export class Points {
  /** `symbols` is the table of dashboard/netmap/symbols.py: key → {shape, fill, token, rank}. */
  constructor(map, symbols) {
    this.map = map;
    this.symbols = new Symbols(symbols);
    this.ranks = 1 + Math.max(...Object.values(symbols).map(({ rank }) => rank));
    this.byCode = new Map();
    this.layers = []; // points by rank, the worst last
    this.ground = 0;
    this.focused = null;
    this.selected = null;
    map.createPane(PANE).style.zIndex = 450;
    this.layer = new CanvasLayer((context, view) => this.#paint(context, view), { pane: PANE, padding: 0.2 }).addTo(map);
  }

  /** Show exactly these points: objects with code, longitude, latitude, symbol, open. */
  replace(points) {
    this.byCode.clear();
    this.put(points);
  }

  /** Add or change `points`, take `gone` codes away, and draw once. */
  put(points, gone = []) {
    for (const code of gone) this.byCode.delete(code);
    for (const point of points) {
      const [x, y] = project(point.longitude, point.latitude);
      this.byCode.set(point.code, Object.assign(point, { x, y }));
    }
    this.arrange();
  }

  /** Sort into drawing order and draw; call it when symbols of points have changed. */
  arrange() {
    const layers = Array.from({ length: this.ranks }, () => []);
    for (const point of this.byCode.values()) layers[this.symbols.table[point.symbol].rank].push(point);
    this.layers = layers;
    this.ground = ground(this.byCode.values());
    this.layer.redraw();
  }

  /** Return the radius in px of `point` at `zoom`: more open work is larger; a crowd is small enough to tell apart. */
  radius({ open }, zoom) {
    const crowd = Math.sqrt((INK * this.ground * 4 ** zoom) / (Math.PI * Math.max(1, this.byCode.size)));
    const base = Math.max(2, Math.min(4.6 + 0.45 * (zoom - 3), 8.5, crowd));
    return base * (1 + Math.min(0.5, Math.log10(1 + open) / 6));
  }

  /** Point out one code (under the pointer or the keyboard) or none, and the selected one. */
  mark({ focused = this.focused, selected = this.selected }) {
    if (focused === this.focused && selected === this.selected) return;
    Object.assign(this, { focused, selected });
    this.layer.redraw();
  }

  /** Draw in the colours of the present theme. */
  recolour() {
    this.symbols.clear();
    this.layer.redraw();
  }

  /** Return the topmost point at a place in the map's container, or null. */
  at({ x, y }) {
    const origin = this.map.getPixelOrigin().subtract(this.map._getMapPanePos());
    const scale = this.map.options.crs.scale(this.map.getZoom()) / 256;
    let [best, bestScore] = [null, Infinity];
    for (let rank = this.ranks - 1; rank >= 0 && !best; rank--) {
      for (const point of this.layers[rank] ?? []) {
        const distance = Math.hypot(point.x * scale - origin.x - x, point.y * scale - origin.y - y);
        const reach = this.radius(point, this.map.getZoom()) + REACH;
        if (distance <= reach && distance < bestScore) [best, bestScore] = [point, distance];
      }
    }
    return best;
  }

  /** Return the codes, worst first, then by open work, then by code: the order in which the keyboard visits them. */
  worstFirst() {
    return [...this.layers].reverse().flatMap((layer) =>
      [...layer].sort((a, b) => b.open - a.open || (a.code < b.code ? -1 : 1)).map(({ code }) => code),
    );
  }

  /** Return the bounds of all points, or null when there are none. */
  bounds() {
    return around([...this.byCode.values()]);
  }

  /** Return the bounds of where most of the network is, or null when there are no points. */
  heart() {
    return around(mostOf([...this.byCode.values()]));
  }

  #paint(context, view) {
    for (const layer of this.layers) {
      for (const point of layer) {
        const x = point.x * view.scale - view.left;
        const y = point.y * view.scale - view.top;
        if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
        const { canvas, half } = this.symbols.image(point.symbol, this.radius(point, view.zoom));
        context.drawImage(canvas, x - half, y - half, half * 2, half * 2);
      }
    }
    this.#ring(context, view, this.selected, 3);
    if (this.focused !== this.selected) this.#ring(context, view, this.focused, 2);
  }

  #ring(context, view, code, width) {
    const point = this.byCode.get(code);
    if (!point) return;
    const style = getComputedStyle(document.documentElement);
    const r = this.radius(point, view.zoom);
    const [x, y] = [point.x * view.scale - view.left, point.y * view.scale - view.top];
    const { canvas, half } = this.symbols.image(point.symbol, r + 1);
    for (const [colour, line] of [['--map-casing', width + 3], ['--accent', width]]) {
      context.beginPath();
      context.arc(x, y, r * 1.3 + 4, 0, 2 * Math.PI);
      Object.assign(context, { strokeStyle: style.getPropertyValue(colour), lineWidth: line });
      context.stroke();
    }
    context.drawImage(canvas, x - half, y - half, half * 2, half * 2);
  }
}
