/**
 * The driver's page without signal: every tap is kept on the phone first, shown at once,
 * and sent as soon as it can be. Reloading, or closing the page, loses nothing.
 */
import { keepPages } from './driver_pages.js'
import { TapQueue } from './driver_queue.js'

const RETRY_MS = 15000
const LOOK_MS = 45000
const REST_MS = 800
const CLOSES = { boarded: 'pickup', no_show: 'pickup', dropped_off: 'dropoff' }
const CLOCKS_AGREE_MS = 120000
const CLOCK = 'oa-clock-out'
const SAID = 'oa-drive-said'
const WORDS = { boarded: 'On board', no_show: 'Not there', dropped_off: 'Dropped off' }
const TAKEN_BACK = /-(boarded|no_show|dropped_off|arrived)(?:-\d+)?$/

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
    keepPages(root.dataset.worker, [root.dataset.keep])
    root.querySelectorAll('[data-drive-ask]').forEach((dialog) => this.askInstead(dialog))
    for (const words of this.saidBefore()) this.tell(words, 'problem')
    this.draw()
    this.send()
    this.lookForChanges()
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
    const question = this.questionOf(form)
    if (question && this.ask(question, form)) return event.preventDefault()
    // Where nothing can be kept on this phone, the form goes its own way.
    if (this.keep(form)) event.preventDefault()
  }

  /** Keeps what the form says, a fact for each person it is still open for; whether it could. */
  keep(form) {
    this.rest()
    const fields = new FormData(form)
    const kind = fields.get('kind')
    const bookings = bookingsOf(form).filter((booking) => this.isOpen(booking, kind))
    const tap = this.queue.unusedKey(`${fields.get('key')}-${bookings[0]}-${kind}`)
    const kept = this.queue.add(
      bookings.map((booking) => ({
        key: this.queue.unusedKey(`${fields.get('key')}-${booking}-${kind}`),
        tap,
        shift_id: Number(this.root.dataset.shift),
        booking_id: booking,
        kind,
        happened_at: new Date().toISOString(),
        note: fields.get('note') ?? '',
        name: form.dataset.name ?? this.nameOf(booking)
      }))
    )
    if (kept) {
      this.draw()
      this.send()
      if (kind === 'undone') window.scrollTo(0, 0) // To the stop that is open again.
    }
    return kept
  }

  nameOf(booking) {
    return this.tasks.find((one) => Number(one.dataset.booking) === booking)?.dataset.name ?? ''
  }

  /** Why to ask before this tap counts: nobody is left behind, or boarded far too early, by one tap. */
  questionOf(form) {
    const fields = new FormData(form)
    const kind = fields.get('kind')
    if (!this.dialogOf(kind) || fields.has('sure')) return ''
    const bookings = bookingsOf(form)
    return this.tasks
      .filter((task) => task.dataset.action === 'pickup' && bookings.includes(Number(task.dataset.booking)))
      .filter((task) => kind === 'no_show' || clockNow() < Date.parse(task.dataset.askUntil))
      .filter((task) => !('done' in this.stateOf(task)))
      .map((task) => (kind === 'no_show' ? task.dataset.notThere : task.dataset.ask))
      .join(' ')
  }

  /** Asks once; the service does, where this browser has no such window. */
  ask(question, form) {
    const dialog = this.dialogOf(new FormData(form).get('kind'))
    if (!dialog.showModal) return false
    this.asked = form
    dialog.querySelector('[data-ask-words]').textContent = `${question} ${dialog.dataset.ask}`
    dialog.showModal()
    return true
  }

  dialogOf(kind) {
    return this.root.querySelector(`[data-drive-ask="${kind}"]`)
  }

  askInstead(dialog) {
    dialog.querySelector('[data-ask-no]').addEventListener('click', () => dialog.close())
    dialog.querySelector('[data-ask-yes]').addEventListener('click', () => {
      dialog.close()
      const sure = document.createElement('input')
      Object.assign(sure, { type: 'hidden', name: 'sure', value: 'yes' })
      this.asked.append(sure)
      if (!this.keep(this.asked)) this.asked.submit()
    })
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
    if (result.sent > 0) return this.openAgain(result.words)
    for (const words of result.words) this.tell(words, 'problem')
    this.draw()
  }

  /** The page as it is now; what was answered is said there. */
  openAgain(words) {
    try {
      sessionStorage.setItem(SAID, JSON.stringify(words))
    } catch {
      for (const one of words) this.tell(one, 'problem')
      if (words.length > 0) return // It could not be said on the new page.
    }
    location.reload()
  }

  saidBefore() {
    try {
      const words = JSON.parse(sessionStorage.getItem(SAID) ?? '[]')
      sessionStorage.removeItem(SAID)
      return words
    } catch {
      return []
    }
  }

  /** What the server last said of a task, and what was tapped since. */
  stateOf(task) {
    const state = {}
    if ('arrived' in task.dataset) state.arrived = true
    if ('done' in task.dataset) state.done = ''
    for (const tap of this.queue.since(this.madeAt)) {
      if (tap.booking_id !== Number(task.dataset.booking)) continue
      if (tap.kind === 'undone' && tap.note === task.dataset.fact) delete state.done
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
    this.drawOnBoard()
    this.drawWaiting()
    this.showWaits()
  }

  drawTask(task, state) {
    const outcome = task.querySelector('[data-outcome]')
    task.querySelector('[data-buttons]').hidden = 'done' in state
    outcome.hidden = !('done' in state)
    if (state.done) outcome.textContent = `${state.done}: saved on this phone`
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
      line.hidden = next === undefined || done || Number(stop) <= Number(next)
    }
    document.querySelector('[data-all-done]').hidden = next !== undefined
    const later = document.querySelector('[data-later-stop]:not([hidden])')
    document.querySelector('[data-later-title]').hidden = !later
  }

  drawSteps(part, todo) {
    const step = todo.dropoff > 0 ? 'dropoff' : todo.arrived ? 'pickup' : 'arrive'
    for (const form of part.querySelectorAll('form[data-step]')) {
      form.hidden = form.dataset.step !== step
      form.closest('[data-step-box]').hidden = form.hidden
      const words = WORDS[form.elements.kind.value]
      const count = todo[step]
      if (words) form.querySelector('button').textContent = count > 1 ? `All ${count} ${words.toLowerCase()}` : words
    }
  }

  /** Who is on the bus: whom the page knows of, and what was tapped since. */
  drawOnBoard() {
    const place = this.root.querySelector('[data-on-board]')
    const names = place.querySelector('[data-on-board-names]')
    this.aboard ??= [...names.children].map((one) => [Number(one.dataset.booking), one.textContent])
    const now = new Map(this.aboard)
    for (const tap of this.queue.since(this.madeAt)) {
      const kind = tap.kind === 'undone' ? TAKEN_BACK.exec(tap.note)?.[1] : tap.kind
      const getsOn = tap.kind === 'undone' ? kind === 'dropped_off' : kind === 'boarded'
      if (getsOn) now.set(tap.booking_id, tap.name ?? this.nameOf(tap.booking_id))
      else if (kind !== 'arrived') now.delete(tap.booking_id)
    }
    place.hidden = now.size === 0
    names.textContent = spokenList([...now.values()])
  }

  drawWaiting() {
    const waiting = this.queue.waiting()
    const ours = this.queue.since(this.madeAt).filter((tap) => tap.shift_id === Number(this.root.dataset.shift))
    const last = this.queue.lastTap(ours)
    const undo = this.root.querySelector('[data-undo]')
    // What the page would take back is not the last thing tapped any more.
    if (undo) undo.hidden = waiting.length > 0 || ours.length > 0
    const line = this.waitingWords(waiting.length)
    const shown = `${line} ${last.map((tap) => tap.key)}`
    if (shown === this.shown) return // Nobody's finger or reading is disturbed by the same again.
    this.shown = shown
    const kept = [...this.said.children].filter((child) => child.dataset.kept)
    this.said.replaceChildren(...kept, ...(line ? [paragraph(line)] : []), ...(last.length > 0 ? [this.undoButton(last)] : []))
  }

  waitingWords(count) {
    if (count === 0) return ''
    const one = count === 1
    return this.queue.failed
      ? `No signal. ${one ? '1 tap is' : `${count} taps are`} saved on this phone and will be sent by ${one ? 'itself' : 'themselves'}.`
      : 'Saved on this phone. Sending.'
  }

  /** Takes back the last tap, of everybody it was about. */
  undoButton(taps) {
    const button = this.root.querySelector('[data-drive-undo]').content.firstElementChild.cloneNode(true)
    const what = taps[0].kind === 'arrived' ? 'I am here' : WORDS[taps[0].kind]
    const names = spokenList(taps.map((tap) => tap.name ?? this.nameOf(tap.booking_id)).filter(Boolean))
    button.textContent = `Take back: ${what}${names ? `, ${names}` : ''}`
    button.addEventListener('click', () => {
      const keys = new Set(taps.map((tap) => tap.key))
      this.queue.takeBack(this.queue.all().filter((tap) => keys.has(tap.key)))
      this.draw()
      this.send()
    })
    return button
  }

  tell(words, kind) {
    const line = paragraph(words)
    line.classList.add(`oa-drive-said__line--${kind}`)
    line.dataset.kept = 'yes'
    this.said.append(line)
  }

  /** The plan may change while the page lies open. It is said, and nothing jumps by itself. */
  async lookForChanges() {
    if (document.hidden || navigator.onLine === false || this.queue.waiting().length > 0) return
    try {
      const answer = await fetch(this.root.dataset.run, { headers: { Accept: 'application/json' } })
      const { fingerprint, now } = answer.ok && !answer.redirected ? await answer.json() : {}
      if (now) setClock(Date.parse(now))
      if (fingerprint && fingerprint !== this.root.dataset.fingerprint) this.sayChanged()
    } catch {
      // No signal: it is looked again.
    }
  }

  sayChanged() {
    const place = this.root.querySelector('[data-drive-changed]')
    if (place.hasChildNodes()) return
    const line = paragraph('The run has changed since you opened this page.')
    const button = this.root.querySelector('[data-drive-undo]').content.firstElementChild.cloneNode(true)
    button.textContent = 'Show the run as it is now'
    button.addEventListener('click', () => location.reload())
    place.append(line, button)
  }

  /** "Not there" may be said at the stop, from the time they were told. */
  showWaits() {
    for (const button of document.querySelectorAll('[data-no-show]')) {
      const wait = button.parentElement.querySelector('[data-not-before]')
      const early = Boolean(wait) && clockNow() < Date.parse(wait.dataset.notBefore)
      if (wait) wait.hidden = !early
      const stop = button.closest('[data-stop]')
      button.hidden = early || !this.tasks.some((task) => stop.contains(task) && this.stateOf(task).arrived)
    }
  }
}

/** The service's time; without signal by how far the phone's clock was out when there was some. */
function clockNow() {
  try {
    return Date.now() + Number(localStorage.getItem(CLOCK) ?? 0)
  } catch {
    return Date.now()
  }
}

function setClock(now) {
  const out = now - Date.now()
  try {
    localStorage.setItem(CLOCK, Math.abs(out) > CLOCKS_AGREE_MS ? out : 0)
  } catch {
    // Then the phone's own clock has to do.
  }
}

/** Whom a button is for; those it was done for are named too, as it may be taken back. */
function bookingsOf(form) {
  return [...form.querySelectorAll('[name=booking]')].map((field) => Number(field.value))
}

function paragraph(words) {
  const line = document.createElement('p')
  line.className = 'oa-drive-said__line'
  line.textContent = words
  return line
}

/** "Mary", "Mary and Ida", "Mary, Ida and Tom". */
function spokenList(names) {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`
}

export function start(root) {
  return new Drive(root)
}
