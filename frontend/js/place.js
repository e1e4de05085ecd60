/**
 * Typing for a place instead of reading a long list.
 *
 * Follows the ARIA combobox pattern. Over a select, the select stays the field
 * that is sent and a box is put before it, sent as NAME_text so that the server
 * can answer to words nobody picked from. Over a plain box, it only suggests.
 */

const PAUSE = 180
const FEWEST_LETTERS = 2

async function fetchPlaces(url, words, signal) {
  const address = new URL(url, document.baseURI)
  address.searchParams.set('q', words)
  const response = await fetch(address, { headers: { Accept: 'application/json' }, signal })
  return response.ok ? response.json() : []
}

class PlaceBox {
  constructor(group) {
    this.url = group.dataset.url
    this.select = group.querySelector('select')
    this.input = this.select ? this.boxOver(this.select) : group.querySelector('input')
    this.places = []
    this.active = -1
    this.build()
    this.listen()
  }

  /** A box that takes over the label, hint and error of the select it hides. */
  boxOver(select) {
    const input = document.createElement('input')
    input.type = 'text'
    input.className = select.matches('.govuk-select--error') ? 'govuk-input govuk-input--error' : 'govuk-input'
    input.name = `${select.name}_text`
    input.id = select.id
    input.autocomplete = 'off'
    input.spellcheck = false
    const chosen = select.selectedOptions[0]
    input.value = select.value && chosen ? chosen.textContent.trim() : ''
    for (const name of ['aria-describedby', 'data-key']) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name))
    }
    select.id = `${select.id}-list`
    select.removeAttribute('data-key')
    select.hidden = true
    select.before(input)
    return input
  }

  build() {
    const { input } = this
    this.list = document.createElement('ul')
    this.list.className = 'oa-suggest__list'
    this.list.id = `${input.id}-suggestions`
    this.list.setAttribute('role', 'listbox')
    this.list.setAttribute('aria-label', 'Places')
    this.list.hidden = true
    this.said = document.createElement('span')
    this.said.className = 'govuk-visually-hidden'
    this.said.setAttribute('role', 'status')
    const wrapper = document.createElement('div')
    wrapper.className = 'oa-suggest'
    input.before(wrapper)
    wrapper.append(input, this.list, this.said)
    input.setAttribute('role', 'combobox')
    input.setAttribute('aria-autocomplete', 'list')
    input.setAttribute('aria-controls', this.list.id)
    input.setAttribute('aria-expanded', 'false')
  }

  listen() {
    this.input.addEventListener('input', () => this.ask())
    this.input.addEventListener('keydown', (event) => this.onKey(event))
    this.input.addEventListener('blur', () => this.close())
    // Pressing must not take the focus away from the box before the click lands.
    this.list.addEventListener('pointerdown', (event) => event.preventDefault())
    this.list.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]')
      if (option) this.choose(Number(option.dataset.index))
    })
  }

  ask() {
    if (this.select) this.select.value = ''
    clearTimeout(this.timer)
    this.asking?.abort()
    const words = this.input.value.trim()
    if (words.length < FEWEST_LETTERS) return this.close()
    this.timer = setTimeout(() => this.look(words), PAUSE)
  }

  async look(words) {
    this.asking = new AbortController()
    try {
      this.places = await fetchPlaces(this.url, words, this.asking.signal)
    } catch {
      return
    }
    this.open()
    const exact = this.places.find((place) => place.text.toLowerCase() === words.toLowerCase())
    if (exact) this.pick(exact)
  }

  open() {
    this.active = -1
    this.list.replaceChildren(...this.places.map((place, index) => this.option(place, index)))
    this.show(this.places.length > 0)
    const count = this.places.length
    this.said.textContent = count === 0 ? 'No place found. Try another spelling.' : `${count} ${count === 1 ? 'place' : 'places'}. Use the arrow keys.`
  }

  option(place, index) {
    const item = document.createElement('li')
    item.className = 'oa-suggest__option'
    item.id = `${this.list.id}-${index}`
    item.dataset.index = String(index)
    item.setAttribute('role', 'option')
    item.setAttribute('aria-selected', 'false')
    item.textContent = place.text
    if (place.detail) {
      const detail = document.createElement('span')
      detail.className = 'oa-suggest__detail'
      detail.textContent = place.detail
      item.append(' ', detail)
    }
    return item
  }

  onKey(event) {
    const open = !this.list.hidden
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (open) this.move(event.key === 'ArrowDown' ? 1 : -1)
      else this.ask()
    } else if (event.key === 'Enter' && open && this.active >= 0) {
      event.preventDefault()
      this.choose(this.active)
    } else if (event.key === 'Escape' && open) {
      event.preventDefault()
      this.close()
    }
  }

  move(step) {
    const options = [...this.list.children]
    this.active = (this.active + step + options.length) % options.length
    options.forEach((option, index) => option.setAttribute('aria-selected', String(index === this.active)))
    options[this.active].scrollIntoView({ block: 'nearest' })
    this.input.setAttribute('aria-activedescendant', options[this.active].id)
  }

  choose(index) {
    const place = this.places[index]
    this.input.value = place.text
    this.pick(place)
    this.said.textContent = `${place.text} chosen.`
    this.input.dispatchEvent(new CustomEvent('oa-place-chosen', { bubbles: true, detail: place }))
    this.close()
  }

  /** Sets the hidden list; a name typed out in full counts as chosen. */
  pick(place) {
    if (!this.select) return
    const known = [...this.select.options].some((option) => option.value === String(place.value))
    if (!known) this.select.add(new Option(place.text, place.value))
    this.select.value = String(place.value)
  }

  show(open) {
    this.list.hidden = !open
    this.input.setAttribute('aria-expanded', String(open))
    if (!open) this.input.removeAttribute('aria-activedescendant')
  }

  close() {
    clearTimeout(this.timer)
    this.asking?.abort()
    this.show(false)
  }
}

export function start(group) {
  return new PlaceBox(group)
}
