// A Leaflet layer that is one canvas: it follows pan and zoom the way Leaflet's own renderers do (moved and scaled by
// CSS while the view changes, drawn again when it rests). What is drawn is the caller's `paint`.

/** Side of the world in pixels at zoom 0; layers keep their geometry in this unit. */
export const WORLD = 256;

const LIMIT = 85.0511287798; // where Web Mercator ends

/** Return [x, y] of a longitude and latitude on the zoom-0 world, both 0 … 256. */
export function project(longitude, latitude) {
  const sine = Math.sin((Math.max(-LIMIT, Math.min(LIMIT, latitude)) * Math.PI) / 180);
  return [
    ((longitude + 180) / 360) * WORLD,
    (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD,
  ];
}

/**
 * Return a layer whose `paint(context, view)` is called whenever it must be drawn.
 * `view` is {scale, left, top, width, height, zoom}: a world point (x, y) lies at (x * scale - left, y * scale - top).
 */
export const CanvasLayer = L.Renderer.extend({
  initialize(paint, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this._paint = paint;
    this._layers = {};
  },

  /** Draw again before the next frame; many calls make one drawing. */
  redraw() {
    if (this._map && !this._frame) this._frame = L.Util.requestAnimFrame(this._draw, this);
    return this;
  },

  onRemove() {
    L.Util.cancelAnimFrame(this._frame);
    this._frame = null;
    L.Renderer.prototype.onRemove.call(this);
  },

  _initContainer() {
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true'); // the map is described and worked by its container
    this._context = this._container.getContext('2d');
  },

  _destroyContainer() {
    this._container.remove();
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    if (this._size?.equals(size) && this._ratio === ratio) return this._draw();
    Object.assign(this, { _size: size, _ratio: ratio });
    Object.assign(this._container, { width: size.x * ratio, height: size.y * ratio });
    Object.assign(this._container.style, { width: `${size.x}px`, height: `${size.y}px` });
    this._draw();
  },

  _updatePaths() {}, // Leaflet's renderers redraw their vector layers here; this one has none

  _draw() {
    this._frame = null;
    if (!this._map || !this._bounds) return;
    const origin = this._map.getPixelOrigin();
    const view = {
      zoom: this._zoom,
      scale: this._map.options.crs.scale(this._zoom) / WORLD,
      left: origin.x + this._bounds.min.x,
      top: origin.y + this._bounds.min.y,
      width: this._size.x,
      height: this._size.y,
    };
    const context = this._context;
    context.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    this._paint(context, view);
  },
});
