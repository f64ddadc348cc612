// What the map knows of the locations: everything once, then only what changed. One request at a time; a failed one is
// tried again, and the map says meanwhile that it is not fresh.

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const WHOLE_EVERY_MS = 60_000; // time alone changes things too: doors close, data grows stale

/** Return a GeoJSON feature as the flat object that the rest of the map works with. */
function flat({ geometry, properties }) {
  const [longitude, latitude] = geometry.coordinates;
  return { longitude, latitude, ...properties };
}

export class Feed {
  /** `told` has whole(points, {undrawn}), changed(points, gone) and state(word). */
  constructor({ points, changes }, told) {
    this.urls = { points, changes };
    this.told = told;
    this.query = '';
    this.version = null; // of what is on the map
    this.wanted = 0; // the newest version that anyone spoke of
    this.failures = 0;
    setInterval(() => this.#again(), WHOLE_EVERY_MS);
  }

  /** Begin with the set that `query` filters. */
  open(query) {
    this.query = query;
    this.#run();
  }

  /** Show the set that `query` filters, if it is another one. */
  filter(query) {
    if (query === this.query) return;
    this.query = query;
    this.version = null;
    this.abort?.abort();
    this.#run();
  }

  /** Catch up with `version`, which the server has announced. */
  follow(version) {
    this.wanted = Math.max(this.wanted, version);
    this.#run();
  }

  #again() {
    if (this.running || document.hidden) return;
    this.version = null;
    this.#run();
  }

  async #run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.version === null || this.version < this.wanted) await (this.version === null ? this.#all() : this.#news());
      this.failures = 0;
      this.told.state('fresh');
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.told.state('failing');
        setTimeout(() => this.#run(), RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
      } else setTimeout(() => this.#run());
    } finally {
      this.running = false;
    }
  }

  async #get(url, query) {
    this.abort = new AbortController();
    const answer = await fetch(query ? `${url}?${query}` : url, { signal: this.abort.signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  }

  async #all() {
    const query = this.query;
    const body = await this.#get(this.urls.points, query);
    if (query !== this.query) return; // someone filters otherwise by now
    this.version = body.version; // the answer may be some seconds old: what came since is asked for next
    this.told.whole(body.features.map(flat), body);
  }

  async #news() {
    const { query, version } = this;
    const body = await this.#get(this.urls.changes, `after=${version}${query && `&${query}`}`);
    if (query !== this.query) return;
    if (body.reset) {
      Object.assign(this, { version: null, wanted: 0 });
      return;
    }
    this.version = body.version;
    this.told.changed(body.features.map(flat), body.gone);
    if (this.version < this.wanted) throw new Error(`asked for ${this.wanted}, the server has ${this.version}`);
  }
}
