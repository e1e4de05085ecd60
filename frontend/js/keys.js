/**
 * One key for each thing on a call handler's screen.
 *
 * An element with data-key="w" answers to Alt+W anywhere, and to W alone while
 * nobody is typing (Escape leaves a box). Single keys can be switched off with
 * the button marked data-keys-switch, because speech input types letters.
 */

const STORE = 'oa-keys'
const TYPED_IN = 'input:not([type=radio], [type=checkbox], [type=button], [type=submit]), select, textarea, [contenteditable]'

function singleKeysOn() {
  try {
    return localStorage.getItem(STORE) !== 'off'
  } catch {
    return true
  }
}

/** Alt changes the letter on some keyboards, so the physical key counts there. */
function letterOf(event) {
  if (!event.altKey) return event.key.toLowerCase()
  const physical = /^(?:Key|Digit)(.)$/.exec(event.code)
  return (physical ? physical[1] : event.key).toLowerCase()
}

function findTarget(root, letter) {
  const wanted = [...root.querySelectorAll('[data-key]')]
  return wanted.find((el) => el.dataset.key.toLowerCase() === letter && el.getClientRects().length > 0)
}

function press(element) {
  element.focus()
  if (element.matches('a, button, summary, input[type=radio], input[type=checkbox]')) element.click()
  if (element.matches('input[type=text], input[type=search], input[type=tel]')) element.select()
}

function onKey(root, event) {
  if (event.ctrlKey || event.metaKey || event.repeat || event.defaultPrevented) return
  const typing = event.target instanceof Element && event.target.matches(TYPED_IN)
  if (event.key === 'Escape' && typing) {
    document.getElementById('main-content')?.focus({ preventScroll: true })
    return
  }
  if (!event.altKey && (typing || !singleKeysOn())) return
  const target = findTarget(root, letterOf(event))
  if (!target) return
  event.preventDefault()
  press(target)
}

function startSwitch(button) {
  const say = () => {
    button.textContent = singleKeysOn() ? 'Turn single keys off' : 'Turn single keys on'
  }
  button.hidden = false
  say()
  button.addEventListener('click', () => {
    try {
      localStorage.setItem(STORE, singleKeysOn() ? 'off' : 'on')
    } catch {
      // Without storage single keys stay as they are; Alt works always.
    }
    say()
  })
}

export function start(root) {
  for (const element of root.querySelectorAll('[data-key]')) {
    element.setAttribute('aria-keyshortcuts', `Alt+${element.dataset.key.toUpperCase()}`)
  }
  root.addEventListener('keydown', (event) => onKey(root, event))
  root.querySelectorAll('[data-keys-switch]').forEach(startSwitch)
}
