/**
 * Builds the front-end files into static/VERSION/ and writes static/manifest.json.
 *
 * VERSION is a hash of everything inside, so a changed file gives a new folder
 * and browsers may keep each folder for ever. References between the files stay
 * relative (fonts in the CSS, modules importing each other), so nothing has to
 * be rewritten. Run by `npm run build`.
 */
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const modules = join(root, 'node_modules')
const target = join(root, 'static')
const work = join(target, '.building')

const STYLESHEETS = ['passenger', 'staff', 'driver']

const COPIES = [
  [join(here, 'js'), 'js'],
  [join(here, 'images'), 'images'],
  [join(modules, 'govuk-frontend/dist/govuk/govuk-frontend.min.js'), 'vendor/govuk-frontend.min.js'],
  [join(modules, 'leaflet/dist/leaflet.js'), 'vendor/leaflet/leaflet.js'],
  [join(modules, 'leaflet/dist/leaflet.css'), 'vendor/leaflet/leaflet.css'],
  [join(modules, 'leaflet/dist/images'), 'vendor/leaflet/images'],
  [join(modules, 'leaflet/LICENSE'), 'vendor/leaflet/LICENSE.txt'],
  [join(modules, '@fontsource/atkinson-hyperlegible/LICENSE'), 'fonts/LICENSE.txt'],
  // woff2 for browsers; woff, which the server can read, for what it prints.
  ...['latin', 'latin-ext'].flatMap((script) =>
    ['400', '700'].flatMap((weight) =>
      ['woff2', 'woff'].map((type) => [
        join(modules, `@fontsource/atkinson-hyperlegible/files/atkinson-hyperlegible-${script}-${weight}-normal.${type}`),
        `fonts/atkinson-${script}-${weight}.${type}`
      ])
    )
  )
]

/** Compiles one stylesheet; the design system's own deprecation notices are not ours to fix. */
async function compile(name) {
  const result = sass.compile(join(here, 'sass', `${name}.scss`), {
    loadPaths: [join(here, 'sass'), modules],
    style: 'compressed',
    quietDeps: true
  })
  await writeFile(join(work, `${name}.css`), result.css)
}

/** Every file below a folder, as sorted relative paths. */
async function listFiles(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort()
}

/** A short hash over names and contents. */
async function hashOf(folder, files) {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(file).update(await readFile(join(folder, file)))
  }
  return hash.digest('hex').slice(0, 10)
}

/** Puts the built folder in place; the version before is kept for pages still open. */
async function publish(files) {
  const version = await hashOf(work, files)
  const previous = await readFile(join(target, 'manifest.json'), 'utf8').then(JSON.parse, () => null)
  const keep = new Set([version, previous?.version, 'manifest.json', '.building'])
  await rm(join(target, version), { recursive: true, force: true })
  await rename(work, join(target, version))
  await writeFile(join(target, 'manifest.json.new'), JSON.stringify({ version, files }, null, 1) + '\n')
  await rename(join(target, 'manifest.json.new'), join(target, 'manifest.json'))
  for (const name of await readdir(target)) {
    if (!keep.has(name)) await rm(join(target, name), { recursive: true, force: true })
  }
  return version
}

const started = performance.now()
await rm(work, { recursive: true, force: true })
await mkdir(work, { recursive: true })
await Promise.all(COPIES.map(([from, to]) => cp(from, join(work, to), { recursive: true })))
for (const name of STYLESHEETS) await compile(name)
const files = await listFiles(work)
const version = await publish(files)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`static/${version}: ${files.length} files in ${seconds} s`)
