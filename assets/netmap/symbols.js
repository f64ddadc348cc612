// How a status looks: shape and colour, as an image drawn once per size and stamped thousands of times.
// Which status has which shape is decided in dashboard/netmap/symbols.py and arrives as configuration.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const OUTLINES = {
  disc: (path, r) => path.arc(0, 0, r, 0, 2 * Math.PI),
  triangle(path, r) {
    // As large to the eye as the disc; its middle, not its box, sits on the place.
    const side = r * 1.3;
    path.moveTo(0, -side);
    path.lineTo(side * 0.95, side * 0.7);
    path.lineTo(-side * 0.95, side * 0.7);
    path.closePath();
  },
  square: (path, r) => path.rect(-r * 0.92, -r * 0.92, r * 1.84, r * 1.84),
};

const MARGIN = 4; // px around the shape, for its casing

/** Draws and keeps the images of the symbols in the colours of the present theme. */
export class Symbols {
  constructor(table) {
    this.table = table;
    this.images = new Map();
  }

  /** Forget the images: the theme has changed. */
  clear() {
    this.images.clear();
  }

  /** Return the image of the symbol `key` with radius `r` px (steps of half a pixel); its middle is the place. */
  image(key, r) {
    const step = Math.max(4, Math.round(r * 2));
    const name = `${key}/${step}`;
    let image = this.images.get(name);
    if (!image) {
      image = this.#draw(this.table[key], step / 2);
      this.images.set(name, image);
    }
    return image;
  }

  #draw({ shape, fill, token: colour }, r) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const half = Math.ceil(r * 1.3) + MARGIN;
    const canvas = Object.assign(document.createElement('canvas'), { width: half * 2 * ratio, height: half * 2 * ratio });
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    context.translate(half, half);
    const path = new Path2D();
    OUTLINES[shape](path, r);
    context.lineJoin = 'round';
    // The casing keeps neighbours apart and the shape off the map below it.
    context.strokeStyle = token('--map-casing');
    context.lineWidth = Math.min(2.5, r * 0.6);
    context.stroke(path);
    context.strokeStyle = context.fillStyle = token(`--${colour}`);
    if (fill === 'solid') {
      context.fill(path);
    } else {
      context.fillStyle = token('--map-casing');
      context.fill(path);
      context.lineWidth = Math.max(1.5, r * 0.36);
      if (fill === 'dashed') context.setLineDash([Math.max(1.8, r * 0.55), Math.max(1.4, r * 0.4)]);
      context.stroke(path);
    }
    return { canvas, half };
  }
}
