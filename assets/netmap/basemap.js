// The world without a tile server: land, coasts, borders and a few names, drawn from Natural Earth (world-atlas,
// us-atlas) on one canvas below everything else.

import { CanvasLayer, WORLD, project } from './canvas.js';

const PANE = 'basemap';

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function topology(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

/** Return the points of a line in degrees so that no two neighbours lie a world apart: over the date line it goes on. */
function unwrapped(line) {
  let [turn, before] = [0, line[0][0]];
  return line.map(([longitude, latitude]) => {
    if (Math.abs(longitude - before) > 180) turn += Math.sign(before - longitude) * 360;
    before = longitude;
    return [longitude + turn, latitude];
  });
}

/**
 * Return {path, box} of lines or rings given in degrees; `box` is [left, top, right, bottom] on the zoom-0 world.
 * What reaches over the edge of the world enters, as a copy, at the other edge.
 */
function trace(lines) {
  const path = new Path2D();
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of lines) {
    const points = unwrapped(line);
    points.forEach((point, index) => {
      const [x, y] = project(...point);
      if (index) path.lineTo(x, y);
      else path.moveTo(x, y);
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    });
    closeOverPole(path, points[0][0], points.at(-1)[0]);
  }
  return across(path, box);
}

/** Lead a ring that went once around the world (Antarctica) back below the map instead of straight through it. */
function closeOverPole(path, first, last) {
  if (Math.abs(last - first) < 359) return;
  path.lineTo(project(last, -90)[0], WORLD);
  path.lineTo(project(first, -90)[0], WORLD);
}

/** Add the copy of what reaches over an edge of the world. */
function across(path, box) {
  const shift = box[0] < 0 ? WORLD : box[2] > WORLD ? -WORLD : 0;
  if (!shift) return { path, box };
  const both = new Path2D(path);
  both.addPath(path, { e: shift });
  return { path: both, box: [0, box[1], WORLD, box[3]] };
}

/** Return the area and centre of a ring on the zoom-0 world. */
function centre(degrees) {
  const ring = unwrapped(degrees).map((point) => project(...point));
  let [area, x, y] = [0, 0, 0];
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[ax, ay], [bx, by]] = [ring[j], ring[i]];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return { area: Math.abs(area / 2), x: x / (3 * area), y: y / (3 * area) };
}

const SHORT = { 'United States of America': 'United States', 'Dem. Rep. Congo': 'DR Congo' };

/** Return where to write the name of a feature: the middle of its largest part, and how wide that part is. */
function label(feature) {
  const { type, coordinates } = feature.geometry ?? {};
  const parts = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? coordinates : [];
  let best = null;
  for (const [ring] of parts) {
    const found = centre(ring);
    if (!best || found.area > best.area) best = { ...found, ring };
  }
  if (!best?.area) return null;
  const { box } = trace([best.ring]);
  const { name } = feature.properties;
  return { name: SHORT[name] ?? name, x: best.x, y: best.y, area: best.area, width: box[2] - box[0] };
}

/** Return the shapes and names of the world, ready to be drawn. */
async function load({ world, states }) {
  const [earth, union] = await Promise.all([topology(world), topology(states)]);
  const apart = (a, b) => a !== b; // borders between two, not coasts: those are the land's own edge
  const land = topojson.feature(earth, earth.objects.land);
  const polygons = (land.features ?? [land]).flatMap(({ geometry: { type, coordinates } }) =>
    type === 'Polygon' ? [coordinates] : coordinates,
  );
  const names = (file, object) => topojson.feature(file, object).features.map(label).filter(Boolean);
  return {
    land: polygons.map(trace),
    countries: trace(topojson.mesh(earth, earth.objects.countries, apart).coordinates),
    states: trace(topojson.mesh(union, union.objects.states, apart).coordinates),
    countryNames: names(earth, earth.objects.countries).sort((a, b) => b.area - a.area),
    stateNames: names(union, union.objects.states).sort((a, b) => b.area - a.area),
  };
}

/** Write the names that fit their place and do not touch one another, larger places first. */
function write(context, view, names, { size, colour, halo, upper, taken }) {
  Object.assign(context, { textAlign: 'center', textBaseline: 'middle', fillStyle: colour, lineJoin: 'round' });
  Object.assign(context, { font: `${size}px ${token('--font')}`, strokeStyle: halo, lineWidth: 3 });
  if ('letterSpacing' in context) context.letterSpacing = upper ? '1.5px' : '0px';
  for (const place of names) {
    const text = upper ? place.name.toUpperCase() : place.name;
    const x = place.x * view.scale - view.left;
    const y = place.y * view.scale - view.top;
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    const half = context.measureText(text).width / 2 + 4;
    if (place.width * view.scale < half * 2.2) continue;
    if (taken.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < size + 6)) continue;
    taken.push({ x, y, half });
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

/** Draw the offline world under `map`; colours follow the page's tokens whenever `redraw()` is called. */
export function addBasemap(map, sources) {
  map.createPane(PANE).style.zIndex = 150;
  map.getPane(PANE).style.pointerEvents = 'none';
  let earth = null;

  const paint = (context, view) => {
    if (!earth) return;
    const { scale, left, top, width, height } = view;
    const seen = ([x0, y0, x1, y1]) =>
      x1 * scale > left && x0 * scale < left + width && y1 * scale > top && y0 * scale < top + height;
    context.save();
    context.translate(-left, -top);
    context.scale(scale, scale);
    context.lineJoin = 'round';
    context.fillStyle = token('--map-land');
    context.strokeStyle = token('--map-coast');
    context.lineWidth = 1 / scale;
    for (const { path, box } of earth.land) {
      if (!seen(box)) continue;
      context.fill(path, 'evenodd');
      context.stroke(path);
    }
    if (view.zoom >= 3.5) {
      context.strokeStyle = token('--map-state');
      context.stroke(earth.states.path);
    }
    context.strokeStyle = token('--map-border');
    context.stroke(earth.countries.path);
    context.restore();

    const style = { colour: token('--map-label'), halo: token('--map-land'), taken: [] };
    write(context, view, earth.countryNames, { ...style, size: 11, upper: true });
    if (view.zoom >= 5) write(context, view, earth.stateNames, { ...style, size: 11, upper: false });
  };

  const layer = new CanvasLayer(paint, { pane: PANE, padding: 0.25 }).addTo(map);
  const ready = load(sources).then((loaded) => {
    earth = loaded;
    layer.redraw();
  });
  return { ready, redraw: () => layer.redraw() };
}

