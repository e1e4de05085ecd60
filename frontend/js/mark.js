// Runs before the page is painted, so that what needs JavaScript neither flashes nor jumps.
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('js-enabled', 'govuk-frontend-supported')
}
