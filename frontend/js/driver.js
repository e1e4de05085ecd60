/**
 * The driver's page without signal: every tap is kept on the phone first, shown at once,
 * and sent as soon as it can be. Reloading, or closing the page, loses nothing.
 */
import { TapQueue } from './driver_queue.js'

const RETRY_MS = 15000
const LOOK_MS = 45000
const REST_MS = 800
const CLOSES = { boarded: 'pickup', no_show: 'pickup', dropped_off: 'dropoff' }
const WORDS = { boarded: 'On board', no_show: 'Not there', dropped_off: 'Dropped off' }

class Drive {
  constructor(root) {
    this.root = root
    this.said = root.querySelector('[data-drive-said]')
    this.queue = new TapQueue(root.dataset)
    this.tasks = [...document.querySelectorAll('[data-task]')]
    this.madeAt = Date.parse(root.dataset.madeAt)
    document.addEventListener('submit', (event) => this.tapped(event))
    window.addEventListener('online', () => this.send())
    setInterval(() => this.send(), RETRY_MS)
    setInterval(() => this.showWaits(), 5000)
    setInterval(() => this.lookForChanges(), LOOK_MS)
    document.addEventListener('visibilitychange', () => this.lookForChanges())
    this.keepPage()
    this.draw()
    this.send()
  }

  /** The pages themselves stay readable without signal where the browser allows it. */
  keepPage() {
    if (!('serviceWorker' in navigator)) return
    const known = navigator.serviceWorker.controller
    navigator.serviceWorker.register(this.root.dataset.worker).then(
      (registration) => {
        if (known) return // It kept this page as it came.
        navigator.serviceWorker.ready.then(() => registration.active?.postMessage({ keep: location.href }))
      },
      () => {}
    )
  }

  /** A second tap at once would mean the next thing: for a moment the buttons are dead. */
  rest() {
    const buttons = document.querySelectorAll('form[data-tap] button')
    buttons.forEach((button) => button.setAttribute('aria-disabled', 'true'))
    setTimeout(() => buttons.forEach((button) => button.removeAttribute('aria-disabled')), REST_MS)
  }

  tapped(event) {
    const form = event.target.closest('form[data-tap]')
    if (!form) return
    if (form.querySelector('[aria-disabled=true]')) return event.preventDefault()
    this.rest()
    const fields = new FormData(form)
    const kind = fields.get('kind')
    const bookings = fields.getAll('booking').filter((booking) => this.isOpen(Number(booking), kind))
    const kept = this.queue.add(
      bookings.map((booking) => ({
        key: `${fields.get('key')}-${booking}-${kind}`,
        shift_id: Number(this.root.dataset.shift),
        booking_id: Number(booking),
        kind,
        happened_at: new Date().toISOString(),
        note: fields.get('note') ?? ''
      }))
    )
    if (!kept) return // Nothing can be kept on this phone: the form goes its own way.
    event.preventDefault()
    this.draw()
    this.send()
  }

  /** Of a button for everybody, only those it is still open for. */
  isOpen(booking, kind) {
    const action = kind === 'arrived' ? 'pickup' : CLOSES[kind]
    const task = this.tasks.find(
      (one) => Number(one.dataset.booking) === booking && one.dataset.action === action
    )
    return !task || !('done' in this.stateOf(task))
  }

  async send() {
    const result = await this.queue.send()
    for (const words of result.words) this.tell(words, 'problem')
    if (result.sent > 0) location.reload()
    else this.draw()
  }

  /** What the server last said of a task, and what was tapped since. */
  stateOf(task) {
    const state = {}
    if ('arrived' in task.dataset) state.arrived = true
    if ('done' in task.dataset) state.done = ''
    for (const tap of this.queue.since(this.madeAt)) {
      if (tap.booking_id !== Number(task.dataset.booking)) continue
      if (tap.kind === 'arrived' && task.dataset.action === 'pickup') state.arrived = true
      if (CLOSES[tap.kind] === task.dataset.action) {
        const clock = new Date(tap.happened_at).toLocaleTimeString('en-GB', { hour: 'numeric', minute: '2-digit', hour12: true })
        state.done = `${WORDS[tap.kind]} ${clock.replace(' ', '')}`
      }
      if (tap.kind === 'no_show' && task.dataset.action === 'dropoff') state.done = 'Not on board'
    }
    return state
  }

  draw() {
    const open = new Map()
    for (const task of this.tasks) {
      const state = this.stateOf(task)
      const stop = task.closest('[data-stop]').dataset.stop
      const todo = open.get(stop) ?? { pickup: 0, dropoff: 0, arrived: false }
      if (!('done' in state)) todo[task.dataset.action] += 1
      todo.arrived ||= Boolean(state.arrived)
      open.set(stop, todo)
      this.drawTask(task, state)
    }
    const next = [...open.keys()].find((stop) => open.get(stop).pickup + open.get(stop).dropoff > 0)
    this.drawStops(next, open)
    this.drawWaiting()
    this.showWaits()
  }

