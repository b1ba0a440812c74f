// The map, with all that it needs, is loaded only when somebody opens it.

function load(tag, attributes) {
  return new Promise((done, fail) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.onload = done;
    element.onerror = () => fail(new Error('not loaded'));
    document.head.append(element);
  });
}

let ready = null;

function leaflet() {
  ready = ready || Promise.all([
    load('link', { rel: 'stylesheet', href: '/lib/leaflet.css' }),
    load('script', { src: '/lib/leaflet.js' }),
  ]).catch((e) => { ready = null; throw e; });
  return ready;
}

/**
 * Shows pharmacies as points, over tiles where there are some.
 * @param place the element; @param pharmacies with name, place and chinese place; @param here gives the phone's place or null
 */
export async function show(place, pharmacies, here, words, tell) {
  await leaflet();
  const { L } = self;
  // Points and tiles must be of one system.
  const chinese = words.tiles !== '' && words.system === 'Gcj02';
  const at = (p) => (chinese ? p.chinese : p.place);
  const map = L.map(place, { attributionControl: words.attribution !== '', zoomSnap: 0.5 });
  if (map.attributionControl) map.attributionControl.setPrefix(false);
  L.control.scale({ imperial: false }).addTo(map);
  const fit = (points) => map.fitBounds(L.latLngBounds(points).pad(0.15), { maxZoom: 16, animate: false });
  fit(pharmacies.map(at));
  if (words.tiles !== '') {
    const tiles = L.tileLayer(words.tiles, { maxZoom: 18, attribution: words.attribution });
    let drawn = false;
    let said = false;
    tiles.on('tileload', () => { drawn = true; });
    tiles.on('tileerror', () => { if (!drawn && !said) { said = true; tell(words.noTiles); } });
    tiles.addTo(map);
  }

  for (const p of pharmacies) {
    const left = p.row.querySelector('[data-left]');
    const point = L.circleMarker(at(p), { radius: 9, weight: 2, color: '#fff', fillColor: '#067a3e', fillOpacity: 1, className: 'map-point' });
    point.bindPopup(() => {
      const box = document.createElement('div');
      const name = document.createElement('b');
      name.textContent = p.name;
      const address = document.createElement('p');
      address.textContent = p.address;
      const state = document.createElement('p');
      state.className = 'tag';
      state.dataset.empty = left.dataset.empty;
      state.textContent = left.textContent;
      box.append(name, address, state);
      return box;
    });
    // Without tiles the names are what one finds one's way by, where there is room for them.
    point.bindTooltip(p.name, { permanent: pharmacies.length <= 12, direction: 'top', offset: [0, -8] });
    point.addTo(map);
  }

  let mine = null;
  const mark = () => {
    const position = here();
    if (!position) return;
    // The shift between the two systems hardly changes over some kilometres: the nearest pharmacy's is the phone's.
    const near = pharmacies[0];
    const shown = chinese ? [position[0] + near.chinese[0] - near.place[0], position[1] + near.chinese[1] - near.place[1]] : position;
    if (mine) mine.remove();
    mine = L.circleMarker(shown, { radius: 11, weight: 3, color: '#fff', fillColor: '#0b57d0', fillOpacity: 1 }).bindTooltip(words.here, { permanent: true, direction: 'bottom' }).addTo(map);
    fit([shown, ...pharmacies.slice(0, 5).map(at)]);
  };
  mark();
  return { here: mark };
}
