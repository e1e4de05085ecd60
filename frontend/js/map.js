/**
 * The operator's map: zones, runs and stops from one local GeoJSON answer.
 * Leaflet (window.L) is loaded by the page; no tiles unless the operator set them.
 */

// Told apart by lightness as well as hue, with a number on each stop.
const RUN_COLOURS = ['#0b5a43', '#8a4b00', '#3b3f9e', '#a3162a', '#5b6770', '#7a2f7a']

function styleOf(feature) {
  const { geometry, properties } = feature
  if (geometry.type.endsWith('Polygon')) {
    return { color: '#44524c', weight: 2, fillColor: '#dcebe3', fillOpacity: 0.45, dashArray: '6 4' }
  }
  return { color: colourOf(properties), weight: 5, opacity: 0.85 }
}

function colourOf({ row = 0 }) {
  return RUN_COLOURS[row % RUN_COLOURS.length]
}

function markerOf(L, feature, latlng) {
  const { name, number } = feature.properties
  if (number === undefined) {
    return L.circleMarker(latlng, { radius: 6, color: '#14231d', weight: 2, fillColor: '#fff', fillOpacity: 1 })
  }
  const icon = L.divIcon({ className: 'oa-map__stop', html: '', iconSize: [30, 30] })
  // For the mouse only: stops lie too close together to be stepped through or tapped apart,
  // and the table beside the map has each of them.
  const marker = L.marker(latlng, { icon, title: name, keyboard: false })
  marker.on('add', () => {
    marker.getElement().textContent = String(number)
    marker.getElement().style.background = colourOf(feature.properties)
    marker.getElement().setAttribute('aria-hidden', 'true')
  })
  return marker
}

/** Words come from people, so they enter the page as text only. */
function wordsOf({ name, detail, href }) {
  const box = document.createElement('div')
  const title = document.createElement(href ? 'a' : 'strong')
  title.textContent = name
  if (href) title.href = href
  box.append(title)
  if (detail) {
    const line = document.createElement('p')
    line.textContent = detail
    box.append(line)
  }
  return box
}

const NAME_HEIGHT = 20
const STOP_HALF = 18

/** Where a name may stand beside its point: below, above, right, left; from its point in px. */
const around = (gap) => [
  (w, h) => [-w / 2, gap],
  (w, h) => [-w / 2, -gap - h],
  (w, h) => [gap, -h / 2],
  (w, h) => [-gap - w, -h / 2]
]
const BESIDE_DOT = around(8)
const BESIDE_STOP = around(STOP_HALF + 1)

function overlaps(one, other) {
  return one.x < other.x + other.w && other.x < one.x + one.w &&
    one.y < other.y + other.h && other.y < one.y + one.h
}

function square({ x, y }, half) {
  return { x: x - half, y: y - half, w: 2 * half, h: 2 * half }
}

/** The first place beside `at` where a name of that width is in the frame and over nothing. */
function roomFor(at, w, spots, frame, taken) {
  for (const beside of spots) {
    const [left, top] = beside(w, NAME_HEIGHT)
    const box = { x: at.x + left, y: at.y + top, w, h: NAME_HEIGHT }
    const inside = box.x >= 0 && box.y >= 0 && box.x + w <= frame.x && box.y + NAME_HEIGHT <= frame.y
    if (inside && !taken.some((other) => overlaps(box, other))) return box
  }
  return null
}

function nameMarker(L, latlng, at, name, box) {
  const icon = L.divIcon({
    className: 'oa-map__name',
    html: '',
    iconSize: [box.w, box.h],
    iconAnchor: [at.x - box.x, at.y - box.y]
  })
  const marker = L.marker(latlng, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 })
  marker.on('add', () => {
    marker.getElement().textContent = name
    marker.getElement().setAttribute('aria-hidden', 'true')
  })
  return marker
}

/** Names the places, the most important first, as far as there is room; anew after each zoom. */
function nameThePlaces(L, map, places, stops) {
  const names = L.layerGroup().addTo(map)
  const pen = document.createElement('canvas').getContext('2d')
  pen.font = `15px ${getComputedStyle(map.getContainer()).fontFamily}`
  const write = () => {
    names.clearLayers()
    const busy = stops.map((latlng) => square(map.latLngToContainerPoint(latlng), STOP_HALF))
    const written = []
    for (const { name, latlng } of places) {
      const at = map.latLngToContainerPoint(latlng)
      const dot = square(at, 4)
      // A point under somebody else's name would be taken for that place.
      if (written.some((other) => overlaps(dot, other))) continue
      const spots = busy.some((stop) => overlaps(dot, stop)) ? BESIDE_STOP : BESIDE_DOT
      const width = Math.ceil(pen.measureText(name).width) + 8
      const box = roomFor(at, width, spots, map.getSize(), [...busy, ...written])
      if (!box) continue
      written.push(box, dot)
      L.circleMarker(latlng, { radius: 3, weight: 0, fillColor: '#44524c', fillOpacity: 1, interactive: false }).addTo(names)
      nameMarker(L, latlng, at, name, box).addTo(names)
    }
  }
  map.on('zoomend moveend resize', write)
  write()
}

function pointOf(L, { geometry }) {
  return L.latLng(geometry.coordinates[1], geometry.coordinates[0])
}

function draw(L, map, data) {
  const places = data.features.filter(({ properties }) => properties.label)
  const features = data.features.filter(({ properties }) => !properties.label)
  const stops = features.filter(({ properties }) => properties.number !== undefined)
  const layer = L.geoJSON({ type: 'FeatureCollection', features }, {
    style: styleOf,
    pointToLayer: (feature, latlng) => markerOf(L, feature, latlng),
    onEachFeature: (feature, shape) => {
      if (feature.properties.name) shape.bindPopup(() => wordsOf(feature.properties))
    }
  }).addTo(map)
  const bounds = layer.getBounds()
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [20, 20], maxZoom: 14, animate: false })
  nameThePlaces(
    L,
    map,
    places.map((place) => ({ name: place.properties.label, latlng: pointOf(L, place) })),
    stops.map((stop) => pointOf(L, stop))
  )
}

export async function start(element) {
  const L = window.L
  const said = element.parentElement.querySelector('[data-map-said]')
  if (!L) return
  const tiles = Boolean(element.dataset.tiles)
  // Without tiles, which come in whole steps, the zone can fill its frame.
  const zoomSnap = tiles ? 1 : 0.25
  const map = L.map(element, { scrollWheelZoom: false, attributionControl: tiles, zoomSnap })
  map.setView([52.7, -1.1], 9)
  if (tiles) {
    const credit = document.createElement('span')
    credit.textContent = element.dataset.credit
    L.tileLayer(element.dataset.tiles, { attribution: credit.innerHTML }).addTo(map)
  }
  try {
    const response = await fetch(element.dataset.geojson)
    if (!response.ok) throw new Error(`answered ${response.status}`)
    draw(L, map, await response.json())
  } catch {
    if (said) said.textContent = 'The map could not be drawn. The list has the same stops.'
  }
}
