/**
 * Starts every enhancement the page asks for. Each page works without any of them.
 */
import { initAll } from '../vendor/govuk-frontend.min.js'

/** Data attribute on the page -> the module that enhances it. */
const ENHANCEMENTS = {
  'oa-place': './place.js',
  'oa-hold': './hold.js',
  'oa-map': './map.js',
  'oa-progress': './progress.js',
  'oa-theme': './theme.js',
  'oa-drive': './driver.js',
  'oa-kept': './driver_pages.js'
}

async function enhance() {
  initAll()
  for (const [name, file] of Object.entries(ENHANCEMENTS)) {
    const elements = document.querySelectorAll(`[data-module="${name}"]`)
    if (elements.length === 0) continue
    const { start } = await import(file)
    elements.forEach((element) => start(element))
  }
  if (document.querySelector('[data-key]')) {
    const { start } = await import('./keys.js')
    start(document)
  }
}

/**
 * A form shown again with an error is the answer to what was sent. Once put right, the
 * browser's Back would ask whether to send it once more; as a page of its own it does not.
 */
if (document.body.hasAttribute('data-shown-again')) {
  history.replaceState(history.state, '', location.href)
}

enhance().finally(() => { document.documentElement.dataset.enhanced = 'yes' })
