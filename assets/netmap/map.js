// Starts the map document: what the folium page (dashboard/netmap/document.py) hands over comes alive here.

import { addBasemap } from './basemap.js';
import { Bridge, narrowing } from './bridge.js';
import { Feed } from './feed.js';
import { Keyboard } from './keyboard.js';
import { Points } from './points.js';
import { Tooltip } from './tooltip.js';

const VIEW_OF_ALL = { paddingTopLeft: [56, 24], paddingBottomRight: [24, 36], maxZoom: 11 }; // beside the buttons

class FitControl extends L.Control {
  constructor(fit) {
    super({ position: 'topleft' });
    this.fit = fit;
  }

  onAdd() {
    const button = L.DomUtil.create('button', 'map-fit leaflet-bar');
    Object.assign(button, { type: 'button', textContent: '⤢', title: 'Show all locations' });
    button.setAttribute('aria-label', 'Show all locations');
    L.DomEvent.disableClickPropagation(button);
    L.DomEvent.on(button, 'click', this.fit);
    return button;
  }
}

/** Follow what the page around the map says: theme, connection, filter, selected location, new version. */
function obey(state, { root, points, basemap, feed, filters }) {
  if (state.theme && state.theme !== root.dataset.theme) {
    root.dataset.theme = state.theme; // light, dark, or system: then the tokens follow the system by themselves
    root.classList.remove('light', 'dark');
    if (state.theme !== 'system') root.classList.add(state.theme);
    points.recolour();
    basemap?.redraw();
  }
  if ('online' in state) root.classList.toggle('offline', !state.online);
  if ('selected' in state) points.mark({ selected: state.selected || null });
  if ('filter' in state) feed.filter(narrowing(state.filter ?? '', filters));
  if (state.version) feed.follow(state.version);
}

/** Bring `map` to life. `config` is what `LiveLayer` in dashboard/netmap/livelayer.py writes. */
export function start(map, config) {
  const root = document.documentElement;
  const container = map.getContainer();
  container.setAttribute('role', 'application');
  container.setAttribute('aria-label', config.words.map);
  container.setAttribute('aria-describedby', 'map-help');
  map.attributionControl.setPrefix(false).addAttribution(config.attribution);

  const points = new Points(map, config.symbols);
  const basemap = config.basemap && addBasemap(map, config.basemap);
  basemap?.ready.then(() => { root.dataset.world = 'drawn'; });
  const tooltip = new Tooltip(map, config.symbols);
  const fit = (bounds, options) => {
    if (bounds) map.fitBounds(bounds, { ...VIEW_OF_ALL, ...options });
  };
  const bridge = new Bridge();
  let fitted = false;
  let moved = false; // by a person; until then the first view follows the size of the frame
  for (const event of ['mousedown', 'wheel', 'touchstart', 'keydown']) {
    container.addEventListener(event, () => { moved = true; }, { passive: true });
  }
  map.on('resize', () => fitted && !moved && fit(points.heart(), { animate: false }));

  const describe = (code) => {
    points.mark({ focused: code });
    tooltip.show(points.byCode.get(code) ?? null);
  };
  const pick = (code) => {
    points.mark({ selected: code });
    bridge.send({ type: 'map-pick', code });
  };

  const feed = new Feed(config.feed, {
    whole(found, { undrawn }) {
      points.replace(found);
      if (!fitted && points.byCode.size) {
        fitted = true;
        fit(points.heart(), { animate: false });
      }
      tooltip.refresh(points.byCode);
      bridge.send({ type: 'map-drawn', drawn: points.byCode.size, undrawn });
      root.dataset.ready = String(points.byCode.size);
    },
    changed(found, gone) {
      points.put(found, gone);
      tooltip.refresh(points.byCode);
    },
    state: (word) => { root.dataset.feed = word; },
  });

  new FitControl(() => fit(points.bounds())).addTo(map);
  new Keyboard(container, { points, describe, pick, say: tooltip.say.bind(tooltip), map });
  map.on('mousemove', ({ containerPoint }) => {
    const point = points.at(containerPoint);
    container.classList.toggle('over', Boolean(point));
    if (point || tooltip.byPointer) describe(point?.code ?? null);
    tooltip.byPointer = Boolean(point);
  });
  map.on('mouseout', () => tooltip.byPointer && describe(null));
  map.on('click', ({ containerPoint }) => {
    const point = points.at(containerPoint);
    describe(point?.code ?? null);
    if (point) pick(point.code);
  });

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    points.recolour();
    basemap?.redraw();
  });
  bridge.open((state) => obey(state, { root, points, basemap, feed, filters: config.feed.filters }));
  feed.open(bridge.firstFilter(config.feed.filters));
  window.netmap = { map, points, feed, tooltip }; // for people with a console, and for the tests
}