  drawTask(task, state) {
    const outcome = task.querySelector('[data-outcome]')
    const isNew = Boolean(state.done) && !('done' in task.dataset)
    task.querySelector('[data-buttons]')?.toggleAttribute('hidden', 'done' in state)
    if ('done' in task.dataset) return
    outcome.hidden = !isNew
    if (isNew) outcome.textContent = `${state.done}: saved on this phone`
  }

  drawStops(next, open) {
    for (const part of document.querySelectorAll('[data-stop]')) part.hidden = part.dataset.stop !== next
    for (const part of document.querySelectorAll('[data-act]')) {
      part.hidden = part.dataset.act !== next
      if (!part.hidden) this.drawSteps(part, open.get(next))
    }
    for (const line of document.querySelectorAll('[data-later-stop]')) {
      const stop = line.dataset.laterStop
      const done = open.has(stop) && open.get(stop).pickup + open.get(stop).dropoff === 0
      line.hidden = done || Number(stop) <= Number(next ?? 0)
    }
    document.querySelector('[data-all-done]').hidden = next !== undefined
    const later = document.querySelector('[data-later-stop]:not([hidden])')
    document.querySelector('[data-later-title]').hidden = !later
  }

  drawSteps(part, todo) {
    const step = todo.dropoff > 0 ? 'dropoff' : todo.arrived ? 'pickup' : 'arrive'
    for (const form of part.querySelectorAll('form[data-step]')) {
      form.hidden = form.dataset.step !== step
      form.closest('[data-step-box]')?.toggleAttribute('hidden', form.hidden)
    }
  }

  drawWaiting() {
    const waiting = this.queue.waiting()
    const undo = this.root.querySelector('[data-undo]')
    if (undo) undo.hidden = waiting.length > 0
    if (waiting.length === 0) {
      this.said.replaceChildren(...[...this.said.children].filter((child) => child.dataset.kept))
      return
    }
    const line = document.createElement('p')
    line.className = 'oa-drive-said__line'
    const taps = waiting.length === 1 ? '1 tap is' : `${waiting.length} taps are`
    line.textContent = this.queue.failed
      ? `No signal. ${taps} saved on this phone and will be sent by themselves.`
      : 'Saved on this phone. Sending.'
    this.said.replaceChildren(line, this.undoButton(waiting[waiting.length - 1]))
  }

  /** Takes back what has not been sent; it never happened. */
  undoButton(tap) {
    const button = this.root.querySelector('[data-drive-undo]').content.firstElementChild.cloneNode(true)
    const task = this.tasks.find((one) => Number(one.dataset.booking) === tap.booking_id)
    const what = tap.kind === 'arrived' ? 'I am here' : (WORDS[tap.kind] ?? 'Taken back')
    button.textContent = `Take back: ${what}${task ? `, ${task.dataset.name}` : ''}`
    button.addEventListener('click', () => {
      this.queue.forget(tap.key)
      this.draw()
    })
    return button
  }

  tell(words, kind) {
    const line = document.createElement('p')
    line.className = `oa-drive-said__line oa-drive-said__line--${kind}`
    line.dataset.kept = 'yes'
    line.textContent = words
    this.said.append(line)
  }

  /** The plan may change while the page lies open. It is said, and nothing jumps by itself. */
  async lookForChanges() {
    if (document.hidden || navigator.onLine === false || this.queue.waiting().length > 0) return
    try {
      const answer = await fetch(this.root.dataset.run, { headers: { Accept: 'application/json' } })
      const { fingerprint } = answer.ok && !answer.redirected ? await answer.json() : {}
      if (fingerprint && fingerprint !== this.root.dataset.fingerprint) this.sayChanged()
    } catch {
      // No signal: it is looked again.
    }
  }

  sayChanged() {
    const place = this.root.querySelector('[data-drive-changed]')
    if (place.hasChildNodes()) return
    const line = document.createElement('p')
    line.className = 'oa-drive-said__line'
    line.textContent = 'The run has changed since you opened this page.'
    const button = this.root.querySelector('[data-drive-undo]').content.firstElementChild.cloneNode(true)
    button.textContent = 'Show the run as it is now'
    button.addEventListener('click', () => location.reload())
    place.append(line, button)
  }

  /** "Not there" may be said from the time they were told; the page may have been open since before. */
  showWaits() {
    for (const wait of document.querySelectorAll('[data-not-before]')) {
      if (Date.now() < Date.parse(wait.dataset.notBefore)) continue
      wait.hidden = true
      wait.parentElement.querySelector('[data-no-show]').hidden = false
    }
  }
}

export function start(root) {
  return new Drive(root)
}
